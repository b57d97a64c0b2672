package rawtcp

import (
	"log/slog"
	"strings"
	"testing"

	"salon/room"
	"salon/room/roomtest"
	"salon/room/state"
)

func TestARoomForCertainKeysOpensToAPhrase(t *testing.T) {
	h := open(t)
	h.phrased("ann")
	h.Room.SetAccess(room.Access{Allow: map[string]bool{}})
	for _, first := range []string{"bob", "@tous coucou"} {
		c := h.call()
		c.send(first + "\r\n")
		c.wantEnd(french.NotAllowed + "\r\n")
	}
	c := h.call()
	c.send("ann\r\nautre phrase\r\n")
	c.awaitText(french.WrongPass)
	c.send(phrase + "\r\n")
	c.awaitText("Bienvenue, ann")
	if got := len(roomtest.Seen[state.Joined](h.Console)); got != 2 {
		t.Errorf("%d came in", got)
	}
}

func TestTheRoomsPasswordIsAskedForFirst(t *testing.T) {
	h := open(t)
	h.phrased("ann")
	h.Room.SetAccess(room.Access{Password: password})
	c := h.call()
	c.send("ann\r\n")
	c.awaitText(hello + askPassword)
	c.send("\r\n")
	c.awaitText(french.WrongPassword + "\r\n" + askPassword)
	c.send("autre\r\n")
	c.awaitText(askPassword + askPass)
	c.send("autre phrase\r\n")
	c.awaitTimes(2, french.WrongPassword)
	c.send(password + "\r\n")
	c.awaitText(french.WrongPass + "\r\n" + askPass) // what was right is not asked for again
	c.send("\r\n")
	c.awaitTimes(2, hello)
	c.send("bob\r\n")
	c.awaitText("Bienvenue, bob")

	d := h.call()
	d.send("bob2\r\nfaux\r\n")
	d.awaitText(french.WrongPassword)
	d.Close()
	e := h.call()
	e.send("ann\r\n" + strings.ReplaceAll(password, "é", "\xe9") + "\r\n" + phrase + "\r\n@tous tout d'un coup\r\n") // Latin-1
	e.closeWrite()
	e.wantEnd(goodbye("ann"))
	h.AwaitSaid(t, "tout d'un coup")
}

func TestAMessageInPlaceOfAPseudoWaitsForTheRoomsPassword(t *testing.T) {
	h := open(t)
	h.Room.SetAccess(room.Access{Password: password})
	c := h.call()
	c.send("@tous bonjour à tous\r\n")
	c.awaitText(askPassword)
	c.send("faux\r\n" + password + "\r\n")
	c.awaitText("vous êtes invité-1.")
	h.AwaitSaid(t, "bonjour à tous")
	d := h.call()
	d.send("@tous moi aussi\r\n" + strings.Repeat("faux\r\n", 10))
	d.wantEnd(french.TooManyTries + "\r\n")
}

func TestABannedPseudoIsToldOnceItIsProved(t *testing.T) {
	h := open(t)
	h.phrased("ann")
	h.Order(t, "ban ann 1h assez ri")
	c := h.call()
	c.send("ann\r\nautre phrase\r\n")
	c.awaitText(french.WrongPass)
	if strings.Contains(c.String(), "assez ri") {
		t.Errorf("a stranger is told\n%s", c)
	}
	c.send(phrase + "\r\n")
	c.wantEnd("assez ri\r\n")
}

// TestAPhraseAtTheWrongPromptReachesNobody else, nor the log. Who typed it sees 40 characters of
// it at most, as what cannot be a pseudo.
func TestAPhraseAtTheWrongPromptReachesNobody(t *testing.T) {
	var log roomtest.Journal
	h := open(t, func(b *build) {
		b.log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	h.phrased("ann")
	bob, json := h.enter("bob"), h.enter("cléo")
	json.send("/json\r\n")
	c := h.call()
	for _, line := range []string{phrase, "pile d'agrafes\xe9", strings.Repeat("agrafes", 100), strings.Repeat("agrafe ", 1000), "ann " + phrase, "\x1b[31magrafes"} {
		asked := strings.Count(c.String(), hello)
		c.send(line + "\r\n")
		c.awaitTimes(asked+1, hello)
	}
	c.send("ann\r\n\r\n" + phrase + "\r\n") // after the question for it was answered with nothing
	c.awaitText(askPass)
	c.send("dan\r\n/registre " + phrase + "\r\n/inscrire agrafe\r\n@tous fini\r\n")
	for _, out := range []*caller{c, bob, json} {
		out.awaitText("fini")
	}
	h.Close()
	if strings.Contains(c.String(), strings.Repeat("agrafe ", 6)) {
		t.Errorf("a long line is repeated: %q", c)
	}
	for name, out := range map[string]string{"bob": bob.String(), "json": json.String(), "the log": log.String()} {
		if strings.Contains(out, "agrafe") {
			t.Errorf("%s: the phrase is in\n%s", name, out)
		}
	}
}
