package sshui

import (
	"strings"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"salon/room/roomtest"
	"salon/room/state"
)

// cutting is a harness whose room gives those who lose their connection a minute.
func cutting(b *build) { b.room.CutWait = time.Minute }

// onLine opens a terminal on a connection of its own, which the test can break.
func (h *harness) onLine(user, term string, w, height int, key gossh.Signer) (*terminalClient, *gossh.Client) {
	h.T.Helper()
	c, g := h.dial(user, key), newEmulator(w, height)
	d := &terminalClient{openChannelOn(h.T, c, g), g}
	go g.answering(d)
	h.T.Cleanup(g.breaks)
	d.must("pty-req", ptyRequest{Term: term, Columns: uint32(w), Rows: uint32(height)})
	d.must("shell", nil)
	return d, c
}

// awaitCut waits until a member's connection is known to be lost.
func (h *harness) awaitCut(t *testing.T, who string) {
	t.Helper()
	roomtest.Until(t, func() string { return who + " is not cut" }, func() bool { return h.about(t, who).Lost })
}

// wantUnnoticed wants the room to have been told that ann came once, and no more of it.
func (h *harness) wantUnnoticed(t *testing.T) {
	t.Helper()
	joined := 0
	for _, b := range roomtest.Seen[state.Joined](h.Console) {
		if b.Pseudo == "ann" {
			joined++
		}
	}
	if left := roomtest.Seen[state.Left](h.Console); joined != 1 || len(left) > 0 {
		t.Errorf("ann came %d times, and %v left", joined, left)
	}
}

// TestAScreenComesBackAsItWas, on another terminal: with what was said to ann alone, what
// was being typed, and what came meanwhile as unread.
func TestAScreenComesBackAsItWas(t *testing.T) {
	h := open(t, cutting)
	key, bob := newKey(t), h.Join("bob")
	ann, line := h.onLine("ann", "xterm-256color", 80, 24, key)
	ann.awaitMatch(t, "Bienvenue, ann")
	bob.Submit(t.Context(), "@ann entre nous")
	ann.awaitMatch(t, "entre nous")
	ann.send("à moitié")
	ann.awaitMatch(t, "#salon +à moitié")
	line.Close()
	h.awaitCut(t, "ann")
	bob.Submit(t.Context(), "où es-tu ?")
	bob.Submit(t.Context(), "@ann ne te presse pas")

	back, _ := h.onLine("ann", "xterm", 100, 30, key)
	back.awaitMatch(t, "#salon +à moitié")
	back.awaitMatch(t, "ne te presse pas")
	shown := back.picture()
	for _, want := range []string{"entre nous", "où es-tu ?", "─ 2 nouveaux ─"} {
		if !strings.Contains(shown, want) {
			t.Errorf("%q is not in\n%s", want, shown)
		}
	}
	if strings.Contains(shown, "Connexion rétablie") {
		t.Errorf("a notice stands in\n%s", shown)
	}
	back.send(" dit\r")
	h.AwaitSaid(t, "à moitié dit")
	h.wantUnnoticed(t)
}

// TestWhomLinesGoToComesBack with the screen, and a line that was typed for somebody alone
// is never said to everyone: where there is no target it is gone.
func TestWhomLinesGoToComesBack(t *testing.T) {
	h := open(t, cutting)
	key := newKey(t)
	h.Join("bob")
	ann, line := h.onLine("ann", "xterm-256color", 80, 24, key)
	ann.awaitMatch(t, " #salon ")
	ann.send("@bob\r")
	ann.awaitMatch(t, " @bob ")
	ann.send("entre nous")
	ann.awaitMatch(t, "@bob +entre nous")
	line.Close()
	h.awaitCut(t, "ann")
	back, line := h.onLine("ann", "xterm-256color", 80, 24, key)
	back.awaitMatch(t, "@bob +entre nous")
	back.send(" deux\r")
	back.awaitMatch(t, "ann .*entre nous deux")
	back.send("pour toi")
	back.awaitMatch(t, "@bob +pour toi")
	line.Close()
	h.awaitCut(t, "ann")

	lines, _ := h.onLine("ann", "dumb", 80, 24, key)
	lines.awaitMatch(t, "Connexion rétablie")
	lines.send("à tous\r")
	h.AwaitSaid(t, "à tous")
	h.wantSaid(t, "ann", "à tous")
}

// TestALineComesBackInLineMode: on a terminal without a screen, and from a screen to one.
func TestALineComesBackInLineMode(t *testing.T) {
	h := open(t, cutting)
	key, bob := newKey(t), h.Join("bob")
	ann, line := h.onLine("ann", "dumb", 80, 24, key)
	ann.awaitMatch(t, "Bienvenue, ann")
	ann.send("un")
	ann.awaitMatch(t, "^un")
	line.Close()
	h.awaitCut(t, "ann")
	bob.Submit(t.Context(), "où es-tu ?")

	screen, line := h.onLine("ann", "xterm", 80, 24, key)
	screen.awaitMatch(t, "#salon +un$")
	screen.awaitMatch(t, "où es-tu")
	screen.send(" deux")
	screen.awaitMatch(t, "#salon +un deux$")
	line.Close()
	h.awaitCut(t, "ann")

	lines, _ := h.onLine("ann", "dumb", 80, 24, key)
	lines.awaitMatch(t, "^un deux")
	lines.send(" trois\r")
	h.AwaitSaid(t, "un deux trois")
	h.wantUnnoticed(t)
}

// TestAClientThatSaysItGoesIsNotCut: one that closes its channel, though its connection
// ends right after, and one that disconnects, as OpenSSH does on ~. and when its terminal
// is closed.
func TestAClientThatSaysItGoesIsNotCut(t *testing.T) {
	h := open(t, cutting, patientAtEOF, func(b *build) { b.waits.lost = time.Second })
	ann, line := h.onLine("ann", "xterm", 80, 24, newKey(t))
	ann.awaitMatch(t, "Bienvenue, ann")
	ann.Close()
	line.Close()
	h.wantLeft(t, "ann", state.Quit)

	w := h.wireTo()
	w.enter("bob")
	w.shell()
	h.AwaitJoined(t, "bob")
	w.write(gossh.Marshal(struct {
		Reason         uint32 `sshtype:"1"`
		Text, Language string
	}{11, "disconnected by user", ""}))
	h.wantLeft(t, "bob", state.Quit)
}
