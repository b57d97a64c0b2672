package sshui

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"salon/room"
	"salon/room/lang"
	"salon/room/roomtest"
	"salon/room/state"
	"salon/room/text"
)

var french = lang.Of(state.French)

func TestACommandEndsWithItsExitCode(t *testing.T) {
	h := open(t)
	h.Join("ann")
	for _, c := range []struct {
		command, out, err string // err is a part of it, "" for silence
		code              int
	}{
		{"@tous déployé", "", "", exitDone},
		{"bonjour", "", "", exitDone},
		{"  bonjour  ", "", "", exitDone},
		{"@ann salut", "", "", exitDone},
		{"/liste", "ann\n", "", exitDone},
		{"//liste", "ann\n", "", exitDone},
		{"/sujet", "* " + french.NoTopic + "\n", "", exitDone},
		{"/quitter à demain", "", "", exitDone},
		{"/pseudo bot", "", "Vous êtes bot", exitDone},
		{"/pseudo ann", "", "déjà pris", exitRefused},
		{"/kick ann", "", "réservé aux opérateurs", exitRefused},
		{strings.Repeat("x", text.MaxText+1), "", french.TextTooLong, exitRefused},
		{"/r salut", "", french.NobodyToReply, exitUsage}, // without a key, nobody knows whether it is the same bot
		{"@anm salut", "", "Vouliez-vous dire @ann ?", exitUnknown},
		{"/mp personne salut", "", "Personne ne s'appelle « personne »", exitUnknown},
		{"/me", "", "Usage", exitUsage},
		{"/lsite", "", "Vouliez-vous dire /liste", exitUsage},
		{" ", "", french.Empty, exitUsage},
		{"--help", "", "ssh pseudo@", exitUsage},
		{"-x", "", "ssh pseudo@", exitUsage},
	} {
		s := h.run("bot", c.command)
		if s.status != c.code || s.out.String() != c.out || !strings.Contains(s.err.String(), c.err) || (c.err == "") != (s.err.String() == "") {
			t.Errorf("%.60q: exit code %d, want %d; stdout %q, want %q; stderr %q, want %q", c.command, s.status, c.code, s.out, c.out, s.err, c.err)
		}
	}
	if s := h.run("muet", "/r salut"); s.status != exitUsage || s.err.String() != french.NobodyToReply+"\n" {
		t.Errorf("an answer to nobody: %d, %q", s.status, s.err)
	}
	h.wantSaid(t, "bot", "déployé", "bonjour", "bonjour")
}

func TestCommandsAreNeitherAnnouncedNorListed(t *testing.T) {
	h := open(t)
	ann := h.pipe("ann")
	if s := h.run("bot", "/liste"); s.out.String() != "ann\n" {
		t.Errorf("bot lists itself: %q", s.out)
	}
	h.run("bot", "coucou")
	ann.out.awaitText(t, "bot: coucou")
	if joined, left := roomtest.Seen[state.Joined](h.Console), roomtest.Seen[state.Left](h.Console); len(joined) != 1 || len(left) != 0 {
		t.Errorf("announced %v and %v", joined, left)
	}
	if strings.Contains(ann.out.String(), "bot est") {
		t.Errorf("ann was shown %s", ann.out)
	}
}

func TestAQuotedCommandIsTakenAsItIs(t *testing.T) {
	h := open(t)
	h.run("bot", `dit "deux  espaces" et c'est \tout`)
	h.AwaitSaid(t, `dit "deux  espaces" et c'est \tout`)
}

func TestACommandOnATerminalKeepsItsLinesStraight(t *testing.T) {
	h := open(t)
	h.Join("ann")
	h.Join("bob")
	s := openChannel(t, h.dial("bot"))
	s.must("pty-req", ptyRequest{Term: "xterm", Columns: 80, Rows: 24})
	s.must("exec", execRequest{"/liste"})
	s.wantExit(exitDone)
	if got := s.out.String(); got != "ann\r\nbob\r\n" {
		t.Errorf("shown %q", got)
	}
}

func TestTooFastACommandEndsWithFour(t *testing.T) {
	h := open(t, func(b *build) { b.room.Rate, b.room.Burst = 0.001, 1 })
	h.run("bot", "un").wantExit(exitDone)
	s := h.run("bot", "deux")
	if s.status != exitTooFast || !strings.HasPrefix(s.err.String(), "Trop vite : attendez ") {
		t.Errorf("the second: %d, %q", s.status, s.err)
	}
	h.wantSaid(t, "bot", "un")
}

