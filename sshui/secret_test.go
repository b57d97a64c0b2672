package sshui

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"salon/room"
	"salon/room/lang"
	"salon/room/roomtest"
	"salon/room/state"
)

const (
	phrase   = "Correcte pile d'agrafes"
	password = "sésame ouvre-toi"
)

var (
	askPass     = fmt.Sprintf(french.AskPass, "ann")
	askPassword = french.AskPassword
)

// register makes a pseudo a key's, and gives it the pass phrase.
func (h *harness) register(user string, key gossh.Signer) {
	h.T.Helper()
	h.run(user, "/inscrire", key).wantExit(exitDone)
	h.run(user, "/inscrire "+phrase, key).wantExit(exitDone)
}

// addKey adds a key to a registered pseudo, whose phrase it takes.
func (h *harness) addKey(user string, key gossh.Signer) {
	h.T.Helper()
	d := h.atTerminal(user, 80, 24, key)
	d.awaitBottom(h.T, strings.TrimSpace(fmt.Sprintf(french.AskPass, user)))
	d.send(phrase + "\r")
	d.awaitBottom(h.T, nothingTyped)
	d.send("/inscrire\r")
	d.awaitMatch(h.T, "Le pseudo "+user+" accepte aussi la clé")
	d.send("\x04")
	d.wantExit(exitDone)
}

// wantRefused checks that a command was not let in, and was told so.
func (s *clientChannel) wantRefused(why error) {
	s.t.Helper()
	s.wantExit(exitRefused)
	if want := (lang.View{}).Error(why) + "\n"; s.err.String() != want || s.out.String() != "" {
		s.t.Errorf("shown %q and on stderr %q, want %q there", s.out, s.err, want)
	}
}

func TestSecretOpensARegisteredPseudoToACommand(t *testing.T) {
	h := open(t)
	key := newKey(t)
	h.register("ann", key)
	notMine := &state.RegisteredError{Pseudo: "ann", By: "ann"}
	h.run("ann", "par sa clé", key).wantExit(exitDone)
	h.run("ANN", "autrement écrit", key).wantExit(exitDone)
	h.run("ann", "x", newKey(t)).wantRefused(notMine)
	right := with(askPass, phrase)
	right.run(h, "ann", "par sa phrase").wantExit(exitDone)
	with(askPass, "autre phrase").run(h, "ann", "x").wantRefused(room.ErrWrongPass)
	with("", "").run(h, "ann", "x").wantRefused(notMine)
	h.register("bob", newKey(t))
	none := with("", "")
	none.run(h, "b0b", "x").wantRefused(&state.RegisteredError{Pseudo: "b0b", By: "bob"})
	if !slices.Equal(right.questions, []string{askPass}) || none.questions != nil {
		t.Errorf("asked for %q, and who only looks like it for %q", right.questions, none.questions)
	}
	h.wantSaid(t, "ann", "par sa clé", "autrement écrit", "par sa phrase")
}

func TestSecretIsAskedForAtTheTerminalOfAnotherKey(t *testing.T) {
	h := open(t)
	key := newKey(t)
	h.register("ann", key)
	home := h.pipe("ann", key)
	d := h.atTerminal("ann", 80, 24, newKey(t))
	d.awaitBottom(t, strings.TrimSpace(askPass))
	d.send("agraff\x7f\x15autre\xc2\xa0phrase")
	d.send("\r")
	d.awaitRow(t, french.WrongPass)
	d.awaitBottom(t, strings.TrimSpace(askPass))
	d.send("  " + phrase + " \r")
	d.awaitBottom(t, nothingTyped)
	d.send("d'ailleurs\r")
	home.out.awaitText(t, "ann: d'ailleurs")
	if n := len(h.about(t, "ann").Fronts); n != 2 {
		t.Errorf("ann has %d sessions, want 2 of one member", n)
	}
	d.send("\x1b[A\x1b[A")
	d.awaitBottom(t, nothingTyped+" d'ailleurs") // nothing typed before it can be recalled
	for _, secret := range []string{"agraf", "Correcte", "autre"} {
		if strings.Contains(d.out.String(), secret) {
			t.Errorf("the terminal is sent %q", secret)
		}
	}
}

