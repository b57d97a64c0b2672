package roomtest

import (
	"context"
	"net"
	"testing"
	"time"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// Front is a server that connects people to a room.
type Front interface {
	Serve(net.Listener) error
	Shutdown(context.Context) error
}

// Harness is a room with its operator's console and a front on a port of its own.
type Harness struct {
	T    testing.TB
	Room *room.Room
	Addr string // where the front listens
	*Console
	front Front
	wires *wires // nil: the front listens on a real port
}

// Open opens a room, without a front yet, until the end of the test.
func Open(t testing.TB, cfg room.Config, store room.Store) *Harness {
	t.Helper()
	r, err := room.New(context.Background(), cfg, room.NewMemoryLog(), store)
	if err != nil {
		t.Fatal(err)
	}
	h := &Harness{T: t, Room: r, Console: Watch(t, r)}
	t.Cleanup(h.Close)
	return h
}

// Wire has the front listen on a network of pipes, so that the test can run in a bubble
// (package testing/synctest), where hours pass at once and a bound of time is exact. It
// is called before Serve.
func (h *Harness) Wire() { h.wires = newWires() }

// Serve starts the front. wrap, which may be nil, changes its listener.
func (h *Harness) Serve(front Front, wrap func(net.Listener) net.Listener) {
	h.T.Helper()
	var l net.Listener = h.wires
	if h.wires == nil {
		var err error
		if l, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			h.T.Fatal(err)
		}
	}
	h.Addr, h.front = l.Addr().String(), front
	if wrap != nil {
		l = wrap(l)
	}
	serving := make(chan error, 1)
	go func() { serving <- front.Serve(l) }()
	h.T.Cleanup(func() {
		h.Close()
		if err := <-serving; err != nil {
			h.T.Errorf("Serve: %v", err)
		}
	})
}

// Dial connects to the front, until the end of the test. Reads and writes on real sockets
// fail after twice [Patience].
func (h *Harness) Dial() net.Conn {
	h.T.Helper()
	dial := func() (net.Conn, error) { return net.Dial("tcp", h.Addr) }
	if h.wires != nil {
		dial = h.wires.dial
	}
	c, err := dial()
	if err != nil {
		h.T.Fatal(err)
	}
	h.T.Cleanup(func() { c.Close() })
	if h.wires == nil {
		c.SetDeadline(time.Now().Add(2 * Patience))
	}
	return c
}

// Close closes the front and the room; closing again does nothing.
func (h *Harness) Close() {
	h.Room.Stop("")
	if h.front != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		h.front.Shutdown(ctx)
	}
	h.Leave()
	h.Room.Close()
}

// Join adds a member without a front, who reads nothing.
func (h *Harness) Join(who text.Pseudo) *room.Session {
	h.T.Helper()
	s, err := h.Room.Join(context.Background(), room.Entry{Pseudo: who, Front: "test"})
	if err != nil {
		h.T.Fatal(err)
	}
	h.T.Cleanup(func() { s.Close(state.Ending{Cause: state.Quit}) })
	return s
}

// Faulty is a store that panics when it is searched.
type Faulty struct{ *room.MemoryStore }

// Search implements room.Store.
func (Faulty) Search(context.Context, state.Rooms, state.Query, int) ([]state.Event, error) {
	panic("a fault of ours")
}