func TestAShutdownComingTurnsCommandsAndPipesAway(t *testing.T) {
	h := open(t)
	h.Order(t, "shutdown 50")
	if s := h.run("bot", "encore un mot"); s.status != exitShutdown || !strings.HasPrefix(s.err.String(), "Le salon ferme dans 50 s") {
		t.Errorf("a command: %d, %q", s.status, s.err)
	}
	s := openChannel(t, h.dial("bot"))
	s.must("shell", nil)
	s.wantExit(exitShutdown)
	h.Order(t, "shutdown annuler")
	h.run("bot", "ouf").wantExit(exitDone)
}

func TestAClosedRoomTurnsCommandsAway(t *testing.T) {
	h := open(t)
	c := h.dial("bot")
	h.Room.Stop("")
	s := openChannel(t, c)
	s.must("exec", execRequest{"/liste"})
	s.wantExit(exitShutdown)
	if got := s.err.String(); got != french.ShuttingDownNow+"\n" {
		t.Errorf("told %q", got)
	}
}

func TestABannedPseudoIsToldWhy(t *testing.T) {
	h := open(t)
	h.Order(t, "ban bot 2h trop de bruit")
	h.run("bot", "bonjour").wantExit(exitRefused, "trop de bruit")
}

func TestAPrivateMessageThatCouldNotBeDeliveredIsAFailure(t *testing.T) {
	h := open(t)
	h.Join("ann") // reads nothing
	for range 1000 {
		s := h.run("bot", "@ann tu es là ?")
		if s.status == exitDone {
			continue
		}
		s.wantExit(exitRefused, "message privé non remis")
		return
	}
	t.Error("a thousand private messages are all said to be delivered")
}

func TestAPrivateMessageToSomebodyAwayTellsAndSucceeds(t *testing.T) {
	h := open(t)
	if _, err := h.Join("ann").Do(t.Context(), "/absent à table"); err != nil {
		t.Fatal(err)
	}
	h.run("bot", "@ann tu es là ?").wantExit(exitDone, "à table")
}

func TestTheClientsLocaleAndZoneAreHeeded(t *testing.T) {
	h := open(t)
	c := h.dial("bot", newKey(t))
	for _, l := range []struct {
		env  []envRequest
		want string
	}{
		{nil, "La commande"},
		{[]envRequest{{"LANG", "en_GB.UTF-8"}}, "There is no command"},
		{[]envRequest{{"LANG", "en_GB.UTF-8"}, {"LC_ALL", "fr_FR"}}, "La commande"},
		{[]envRequest{{"LC_ALL", "C"}, {"LC_MESSAGES", "en_US"}}, "There is no command"},
		{[]envRequest{{"LANG", "xx_XX"}}, "La commande"},
		{[]envRequest{{"TZ", ":Nowhere/At_All"}, {"LANG", "en"}}, "There is no command"},
	} {
		s := openChannel(t, c)
		for _, e := range l.env {
			s.must("env", e)
		}
		s.must("exec", execRequest{"/xyzzy"})
		s.wantExit(exitUsage, l.want)
	}
	h.Order(t, "wall midi")
	s := openChannel(t, c)
	s.must("env", envRequest{"TZ", "Asia/Tokyo"})
	s.must("exec", execRequest{"/historique"})
	s.wantExit(exitDone)
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Skip(err)
	}
	events := h.Events()
	at := events[len(events)-1].Time.In(tokyo).Format("15:04")
	if !strings.Contains(s.out.String(), at+" *** ") {
		t.Errorf("in Tokyo it was %s, but shown %q", at, s.out)
	}
}

func TestAFaultOfOursEndsOneSessionWithAnApology(t *testing.T) {
	h := open(t, func(b *build) {
		b.store = roomtest.Faulty{MemoryStore: room.NewMemoryStore()}
		b.room.Zone = func(string) (*time.Location, error) { panic("another") }
	})
	ann := h.pipe("ann")
	sick := openChannel(t, h.dial("bob"))
	sick.must("pty-req", ptyRequest{Term: "xterm", Columns: 80, Rows: 24})
	sick.must("shell", nil)
	sick.send("/chercher x\r")
	sick.wantExit(exitRefused)
	if !strings.Contains(sick.out.String(), french.EndCrashed) {
		t.Errorf("bob was shown %q", sick.out)
	}
	h.wantLeft(t, "bob", state.Crashed)
	for user, begin := range map[string]func(*clientChannel){
		"command": func(s *clientChannel) { s.must("exec", execRequest{"/chercher x"}) },
		"pipe":    func(s *clientChannel) { s.must("shell", nil); s.send("/chercher x\n") },
		"before":  func(s *clientChannel) { s.must("env", envRequest{"TZ", "Europe/Paris"}); s.must("shell", nil) },
	} {
		s := openChannel(t, h.dial(user))
		begin(s)
		s.wantExit(exitRefused, french.EndCrashed)
		h.run(user, "me revoilà").wantExit(exitDone) // its pseudo is free
	}
	ann.wantTalking(h, "moi ça va")
}

