package rawtcp

import (
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"salon/internal/front"
	"salon/room/roomtest"
	"salon/room/state"
	"salon/room/text"
)

func TestAPseudoIsAskedForFirst(t *testing.T) {
	h := open(t)
	c := h.call()
	c.awaitText(hello)
	c.send("ann\r\n")
	c.awaitText("* Bienvenue, ann ! Voici ce que vous pouvez taper :\r\n")
	c.wantTalking(h, "bonjour")
	for _, l := range strings.SplitAfter(c.String(), "\n") {
		if l != "" && !strings.HasSuffix(l, "\r\n") {
			t.Errorf("a line ends otherwise than by CR LF: %q", l)
		}
	}
}

func TestARefusedPseudoIsAskedForAgainWithTheReason(t *testing.T) {
	h := open(t)
	h.Join("bob")
	c := h.call()
	c.awaitText(hello)
	for name, want := range map[string]string{
		"":                      "Il faut un pseudo.",
		"bob":                   "« bob » est déjà pris. Choisissez-en un autre.",
		"root":                  "« root » est réservé. Choisissez un autre pseudo.",
		"deux mots":             "seulement des lettres",
		"@bob":                  "seulement des lettres",
		strings.Repeat("x", 21): "trop long",
	} {
		before := strings.Count(c.String(), hello)
		c.send(name + "\r\n")
		c.Await(t, func() string { return name + " is not answered" }, func() bool { return strings.Count(c.String(), hello) > before })
		if !strings.Contains(c.String(), want) {
			t.Errorf("%q: told %q, want %q", name, c, want)
		}
	}
	c.send("ann\r\n")
	c.awaitText("Bienvenue, ann")
}

func TestNobodyIsAskedForAPseudoForEver(t *testing.T) {
	h := open(t)
	c := h.call()
	c.send(strings.Repeat("root\r\n", visitorTries))
	c.wantEnd(french.TooManyTries + "\r\n")
}

func TestWhoeverTakesTooLongToSayTheirPseudoIsToldAndLetGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, wired)
		bob := h.enter("bob")
		start := time.Now()
		silent, slow := h.call(), h.call()
		slow.send("à moitié ta")
		time.Sleep(h.server.waits.pseudo - patience/2)
		for _, c := range []*caller{silent, slow} {
			c.wantEnd(french.EndIdle + "\r\n")
		}
		if took := time.Since(start); took != h.server.waits.pseudo {
			t.Errorf("after %v, want %v", took, h.server.waits.pseudo)
		}
		bob.wantTalking(h, "moi je reste")
	})
}

func TestShutdownDoesNotWaitForWhoeverIsAsked(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.call()
	c.awaitText(hello)
	h.Room.Stop("")
	h.server.Shutdown(context.Background()) // would never return
	c.wantEnd(french.ShuttingDownNow + "\r\n")
}

func TestAMessageInPlaceOfAPseudoIsNotLost(t *testing.T) {
	h := open(t)
	bob := h.enter("bob")
	c := h.call()
	c.send("@tous bonjour\r\n")
	c.awaitText("vous êtes invité-1.")
	bob.awaitText("invité-1: bonjour\r\n")
	d := h.call()
	d.send("/liste\r\n")
	d.awaitText("vous êtes invité-2.")
	d.awaitText("3 en ligne")
	e := h.call()
	e.send("//xyzzy\r\n")
	e.awaitText("invité-3: /xyzzy")
	f := h.call()
	f.send("@bob psst\r\n")
	bob.awaitText("[privé] invité-4 -> moi: psst")
}

func TestAGuestsNameThatIsTakenIsPassedOver(t *testing.T) {
	h := open(t)
	h.Join("invité-1")
	c := h.call()
	c.send("/liste\r\n")
	c.awaitText("vous êtes invité-2.")
}

func TestAMessageAboutHTTPIsNoRequest(t *testing.T) {
	h := open(t)
	for _, first := range []string{"@tous j'aime HTTP/2", "/me aime HTTP/1.1"} {
		c := h.call()
		c.send(first + "\r\n")
		c.awaitText("vous êtes invité-")
		c.awaitText(strings.TrimLeft(first, "@/tousme"))
	}
}

func TestALongMessageInPlaceOfAPseudoIsCutLikeAnyOther(t *testing.T) {
	h := open(t)
	c := h.call()
	c.send("@tous " + strings.Repeat("x", 5000) + "\r\n")
	c.awaitText(french.LineCut)
	h.AwaitSaid(t, strings.Repeat("x", maxLine-len("@tous ")))
	d := h.call()
	d.send("@tous " + strings.Repeat("\xe9", 4000) + "\r\n") // Latin-1, twice as long in UTF-8
	d.awaitText(french.LineCut)
	h.AwaitSaid(t, strings.Repeat("é", (text.MaxText-len("@tous "))/2))
}

