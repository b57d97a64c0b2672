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

	"salon/internal/sshwire"
	"salon/room/lang"
	"salon/room/roomtest"
	"salon/room/state"
)

func TestDefaultTimeoutsAreThoseDocumented(t *testing.T) {
	want := timeouts{handshake: 10 * time.Second, login: time.Minute, start: 10 * time.Second, pseudo: time.Minute, write: 10 * time.Second, linger: time.Second, keepalive: 30 * time.Second, eof: 100 * time.Millisecond, lost: 200 * time.Millisecond}
	srv, err := New(Config{HostKeys: []gossh.Signer{newKey(t)}}, open(t).Room)
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Shutdown(t.Context())
	if srv.waits != want {
		t.Errorf("timeouts are %+v, want %+v", srv.waits, want)
	}
}

func TestAServerWithoutHostKeyDoesNotStart(t *testing.T) {
	if _, err := New(Config{}, open(t).Room); err == nil {
		t.Error("it did")
	}
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
	for name, begin := range map[string]func(net.Conn){
		"silent":           func(net.Conn) {},
		"a greeting":       func(c net.Conn) { io.WriteString(c, "SSH-2.0-x\r\n") },
		"half a greeting":  func(c net.Conn) { io.WriteString(c, "SSH-2") },
		"no ssh":           func(c net.Conn) { io.WriteString(c, "GET / HTTP/1.1\r\n\r\n") },
		"a packet's start": func(c net.Conn) { io.WriteString(c, "SSH-2.0-x\r\n\x00\x00\x01\x00\x05") },
		"byte by byte": func(c net.Conn) {
			for err := error(nil); err == nil; time.Sleep(50 * time.Millisecond) { // until it is closed
				_, err = io.WriteString(c, "x")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := open(t, wired)
				ann, c := h.pipe("ann"), h.Dial()
				start := time.Now()
				var beginning sync.WaitGroup
				beginning.Go(func() { begin(c) })
				awaitClosed(t, c)
				if took := time.Since(start); took > h.server.waits.handshake {
					t.Errorf("closed after %v", took)
				}
				beginning.Wait()
				time.Sleep(h.server.waits.handshake)
				ann.wantTalking(h, "encore là") // who is in stays
			})
		})
	}
}

func TestShutdownClosesConnectionsThatNeverLoggedIn(t *testing.T) {
	h := open(t)
	c := h.Dial()
	if _, err := bufio.NewReader(c).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	h.wireTo()
	h.Close()
	awaitClosed(t, c)
}

func TestShutdownTellsEverybodyAndLosesNoFarewell(t *testing.T) {
	h := open(t)
	var seats []*clientChannel
	for i := range 20 {
		s := openChannel(t, h.dial(fmt.Sprint("ann", i)))
		if i%2 == 0 {
			s.must("pty-req", ptyRequest{Term: "xterm", Columns: 80, Rows: 24})
		}
		s.must("shell", nil)
		s.out.awaitText(t, "Bienvenue")
		seats = append(seats, s)
	}
	h.Room.Stop("à demain")
	for i, s := range seats {
		farewell, code := &s.err, exitShutdown
		if i%2 == 0 { // a person at a terminal was told, and needs no code
			farewell, code = &s.out, exitDone
		}
		s.wantExit(code)
		if want := lang.Farewell(&state.Ending{Cause: state.Shutdown, Reason: "à demain"}, lang.View{}); !strings.Contains((*farewell).String(), want) {
			t.Errorf("%d was not told %q, but %q", i, want, *farewell)
		}
	}
}