func TestSecretThatWasWrongAtLoginIsAskedForAtTheTerminal(t *testing.T) {
	h := open(t)
	h.register("ann", newKey(t))
	for answer, before := range map[string]string{"autre phrase": french.WrongPass, "": ""} {
		s := openChannel(t, with(askPass, answer).dial(h, "ann"))
		s.must("pty-req", ptyRequest{Term: "dumb", Columns: 80, Rows: 24})
		s.must("shell", nil)
		s.out.awaitText(t, askPass)
		s.send(phrase + "\r")
		s.out.awaitText(t, "Bienvenue, ann")
		if !strings.HasPrefix(s.out.String(), strings.TrimPrefix(before+"\r\n", "\r\n")+askPass+"\r\n") {
			t.Errorf("after %q: %q", answer, s.out)
		}
		s.send("\x04")
		s.wantExit(exitDone)
	}
}

func TestSecretThatIsNotKnownLeadsToAnotherPseudo(t *testing.T) {
	h := open(t)
	h.register("ann", newKey(t))
	d := h.atTerminal("ann", 100, 24, newKey(t))
	d.awaitBottom(t, strings.TrimSpace(askPass))
	d.send("\r")
	d.awaitBottom(t, strings.TrimSpace(french.ChoosePseudo))
	d.send("ann\r")
	d.awaitBottom(t, strings.TrimSpace(askPass))
	d.send("\r")
	d.awaitMatch(t, `(?s)choisissez-en un autre.*choisissez-en un autre`)
	d.awaitBottom(t, strings.TrimSpace(french.ChoosePseudo))
	d.send("bob\r")
	d.awaitBottom(t, nothingTyped)
	h.AwaitJoined(t, "bob")
}

func TestSecretGuessesAreBoundedAndSlowed(t *testing.T) {
	h := open(t)
	h.register("ann", newKey(t))
	d := h.atTerminal("ann", 80, 24, newKey(t))
	for i := range pseudoTries {
		d.out.Await(t, func() string { return d.picture() }, func() bool { return strings.Count(d.out.String(), askPass) == i+1 })
		d.send("autre phrase\r")
	}
	d.wantExit(exitRefused)
	if got := strings.Count(d.out.String(), french.WrongPass); got != pseudoTries {
		t.Errorf("%d guesses were looked at", got)
	}
	s := with(askPass, phrase).run(h, "ann", "x")
	s.wantExit(exitRefused)
	if !strings.Contains(s.err.String(), "Rien n'a été vérifié.") {
		t.Errorf("the right phrase is looked at among guesses: %q", s.err)
	}
	next := h.atTerminal("ann", 80, 24, newKey(t))
	next.awaitBottom(t, strings.TrimSpace(askPass))
	next.send(phrase + "\r")
	next.awaitMatch(t, `Rien n'a été vérifié\.`)
	next.awaitBottom(t, strings.TrimSpace(askPass))
	next.send("\x04")
	next.wantExit(exitRefused)
	if next.column() != 0 {
		t.Errorf("leaves the cursor in column %d", next.column())
	}
}

func TestSecretGetsTimeOfItsOwnAndNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, wired)
		h.register("ann", newKey(t))
		d := h.atTerminal("root", 80, 24, newKey(t))
		d.awaitBottom(t, strings.TrimSpace(french.ChoosePseudo))
		time.Sleep(h.server.waits.pseudo - time.Second) // nearly all of the time for a pseudo
		d.send("ann\r")
		d.awaitBottom(t, strings.TrimSpace(askPass))
		asked := time.Now()
		d.send("à moitié")
		time.Sleep(h.server.waits.pseudo - patience/2)
		d.wantExit(exitRefused)
		if took := time.Since(asked); took != h.server.waits.pseudo {
			t.Errorf("after %v, want %v", took, h.server.waits.pseudo)
		}
		if d.column() != 0 || d.bottom() != french.EndIdle || strings.Contains(d.out.String(), "moitié") {
			t.Errorf("in the end:\n%s", d.picture())
		}
	})
}

func TestSecretAtLoginGetsMoreTimeThanAHandshake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, wired)
		h.Room.SetAccess(room.Access{Password: password})
		cfg := clientConfig("ann")
		cfg.Auth = []gossh.AuthMethod{gossh.KeyboardInteractive(func(string, string, []string, []bool) ([]string, error) {
			time.Sleep(h.server.waits.login - time.Second)
			return []string{password}, nil
		})}
		client := h.dialWith(cfg)
		time.Sleep(h.server.waits.start - time.Second)
		s := openChannel(t, client)
		s.must("exec", execRequest{"enfin"})
		s.wantExit(exitDone)
		h.AwaitSaid(t, "enfin")
	})
}

