package roomtest

import (
	"bytes"
	"io"
	"net"
	"sync"
)

// wires is a network of its own, for a house in a bubble (package testing/synctest):
// on real sockets, time stands still there. A server's write takes as long as it takes
// the other end to read it, so that whoever does not read is stuck at once; what
// clients write is read in order, and they wait only when very much of it is not.
type wires struct {
	calls  chan net.Conn
	closed chan struct{}
	once   sync.Once

	mu sync.Mutex
	n  int // of connections so far
}

func newWires() *wires { return &wires{calls: make(chan net.Conn), closed: make(chan struct{})} }

// Accept implements net.Listener.
func (w *wires) Accept() (net.Conn, error) {
	select {
	case c := <-w.calls:
		return c, nil
	case <-w.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (w *wires) Close() error {
	w.once.Do(func() { close(w.closed) })
	return nil
}

// Addr implements net.Listener.
func (w *wires) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 22} }

// dial connects, from a port of its own.
func (w *wires) dial() (net.Conn, error) {
	w.mu.Lock()
	w.n++
	from := &net.TCPAddr{IP: net.IPv4(192, 0, 2, 2), Port: 1024 + w.n}
	w.mu.Unlock()
	ours, theirs := net.Pipe()
	select {
	case w.calls <- wired{theirs, from}:
		return Post(ours), nil
	case <-w.closed:
		return nil, net.ErrClosed
	}
}

// wired is the server's end of a connection.
type wired struct {
	net.Conn
	from net.Addr
}

func (c wired) RemoteAddr() net.Addr { return c.from }

// Post makes an end of a net.Pipe that does not wait for what it writes to be read, as
// a socket does not. It must be closed.
func Post(c net.Conn) net.Conn {
	p := &posted{c, make(chan []byte, 1<<10), make(chan struct{})}
	go func() {
		defer close(p.broken)
		for b := range p.out {
			if _, err := c.Write(b); err != nil {
				return
			}
		}
	}()
	return p
}

type posted struct {
	net.Conn
	out    chan []byte
	broken chan struct{}
}

func (p *posted) Write(b []byte) (int, error) {
	select {
	case <-p.broken:
		return 0, io.ErrClosedPipe
	case p.out <- bytes.Clone(b):
		return len(b), nil
	}
}

func (p *posted) Close() error {
	err := p.Conn.Close()
	select {
	case p.out <- nil: // its goroutine notices
	case <-p.broken:
	}
	return err
}
