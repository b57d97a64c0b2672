package rawtcp

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"salon/room"
	"salon/room/roomtest"
	"salon/room/state"
	"salon/room/text"
)

const (
	phrase   = "Correcte pile d'agrafes"
	password = "sésame ouvre-toi"
)

// Telnet's words about the echo, and its no-operation, by which a server knows a telnet.
const (
	nop                = "\xff\xf1"
	willLogout         = "\xff\xfb\x12" // to a telnet that is refused
	willEcho, wontEcho = "\xff\xfb\x01", "\xff\xfc\x01"
	doEcho, dontEcho   = "\xff\xfd\x01", "\xff\xfe\x01"
)

var (
	askPass     = fmt.Sprintf(french.AskPassShown, "ann")
	askHidden   = fmt.Sprintf(french.AskPass, "ann") // of a client that will hide it
	askPassword = french.AskPasswordShown
)

// phrased registers a pseudo with the phrase, over raw TCP, and leaves. It has
// nothing to do with guesses.
func (h *harness) phrased(pseudo string) {
	h.T.Helper()
	p := h.patient(pseudo)
	defer p.Close()
	if answer, _, err := p.ask("/inscrire " + phrase); err != nil || len(answer) != 1 || !strings.Contains(answer[0], pseudo) {
		h.T.Fatalf("%s is not registered: %q, %v", pseudo, answer, err)
	}
	p.ask("/quitter")
	h.AwaitLeft(h.T, text.Pseudo(pseudo))
}

// keyed joins over ssh and registers the pseudo with a key.
func (h *harness) keyed(pseudo text.Pseudo) *room.Session {
	h.T.Helper()
	ssh, err := h.Room.Join(context.Background(), room.Entry{Pseudo: pseudo, KeyID: "SHA256:A", Front: "ssh"})
	if err != nil {
		h.T.Fatal(err)
	}
	if _, err := ssh.Do(context.Background(), "/inscrire"); err != nil {
		h.T.Fatal(err)
	}
	return ssh
}

// awaitTimes waits until a text has come so many times.
func (c *caller) awaitTimes(n int, want string) {
	c.t.Helper()
	c.Await(c.t, func() string { return fmt.Sprintf("not shown %d times %q, but\n%q", n, want, c) }, func() bool {
		return strings.Count(c.String(), want) >= n
	})
}

func TestARegisteredPseudoOpensWithItsPhraseAlone(t *testing.T) {
	h := open(t)
	h.phrased("ann")
	c := h.call()
	c.send("ANN\r\n")
	c.awaitText(strings.ReplaceAll(askPass, "ann", "ANN"))
	c.send("autre phrase\r\n")
	c.awaitText("Ce n'est pas la phrase de passe de ce pseudo.\r\n" + strings.ReplaceAll(askPass, "ann", "ANN"))
	c.send("  " + phrase + "\r\n")
	c.awaitText("Bienvenue, ann")
	c.wantTalking(h, "me revoilà")
	if strings.Contains(c.String(), "\xff") {
		t.Errorf("a client that sends no command is sent some: %q", c)
	}
}

func TestTelnetHidesThePhraseAndNothingElse(t *testing.T) {
	h := open(t)
	h.phrased("ann")
	c := h.call()
	c.awaitText(hello)
	c.send(nop + "ann\r\n")
	c.awaitText(hello + willEcho + askHidden)
	c.send(doEcho + "autre phrase\r\x00")
	c.awaitText(askHidden + "\r\n")
	c.awaitTimes(2, askHidden)
	c.send("\xff\xf6") // are you there
	c.awaitTimes(3, askHidden)
	c.send(phrase + "\r\x00")
	c.awaitText(askHidden + "\r\n" + wontEcho + "* Bienvenue, ann")
	c.send(dontEcho)
	c.wantTalking(h, "me revoilà")
	if text := c.String(); strings.Count(text, willEcho) != 1 || strings.Count(text, wontEcho) != 1 || strings.Contains(text, phrase) {
		t.Errorf("sent %q", text)
	}
}

func TestATelnetThatRefusesToHideASecretIsWarned(t *testing.T) {
	h := open(t)
	h.phrased("ann")
	c := h.call()
	c.send(nop + "ann\r\n")
	c.awaitText(willEcho + askHidden)
	c.send(dontEcho + "autre phrase\r\n")
	c.awaitText(french.WrongPass + "\r\n" + askPass)
	c.send(phrase + "\r\n")
	c.awaitText("Bienvenue, ann")
}

// TestATelnetIsKnownByItsUsersCommand: on a port other than 23 it sends none by itself.
func TestATelnetIsKnownByItsUsersCommand(t *testing.T) {
	h := open(t)
	h.phrased("ann")
	c := h.call()
	c.send("ann\r\n")
	c.awaitText(hello + askPass)
	c.send("\xff\xf6") // send ayt
	c.awaitText(askPass + willEcho + askPass)
	c.send(doEcho + phrase + "\r\n")
	c.awaitText(wontEcho + "* Bienvenue, ann")
}

