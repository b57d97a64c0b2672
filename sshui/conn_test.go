package sshui

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"salon/room"
	"salon/room/lang"
)

func TestDefaultTimeoutsAreThoseDocumented(t *testing.T) {
	want := timeouts{handshake: 10 * time.Second, start: 10 * time.Second, pseudo: time.Minute, write: 10 * time.Second, linger: time.Second, beat: 30 * time.Second}
	srv, err := New(Config{HostKeys: []gossh.Signer{newKey(t)}}, open(t).room)
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Shutdown(t.Context())
	if srv.waits != want || srv.ssh.HandshakeTimeout != want.handshake {
		t.Errorf("timeouts are %+v and %v, want %+v", srv.waits, srv.ssh.HandshakeTimeout, want)
	}
}

func TestAServerWithoutHostKeyDoesNotStart(t *testing.T) {
	if _, err := New(Config{}, open(t).room); err == nil {
		t.Error("it did")
	}
}

// rawTo connects without a word.
func (h *house) rawTo() net.Conn {
	h.t.Helper()
	c, err := net.Dial("tcp", h.addr)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(patience))
	return c
}

// awaitClosed reads until the other side is gone.
func awaitClosed(t testing.TB, c net.Conn) {
	t.Helper()
	if _, err := io.Copy(io.Discard, c); err != nil && isTimeout(err) {
		t.Fatal("never closed")
	}
}

func isTimeout(err error) bool {
	timeout, ok := errors.AsType[net.Error](err)
	return ok && timeout.Timeout()
}

func TestAHandshakeThatDoesNotEndIsClosed(t *testing.T) {
	const handshake = 300 * time.Millisecond
	h := open(t, func(b *build) { b.waits.handshake = handshake })
	for name, begin := range map[string]func(net.Conn){
		"silent":           func(net.Conn) {},
		"a greeting":       func(c net.Conn) { io.WriteString(c, "SSH-2.0-x\r\n") },
		"half a greeting":  func(c net.Conn) { io.WriteString(c, "SSH-2") },
		"no ssh":           func(c net.Conn) { io.WriteString(c, "GET / HTTP/1.1\r\n\r\n") },
		"a packet's start": func(c net.Conn) { io.WriteString(c, "SSH-2.0-x\r\n\x00\x00\x01\x00\x05") },
		"byte by byte": func(c net.Conn) {
			for err := error(nil); err == nil; { // a byte at a time, until it is closed
				_, err = io.WriteString(c, "x")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := h.rawTo()
			start := time.Now()
			begin(c)
			awaitClosed(t, c)
			if took := time.Since(start); took > handshake+5*time.Second {
				t.Errorf("closed after %v", took)
			}
		})
	}
	t.Run("keys exchanged but no login", func(t *testing.T) {
		w := h.wireTo()
		awaitClosed(t, w)
	})
	t.Run("who is in stays", func(t *testing.T) {
		s := h.pipe("ann")
		c := h.rawTo() // whose end tells that the time is over
		awaitClosed(t, c)
		s.wantTalking(h, "encore là")
	})
}

func TestShutdownClosesConnectionsThatNeverLoggedIn(t *testing.T) {
	h := open(t)
	c := h.rawTo()
	if _, err := bufio.NewReader(c).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	h.wireTo()
	h.close()
	awaitClosed(t, c)
}

func TestShutdownTellsEverybodyAndLosesNoFarewell(t *testing.T) {
	h := open(t)
	var seats []*seat
	for i := range 20 {
		s := sit(t, h.dial(fmt.Sprint("ann", i)))
		if i%2 == 0 {
			s.must("pty-req", ptyRequest{Term: "xterm", Columns: 80, Rows: 24})
		}
		s.must("shell", nil)
		s.out.awaitText(t, "Bienvenue")
		seats = append(seats, s)
	}
	h.room.Stop("à demain")
	for i, s := range seats {
		farewell, code := &s.err, exitShutdown
		if i%2 == 0 { // a person at a terminal was told, and needs no code
			farewell, code = &s.out, exitDone
		}
		s.wantExit(code)
		if want := lang.Farewell(&room.Ending{Cause: room.Shutdown, Reason: "à demain"}, lang.View{}); !strings.Contains((*farewell).String(), want) {
			t.Errorf("%d was not told %q, but %q", i, want, *farewell)
		}
	}
}

