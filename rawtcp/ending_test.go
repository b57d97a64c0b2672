package rawtcp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"salon/internal/front"
	"salon/room/lang"
	"salon/room/roomtest"
	"salon/room/state"
	"salon/room/text"
)

// wantLeft checks that somebody has left once, and how.
func (h *harness) wantLeft(who text.Pseudo, cause state.Cause) {
	h.T.Helper()
	if got := h.AwaitLeft(h.T, who); got.Cause != cause {
		h.T.Errorf("%s left by %v, want %v", who, got.Cause, cause)
	}
	n := 0
	for _, l := range roomtest.Seen[state.Left](h.Console) {
		if l.Pseudo == who {
			n++
		}
	}
	if n != 1 {
		h.T.Errorf("%d departures of %s", n, who)
	}
}

func TestEveryWayOfLeavingSaysGoodbye(t *testing.T) {
	h := open(t)
	for name, keys := range map[string]string{
		"quit": "/quitter\r\n", "telnet-ctrl-c": "\xff\xf4\xff\xfd\x06", "ctrl-c": "\x03", "break": "\xff\xf3\xff\xfd\x06", "ctrl-d": "\x04", "eof": "\xff\xec",
	} {
		c := h.enter(name)
		if name != "quit" {
			c.send("à moitié ta") // is forgotten, or is said, but never mixed with the goodbye
		}
		c.send(keys)
		c.wantEnd(goodbye(name))
		h.wantLeft(text.Pseudo(name), state.Quit)
		if mark := strings.Contains(keys, "\xff\xfd\x06"); strings.Contains(c.String(), "\xff\xfc\x06"+goodbye(name)) != mark {
			t.Errorf("%s: the timing mark is answered: %v, want %v, in %q", name, !mark, mark, c.String()[len(c.String())-40:])
		}
	}
}

func TestCtrlCInPiecesIsCtrlC(t *testing.T) {
	h := open(t, func(b *build) { b.waits.linger = patience })
	c := h.enter("ann")
	bob := h.enter("bob")
	for i, b := range []string{"\xff", "\xf4", "\xff", "\xfd", "\x06"} {
		bob.wantTalking(h, fmt.Sprint("entre deux ", i)) // time goes by
		c.awaitText(fmt.Sprint("entre deux ", i))
		c.send(b)
	}
	c.wantEnd("\xff\xfc\x06" + goodbye("ann"))
	h.wantLeft("ann", state.Quit)
}

func TestAfterAHalfCloseAllIsHandledAndAnswered(t *testing.T) {
	h := open(t)
	bob := h.enter("bob")
	for i := range 20 {
		name := fmt.Sprint("ann", i)
		c := h.call()
		c.send(name + "\n@tous un\ndeux\n/liste\n@bob psst\ntrois sans fin")
		c.closeWrite()
		c.wantEnd(goodbye(name))
		for _, want := range []string{name + ": un\r\n", name + ": deux\r\n", "2 en ligne", "[privé] moi -> bob: psst", name + ": trois sans fin\r\n"} {
			if !strings.Contains(c.String(), want) {
				t.Errorf("%s is not answered %q, but %q", name, want, c)
			}
		}
		h.wantLeft(text.Pseudo(name), state.Quit)
	}
	guest := h.call() // printf '@tous hi\n' | nc host port
	guest.send("@tous hi\n")
	guest.closeWrite()
	guest.wantEnd(goodbye("invité-1"))
	bob.awaitText("invité-1: hi\r\n")
}

func TestAResetConnectionIsOneDeparture(t *testing.T) {
	h := open(t)
	c := h.Dial()
	io.WriteString(c, "ann\r\n")
	h.AwaitJoined(t, "ann")
	c.(*net.TCPConn).SetLinger(0)
	c.Close()
	h.wantLeft("ann", state.Lost)
}

// A socket reports a reset once. When the writer got it, the reader finds an
// end of input.
func TestAResetThatAWriteGotIsALostConnection(t *testing.T) {
	h := open(t)
	server, client := net.Pipe()
	defer client.Close()
	c := newConn(h.server, resetConn{server}, &front.Login{})
	if err := c.say("bonjour"); !errors.Is(err, syscall.ECONNRESET) {
		t.Fatalf("say: %v", err)
	}
	if got := c.endCause(); got != state.Lost {
		t.Errorf("input ended by %v, want lost", got)
	}
}