func TestSecretOfShutdownIsNotWaitedFor(t *testing.T) {
	h := open(t)
	h.register("ann", newKey(t))
	d := h.atTerminal("ann", 80, 24, newKey(t))
	d.awaitBottom(t, strings.TrimSpace(askPass))
	h.Room.Stop("")
	h.server.Shutdown(context.Background()) // would never return
	d.wantExit(exitShutdown)
	if d.bottom() != french.ShuttingDownNow {
		t.Errorf("in the end:\n%s", d.picture())
	}
}

func TestSecretTwoKeysAreOneMember(t *testing.T) {
	h := open(t)
	one, two := newKey(t), newKey(t)
	h.register("ann", one)
	h.addKey("ann", two)
	first, second := h.pipe("ann", one), openChannel(t, h.dial("ann", two))
	second.must("shell", nil)
	for _, s := range []*clientChannel{first, second} {
		s.out.awaitText(t, "Bienvenue, ann")
	}
	second.send("de l'autre clé\n")
	first.out.awaitText(t, "ann: de l'autre clé")
	if got := h.present(t); !slices.Equal(got, []string{"ann"}) {
		t.Errorf("present: %q", got)
	}
	first.send("/desinscrire " + keyID(two) + "\n")
	second.wantExit(exitRefused)
	if !strings.Contains(second.err.String(), french.EndReclaimed) {
		t.Errorf("whose key was taken away is told %q", second.err)
	}
	first.CloseWrite()
	first.wantExit(exitDone)
	h.run("ann", "x", two).wantRefused(&state.RegisteredError{Pseudo: "ann", By: "ann"})
}

func TestSecretIsNeededNoMoreOnceAnOperatorFreedThePseudo(t *testing.T) {
	h := open(t)
	operator := newKey(t)
	h.register("ann", newKey(t))
	h.Room.SetAccess(room.Access{Operators: map[string]string{keyID(operator): "chef"}})
	denied := h.run("bob", "/liberer ann", newKey(t))
	denied.wantExit(exitRefused)
	h.run("chef", "/liberer ann", operator).wantExit(exitDone)
	thief := newKey(t)
	h.run("ann", "à moi", thief).wantExit(exitDone)
	h.run("ann", "/inscrire", thief).wantExit(exitDone)
	with(askPass, phrase).run(h, "ann", "x").wantRefused(&state.RegisteredError{Pseudo: "ann", By: "ann"})
}

func TestSecretOrAKeyOnTheListLetsIn(t *testing.T) {
	h := open(t)
	listed, key := newKey(t), newKey(t)
	h.register("ann", key)
	h.Room.SetAccess(room.Access{Allow: map[string]bool{keyID(listed): true}})
	h.run("bob", "de la liste", listed, newKey(t)).wantExit(exitDone)
	second := newKey(t) // shown after the first, which is refused
	h.Room.SetAccess(room.Access{Allow: map[string]bool{keyID(listed): true, keyID(second): true}})
	h.run("bob", "de la liste", newKey(t), second).wantExit(exitDone)
	unlisted := openChannel(t, h.dialWith(entersAfter("bob", gossh.PublicKeys(newKey(t)), entering())))
	unlisted.must("exec", execRequest{"x"})
	unlisted.wantRefused(room.ErrNotAllowed)
	h.run("bob", "x").wantRefused(room.ErrNotAllowed)
	with(askPass, phrase).run(h, "ann", "par ma phrase").wantExit(exitDone)
	d := h.atTerminal("bob", 80, 24)
	d.wantExit(exitRefused)
	if !strings.HasPrefix(d.picture(), "Ce salon n'est ouvert qu'à certaines clés") {
		t.Errorf("who is not on the list is told\n%s", d.picture())
	}
}

