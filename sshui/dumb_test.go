package sshui

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/charmbracelet/x/ansi"

	"salon/internal/line"
	"salon/room/lang"
	"salon/room/state"
	"salon/room/text"
)

// atTeletype opens a session on a terminal that can only append.
func (h *harness) atTeletype(user, term string) *clientChannel {
	h.T.Helper()
	s := openChannel(h.T, h.dial(user))
	s.must("pty-req", ptyRequest{Term: term, Columns: 80, Rows: 24})
	s.must("shell", nil)
	return s
}

// paper is what a teletype has printed: what Backspace takes back stays taken
// back.
func paper(shown string) []string {
	var rows []string
	for line := range strings.SplitSeq(strings.ReplaceAll(shown, "\r\n", "\n"), "\n") {
		var row []rune
		at := 0
		for _, r := range line {
			switch {
			case r == '\b':
				at = max(0, at-1)
				continue
			case at < len(row):
				row[at] = r
			default:
				row = append(row, r)
			}
			at++
		}
		rows = append(rows, strings.TrimRight(string(row), " "))
	}
	return rows
}

// unwrapped joins the rows of each line.
func unwrapped(shown string) string { return strings.ReplaceAll(shown, "\r\n  ", " ") }

func (s *clientChannel) awaitPaper(t testing.TB, want string) {
	t.Helper()
	s.out.Await(t, func() string {
		return fmt.Sprintf("no line ever ends %q, but\n%s", want, strings.Join(paper(s.out.String()), "\n"))
	}, func() bool {
		return slices.ContainsFunc(paper(s.out.String()), func(r string) bool { return strings.HasSuffix(r, want) })
	})
}

func TestATerminalThatOnlyAppendsGetsNoEscapeSequence(t *testing.T) {
	h := open(t)
	bob := h.pipe("bob")
	for _, term := range []string{"dumb", ""} {
		ann := h.atTeletype("root", term)
		ann.awaitPaper(t, "« root » est réservé. Choisissez un autre pseudo.")
		ann.awaitPaper(t, strings.TrimSpace(french.ChoosePseudo))
		ann.send("ann\r")
		ann.awaitPaper(t, "Bienvenue, ann ! Voici ce que vous pouvez taper :")
		h.AwaitJoined(t, "ann")
		for _, line := range []string{"bonjour", "/liste", "/aide", "@bob salut", "@personne salut", "/lang en", "/lang fr", "/me sourit", "\x1b[31mrouge"} {
			ann.send(line + "\r")
		}
		bob.send("\x1b[2Jcoucou!" + term + "\n")
		ann.awaitPaper(t, "bob: coucou!"+term)
		ann.awaitPaper(t, "ann: rouge")
		ann.must("window-change", windowChange{Columns: 20, Rows: 5})
		ann.send("à moitié ta")
		ann.awaitPaper(t, "à moitié ta")
		h.Order(t, "wall attention")
		ann.awaitPaper(t, "  attention") // of 20 columns it takes more
		h.Order(t, "kick ann assez")
		ann.wantExit(exitRefused)
		if want := lang.Farewell(&state.Ending{Cause: state.Expelled, Reason: "assez"}, lang.View{}); !strings.HasSuffix(unwrapped(ann.out.String()), want+"\r\n") {
			t.Errorf("TERM=%q was not told %q, but %q", term, want, ann.out)
		}
		if shown := ann.out.String(); strings.ContainsAny(shown, "\x1b\u009b\x07") || !strings.HasSuffix(shown, "\r\n") {
			t.Errorf("TERM=%q was shown %q", term, shown)
		}
		if rest := strings.ReplaceAll(ann.out.String(), "\r\n", ""); strings.ContainsAny(rest, "\r\n") {
			t.Errorf("TERM=%q has lines that end otherwise than by CR LF: %q", term, rest)
		}
	}
}

// countWrites counts what a server writes to its clients, each as a packet or more.
type countWrites struct {
	net.Listener
	writes atomic.Int64
}

func (c *countWrites) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	return countedConn{conn, &c.writes}, err
}

type countedConn struct {
	net.Conn
	writes *atomic.Int64
}

func (c countedConn) Write(b []byte) (int, error) {
	c.writes.Add(1)
	return c.Conn.Write(b)
}

// What keys cost is bounded: with a packet for each of them, a few hundred lines that were pasted
// used that up, and what stood behind them, as /quit did, was read a few lines a second.
func TestATeletypeEchoesTogetherWhatCameTogether(t *testing.T) {
	var count *countWrites
	h := open(t, func(b *build) {
		b.listen = func(l net.Listener) net.Listener { count = &countWrites{Listener: l}; return count }
	})
	ann := h.atTeletype("ann", "dumb")
	ann.awaitPaper(t, "Il n'y a que vous ici pour l'instant.")
	before, keys, want := count.writes.Load(), 60, strings.Repeat("é", 60)
	ann.send(strings.Repeat("éà\x7f", keys))
	ann.awaitPaper(t, want)
	if n := count.writes.Load() - before; n > int64(keys) {
		t.Errorf("the echo of %d keys that came together took %d writes", 3*keys, n)
	}
	ann.send("\r")
	h.AwaitSaid(t, want)
}