// resetConn was reset by its peer, and a write comes first.
type resetConn struct{ net.Conn }

func (resetConn) Write([]byte) (int, error) { return 0, syscall.ECONNRESET }

func TestWhoeverIsKickedReadsWhy(t *testing.T) {
	h := open(t)
	c := h.enter("ann")
	h.Order(t, "kick ann trop de bruit")
	c.wantEnd(lang.Farewell(&state.Ending{Cause: state.Expelled, Reason: "trop de bruit"}, lang.View{}) + "\r\n")
	if left := roomtest.Seen[state.Left](h.Console); len(left) != 0 { // it was kicked, which is said already
		t.Errorf("announced %v too", left)
	}
}

func TestAShutdownIsAnnounced(t *testing.T) {
	h := open(t)
	var all []*caller
	for i := range 20 {
		all = append(all, h.enter(fmt.Sprint("ann", i)))
	}
	h.Order(t, "shutdown 0 à demain")
	for _, c := range all {
		c.wantEnd(lang.Farewell(&state.Ending{Cause: state.Shutdown, Reason: "à demain"}, lang.View{}) + "\r\n")
	}
}

func TestAfterShutdownNobodyIsServed(t *testing.T) {
	h := open(t)
	h.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := h.server.Serve(l); err != nil {
		t.Errorf("Serve: %v", err)
	}
	if _, err := net.Dial("tcp", l.Addr().String()); err == nil {
		t.Error("its listener is still open")
	}
	if err := h.server.Shutdown(t.Context()); err != nil {
		t.Errorf("Shutdown again: %v", err)
	}
}

// stalled joins with a small buffer and never reads.
func (h *harness) stalled(pseudo string) net.Conn {
	h.T.Helper()
	d := net.Dialer{Control: func(_, _ string, raw syscall.RawConn) error {
		return raw.Control(func(fd uintptr) { syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4096) })
	}}
	c, err := d.Dial("tcp", h.Addr)
	if err != nil {
		h.T.Fatal(err)
	}
	h.T.Cleanup(func() { c.Close() })
	io.WriteString(c, pseudo+"\r\n")
	h.AwaitJoined(h.T, text.Pseudo(pseudo))
	return c
}

// talk has somebody say so much that no socket's buffer holds it, and read it
// all.
func (c *caller) talk(h *harness, bytes int) {
	c.t.Helper()
	for said := 0; said < bytes; said += 10 * maxLine {
		last := fmt.Sprintf("fin %d", said)
		c.send(strings.Repeat(strings.Repeat("x", maxLine-1)+"\n", 10) + last + "\n")
		c.awaitText(": " + last + "\r\n")
	}
}

// more than the sockets between two processes of one machine take by themselves.
const tooMuch = 8 << 20

func TestWhoeverDoesNotReadIsCutAsSlowAndNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, wired)
		h.patient("muet") // who reads nothing any more
		ann := h.enter("ann")
		stuck := time.Now()
		ann.talk(h, 20*maxLine)
		h.wantLeft("muet", state.Slow)
		if took := time.Since(stuck); took != h.server.waits.write {
			t.Errorf("cut after %v, want %v", took, h.server.waits.write)
		}
		ann.wantTalking(h, "et moi ?")
	})
}

func TestASlowLineIsNotAStuckOne(t *testing.T) {
	const messages, packet = 80, writeChunk / 8
	for _, c := range []struct {
		perPacket time.Duration
		cut       bool
	}{{time.Second, false}, {2 * time.Second, true}} {
		synctest.Test(t, func(t *testing.T) {
			h := open(t, wired)
			slow, ann := h.patient("lent"), h.Join("ann")
			for i := range messages { // of which many at a time are written at once
				if _, err := ann.Do(t.Context(), fmt.Sprint(strings.Repeat("x", 4000), i)); err != nil {
					t.Fatal(err)
				}
			}
			var received strings.Builder
			buf := make([]byte, packet)
			for err := error(nil); err == nil && !strings.Contains(received.String(), fmt.Sprint("x", messages-1, "\r\n")); {
				time.Sleep(c.perPacket)
				var n int
				n, err = slow.Read(buf)
				received.Write(buf[:n])
			}
			if left := roomtest.Seen[state.Left](h.Console); (len(left) > 0) != c.cut || c.cut && left[0].Cause != state.Slow {
				t.Errorf("%v for each %d bytes: left %v after %d", c.perPacket, packet, left, received.Len())
			}
		})
	}
}

