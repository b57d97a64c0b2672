package rawtcp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"salon/room"
	"salon/room/lang"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what must come: a limit for failures
// only.
const patience = 20 * time.Second

var french = lang.Of(room.French)

// bell wakes those who wait for a change. Its zero value is ready.
type bell struct {
	mu   sync.Mutex
	next chan struct{}
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next != nil {
		close(b.next)
		b.next = nil
	}
}

func (b *bell) rung() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next == nil {
		b.next = make(chan struct{})
	}
	return b.next
}

// await looks at each change until it sees what it waits for.
func (b *bell) await(t testing.TB, what func() string, ok func() bool) {
	t.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		rung := b.rung()
		if ok() {
			return
		}
		select {
		case <-rung:
		case <-late.C:
			t.Fatal(what())
		}
	}
}

// house is a room with a raw TCP front on a port of its own, and its operator's
// console.
type house struct {
	t      testing.TB
	room   *room.Room
	server *Server
	addr   string
	*console
}

// build changes what a house is made from, before it opens.
type build struct {
	room   room.Config
	waits  timeouts
	store  room.Store
	listen func(net.Listener) net.Listener
	log    *slog.Logger
}

// open opens a house for the length of a test: no limits of rate, French, and
// default timeouts, unless change says otherwise.
func open(t testing.TB, change ...func(*build)) *house {
	t.Helper()
	b := build{waits: defaultTimeouts(), store: room.NewMemoryStore()}
	b.room.PassMemory, b.room.PassTime = 64, 1
	for _, c := range change {
		c(&b)
	}
	r, err := room.New(context.Background(), b.room, room.NewMemoryLog(), b.store)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, room: r, server: newServer(Config{Log: b.log}, r, b.waits), addr: l.Addr().String(), console: watch(r)}
	if b.listen != nil {
		l = b.listen(l)
	}
	serving := make(chan error, 1)
	go func() { serving <- h.server.Serve(l) }()
	t.Cleanup(func() {
		h.close()
		if err := <-serving; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return h
}

// close lets everyone out; closing again does nothing.
func (h *house) close() {
	h.room.Stop("")
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	h.server.Shutdown(ctx)
	h.console.leave()
	h.room.Close()
}

// join puts a member into the room who is behind no front and reads nothing.
func (h *house) join(who room.Pseudo) *room.Session {
	h.t.Helper()
	s, err := h.room.Join(context.Background(), room.Entry{Pseudo: who, Front: "tcp"})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { s.Close(room.Ending{Cause: room.Quit}) })
	return s
}

// console is the operator's, with all that it has shown.
type console struct {
	*room.Session
	bell
	leave func()

	mu     sync.Mutex
	events []room.Event
}

func watch(r *room.Room) *console {
	c := &console{Session: r.Watch(room.Prefs{})}
	var following sync.WaitGroup
	following.Go(func() {
		c.Follow(nil, func(items []room.Item) error {
			c.mu.Lock()
			for _, it := range items {
				if it.Event != nil {
					c.events = append(c.events, *it.Event)
				}
			}
			c.mu.Unlock()
			c.ring()
			return nil
		})
	})
	c.leave = sync.OnceFunc(func() {
		c.Close(room.Ending{Cause: room.Quit})
		following.Wait()
	})
	return c
}

// seen returns the bodies of all events so far that are of type B.
func seen[B room.Body](c *console) []B {
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []B
	for _, e := range c.events {
		if b, ok := e.Body.(B); ok {
			list = append(list, b)
		}
	}
	return list
}

// awaitLeft waits until somebody has left, and returns how.
func (c *console) awaitLeft(t testing.TB, who room.Pseudo) room.Left {
	t.Helper()
	var found room.Left
	c.await(t, func() string { return string(who) + " never left" }, func() bool {
		for _, l := range seen[room.Left](c) {
			if l.Pseudo == who {
				found = l
				return true
			}
		}
		return false
	})
	return found
}

func (c *console) awaitSaid(t testing.TB, text string) room.Said {
	t.Helper()
	var found room.Said
	c.await(t, func() string { return fmt.Sprintf("nobody ever said %q", text) }, func() bool {
		for _, s := range seen[room.Said](c) {
			if s.Text == text {
				found = s
				return true
			}
		}
		return false
	})
	return found
}

// said returns all that was said by one member, in order.
func (c *console) said(who room.Pseudo) []string {
	var list []string
	for _, s := range seen[room.Said](c) {
		if s.From == who {
			list = append(list, s.Text)
		}
	}
	return list
}

// order does an operator's command.
func (c *console) order(t testing.TB, line string) room.Reply {
	t.Helper()
	r, err := c.Do(context.Background(), line)
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return r
}

// caller is a client; what arrives is read all the time.
type caller struct {
	net.Conn
	bell
	t      testing.TB
	ended  chan struct{} // closed at the end of what arrives
	mu     sync.Mutex
	text   []byte
	broken error // at the end: nil, or how the connection broke
}

func (h *house) dial() net.Conn {
	h.t.Helper()
	c, err := net.Dial("tcp", h.addr)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(2 * patience))
	return c
}

// call connects.
func (h *house) call() *caller {
	h.t.Helper()
	c := &caller{Conn: h.dial(), t: h.t, ended: make(chan struct{})}
	go c.listen()
	h.t.Cleanup(func() { c.Close(); <-c.ended })
	return c
}

func (c *caller) listen() {
	defer close(c.ended)
	buf := make([]byte, 4096)
	for {
		n, err := c.Read(buf)
		c.mu.Lock()
		c.text = append(c.text, buf[:n]...)
		if !errors.Is(err, io.EOF) {
			c.broken = err
		}
		c.mu.Unlock()
		c.ring()
		if err != nil {
			return
		}
	}
}

// join connects and takes a pseudo.
func (h *house) enter(pseudo string) *caller {
	h.t.Helper()
	c := h.call()
	c.send(pseudo + "\r\n")
	c.awaitText("Bienvenue, " + pseudo)
	return c
}

func (c *caller) send(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		c.t.Fatalf("send: %v", err)
	}
}

func (c *caller) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return string(c.text)
}

func (c *caller) awaitText(want string) {
	c.t.Helper()
	c.await(c.t, func() string { return fmt.Sprintf("never shown %q, but\n%s", want, c) }, func() bool {
		return strings.Contains(c.String(), want)
	})
}

// closeWrite says that nothing more comes.
func (c *caller) closeWrite() { c.Conn.(*net.TCPConn).CloseWrite() }

// wantEnd waits until the server hangs up, which it must do without breaking the
// connection, after these words.
func (c *caller) wantEnd(last string) {
	c.t.Helper()
	select {
	case <-c.ended:
	case <-time.After(patience):
		c.t.Fatalf("never hung up after\n%s", c)
	}
	if c.broken != nil {
		c.t.Errorf("the connection broke: %v", c.broken)
	}
	if !strings.HasSuffix(c.String(), last) {
		c.t.Errorf("the end is not %q but\n%q", last, c)
	}
}

// wantTalking checks that somebody hears and is heard.
func (c *caller) wantTalking(h *house, text string) {
	c.t.Helper()
	c.send(text + "\r\n")
	h.awaitSaid(c.t, text)
	c.awaitText(": " + text)
}

const hello = "Pseudo : "

func goodbye(pseudo string) string { return fmt.Sprintf(french.Goodbye, pseudo) + "\r\n" }
