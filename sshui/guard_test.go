package sshui

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"go.uber.org/goleak"
	gossh "golang.org/x/crypto/ssh"

	"salon/room/roomtest"
	"salon/room/state"
	"salon/room/text"
)

// wantTalking checks that a session still hears and is heard.
func (s *clientChannel) wantTalking(h *harness, text string) {
	s.t.Helper()
	s.send(text + "\r\n")
	h.AwaitSaid(s.t, text)
	s.out.awaitText(s.t, ": "+text)
}

// wantTalking checks that a session on a screen of some width still hears and is
// heard.
func (d *terminalClient) wantTalking(h *harness, text string) {
	d.t.Helper()
	d.send(text + "\r")
	h.AwaitSaid(d.t, text)
	d.awaitMatch(d.t, "│ "+regexp.QuoteMeta(text))
	d.awaitBottom(d.t, nothingTyped)
}

func TestAbsurdTerminalSizesDoNoHarm(t *testing.T) {
	h := open(t)
	for i, size := range []uint32{0, 1, math.MaxUint32, math.MaxInt32, 65536} {
		user := fmt.Sprint("ann", i)
		s := h.terminalChannel(user, 100, 30)
		s.must("pty-req", ptyRequest{Term: "xterm-256color", Columns: size, Rows: size})
		s.must("window-change", windowChange{size, size, size, size})
		s.must("shell", nil)
		s.must("window-change", windowChange{size, size, size, size})
		s.send("sans rien voir " + user + "\r")
		h.AwaitSaid(t, "sans rien voir "+user)
		s.must("window-change", windowChange{100, 30, 0, 0})
		s.wantTalking(h, "toujours là "+user)
		s.awaitTypingIn(t, 29)
	}
}

func TestSizesAreClamped(t *testing.T) {
	for _, c := range []struct{ asked, width, height uint32 }{
		{0, stdWidth, stdHeight}, {1, 1, 1}, {120, 120, 120}, {300, 300, maxHeight}, {501, maxWidth, maxHeight}, {math.MaxUint32, maxWidth, maxHeight},
	} {
		ch := &channel{pty: true, resized: make(chan struct{}, 1)}
		if !ch.setWindow(gossh.Marshal(windowChange{c.asked, c.asked, 0, 0})) {
			t.Errorf("%d refused", c.asked)
		}
		if w, h := ch.size(); w != int(c.width) || h != int(c.height) {
			t.Errorf("%d gives %d x %d, want %d x %d", c.asked, w, h, c.width, c.height)
		}
	}
}

func TestAStormOfResizesBeforeTheShellBlocksNothing(t *testing.T) {
	h := open(t)
	s := h.terminalChannel("ann", 119, 59) // the last size
	s.must("pty-req", ptyRequest{Term: "xterm", Columns: 80, Rows: 24})
	for i := range uint32(5000) {
		if _, err := s.SendRequest("window-change", false, gossh.Marshal(windowChange{20 + i%100, 10 + i%50, 0, 0})); err != nil {
			t.Fatal(err)
		}
	}
	if s.ask("pty-req", ptyRequest{Term: "vt100", Columns: 1, Rows: 1}) {
		t.Error("a second terminal was granted")
	}
	s.must("shell", nil)
	s.wantTalking(h, "après la tempête")
	s.awaitTypingIn(t, 58)
	s.send("\x04")
	s.wantExit(exitDone)
}

func TestOneSessionMoreThanTwoIsRefusedAndTheConnectionLives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, wired)
		c := h.dial("ann", newKey(t))
		first, second := openChannel(t, c), openChannel(t, c)
		first.must("shell", nil)
		second.must("shell", nil)
		for range 5 {
			var refused *gossh.OpenChannelError
			if _, _, err := c.OpenChannel("session", nil); !errors.As(err, &refused) {
				t.Fatalf("a third session: %v, want a refusal", err)
			}
		}
		first.wantTalking(h, "un")
		second.wantTalking(h, "deux")
		second.CloseWrite()
		second.wantExit(exitDone)
		third := openChannel(t, c)
		third.must("exec", execRequest{"trois"})
		third.wantExit(exitDone)
		h.AwaitSaid(t, "trois")
	})
}

func TestASessionMayBeginAsSoonAsAnotherHasEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // in whose time nothing comes too late because the machine is busy
		h := open(t, wired)
		c := h.dial("ann", newKey(t))
		openChannel(t, c).must("shell", nil)
		for range 200 {
			s := openChannel(t, c)
			s.must("exec", execRequest{"/liste"})
			s.wantExit(exitDone)
		}
		for range 50 {
			s := openChannel(t, c)
			s.must("shell", nil)
			s.Close()
			s.exit()
		}
	})
}

func TestAClientThatAsksForSessionsWithoutReadingTheRefusalsIsCut(t *testing.T) {
	h := open(t)
	w := h.wireTo()
	if w.enter("mallory") != authPassed {
		t.Fatal("not let in")
	}
	open := gossh.Marshal(struct {
		Kind                string `sshtype:"90"`
		Our, Window, Packet uint32
	}{"session", 0, 1 << 20, 1 << 15})
	var err error
	for n := 0; err == nil; n++ {
		if err = w.tryWrite(open); n > 2_000_000 {
			t.Fatal("two million sessions asked for, and still connected")
		}
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error(err)
	}
}