func TestATeletypeTypesAgainWhatAMessageInterrupted(t *testing.T) {
	h := open(t)
	ann, bob := h.atTeletype("ann", "dumb"), h.pipe("bob")
	ann.awaitPaper(t, "Bienvenue, ann ! Voici ce que vous pouvez taper :")
	ann.send("bonj")
	ann.awaitPaper(t, "bonj")
	bob.send("coucou\n")
	ann.awaitPaper(t, "bob: coucou")
	ann.send("our")
	ann.awaitPaper(t, "bonjour")
	ann.send("\r")
	h.AwaitSaid(t, "bonjour")
	if rows := paper(ann.out.String()); !slices.Contains(rows, "bonj") || !slices.Contains(rows, "bonjour") {
		t.Errorf("printed\n%s", strings.Join(rows, "\n"))
	}
}

func TestATeletypeEditsAndLeavesLikeAShell(t *testing.T) {
	h := open(t)
	ann := h.atTeletype("ann", "dumb")
	for keys, want := range map[string]string{
		"bonjou\x7f\x7four\r":           "bonjour",
		"jamais\x15toujours\r":          "toujours",
		"un deux trois\x17\x17quatre\r": "un quatre",
		"raté\x03réussi\r":              "réussi",
		"x\x04y\r":                      "xy",
		"\x08\x7f\x15\x17é\x7fà\r":      "à",
		"c\x1b[Dab\x1bOHd\x1b[1;5CX\r":  "dabcX",
		"\xffo\xc3\r":                   "\uFFFDo\uFFFD",
	} {
		ann.send(keys)
		h.AwaitSaid(t, want)
	}
	ann.send("encore\r\x1b[A une fois\r/list\t\r")
	h.AwaitSaid(t, "encore une fois")
	ann.awaitPaper(t, "/liste")
	ann.send("\x03")
	ann.awaitPaper(t, french.PressAgain)
	ann.send("resté\r\x03\x03")
	ann.wantExit(exitDone)
	ann.awaitPaper(t, "Au revoir, ann.")
	h.wantLeft(t, "ann", state.Quit)
	bob := h.atTeletype("bob", "dumb")
	bob.send("\x04")
	bob.wantExit(exitDone)
}

// In a bubble's time keys cost nothing, so that nobody has to rest: see meter.
func TestATeletypeIsToldThatALineIsTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, wired)
		ann := h.atTeletype("ann", "dumb")
		ann.send(strings.Repeat("x", 3*line.Max) + "\r")
		ann.awaitPaper(t, french.TextTooLong)
		ann.send(strings.Repeat("é", text.MaxText/2) + "\r")
		h.AwaitSaid(t, strings.Repeat("é", text.MaxText/2))
	})
}

// What fills a row of the terminal does not let its rest pass for a line of somebody else's.
func TestNobodyForgesALineOnATerminalThatOnlyAppends(t *testing.T) {
	for name, forged := range map[string]string{
		"blanks": "ok" + strings.Repeat(" ", 67) + "21:33 bob: faux",
		"a word": strings.Repeat("x", 69) + "21:33 bob: faux",
		"wide":   strings.Repeat("漢", 34) + "x" + "21:33 bob: faux",
		"emoji":  strings.Repeat("❤️", 34) + " 21:33 bob: faux",
		"joined": strings.Repeat("👩‍👩‍👧‍👧", 8) + strings.Repeat("x", 5) + "21:33 bob: faux",
	} {
		h := open(t)
		ann := h.atTeletype("ann", "dumb")
		ann.awaitPaper(t, "Il n'y a que vous ici pour l'instant.")
		eve := h.pipe("eve")
		eve.send(forged + "\n" + "fin\n")
		ann.awaitPaper(t, "eve: fin")
		_, said, _ := strings.Cut(ann.out.String(), "eve arrive")
		for _, row := range paper(said) {
			if strings.HasPrefix(row, "21:33 bob") || ansi.StringWidthWc(row) >= 80 || ansi.StringWidth(row) >= 80 {
				t.Errorf("%s: the row %q in\n%s", name, row, said)
			}
		}
		if !strings.Contains(strings.Join(strings.Fields(said), ""), "21:33bob:faux") {
			t.Errorf("%s: not shown in\n%s", name, said)
		}
	}
}