func TestHangingUpInPlaceOfAPseudoIsNoJoin(t *testing.T) {
	h := open(t)
	for _, last := range []string{"", "\x04", "\xff\xec", "\x03", "ann"} {
		c := h.call()
		c.send(last)
		c.closeWrite()
		select {
		case <-c.ended:
		case <-time.After(patience):
			t.Fatalf("%q: never hung up", last)
		}
	}
	// The last one is a whole line at the end of input: a pseudo, then goodbye.
	if got := roomtest.Seen[state.Joined](h.Console); len(got) != 1 || got[0].Pseudo != "ann" {
		t.Errorf("joined: %v", got)
	}
}

func TestCtrlCInPlaceOfAPseudoIsAnswered(t *testing.T) {
	h := open(t)
	c := h.call()
	c.awaitText(hello)
	c.send("\xff\xf4\xff\xfd\x06")
	c.wantEnd(hello + "\xff\xfc\x06")
}

func TestOtherProtocolsAreClosedAtOnceAndNeverChat(t *testing.T) {
	h := open(t)
	ann := h.enter("ann")
	for name, first := range map[string]string{
		"HTTP":             "GET /x HTTP/1.1\r\nHost: x\r\n\r\n@tous du courrier\r\n",
		"HTTP post":        "POST / HTTP/1.1\r\nContent-Length: 20\r\n\r\nann\r\n@tous forgé\r\n",
		"HTTP after lines": "\r\n\r\nGET / HTTP/1.0\r\n\r\n",
		"SSH":              "SSH-2.0-OpenSSH_9.9\r\n@tous du courrier\r\n",
		"SMB":              "\x00\x00\x00\x2f\xffSMBr\x00\x00\x00\x00@tous forgé\r\n",
		"TLS":              "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03ann\r\n@tous forgé\r\n",
	} {
		c := h.Dial()
		start := time.Now()
		io.WriteString(c, first)
		said, _ := io.ReadAll(c)
		if took := time.Since(start); took > patience/2 {
			t.Errorf("%s: closed after %v", name, took)
		}
		if !strings.Contains(string(said), french.UseSSH) && !strings.Contains(string(said), "pas un serveur") {
			t.Errorf("%s: told %q", name, said)
		}
	}
	ann.wantTalking(h, "GET / HTTP/1.1") // from somebody who is in it is chat
	if got := roomtest.Seen[state.Said](h.Console); len(got) != 1 {
		t.Errorf("said: %v", got)
	}
	if got := roomtest.Seen[state.Joined](h.Console); len(got) != 1 {
		t.Errorf("joined: %v", got)
	}
}

// from makes every connection come from an address of the test's choice.
type from struct {
	net.Listener
	addr string
}

type cameFrom struct {
	*net.TCPConn
	addr net.Addr
}

func (c cameFrom) RemoteAddr() net.Addr { return c.addr }

func (f from) Accept() (net.Conn, error) {
	c, err := f.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return cameFrom{c.(*net.TCPConn), &net.TCPAddr{IP: net.ParseIP(f.addr), Port: 4242}}, nil
}

func TestTooManyConnectionsFromOneAddressAreRefusedWithAReason(t *testing.T) {
	h := open(t, func(b *build) {
		b.limits.PerSource, b.waits.linger = 2, patience
		b.listen = func(l net.Listener) net.Listener { return from{l, "192.0.2.1"} }
	})
	ann := h.enter("ann")
	h.enter("bob")
	for range 10 {
		c := h.call()
		c.send("cléo\r\n@tous bonjour\r\n") // what is still sent must not cost the reason
		c.wantEnd(french.TooMany + "\r\n")
	}
	for range 2 * front.MaxTurning {
		h.call().wantEndOf(french.TooMany + "\r\n")
	}
	ann.send("/quitter\r\n")
	ann.wantEnd(goodbye("ann"))
	ann.Close()
	roomtest.Until(t, func() string { return "the place is not given back" }, func() bool {
		c := h.call()
		c.Await(t, func() string { return "not a word" }, func() bool { return c.String() != "" })
		return c.String() == hello
	})
}

// wantEndOf is wantEnd for a connection that may break: the words count.
func (c *caller) wantEndOf(last string) {
	c.t.Helper()
	select {
	case <-c.ended:
	case <-time.After(patience):
		c.t.Fatalf("never hung up after\n%s", c)
	}
	if c.String() != last {
		c.t.Errorf("told %q, want %q", c, last)
	}
}

func TestABannedAddressIsToldAndKeptOut(t *testing.T) {
	h := open(t, func(b *build) {
		b.listen = func(l net.Listener) net.Listener { return from{l, "192.0.2.1"} }
	})
	ann := h.enter("ann")
	h.Order(t, "ban 192.0.2.1 1h assez ri")
	ann.Await(t, func() string { return "ann is not told" }, func() bool { return strings.Contains(ann.String(), "assez ri") })
	ann.wantEnd("assez ri\r\n")
	c := h.call()
	c.wantEnd("assez ri\r\n")
}