func TestRequestsThatAreNotForChattingAreRefused(t *testing.T) {
	h := open(t)
	c := h.dial("ann")
	s := openChannel(t, c)
	for _, r := range []struct {
		kind    string
		payload any
	}{
		{"subsystem", execRequest{"netconf"}},
		{"x11-req", struct {
			Single           bool
			Protocol, Cookie string
			Screen           uint32
		}{false, "MIT-MAGIC-COOKIE-1", "00", 0}},
		{"auth-agent-req@openssh.com", nil},
		{"eow@openssh.com", nil},
		{"exit-status", []byte{0, 0, 0, 0}},
		{"signal", signalSent{"TERM"}},
		{"window-change", windowChange{80, 24, 0, 0}}, // without a terminal
		{"exec", execRequest{strings.Repeat("x", maxCommand+1)}},
		{"", nil},
		{strings.Repeat("z", 1000), nil},
	} {
		if s.ask(r.kind, r.payload) {
			t.Errorf("%.20q granted", r.kind)
		}
	}
	for _, kind := range []string{"tcpip-forward", "cancel-tcpip-forward", "streamlocal-forward@openssh.com", "keepalive@openssh.com", "no-more-sessions@openssh.com"} {
		if ok, _, err := c.SendRequest(kind, true, gossh.Marshal(struct {
			Host string
			Port uint32
		}{"0.0.0.0", 0})); ok || err != nil {
			t.Errorf("%s: %v, %v", kind, ok, err)
		}
	}
	for _, kind := range []string{"direct-tcpip", "direct-streamlocal@openssh.com", "x11", "auth-agent@openssh.com", "tun@openssh.com", ""} {
		if ch, _, err := c.OpenChannel(kind, nil); err == nil {
			ch.Close()
			t.Errorf("channel %q granted", kind)
		}
	}
	s.must("shell", nil)
	for _, kind := range []string{"shell", "exec", "pty-req", "env"} {
		if s.ask(kind, envRequest{"LANG", "en"}) {
			t.Errorf("%s granted to a session under way", kind)
		}
	}
	s.wantTalking(h, "encore là")
}

func TestOnlySomeVariablesAreTakenAndNotTooMany(t *testing.T) {
	h := open(t)
	s := openChannel(t, h.dial("ann"))
	for name, want := range map[string]bool{
		"LANG": true, "LC_ALL": true, "LC_MESSAGES": true, "TZ": true, "COLORTERM": true, "NO_COLOR": true, "TERM_PROGRAM": true, "LC_TIME": true,
		"PATH": false, "LD_PRELOAD": false, "HOME": false, "": false, "lang": false, "LANGUAGE": false,
	} {
		if got := s.ask("env", envRequest{name, "x"}); got != want {
			t.Errorf("%q: granted %v, want %v", name, got, want)
		}
	}
	if s.ask("env", envRequest{"LANG", strings.Repeat("x", maxEnvSize)}) {
		t.Error("a variable of more than 1 KiB was taken")
	}
	if !s.ask("env", envRequest{"LANG", strings.Repeat("x", maxEnvSize-len("LANG"))}) {
		t.Error("a variable of 1 KiB was refused")
	}
	granted := 0
	for i := range 100 {
		if s.ask("env", envRequest{fmt.Sprint("LC_", i), "x"}) {
			granted++
		}
	}
	if granted != maxEnv-8 {
		t.Errorf("%d variables taken after 8, want %d in all", granted, maxEnv)
	}
	s.must("shell", nil)
	s.wantTalking(h, "bonjour")
}

func TestMalformedRequestsAreRefusedAndHarmNobody(t *testing.T) {
	h := open(t)
	pty := gossh.Marshal(ptyRequest{Term: "xterm", Columns: 80, Rows: 24, Modes: "\x00"})
	env := gossh.Marshal(envRequest{"LANG", "en_GB.UTF-8"})
	exec := gossh.Marshal(execRequest{"bonjour"})
	s := h.terminalChannel("ann", 80, 24)
	cut := func(kind string, whole []byte) {
		t.Helper()
		for n := range len(whole) {
			if s.ask(kind, whole[:n]) {
				t.Errorf("%s of %d bytes in place of %d granted", kind, n, len(whole))
			}
		}
		if s.ask(kind, append(whole[:len(whole):len(whole)], 0)) {
			t.Errorf("%s with a byte too many granted", kind)
		}
		if s.ask(kind, append([]byte{0xff, 0xff, 0xff, 0xff}, whole...)) {
			t.Errorf("%s with an absurd length granted", kind)
		}
	}
	cut("pty-req", pty)
	cut("env", env)
	cut("exec", exec)
	for name, p := range map[string]ptyRequest{
		"a long TERM":   {Term: strings.Repeat("x", maxTerm+1), Columns: 80, Rows: 24},
		"endless modes": {Term: "xterm", Columns: 80, Rows: 24, Modes: strings.Repeat("x", maxPtyModes+1)},
	} {
		if s.ask("pty-req", p) {
			t.Errorf("%s granted", name)
		}
	}
	s.must("pty-req", pty)
	cut("window-change", gossh.Marshal(windowChange{80, 24, 0, 0}))
	s.must("shell", nil)
	cut("signal", gossh.Marshal(signalSent{"TERM"}))
	s.wantTalking(h, "sain et sauf")
}