func TestTelnetThatAnswersAfterItsUserHidesNothingMore(t *testing.T) {
	h := open(t)
	h.phrased("ann")
	c := h.call()
	c.send(nop + "ann\r\n" + phrase + "\r\n")
	c.awaitText("Bienvenue, ann")
	c.send(doEcho)
	c.awaitText(wontEcho)
	c.send(dontEcho)
	c.wantTalking(h, "me revoilà")
}

func TestNoPhraseAsksForAPseudoAgain(t *testing.T) {
	h := open(t)
	h.phrased("ann")
	c := h.call()
	c.send(nop + "ann\r\n")
	c.awaitText(askHidden)
	c.send(doEcho + " \r\n")
	c.awaitText("S'il est à vous, venez avec votre clé ou votre phrase de passe ; sinon, choisissez-en un autre.\r\n" + wontEcho + hello)
	c.send(dontEcho + "ann\r\n")
	c.awaitTimes(2, willEcho+askHidden)
	c.send("\r\n")
	c.awaitTimes(3, hello)
	c.send("bob\r\n")
	c.awaitText("Bienvenue, bob")
}

func TestGuessesAreSlowedThenLetGo(t *testing.T) {
	h := open(t)
	h.phrased("ann")
	c := h.call()
	c.send("ann\r\n" + strings.Repeat("autre phrase\r\n", 5) + phrase + "\r\n")
	c.awaitText("Rien n'a été vérifié.\r\n" + askPass)
	if got := strings.Count(c.String(), french.WrongPass); got != 5 {
		t.Errorf("%d guesses were looked at", got)
	}
	c.send(strings.Repeat(phrase+"\r\n", 10))
	c.wantEnd(french.TooManyTries + "\r\n")
	if got := strings.Count(c.String(), askPass); got != visitorTries-1 {
		t.Errorf("the phrase is asked for %d times", got)
	}
	if got := roomtest.Seen[state.Joined](h.Console); len(got) != 1 {
		t.Errorf("joined: %v", got)
	}
}

// toldAfter guesses ann's phrase so many times, each over another connection, and returns
// the caller who then gives the right one and is told something.
func (h *harness) toldAfter(guesses int, told string) *caller {
	h.T.Helper()
	h.phrased("ann")
	for range guesses {
		c := h.call()
		c.send("ann\r\nautre phrase\r\n")
		c.awaitText(french.WrongPass)
	}
	c := h.call()
	c.send("ann\r\n" + phrase + "\r\n")
	c.awaitText(told)
	return c
}

func TestGuessesFromManyConnectionsAreSlowedTogether(t *testing.T) {
	h := open(t)
	c := h.toldAfter(5, "Rien n'a été vérifié.")
	c.send("\r\nbob\r\n") // nothing is held against those who prove nothing
	c.awaitText("Bienvenue, bob")
}

// spread makes each connection come from another address.
type spread struct {
	net.Listener
	n int
}

func (s *spread) Accept() (net.Conn, error) {
	s.n++
	return from{s.Listener, fmt.Sprintf("192.0.2.%d", s.n)}.Accept()
}

// TestGuessesFromManyAddressesKeepNobodyOut who has guessed nothing.
func TestGuessesFromManyAddressesKeepNobodyOut(t *testing.T) {
	h := open(t, func(b *build) {
		b.listen = func(l net.Listener) net.Listener { return &spread{Listener: l} }
	})
	h.toldAfter(11, "Bienvenue, ann")
}

func TestAnOwnerIsOneMemberOverBothFronts(t *testing.T) {
	h := open(t)
	ssh := h.keyed("ann")
	defer ssh.Close(state.Ending{Cause: state.Quit})
	if _, err := ssh.Do(context.Background(), "/inscrire "+phrase); err != nil {
		t.Fatal(err)
	}
	bob := h.enter("bob")
	c := h.call()
	c.send("ann\r\n" + phrase + "\r\n")
	c.awaitText("Bienvenue, ann")
	bob.send("/liste\r\n")
	bob.awaitText("2 en ligne")
	c.wantTalking(h, "par telnet")
	h.patient("cléo").Close() // others come in as before
}

func TestAPseudoRegisteredWithAKeyIsForTheKey(t *testing.T) {
	h := open(t)
	h.keyed("ann").Close(state.Ending{Cause: state.Quit})
	for _, name := range []string{"ann", "ANN", "Аnn"} { // the last begins in Cyrillic
		c := h.call()
		c.send(name + "\r\n")
		c.awaitTimes(2, hello)
		if strings.Contains(c.String(), willEcho) || strings.Contains(c.String(), "Bienvenue") {
			t.Errorf("%s: %q", name, c)
		}
		c.Close()
	}
}