func TestShutdownDoesNotWaitForThoseWhoNeverRead(t *testing.T) {
	h := open(t, func(b *build) { b.waits.write, b.waits.linger = time.Hour, time.Hour })
	for i := range 5 {
		w := h.wireTo()
		w.enter(fmt.Sprint("muet", i))
		w.shell() // and never reads again
	}
	h.pipe("ann").send(strings.Repeat(strings.Repeat("x", 4000)+"\n", 400) + "fin\n")
	h.AwaitSaid(t, "fin")
	h.Room.Stop("")
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	h.server.Shutdown(ctx) // would take an hour
	awaitGoroutines(t, 0)  // one that has said it is done may still be on its last instructions
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

// talk has ann say n long messages, pausing until she has read each ten.
func (h *harness) talk(n int) *clientChannel {
	h.T.Helper()
	ann := h.pipe("ann")
	for said := 0; said < n; said += 10 {
		last := fmt.Sprintf("fin %d", said)
		ann.send(strings.Repeat(strings.Repeat("x", 4000)+"\n", 9) + last + "\n")
		ann.out.awaitText(h.T, ": "+last)
	}
	return ann
}

func TestWhoeverDoesNotReadIsCutAsSlowAndNobodyElse(t *testing.T) {
	for i, begin := range []func(w *wire){
		func(w *wire) { w.shell() }, // reads no more
		func(w *wire) { w.shell(); w.rekeys(); go io.Copy(io.Discard, w.In) }, // begins a key exchange and leaves it at that
	} {
		synctest.Test(t, func(t *testing.T) {
			h := open(t, wired)
			w := h.wireTo()
			w.enter("muet")
			synctest.Wait() // the library's goroutine of key exchanges waits for no lock, which would stop the clock
			begin(w)
			h.AwaitJoined(t, "muet")
			stuck := time.Now()
			ann := h.talk(100)
			if got := h.AwaitLeft(t, "muet"); got.Cause != state.Slow || time.Since(stuck) != h.server.waits.write {
				t.Errorf("%d: left by %v after %v, want slow", i, got.Cause, time.Since(stuck))
			}
			ann.wantTalking(h, "et moi ?")
		})
	}
}

// slowLine is a connection that is one.
type slowLine struct{ perWrite time.Duration }

func (l slowLine) Write(p []byte) (int, error) {
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
			g := &guardedWriter{w: slowLine{c.perWrite}, wait: 10 * time.Second, stuck: func() { cut.Store(true) }}
			for _, size := range []int{1, maxWrite, 10*maxWrite + 1, 0} {
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
func (w *wire) rekeys() { w.write(sshwire.NewKexInit()) }

// answered reports whether somebody has answered all keepalives.
func (h *harness) answered(user string) bool {
	for _, tracked := range h.server.conns.Open() {
		c := tracked.(*conn)
		if client := c.client.Load(); client != nil && client.User() == user {
			return c.unanswered.Load() == 0
		}
	}
	return false
}

func TestAClientThatDoesNotAnswerKeepalivesIsLost(t *testing.T) {
	h := open(t)
	w := h.wireTo()
	w.enter("ann")
	w.shell()
	h.AwaitJoined(t, "ann")
	bob := h.pipe("bob") // whose library answers
	for range maxUnanswered {
		h.server.sendKeepalives()
		roomtest.Until(t, func() string { return "bob does not answer" }, func() bool { return h.answered("bob") })
	}
	if left := roomtest.Seen[state.Left](h.Console); len(left) > 0 {
		t.Errorf("left too early: %v", left)
	}
	h.server.sendKeepalives()
	h.wantLeft(t, "ann", state.Lost)
	bob.wantTalking(h, "moi je réponds")
}

func TestConnectionsAreAskedForSignsOfLifeEveryBeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, wired)
		w := h.wireTo()
		w.enter("ann")
		w.shell()
		h.AwaitJoined(t, "ann")
		go io.Copy(io.Discard, w.In)
		time.Sleep(h.server.waits.keepalive - time.Nanosecond)
		synctest.Wait()
		early := h.answered("ann")
		time.Sleep(time.Nanosecond)
		if synctest.Wait(); !early || h.answered("ann") {
			t.Errorf("before the beat nothing is asked: %v; after it something is: %v", early, !h.answered("ann"))
		}
	})
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
		b.limits.PerSource, b.waits.linger = 2, patience
		b.listen = func(l net.Listener) net.Listener { source.Listener = l; return source }
	})
	first := h.dial("ann")
	h.dial("bob")
	said, err := io.ReadAll(h.Dial())
	if want := lang.Of(state.French).TooMany; err != nil || !strings.HasPrefix(string(said), want+"\r\n") || !strings.Contains(string(said), plainASCII(want)) {
		t.Errorf("told %q (%v), want %q for people and in plain letters for ssh", said, err, want)
	}
	_, err = gossh.Dial("tcp", h.Addr, clientConfig("cléo"))
	if err == nil || !strings.Contains(err.Error(), "Trop de connexions depuis votre adresse. Fermez-en une et reessayez.") {
		t.Errorf("the ssh client learns %v", err)
	}
	source.now("192.0.2.2")
	h.dial("dan").Close()
	source.now("192.0.2.1")
	first.Close()
	roomtest.Until(t, func() string { return "a place given back is not given again" }, func() bool {
		c, err := gossh.Dial("tcp", h.Addr, clientConfig("ann"))
		if err == nil {
			c.Close()
		}
		return err == nil
	})
}

func TestABannedAddressIsToldBeforeTheHandshake(t *testing.T) {
	source := &from{addr: "192.0.2.1"}
	h := open(t, func(b *build) {
		b.waits.linger = patience
		b.listen = func(l net.Listener) net.Listener { source.Listener = l; return source }
	})
	s := h.pipe("ann")
	h.Order(t, "ban 192.0.2.0/24 1h assez ri")
	s.wantExit(exitRefused, "assez ri")
	said, _ := io.ReadAll(h.Dial())
	if !strings.HasPrefix(string(said), lang.Of(state.French).IsBanned) || !strings.Contains(string(said), "assez ri") {
		t.Errorf("the door says %q", said)
	}
	if ssh, err := exec.LookPath("ssh"); err == nil {
		host, port, _ := net.SplitHostPort(h.Addr)
		out, err := exec.CommandContext(t.Context(), ssh, "-F", "none", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no",
			"-o", "UserKnownHostsFile=/dev/null", "-p", port, "ann@"+host).CombinedOutput()
		if err == nil || !strings.Contains(string(out), "assez ri") {
			t.Errorf("OpenSSH shows %q (%v)", out, err)
		}
	}
}
