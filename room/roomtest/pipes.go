package roomtest

import (
	"bytes"
	"io"
	"net"
	"sync"
	"sync/atomic"
)

// wires is a network of pipes, for a test in a bubble (package testing/synctest), where
// time would stand still while a real socket is read. A server's write lasts until the
// client has read it, so that a client that does not read blocks the server at once; a
// client's write blocks only when 1,024 writes are unread.
type wires struct {
	calls  chan net.Conn
	closed chan struct{}
	once   sync.Once
	count  atomic.Int32 // of connections so far
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
	from := &net.TCPAddr{IP: net.IPv4(192, 0, 2, 2), Port: 1024 + int(w.count.Add(1))}
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

// Post returns a connection over one end of a net.Pipe whose writes do not wait for the
// other end to read them, as on a socket. It must be closed.
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