func TestSecretOfTheRoomIsAskedOfEverybody(t *testing.T) {
	h := open(t)
	key := newKey(t)
	h.register("ann", key)
	h.Room.SetAccess(room.Access{Password: password})
	h.run("bob", "x", newKey(t)).wantRefused(room.ErrNoPassword) // a command with a key cannot be asked
	with(askPassword, "autre").run(h, "bob", "x").wantRefused(room.ErrWrongPassword)
	with(askPassword, password).run(h, "bob", "mot juste").wantExit(exitDone)
	both := &asked{answers: map[string]string{askPassword: password, askPass: phrase}}
	both.run(h, "ann", "les deux").wantExit(exitDone)
	if !slices.Equal(both.questions, []string{askPassword, askPass}) {
		t.Errorf("asked for %q", both.questions)
	}
	d := h.atTerminal("ann", 80, 24, key)
	d.awaitBottom(t, strings.TrimSpace(askPassword))
	d.send("\r")
	d.awaitRow(t, french.WrongPassword)
	d.awaitBottom(t, strings.TrimSpace(askPassword))
	d.send(password + "\r")
	d.awaitBottom(t, nothingTyped)
	if got := h.about(t, "ann").KeyID; got != keyID(key) {
		t.Errorf("ann came with %q", got)
	}
}

func TestSecretThatFailedIsNotGivenBack(t *testing.T) {
	h := open(t)
	d := h.atTerminal("ann", 80, 24, newKey(t))
	d.awaitBottom(t, nothingTyped)
	d.send("/inscrire court\r")
	d.awaitMatch(t, "Une phrase de passe a de 8 à 128 caractères")
	d.awaitBottom(t, nothingTyped)
	d.send("\x1b[A")
	d.send("rien")
	d.awaitBottom(t, nothingTyped+" rien")
}

// A ban holds for a member, whichever key or front they come back by.
func TestSecretOfABannedMemberOpensNothing(t *testing.T) {
	h := open(t)
	one, two := newKey(t), newKey(t)
	h.register("ann", one)
	h.addKey("ann", two)
	ann := h.pipe("ann", one)
	h.Order(t, "ban ann trop de bruit")
	ann.wantExit(exitRefused)
	for _, user := range []string{"ann", "ANN", "zoé"} {
		for _, key := range []gossh.Signer{one, two} {
			s := h.run(user, "x", key)
			s.wantExit(exitRefused)
			if !strings.Contains(s.err.String(), "trop de bruit") {
				t.Errorf("%s is told %q", user, s.err)
			}
		}
	}
	with(askPass, phrase).run(h, "ann", "x").wantExit(exitRefused)
	_, err := h.Room.Join(context.Background(), room.Entry{Pseudo: "ann", Pass: phrase, Addr: netip.MustParseAddr("192.0.2.7"), Front: "tcp"})
	if err == nil {
		t.Error("the phrase opens the other front")
	}
}

// TestSecretIsInNoOutput looks for secrets in every byte that anybody is sent and in
// the server's log.
func TestSecretIsInNoOutput(t *testing.T) {
	var log roomtest.Journal
	h := open(t, func(b *build) {
		b.cfg.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	key := newKey(t)
	bob, json := h.pipe("bob"), h.pipe("cléo")
	json.send("/json\n")
	ann := h.atTeletype("ann", "dumb")
	ann.out.awaitText(t, "Bienvenue, ann")
	ann.send("/inscrire  agrafe " + phrase + "\x17\x17")
	bob.send("attention\n")
	ann.out.awaitText(t, "attention\r\n/inscrire "+strings.Repeat("*", len(" agrafe Correcte "))) // typed again below
	ann.send("\x15/inscrire " + phrase + "\r/inscrire agrafe\r@tous inscrite\r")
	bob.out.awaitText(t, "inscrite")
	ann.send("/quitter\r")
	ann.wantExit(exitDone)
	h.Room.SetAccess(room.Access{Password: password})
	wrong := &asked{answers: map[string]string{askPassword: password + " faux", askPass: phrase}}
	wrong.run(h, "ann", "x").wantRefused(room.ErrWrongPassword)
	d := h.atTerminal("ann", 80, 24, key)
	for i, secret := range []string{password + " faux", phrase + " fausse", password, phrase} {
		d.out.Await(t, d.picture, func() bool {
			return strings.Count(d.out.String(), askPass)+strings.Count(d.out.String(), askPassword) > i
		})
		d.send(secret + "\r")
	}
	d.awaitBottom(t, nothingTyped)
	d.send("/info ann\r@tous fini\r")
	for _, s := range []*clientChannel{bob, json} {
		s.out.awaitText(t, "fini")
	}
	d.send("\x04")
	d.wantExit(exitDone)
	h.Close()
	seen := map[string]string{"ann": ann.out.String(), "bob": bob.out.String() + bob.err.String(), "json": json.out.String(), "another": d.out.String(), "the log": log.String()}
	for name, out := range seen {
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
