package client

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	uv "github.com/charmbracelet/ultraviolet"

	"salon/room/lang"
	"salon/room/state"
)

var french = lang.Of(state.French)

func TestMessagesArriveWhileOneTypes(t *testing.T) {
	s := play(t, 40, 12)
	s.say("Pseudo : ")
	s.awaitScreen("Pseudo :")
	s.press("ann\r")
	s.hear("ann\r\n")
	s.say("* Bienvenue, ann !\r\n")
	s.awaitScreen("Pseudo : ann", "* Bienvenue, ann !", ">")
	s.press("bonj")
	s.awaitScreen("Pseudo : ann", "* Bienvenue, ann !", "> bonj")
	s.say("14:05 bob: un\r\n14:05 bob: deux\r\n")
	s.awaitScreen("Pseudo : ann", "* Bienvenue, ann !", "14:05 bob: un", "14:05 bob: deux", "> bonj")
	s.press("our")
	s.say("14:06 bob: trois\r\n")
	s.awaitScreen("Pseudo : ann", "* Bienvenue, ann !", "14:05 bob: un", "14:05 bob: deux", "14:06 bob: trois", "> bonjour")
	s.press("\r")
	s.hear("bonjour\r\n")
	s.say("14:06 ann: bonjour\r\n")
	s.awaitScreen("Pseudo : ann", "* Bienvenue, ann !", "14:05 bob: un", "14:05 bob: deux", "14:06 bob: trois", "14:06 ann: bonjour", ">")
}

func TestAQuestionAskedAgainIsThePromptAgain(t *testing.T) {
	s := play(t, 40, 12)
	s.say("Pseudo : ")
	s.awaitScreen("Pseudo :")
	s.press("root\r")
	s.hear("root\r\n")
	s.say("14:05 x « root » est réservé.\r\nPseudo : ")
	s.awaitScreen("Pseudo : root", "14:05 x « root » est réservé.", "Pseudo :")
	s.press("ann\r")
	s.hear("ann\r\n")
	s.say("* Bienvenue, ann !\r\n")
	s.awaitScreen("Pseudo : root", "14:05 x « root » est réservé.", "Pseudo : ann", "* Bienvenue, ann !", ">")
}

func TestALineInPiecesIsOneLine(t *testing.T) {
	s := play(t, 40, 12)
	s.press("x")
	s.awaitScreen("> x")
	for _, piece := range []string{"14:05 b", "ob: caf", "\xc3", "\xa9 cr", "ème\r", "\n"} {
		s.say(piece)
	}
	s.awaitScreen("14:05 bob: café crème", "> x")
}

// wantFarewell checks that the client ends well, after the farewell on a line of
// its own, the cursor below it.
func (s *testClient) wantFarewell(rows ...string) {
	s.server.t.Helper()
	s.hearEnd()
	s.say("Au revoir, ann.\r\n")
	s.server.Close()
	if err := s.ended(); err != nil {
		s.server.t.Errorf("ended with %v", err)
	}
	s.awaitScreen(append(rows, "Au revoir, ann.")...)
	if s.column() != 0 {
		s.server.t.Errorf("the cursor is left in column %d", s.column())
	}
}

func TestCtrlDLeaves(t *testing.T) {
	s := play(t, 40, 12)
	s.say("14:05 bob: un\r\n")
	s.awaitScreen("14:05 bob: un", ">")
	s.press("\x04")
	s.wantFarewell("14:05 bob: un")
}

func TestCtrlCTwiceLeaves(t *testing.T) {
	s := play(t, 60, 12)
	s.press("oublié")
	s.awaitScreen("> oublié")
	s.press("\x03")
	s.awaitScreen(">")
	s.press("\x03")
	s.awaitScreen(french.PressAgain, ">")
	s.press("gardé\r")
	s.hear("gardé\r\n")
	s.press("\x03")
	s.awaitScreen(french.PressAgain, french.PressAgain, ">")
	s.press("\x03")
	s.wantFarewell(french.PressAgain, french.PressAgain)
}

func TestAServerThatSaysNothingMoreIsNotWaitedForLong(t *testing.T) {
	t.Parallel()
	conn, srv := connect(t)
	s := playOver(t, conn, srv, 40, 12)
	s.press("\x04")
	s.hearEnd()
	if err := s.ended(); err != nil {
		t.Errorf("ended with %v", err)
	}
}

