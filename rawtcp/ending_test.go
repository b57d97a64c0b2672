package rawtcp

import (
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"salon/room"
	"salon/room/lang"
)

// wantLeft checks that somebody has left once, and how.
func (h *house) wantLeft(who room.Pseudo, cause room.Cause) {
	h.t.Helper()
	if got := h.awaitLeft(h.t, who); got.Cause != cause {
		h.t.Errorf("%s left by %v, want %v", who, got.Cause, cause)
	}
	n := 0
	for _, l := range seen[room.Left](h.console) {
		if l.Pseudo == who {
			n++
		}
	}
	if n != 1 {
		h.t.Errorf("%d departures of %s", n, who)
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
		h.wantLeft(room.Pseudo(name), room.Quit)
		if mark := strings.Contains(keys, "\xff\xfd\x06"); strings.Contains(c.String(), "\xff\xfc\x06"+goodbye(name)) != mark {
			t.Errorf("%s: the timing mark is answered: %v, want %v, in %q", name, !mark, mark, c.String()[len(c.String())-40:])
		}
	}
}

func TestCtrlCInPiecesIsCtrlC(t *testing.T) {
	h := open(t)
	c := h.enter("ann")
	bob := h.enter("bob")
	for i, b := range []string{"\xff", "\xf4", "\xff", "\xfd", "\x06"} {
		bob.wantTalking(h, fmt.Sprint("entre deux ", i)) // time goes by
		c.awaitText(fmt.Sprint("entre deux ", i))
		c.send(b)
	}
	c.wantEnd("\xff\xfc\x06" + goodbye("ann"))
	h.wantLeft("ann", room.Quit)
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
		for _, want := range []string{name + ": un\r\n", name + ": deux\r\n", "2 présents", "[privé] moi -> bob: psst", name + ": trois sans fin\r\n"} {
			if !strings.Contains(c.String(), want) {
				t.Errorf("%s is not answered %q, but %q", name, want, c)
			}
		}
		h.wantLeft(room.Pseudo(name), room.Quit)
	}
	guest := h.call() // printf '@tous hi\n' | nc host port
	guest.send("@tous hi\n")
	guest.closeWrite()
	guest.wantEnd(goodbye("invité-1"))
	bob.awaitText("invité-1: hi\r\n")
}

func TestAResetConnectionIsOneDeparture(t *testing.T) {
	h := open(t)
	c := h.dial()
	io.WriteString(c, "ann\r\n")
	h.await(t, func() string { return "ann never joined" }, func() bool { return len(seen[room.Joined](h.console)) == 1 })
	c.(*net.TCPConn).SetLinger(0)
	c.Close()
	h.wantLeft("ann", room.Lost)
}

func TestWhoeverIsKickedReadsWhy(t *testing.T) {
	h := open(t)
	c := h.enter("ann")
	h.order(t, "kick ann trop de bruit")
	c.wantEnd(lang.Farewell(&room.Ending{Cause: room.Expelled, Reason: "trop de bruit"}, lang.View{}) + "\r\n")
	if left := seen[room.Left](h.console); len(left) != 0 { // it was kicked, which is said already
		t.Errorf("announced %v too", left)
	}
}

func TestAShutdownIsTold(t *testing.T) {
	h := open(t)
	var all []*caller
	for i := range 20 {
		all = append(all, h.enter(fmt.Sprint("ann", i)))
	}
	h.order(t, "shutdown 0 à demain")
	for _, c := range all {
		c.wantEnd(lang.Farewell(&room.Ending{Cause: room.Shutdown, Reason: "à demain"}, lang.View{}) + "\r\n")
	}
}

func TestAfterShutdownNobodyIsServed(t *testing.T) {
	h := open(t)
	h.close()
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

// deaf joins with a small buffer and never reads.
func (h *house) deaf(pseudo string) net.Conn {
	h.t.Helper()
	d := net.Dialer{Control: func(_, _ string, raw syscall.RawConn) error {
		return raw.Control(func(fd uintptr) { syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4096) })
	}}
	c, err := d.Dial("tcp", h.addr)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { c.Close() })
	io.WriteString(c, pseudo+"\r\n")
	h.await(h.t, func() string { return pseudo + " never joined" }, func() bool {
		return slices.ContainsFunc(seen[room.Joined](h.console), func(j room.Joined) bool { return string(j.Pseudo) == pseudo })
	})
	return c
}

// talk has somebody say so much that no socket's buffer holds it, and read it
// all.
func (c *caller) talk(h *house, bytes int) {
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
	h := open(t, func(b *build) { b.waits.write = 300 * time.Millisecond })
	h.deaf("muet")
	ann := h.enter("ann")
	ann.talk(h, tooMuch)
	h.wantLeft("muet", room.Slow)
	ann.wantTalking(h, "et moi ?")
}

// narrow makes connections whose socket holds little.
type narrow struct{ net.Listener }

func (n narrow) Accept() (net.Conn, error) {
	c, err := n.Listener.Accept()
	if err == nil {
		err = c.(*net.TCPConn).SetWriteBuffer(8 << 10)
	}
	return c, err
}

func TestASlowLineIsNotAStuckOne(t *testing.T) {
	const messages = 80 // of which 64 at a time are written at once
	h := open(t, func(b *build) {
		b.waits.write = 500 * time.Millisecond
		b.listen = func(l net.Listener) net.Listener { return narrow{l} }
	})
	slow := h.deaf("lent")
	ann := h.join("ann")
	for i := range messages {
		if _, err := ann.Do(t.Context(), fmt.Sprint(strings.Repeat("x", 4000), i)); err != nil {
			t.Fatal(err)
		}
	}
	var heard strings.Builder
	slow.SetDeadline(time.Now().Add(patience))
	buf := make([]byte, 4<<10)
	pace := time.NewTicker(10 * time.Millisecond) // some 200 KiB a second
	defer pace.Stop()
	for !strings.Contains(heard.String(), fmt.Sprint("x", messages-1, "\r\n")) {
		n, err := slow.Read(buf)
		if heard.Write(buf[:n]); err != nil {
			t.Fatalf("cut after %d bytes: %v", heard.Len(), err)
		}
		<-pace.C
	}
	if got := seen[room.Left](h.console); len(got) != 0 {
		t.Errorf("left: %v", got)
	}
}

func TestAskingWithoutReadingBuysNoTime(t *testing.T) {
	const write = 500 * time.Millisecond
	h := open(t, func(b *build) { b.waits.write = write })
	c := h.deaf("muet")
	ann := h.enter("ann")
	var asking sync.WaitGroup
	asking.Go(func() { // a timing mark is answered each time
		for err := error(nil); err == nil; {
			_, err = io.WriteString(c, "\xff\xfd\x06")
		}
	})
	ann.talk(h, tooMuch)
	stuck := time.Now()
	h.wantLeft("muet", room.Slow)
	if took := time.Since(stuck); took > 4*write {
		t.Errorf("cut after %v more", took)
	}
	c.Close()
	asking.Wait()
}

func TestShutdownDoesNotWaitForThoseWhoNeverRead(t *testing.T) {
	h := open(t)
	for i := range 5 {
		h.deaf(fmt.Sprint("muet", i))
	}
	h.enter("ann").talk(h, tooMuch/2)
	h.room.Stop("")
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	start := time.Now()
	h.server.Shutdown(ctx)
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
	if n := ourGoroutines(); n != 0 {
		t.Errorf("%d goroutines outlive Shutdown", n)
	}
}
