package sshui

import (
	"context"
	"crypto/ed25519"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	gossh "golang.org/x/crypto/ssh"

	"salon/room"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what must come: a limit for failures
// only.
const patience = 20 * time.Second

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

// house is a room with an ssh front on a port of its own, and its operator's
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
	cfg    Config
	waits  timeouts
	store  room.Store
	listen func(net.Listener) net.Listener
}

// open opens a house for the length of a test: no limits of rate, French, and
// default timeouts, unless change says otherwise.
func open(t testing.TB, change ...func(*build)) *house {
	t.Helper()
	b := build{waits: defaultTimeouts(), store: room.NewMemoryStore(), cfg: Config{Version: "salon", HostKeys: []gossh.Signer{newKey(t)}}}
	for _, c := range change {
		c(&b)
	}
	r, err := room.New(context.Background(), b.room, room.NewMemoryLog(), b.store)
	if err != nil {
		t.Fatal(err)
	}
	srv, err := newServer(b.cfg, r, b.waits)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, room: r, server: srv, addr: l.Addr().String(), console: watch(r)}
	if b.listen != nil {
		l = b.listen(l)
	}
	serving := make(chan error, 1)
	go func() { serving <- srv.Serve(l) }()
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

func (c *console) awaitJoined(t testing.TB, who room.Pseudo) {
	t.Helper()
	c.await(t, func() string { return string(who) + " never joined" }, func() bool {
		return slices.ContainsFunc(seen[room.Joined](c), func(j room.Joined) bool { return j.Pseudo == who })
	})
}

func (c *console) awaitSaid(t testing.TB, text string) room.Said {
	t.Helper()
	var found room.Said
	c.await(t, func() string { return "nobody ever said " + text }, func() bool {
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

// about is what the console is told about one member.
func (c *console) about(t testing.TB, who string) room.Person {
	t.Helper()
	return c.order(t, "info "+who).(room.Profile).Person
}

// present is who the console is told is here.
func (c *console) present(t testing.TB) []string {
	t.Helper()
	var names []string
	for _, p := range c.order(t, "liste").(room.People).Members {
		names = append(names, string(p.Pseudo))
	}
	return names
}

func newKey(t testing.TB) gossh.Signer {
	t.Helper()
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	key, err := gossh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func keyID(key gossh.Signer) string { return gossh.FingerprintSHA256(key.PublicKey()) }