func TestAServerThatHangsUpEndsTheClient(t *testing.T) {
	s := play(t, 40, 12)
	s.press("à moitié ta")
	s.awaitScreen("> à moitié ta")
	s.say("Le salon ferme.\r\nsans fin")
	s.server.Close()
	if err := s.ended(); err != nil {
		t.Errorf("ended with %v", err)
	}
	s.awaitScreen("Le salon ferme.", "sans fin")
	if s.column() != 0 {
		t.Errorf("the cursor is left in column %d", s.column())
	}
}

func TestAConnectionThatBreaksIsReportedAsSuch(t *testing.T) {
	s := play(t, 40, 12)
	s.say("14:05 bob: un\r\n")
	s.awaitScreen("14:05 bob: un", ">")
	s.server.Conn.(*net.TCPConn).SetLinger(0)
	s.server.Close()
	err := s.ended()
	if err == nil || !strings.HasPrefix(err.Error(), strings.TrimSuffix(french.ClientLost, "%v")) {
		t.Errorf("ended with %v", err)
	}
}

// hostile are lines that a server may send, and how much of them is text.
var hostile = map[string]string{
	"\x1b[2J\x1b[1;1Hefface":         "efface",
	"\x1b]0;titre\x07reste":          "reste",
	"\x1b]52;c;aGVsbG8=\x1b\\presse": "presse",
	"\x1bP+q544e\x1b\\requête":       "requête",
	"\xc2\x9b2Jcontrôle":             "contrôle",
	"cloche\x07":                     "cloche",
	"avant\rarrière":                 "avant arrière",
	"recul\x08\x08\x08":              "recul",
	"\u202egauche":                   "gauche",
	"\x1b[6nrapport":                 "rapport",
	"\x1b[?1049hécran":               "écran",
	"zéro\x00\x00":                   "zéro",
}

func TestWhatAHostileServerSendsIsOnlyText(t *testing.T) {
	for sent, want := range hostile {
		t.Run(want, func(t *testing.T) {
			s := play(t, 40, 12)
			s.say("première\r\n")
			s.awaitScreen("première", ">")
			before := len(s.String())
			s.say(sent + "\r\nfin\r\n")
			s.awaitScreen("première", want, "fin", ">")
			shown := s.String()[before:]
			s.say(sent) // as a question too
			s.awaitScreen("première", want, "fin", want)
			for _, seq := range []string{"\x1b]", "\x1bP", "\x1b[2J", "\x1b[6n", "\x1b[?", "\x07", "\u009b", "\x00", "\u202e"} {
				if strings.Contains(shown, seq) || strings.Contains(s.String()[before:], seq) {
					t.Errorf("the terminal is sent %q in %q", seq, shown)
				}
			}
		})
	}
}

func TestAnEndlessLineTakesNoMemoryAndShows(t *testing.T) {
	s := play(t, 80, 5)
	block := strings.Repeat("x", 64<<10)
	for range 16 {
		s.say(block)
	}
	s.say("\r\nfin\r\n")
	s.awaitThat("shows the end", func() bool { // the screen alone: what has scrolled away is long
		at := s.screen.CursorPosition().Y
		row := func(y int) string { return s.row(func(x int) *uv.Cell { return s.screen.CellAt(x, y) }) }
		return at > 0 && row(at-1) == "fin" && row(at) == ">"
	})
	s.press("encore là\r")
	s.hear("encore là\r\n")
}

func TestAResizeKeepsWhatIsBeingTyped(t *testing.T) {
	s := play(t, 60, 12)
	s.press("bonjour")
	s.awaitScreen("> bonjour")
	s.mu.Lock()
	s.screen.Resize(30, 6)
	s.mu.Unlock()
	s.client.SetSize(30, 6)
	s.say("14:05 bob: un\r\n")
	s.awaitScreen("14:05 bob: un", "> bonjour")
}

// piped runs the client between two pipes until it ends.
func piped(t *testing.T, in io.Reader, serve func(*server)) (out string, err error) {
	t.Helper()
	conn, srv := connect(t)
	var shown bytes.Buffer
	done := make(chan error, 1)
	go func() { done <- Run(conn, state.French, in, &shown) }()
	srv.greet()
	serve(srv)
	select {
	case err = <-done:
	case <-time.After(patience):
		t.Fatal("the client never ends")
	}
	return shown.String(), err
}