func TestShutdownDoesNotWaitForThoseWhoNeverRead(t *testing.T) {
	h := open(t)
	for i := range 5 {
		w := h.wireTo()
		w.enter(fmt.Sprint("muet", i))
		w.shell() // and never reads again
	}
	h.pipe("ann").send(strings.Repeat(strings.Repeat("x", 4000)+"\n", 400))
	h.await(t, func() string { return "not all said" }, func() bool { return len(h.said("ann")) == 400 })
	h.room.Stop("")
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	start := time.Now()
	h.server.Shutdown(ctx)
	awaitGoroutines(t, 0) // one that has said it is done may still be on its last instructions
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %v", took)
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

// talk has ann say n long messages, pausing until she has read each ten.
func (h *house) talk(n int) *seat {
	h.t.Helper()
	ann := h.pipe("ann")
	for said := 0; said < n; said += 10 {
		last := fmt.Sprintf("fin %d", said)
		ann.send(strings.Repeat(strings.Repeat("x", 4000)+"\n", 9) + last + "\n")
		ann.out.awaitText(h.t, ": "+last)
	}
	return ann
}

func TestWhoeverDoesNotReadIsCutAsSlowAndNobodyElse(t *testing.T) {
	h := open(t, func(b *build) { b.waits.write = 200 * time.Millisecond })
	for i, begin := range []func(w *wire){
		func(w *wire) { w.shell() },             // reads no more: its window, then the socket fills
		func(w *wire) { w.shell(); w.rekeys() }, // begins a key exchange and leaves it at that
	} {
		user := fmt.Sprint("muet", i)
		w := h.wireTo()
		w.enter(user)
		begin(w)
		h.awaitJoined(t, room.Pseudo(user))
		ann := h.talk(700) // over the window of 1 MiB
		if got := h.awaitLeft(t, room.Pseudo(user)); got.Cause != room.Slow {
			t.Errorf("%s left by %v, want slow", user, got.Cause)
		}
		ann.CloseWrite()
		ann.wantExit(exitDone)
		h.awaitLeft(t, "ann")
		h.console.mu.Lock()
		h.console.events = nil
		h.console.mu.Unlock()
	}
}

// line is a slow one.
type line struct{ perWrite time.Duration }

func (l line) Write(p []byte) (int, error) {
	time.Sleep(l.perWrite) // in a bubble's time
	return len(p), nil
}

func TestASlowLineIsNotAStuckOne(t *testing.T) {
	for _, c := range []struct {
		perWrite time.Duration
		cut      bool
	}{{9 * time.Second, false}, {11 * time.Second, true}} {
		synctest.Test(t, func(t *testing.T) {
			var cut atomic.Bool
			g := &guardedWriter{w: line{c.perWrite}, wait: 10 * time.Second, stuck: func() { cut.Store(true) }}
			for _, size := range []int{1, bite, 10*bite + 1, 0} {
				if n, err := g.Write(make([]byte, size)); n != size || err != nil {
					t.Errorf("%d bytes: %d, %v", size, n, err)
				}
				time.Sleep(time.Minute) // between two writes nobody is stuck
			}
			if synctest.Wait(); cut.Load() != c.cut {
				t.Errorf("%v for each packet: cut %v, want %v", c.perWrite, cut.Load(), c.cut)
			}
		})
	}
}

// rekeys begins a key exchange.
func (w *wire) rekeys() { w.write(newKexInit()) }

func TestAClientThatDoesNotAnswerKeepalivesIsLost(t *testing.T) {
	h := open(t, func(b *build) { b.waits.beat = 20 * time.Millisecond })
	w := h.wireTo()
	w.enter("ann")
	w.shell()
	bob := h.pipe("bob") // whose library answers
	if got := h.awaitLeft(t, "ann"); got.Cause != room.Lost {
		t.Errorf("ann left by %v, want lost", got.Cause)
	}
	bob.wantTalking(h, "moi je réponds")
}

// from makes every connection come from an address of the test's choice.
type from struct {
	net.Listener
	mu   sync.Mutex
	addr string
}

type cameFrom struct {
	*net.TCPConn
	addr net.Addr
}

func (c cameFrom) RemoteAddr() net.Addr { return c.addr }

func (f *from) Accept() (net.Conn, error) {
	c, err := f.Listener.Accept()
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return cameFrom{c.(*net.TCPConn), &net.TCPAddr{IP: net.ParseIP(f.addr), Port: 4242}}, nil
}

func (f *from) now(addr string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.addr = addr
}

func TestTooManyConnectionsFromOneAddressAreRefusedWithAReason(t *testing.T) {
	source := &from{addr: "192.0.2.1"}
	h := open(t, func(b *build) {
		b.room.MaxPerSource = 2
		b.listen = func(l net.Listener) net.Listener { source.Listener = l; return source }
	})
	first := h.dial("ann")
	h.dial("bob")
	said, err := io.ReadAll(h.rawTo())
	if want := lang.Of(room.French).TooMany; err != nil || !strings.HasPrefix(string(said), want+"\r\n") || !strings.Contains(string(said), plainASCII(want)) {
		t.Errorf("told %q (%v), want %q for people and in plain letters for ssh", said, err, want)
	}
	_, err = gossh.Dial("tcp", h.addr, clientConfig("cléo"))
	if err == nil || !strings.Contains(err.Error(), "Trop de connexions depuis votre adresse. Fermez-en une et reessayez.") {
		t.Errorf("the ssh client learns %v", err)
	}
	source.now("192.0.2.2")
	h.dial("dan").Close()
	source.now("192.0.2.1")
	first.Close()
	h.await(t, func() string { return "a place given back is not given again" }, func() bool {
		c, err := gossh.Dial("tcp", h.addr, clientConfig("ann"))
		if err == nil {
			c.Close()
		}
		h.console.ring()
		return err == nil
	})
}

func TestABannedAddressIsToldBeforeTheHandshake(t *testing.T) {
	source := &from{addr: "192.0.2.1"}
	h := open(t, func(b *build) {
		b.listen = func(l net.Listener) net.Listener { source.Listener = l; return source }
	})
	s := h.pipe("ann")
	h.order(t, "ban 192.0.2.0/24 1h assez ri")
	s.wantExit(exitRefused)
	if !strings.Contains(s.err.String(), "assez ri") {
		t.Errorf("ann was told %q", s.err)
	}
	said, _ := io.ReadAll(h.rawTo())
	if !strings.HasPrefix(string(said), lang.Of(room.French).IsBanned) || !strings.Contains(string(said), "assez ri") {
		t.Errorf("the door says %q", said)
	}
	if ssh, err := exec.LookPath("ssh"); err == nil {
		host, port, _ := net.SplitHostPort(h.addr)
		out, err := exec.CommandContext(t.Context(), ssh, "-F", "none", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no",
			"-o", "UserKnownHostsFile=/dev/null", "-p", port, "ann@"+host).CombinedOutput()
		if err == nil || !strings.Contains(string(out), "assez ri") {
			t.Errorf("OpenSSH shows %q (%v)", out, err)
		}
	}
}
