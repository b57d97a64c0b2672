package sshui

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"salon/room/roomtest"
	"salon/room/state"
	"salon/room/text"
)

// numbered are lines that can be told apart.
func numbered(n int) []string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf("ligne %d", i+1))
	}
	return list
}

func TestAPipeDeliversEveryLineInOrder(t *testing.T) {
	h := open(t)
	s := h.pipe("make")
	lines := numbered(500)
	s.send(strings.Join(lines, "\n")) // the last one without an end
	s.CloseWrite()
	s.wantExit(exitDone)
	h.wantSaid(t, "make", lines...)
	h.wantLeft(t, "make", state.Quit)
	if s.err.String() != "" {
		t.Errorf("stderr: %q", s.err)
	}
	for _, l := range lines { // all come back, and nothing overtakes
		if strings.Count(s.out.String(), "make: "+l+"\n") != 1 {
			t.Errorf("%q does not come back once", l)
		}
	}
}

func TestAPipeIsReadNoFasterThanTheLimit(t *testing.T) {
	const rate, burst, lines = 50, 5, 40
	h := open(t, func(b *build) { b.room.Rate, b.room.Burst = rate, burst })
	s := h.pipe("make")
	start := time.Now()
	s.send(strings.Join(numbered(lines), "\n") + "\n")
	s.CloseWrite()
	s.wantExit(exitDone)
	took := time.Since(start)
	if least := (lines - burst) * time.Second / rate; took < least {
		t.Errorf("took %v, want at least %v", took, least)
	}
	h.wantSaid(t, "make", numbered(lines)...)
}

func TestAPipeMayBeClosedWhileItWaitsForTheLimit(t *testing.T) {
	h := open(t, patientAtEOF, func(b *build) { b.room.Rate, b.room.Burst = 0.001, 1 })
	s := h.pipe("make")
	s.send("un\ndeux\ntrois\n")
	h.AwaitSaid(t, "un")
	s.Close()
	h.wantLeft(t, "make", state.Quit)
}

func TestALineTooLongIsRefusedAndTheOthersAreNot(t *testing.T) {
	h := open(t)
	for _, long := range []int{text.MaxText + 1, text.MaxText + 2, text.MaxText + 3, 3 * text.MaxText, 1 << 20} {
		user := fmt.Sprint("bot", long)
		s := h.pipe(user)
		s.send("avant\n" + strings.Repeat("x", long) + "\naprès\n")
		s.CloseWrite()
		s.wantExit(exitRefused)
		h.wantSaid(t, text.Pseudo(user), "avant", "après")
		if got := s.err.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, french.TextTooLong) {
			t.Errorf("%d: stderr %q", long, got)
		}
	}
	s := h.pipe("juste")
	exact := strings.Repeat("y", text.MaxText)
	s.send(exact + "\r\n" + exact)
	s.CloseWrite()
	s.wantExit(exitDone)
	h.wantSaid(t, "juste", exact, exact)
}

func TestEmptyLinesSayNothing(t *testing.T) {
	h := open(t)
	s := h.pipe("make")
	s.send("\n\r\n   \nun\r\n\n\ndeux\n\t\n")
	s.CloseWrite()
	s.wantExit(exitDone)
	h.wantSaid(t, "make", "un", "deux")
	if s.err.String() != "" {
		t.Errorf("stderr: %q", s.err)
	}
}

func TestAnEmptyPipeEndsWell(t *testing.T) {
	h := open(t)
	s := h.pipe("make")
	s.CloseWrite()
	s.wantExit(exitDone)
}

func TestTheFirstFailureOfAPipeIsItsExitCode(t *testing.T) {
	h := open(t)
	s := h.pipe("bot")
	s.send("bonjour\n@personne salut\n/xyzzy\nau revoir\n")
	s.CloseWrite()
	s.wantExit(exitUnknown)
	h.wantSaid(t, "bot", "bonjour", "au revoir")
	if got := s.err.String(); strings.Count(got, "\n") != 2 || !strings.Contains(got, "« personne »") || !strings.Contains(got, "xyzzy") {
		t.Errorf("stderr %q", got)
	}
}

func TestAKickedPipeLearnsTheReason(t *testing.T) {
	h := open(t)
	s := h.pipe("bot")
	h.Order(t, "kick bot assez ri")
	s.wantExit(exitRefused, "expulsion", "assez ri")
	if left := roomtest.Seen[state.Left](h.Console); len(left) != 0 { // it was kicked, which is said already
		t.Errorf("announced %v too", left)
	}
}

func TestAPipeLearnsOfTheShutdown(t *testing.T) {
	h := open(t)
	s := h.pipe("bot")
	h.Order(t, "shutdown 0 maintenance")
	s.wantExit(exitShutdown, french.EndShutdown, "maintenance")
}

func TestAPipeMayQuitByCommand(t *testing.T) {
	h := open(t)
	s := h.pipe("bot")
	s.send("un\n/quitter à demain\njamais dit\n")
	s.wantExit(exitDone)
	if got := h.AwaitLeft(t, "bot"); got.Cause != state.Quit || got.Text != "à demain" {
		t.Errorf("left %+v", got)
	}
	h.wantSaid(t, "bot", "un")
}

func TestAPseudoThatCannotBeIsRefusedToAPipe(t *testing.T) {
	h := open(t)
	for name, want := range map[string]string{
		"root": "réservé", `DOMAIN\user`: "seulement des lettres", strings.Repeat("x", 21): "trop long", "": "Il faut un pseudo",
		strings.Repeat("é", 5000): "trop long", "\x1b[31mann": "seulement des lettres", "ann\n": "seulement des lettres",
	} {
		s := openChannel(t, h.dial(name))
		s.must("shell", nil)
		s.wantExit(exitRefused)
		if got := s.err.String(); !strings.Contains(got, want) || strings.Contains(got, "\x1b") || strings.Count(got, "\n") != 1 {
			t.Errorf("%.30q: stderr %q, want %q", name, got, want)
		}
	}
}