func TestAStreamOfJSONGivesOneObjectALine(t *testing.T) {
	h := open(t)
	for _, command := range []string{"--json", "/json", " /json "} {
		bot := openChannel(t, h.dial("bot"))
		bot.must("exec", execRequest{command})
		h.AwaitJoined(t, "bot")
		bot.CloseWrite()
		ann := h.pipe("ann")
		ann.send("bonjour \"bot\"\x1b[31m\n@bot en privé\n/xyzzy\n")
		ann.CloseWrite()
		ann.wantExit(exitUsage)
		bot.out.awaitText(t, `"type":"left"`)
		h.Order(t, "kick bot assez")
		bot.wantExit(exitRefused)
		var types []string
		for line := range strings.Lines(bot.out.String()) {
			var o lang.Object
			if err := json.Unmarshal([]byte(line), &o); err != nil {
				t.Fatalf("%q: %v", line, err)
			}
			types = append(types, o.Type)
			if o.Type == "message" && (o.From != "ann" || o.Text != `bonjour "bot"`) {
				t.Errorf("message %+v", o)
			}
		}
		if got := strings.Join(types, " "); got != "welcome joined message private left kicked" {
			t.Errorf("%q gives %s", command, got)
		}
		h.Forget()
	}
}

func TestAStreamTakesLinesToo(t *testing.T) {
	h := open(t)
	bot := openChannel(t, h.dial("bot"))
	bot.must("exec", execRequest{"--json"})
	bot.send("bonjour\n@personne salut\n")
	bot.out.awaitText(t, `"text":"bonjour"`)
	bot.out.awaitText(t, `"type":"error"`)
	if bot.err.String() != "" {
		t.Errorf("on stderr: %q", bot.err)
	}
	bot.send("/quitter\n")
	bot.wantExit(exitUnknown)
}

// What stands behind the command for a stream may be a pass phrase that somebody typed wrongly: they are told, and
// do not wait for a stream.
func TestAStreamThatIsAskedForWronglyEnds(t *testing.T) {
	h := open(t)
	for command, want := range map[string]error{
		"/json /inscrire sesame-ouvre-toi": room.ErrSecretPlace, "--json /inscrire sesame-ouvre-toi": room.ErrSecretPlace,
		"--json since=hier": &room.UsageError{Command: called(t, "/json"), Arg: "since=hier"},
	} {
		bot := h.run("bot", command)
		bot.wantExit(exitUsage, lang.View{}.Error(want))
		if strings.Contains(bot.out.String()+bot.err.String(), "sesame") {
			t.Errorf("%q shows the pass phrase again", command)
		}
	}
}

func called(t *testing.T, line string) *room.Command {
	t.Helper()
	c, _ := room.Calls(line)
	if c == nil {
		t.Fatalf("no command %q", line)
	}
	return c
}

func TestExitCodesOfOtherFailures(t *testing.T) {
	for _, c := range []struct {
		err  error
		code int
	}{
		{errors.New("any"), exitRefused}, {state.ErrBusy, exitRefused}, {state.ErrClosed, exitShutdown},
		{&state.Ending{Cause: state.Expelled}, exitRefused}, {&state.Ending{Cause: state.Shutdown}, exitShutdown}, {&state.Ending{Cause: state.Quit}, exitDone},
		{&state.MutedError{}, exitRefused}, {fmt.Errorf("wrapped: %w", &room.TooFastError{}), exitTooFast},
	} {
		if got := exitCode(c.err); got != c.code {
			t.Errorf("%v: %d, want %d", c.err, got, c.code)
		}
	}
}

func TestACommandThatIsTooFastWaits(t *testing.T) {
	h := open(t, func(b *build) { b.room.Rate, b.room.Burst = 2, 1 })
	for i := range 4 {
		h.run("bot", fmt.Sprint(i)).wantExit(exitDone)
	}
	h.wantSaid(t, "bot", "0", "1", "2", "3")
}