func TestAskingWithoutReadingBuysNoTime(t *testing.T) {
	t.Parallel()
	const write = 2 * time.Second // of real time: whoever waits for a lock keeps a bubble's from passing
	h := open(t, func(b *build) { b.waits.write = write })
	c := h.stalled("muet")
	ann := h.enter("ann")
	var asking sync.WaitGroup
	asking.Go(func() { // a timing mark is answered each time
		for err := error(nil); err == nil; {
			_, err = io.WriteString(c, "\xff\xfd\x06")
		}
	})
	ann.talk(h, tooMuch/8)
	stuck := time.Now()
	h.wantLeft("muet", state.Slow)
	if took := time.Since(stuck); took > 4*write {
		t.Errorf("cut after %v more", took)
	}
	c.Close()
	asking.Wait()
}

func TestShutdownDoesNotWaitForThoseWhoNeverRead(t *testing.T) {
	t.Parallel()
	h := open(t, func(b *build) { b.waits.write, b.waits.linger = time.Hour, time.Hour })
	for i := range 5 {
		h.stalled(fmt.Sprint("muet", i))
	}
	h.enter("ann").talk(h, tooMuch/8)
	h.Room.Stop("")
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	h.server.Shutdown(ctx)                                                                                 // would take an hour
	roomtest.Until(t, func() string { return "there are goroutines that outlive Shutdown" }, func() bool { // or are on their last instructions
		return ourGoroutines() == 0
	})
}

func TestShutdownTakesNoLongerThanItMay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, wired)
		h.patient("muet")
		h.enter("ann").wantTalking(h, "qui m'écoute ?")
		h.Room.Stop("")
		const most = 3 * time.Second
		ctx, cancel := context.WithTimeout(t.Context(), most)
		defer cancel()
		start := time.Now()
		if h.server.Shutdown(ctx); time.Since(start) != most {
			t.Errorf("took %v, want %v", time.Since(start), most)
		}
	})
}

func TestQuittingInPlaceOfAPseudoIsNoJoin(t *testing.T) {
	h := open(t)
	for _, line := range []string{"/quitter", "/quit à demain", "/q", "//exit"} {
		c := h.call()
		c.send(line + "\r\n")
		c.wantEnd(hello + french.VisitorBye + "\r\n")
	}
	if got := roomtest.Seen[state.Joined](h.Console); len(got) != 0 {
		t.Errorf("joined: %v", got)
	}
}

// TestATelnetThatIsRefusedIsToldInACommand: who typed nothing but left, and who leaves by
// themselves, is not.
func TestATelnetThatIsRefusedIsToldInACommand(t *testing.T) {
	h := open(t)
	h.phrased("ann")
	for typed, refused := range map[string]bool{
		"": false, "root\r\n": true, "ann\r\nfaux\r\n": true, "ann\r\n": false, "bob\r\n/quitter\r\n": false, "root\r\nbob\r\n": false,
		strings.Repeat("root\r\n", visitorTries): true,
	} {
		c := h.call()
		c.send(nop + typed)
		c.closeWrite()
		select {
		case <-c.ended:
		case <-time.After(patience):
			t.Fatalf("%q: never hung up", typed)
		}
		if strings.HasSuffix(c.String(), willLogout) != refused || strings.Contains(strings.TrimSuffix(c.String(), willLogout), willLogout) {
			t.Errorf("%q: told %q", typed, c)
		}
	}
	kicked := h.call()
	kicked.send(nop + "bob\r\n")
	kicked.awaitText("Bienvenue, bob")
	h.Order(t, "kick bob assez ri")
	kicked.wantEnd("assez ri\r\n" + willLogout)
	plain := h.enter("bob")
	h.Order(t, "kick bob assez ri")
	plain.wantEnd("assez ri\r\n")
}