func TestAPipeSendsAllAndShowsAll(t *testing.T) {
	var sent, answers strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&sent, "ligne %d\n", i)
		fmt.Fprintf(&answers, "14:05 ann: ligne %d\n", i)
	}
	out, err := piped(t, strings.NewReader(sent.String()), func(s *server) {
		s.say("Pseudo : * Bienvenue\r\n")
		for i := range 1000 {
			s.hear(fmt.Sprintf("ligne %d\n", i))
			s.say(fmt.Sprintf("14:05 ann: ligne %d\r\n", i))
		}
		s.hearEnd()
		s.say("Au revoir, ann.\r\n")
		s.Close()
	})
	if want := "Pseudo : * Bienvenue\n" + answers.String() + "Au revoir, ann.\n"; out != want || err != nil {
		t.Errorf("shown %d bytes (%v), want %d", len(out), err, len(want))
	}
}

func TestAPipeIsShownAHostileServersTextOnly(t *testing.T) {
	for sent, want := range hostile {
		out, err := piped(t, strings.NewReader(""), func(s *server) {
			s.say(sent + "\r\n" + sent)
			s.Close()
		})
		if out != want+"\n"+want || err != nil {
			t.Errorf("%q is shown as %q (%v)", sent, out, err)
		}
	}
}

func TestAPipesLongLinesComeWhole(t *testing.T) {
	long := strings.Repeat("un é deux  ", 20_000)
	out, err := piped(t, strings.NewReader(""), func(s *server) {
		s.say(long + ".\r\n")
		s.Close()
	})
	if out != long+".\n" || err != nil {
		t.Errorf("%d bytes came as %d (%v)", len(long)+2, len(out), err)
	}
}

func TestAPipesBrokenConnectionIsAnError(t *testing.T) {
	in, hold := io.Pipe()
	defer hold.Close()
	_, err := piped(t, in, func(s *server) {
		s.say("x\r\n")
		s.Conn.(*net.TCPConn).SetLinger(0)
		s.Close()
	})
	if err == nil {
		t.Error("it ended well")
	}
}

func TestAPipeEndsWhenTheServerDoesThoughInputGoesOn(t *testing.T) {
	in, hold := io.Pipe()
	defer hold.Close()
	out, err := piped(t, in, func(s *server) {
		s.say("Le salon ferme.\r\n")
		s.Close()
	})
	if out != "Le salon ferme.\n" || err != nil {
		t.Errorf("shown %q (%v)", out, err)
	}
}

// full is a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestAnOutputThatFailsEndsTheClient(t *testing.T) {
	conn, srv := connect(t)
	in, hold := io.Pipe()
	defer hold.Close()
	srv.say("bonjour\r\n")
	if err := Run(conn, state.French, in, full{}); err == nil {
		t.Error("it ended well")
	}
}

func TestTheClientKnowsThatItIsRefused(t *testing.T) {
	for name, end := range map[string]func(*server){
		"told so":     func(s *server) { s.greet(); s.say("Pseudo : ! Non.\r\nPseudo : " + willLogout); s.Close() },
		"turned away": func(s *server) { s.hearBytes(doMark); s.say("! Non.\r\n"); s.Close() },
	} {
		conn, srv := connect(t)
		in, hold := io.Pipe()
		var shown bytes.Buffer
		done := make(chan error, 1)
		go func() { done <- Run(conn, state.French, in, &shown) }()
		end(srv)
		if err := <-done; !errors.Is(err, ErrRefused) || !strings.HasSuffix(shown.String(), "! Non.\n") {
			t.Errorf("%s: shown %q, %v", name, shown.String(), err)
		}
		hold.Close()

		conn, srv = connect(t)
		s := &testClient{tty: newTTY(t, 40, 12), server: srv, done: make(chan error, 1)}
		s.client = New(conn, state.French, s.tty, 40, 12)
		go func() { s.done <- s.client.Run() }()
		t.Cleanup(func() { close(s.keys) })
		end(srv)
		if err := s.ended(); !errors.Is(err, ErrRefused) || !strings.Contains(s.String(), "! Non.") {
			t.Errorf("%s, on a terminal: %v", name, err)
		}
	}
}