func TestWhatLooksLikeARegisteredPseudoIsRefusedWithoutAsking(t *testing.T) {
	h := open(t)
	h.phrased("bob")
	c := h.call()
	c.send("b0b\r\n")
	c.awaitText("« b0b » ressemble trop à « bob », qui est inscrit. Choisissez-en un autre.\r\n" + hello)
	c.send("ann\r\n/pseudo bob\r\n")
	c.awaitText("Le pseudo « bob » est inscrit.")
}

func TestAGuestsNameThatIsRegisteredIsPassedOver(t *testing.T) {
	h := open(t)
	h.phrased("invité-1")
	h.keyed("invité-2").Close(state.Ending{Cause: state.Quit})
	c := h.call()
	c.send("@tous bonjour\r\n")
	c.awaitText("vous êtes invité-3.")
	h.AwaitSaid(t, "bonjour")
}

func TestASecretGetsTimeOfItsOwnAndNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, wired)
		h.phrased("ann")
		c := h.call()
		time.Sleep(h.server.waits.pseudo - time.Second) // nearly all of the time for a pseudo
		c.send("ann\r\n")
		c.awaitText(askPass)
		asked := time.Now()
		c.send("à moitié")
		time.Sleep(h.server.waits.pseudo - patience/2)
		c.wantEnd(french.EndIdle + "\r\n")
		if took := time.Since(asked); took != h.server.waits.pseudo {
			t.Errorf("after %v, want %v", took, h.server.waits.pseudo)
		}
	})
}

func TestShutdownDoesNotWaitForASecret(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.phrased("ann")
	c := h.call()
	c.send("ann\r\n")
	c.awaitText(askPass)
	h.Room.Stop("")
	h.server.Shutdown(context.Background()) // would never return
	c.wantEnd(french.ShuttingDownNow + "\r\n")
}

func TestLeavingInPlaceOfASecretIsNoJoin(t *testing.T) {
	h := open(t)
	h.phrased("ann")
	for last, answer := range map[string]string{"\x03": "", "\x04": "", "\xff\xec": "", doEcho + "oub\xff\xf4\xff\xfd\x06": "\xff\xfc\x06"} {
		c := h.call()
		c.send(nop + "ann\r\n")
		c.awaitText(askHidden)
		c.send(last)
		c.closeWrite()
		c.wantEnd(askHidden + answer)
	}
	if got := roomtest.Seen[state.Joined](h.Console); len(got) != 1 {
		t.Errorf("joined: %v", got)
	}
}

// TestNoSecretIsInAnyOutput looks for secrets in every byte that anybody is sent and
// in the server's log.
func TestNoSecretIsInAnyOutput(t *testing.T) {
	t.Parallel()
	var log roomtest.Journal
	h := open(t, func(b *build) {
		b.log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	bob := h.enter("bob")
	json := h.enter("cléo")
	json.send("/json\r\n")
	h.phrased("ann")
	h.Room.SetAccess(room.Access{Password: password})
	ann := h.call()
	ann.send("ann\r\n" + password + " faux\r\n" + phrase + " fausse\r\n" + password + "\r\n" + phrase + "\r\n")
	ann.awaitText("Bienvenue, ann")
	for i, line := range []string{
		"/inscrire " + phrase, "/register  " + phrase, "//inscrire " + phrase, " /INSCRIRE " + phrase, "\x1b[31m/inscrire " + phrase,
		"/inscrire agrafe", "/inscrire SHA256:agrafes", "/inscrire " + strings.Repeat("agrafe ", 1000),
	} {
		ann.send(line + "\r\n\xff\xf6")
		ann.awaitTimes(i+1, french.StillHere)
	}
	ann.send("/info ann\r\n/historique\r\n/chercher bienvenue\r\n@tous fini\r\n")
	for _, c := range []*caller{ann, bob, json} {
		c.awaitText("fini")
	}
	ann.send("/quitter\r\n")
	ann.wantEnd(goodbye("ann"))
	h.Close()
	for name, out := range map[string]string{"ann": ann.String(), "bob": bob.String(), "json": json.String(), "the log": log.String()} {
		for _, secret := range []string{"agrafe", "sésame", "argon2", "fausse", "faux"} {
			if strings.Contains(out, secret) {
				t.Errorf("%s: %q is in\n%s", name, secret, out)
			}
		}
	}
	if !strings.Contains(log.String(), `msg="login failed"`) {
		t.Errorf("the log says nothing:\n%s", &log)
	}
}

func TestEveryLineThatHoldsASecretIsAnswered(t *testing.T) {
	h := open(t)
	p := h.patient("ann")
	for _, line := range []string{"/inscrire", "/inscrire court", "/inscrire " + phrase, "//inscrire " + phrase, "/register " + phrase, "/inscrire SHA256:x"} {
		if answer, ended, err := p.ask(line); err != nil || ended || len(answer) != 1 {
			t.Errorf("%q: answered %q (%v)", line, answer, err)
		}
	}
}