func TestAChannelClosedWhileItsConnectionStaysLeavesTheRoom(t *testing.T) {
	h := open(t, patientAtEOF)
	for _, terminal := range []bool{false, true} {
		user := fmt.Sprint("ann-", terminal)
		c := h.dial(user)
		idle := ourGoroutines()
		s := openChannel(t, c)
		if terminal {
			s.must("pty-req", ptyRequest{Term: "xterm", Columns: 80, Rows: 24})
		}
		s.must("shell", nil)
		h.AwaitJoined(t, text.Pseudo(user))
		s.Close()
		h.wantLeft(t, text.Pseudo(user), state.Quit)
		s.exit()
		awaitGoroutines(t, idle)
		again := openChannel(t, c) // the connection is as good as new
		again.must("exec", execRequest{"de retour " + user})
		again.wantExit(exitDone)
		h.AwaitSaid(t, "de retour "+user)
		h.wantSaid(t, text.Pseudo(user), "de retour "+user)
	}
	if n := len(roomtest.Seen[state.Left](h.Console)); n != 2 {
		t.Errorf("%d departures, want one each", n)
	}
}

// As with ssh's ControlMaster: closing the terminal leaves its connection open.
func TestAScreenClosedWhileItsConnectionStaysLeavesNothingRunning(t *testing.T) {
	h := open(t, patientAtEOF, func(b *build) { b.room.Rate, b.room.Burst = 1, 2 })
	for i, doing := range []string{"", "à moitié ta", strings.Repeat("ligne\r", 20), "/texte\r", "\x1b]11;sans fin", "\x1b[200~sans fin", "\x1bOP", "\x12"} {
		user := fmt.Sprint("ann", i)
		c := h.dial(user)
		c.SendRequest("are all of yours running?", true, nil)
		before := goleak.IgnoreCurrent()
		s := openChannel(t, c)
		s.must("pty-req", ptyRequest{Term: "xterm-256color", Columns: 80, Rows: 24})
		s.must("shell", nil)
		s.out.awaitText(t, "Bienvenue")
		s.send(doing)
		s.Close()
		h.wantLeft(t, text.Pseudo(user), state.Quit)
		s.exit()
		var left error
		roomtest.Until(t, func() string { return fmt.Sprintf("%q: %v", doing, left) }, func() bool {
			left = goleak.Find(before)
			return left == nil
		})
		if _, _, err := c.SendRequest("keepalive@openssh.com", true, nil); err != nil {
			t.Errorf("%q: the connection is gone: %v", doing, err)
		}
	}
}

func TestACutConnectionIsOneDeparture(t *testing.T) {
	h := open(t, patientAtEOF)
	key := newKey(t)
	c := h.dial("ann", key)
	openChannel(t, c).must("shell", nil)
	plain := openChannel(t, c)
	plain.must("pty-req", ptyRequest{Term: "xterm", Columns: 80, Rows: 24})
	plain.must("shell", nil)
	plain.out.awaitText(t, "Bienvenue")
	c.Close()
	h.wantLeft(t, "ann", state.Lost)
	if n := len(roomtest.Seen[state.Left](h.Console)); n != 1 {
		t.Errorf("%d departures", n)
	}
}

func TestASignalLetsTheSessionGo(t *testing.T) {
	h := open(t)
	s := h.pipe("ann")
	if s.ask("signal", signalSent{"WINCH"}) {
		t.Error("a signal that asks for nothing was granted")
	}
	s.must("signal", signalSent{"TERM"})
	s.wantExit(exitDone)
	h.wantLeft(t, "ann", state.Quit)
}

// TestASignalWhileComingIn: whoever asks to go before it is in has nothing to regret.
func TestASignalWhileComingIn(t *testing.T) {
	h := open(t)
	for i := range 50 {
		s := openChannel(t, h.dial(fmt.Sprint("ann", i)))
		s.must("shell", nil)
		s.must("signal", signalSent{"TERM"})
		s.wantExit(exitDone)
		if got := s.err.String(); got != "" {
			t.Fatalf("told %q", got)
		}
	}
}

func TestInputThatNobodyReadsDoesNotHoldACommandBack(t *testing.T) {
	h := open(t)
	c := h.dial("ann")
	s := openChannel(t, c)
	if _, err := io.WriteString(s, strings.Repeat("jamais lu\n", 50_000)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(s.Stderr(), strings.Repeat("ni ceci\n", 50_000)); err != nil {
		t.Fatal(err)
	}
	s.must("exec", execRequest{"lu"})
	s.wantExit(exitDone)
	h.wantSaid(t, "ann", "lu")
}