func TestWhatIsPipedCannotCommandATerminalOrForgeALine(t *testing.T) {
	h := open(t)
	ann := h.pipe("ann")
	bot := h.pipe("bot")
	bot.send("\x1b]0;titre\x07rouge \x1b[31mvif\x1b[0m\r12:00 ann: forgé\x00\x08\x9b2J\xc2\x9b2J\nfin\n")
	ann.out.awaitText(t, "bot: fin")
	shown := ann.out.String()
	if strings.ContainsAny(shown, "\x1b\x07\r\x00\x08\u009b") {
		t.Errorf("ann was shown %q", shown)
	}
	for line := range strings.Lines(shown) {
		if strings.Contains(line, "forgé") && !strings.Contains(line, " bot: ") {
			t.Errorf("a forged line: %q", line)
		}
	}
}

func TestMembersComingAndGoingAtOnceLeaveNobodyBehind(t *testing.T) {
	h := open(t)
	const people = 40
	var coming sync.WaitGroup
	for i := range people {
		coming.Go(func() {
			c, err := gossh.Dial("tcp", h.Addr, clientConfig(fmt.Sprint("ann", i)))
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			if ch, _, err := c.OpenChannel("session", nil); err != nil {
				t.Error(err)
			} else {
				ch.SendRequest("shell", i%2 == 0, nil) // some do not even wait to be let in
			}
		})
	}
	coming.Wait()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	h.server.Shutdown(ctx) // waits for all of them, while the room stays open
	// One whose client left while it joined departs as soon as the log has that it joined.
	roomtest.Until(t, func() string { return fmt.Sprint("still here: ", h.present(t)) }, func() bool { return len(h.present(t)) == 0 })
}

// literals begin as commands, names and escapes do.
var literals = []string{"/quit", "//x", "@ann hello", "@tous", `\@x`, "  indented", "/register my secret", "#dev", "/usr/bin/cc: no", "-x"}

// recite pipes lines to whom the command names, and waits for the end.
func (h *harness) recite(user, to string, lines ...string) *clientChannel {
	s := openChannel(h.T, h.dial(user))
	s.must("exec", execRequest{to})
	s.send(strings.Join(lines, "\n\n") + "\n")
	s.CloseWrite()
	s.exit()
	return s
}

func TestAPipeToEveryoneIsLiteralAndSilent(t *testing.T) {
	h := open(t)
	h.Join("ann")
	for _, to := range []string{"@all", "@tous", " @everyone "} {
		s := h.recite("make", to, literals...)
		if s.status != exitDone || s.out.String() != "" || s.err.String() != "" {
			t.Errorf("%s: exit code %d, stdout %q, stderr %q", to, s.status, s.out, s.err)
		}
		h.AwaitLeft(t, "make")
		h.wantSaid(t, "make", literals...)
		h.Forget()
	}
}

func TestAPipeToSomebodyIsForThemAlone(t *testing.T) {
	h := open(t)
	ann, bob, cleo := h.pipe("ann"), h.pipe("bob"), h.pipe("cleo")
	s := h.recite("make", "@ann,bob", literals...)
	if s.status != exitDone || s.out.String() != "" || s.err.String() != "" {
		t.Errorf("exit code %d, stdout %q, stderr %q", s.status, s.out, s.err)
	}
	for _, reader := range []*clientChannel{ann, bob} { // make -> moi, bob; make -> ann, moi
		for _, said := range literals {
			reader.out.awaitText(t, ": "+said+"\n")
		}
	}
	h.wantLeft(t, "make", state.Quit)
	if h.wantSaid(t, "make"); strings.Contains(cleo.out.String(), "indented") {
		t.Errorf("cleo was shown %s", cleo.out)
	}
}

func TestAPipeToNobodySaysNothingAndEndsWithThree(t *testing.T) {
	h := open(t)
	ann := h.pipe("ann")
	s := h.recite("make", "@ann,personne", "un", "/quitter", strings.Repeat("x", text.MaxText+1))
	s.wantExit(exitUnknown, "« personne »", french.TextTooLong)
	if got := s.err.String(); s.out.String() != "" || strings.Count(got, "\n") != 3 {
		t.Errorf("stdout %q, stderr %q", s.out, got)
	}
	h.AwaitLeft(t, "make")
	if h.wantSaid(t, "make"); strings.Contains(ann.out.String(), "moi") {
		t.Errorf("ann was shown %s", ann.out)
	}
}

func TestAPipeToSomebodyWhoDoesNotReadFails(t *testing.T) {
	h := open(t)
	h.Join("ann") // reads nothing
	s := h.recite("make", "@ann", numbered(300)...)
	s.wantExit(exitRefused, "message privé non remis")
}

func TestAPipeWithATargetLearnsWhyItEnds(t *testing.T) {
	h := open(t)
	s := openChannel(t, h.dial("bot"))
	s.must("exec", execRequest{"@tous"})
	h.AwaitJoined(t, "bot")
	h.Order(t, "kick bot assez ri")
	s.wantExit(exitRefused, "expulsion", "assez ri")
}

func TestATargetAloneOnATerminalIsWrongUse(t *testing.T) {
	h := open(t)
	s := openChannel(t, h.dial("bot"))
	s.must("pty-req", ptyRequest{Term: "xterm", Columns: 80, Rows: 24})
	s.must("exec", execRequest{"@tous"})
	s.wantExit(exitUsage)
}
