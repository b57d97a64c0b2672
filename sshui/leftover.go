package sshui

import (
	"math"
	"reflect"
	"sync/atomic"
	"unsafe"

	gossh "golang.org/x/crypto/ssh"
)

// The library reads a connection in a goroutine that hands packets over by a channel of 16,
// and when a login fails, or the protocol is broken later, it reads that channel no more: a
// client that has sent more packets would leave the goroutine waiting for ever, with all
// that it holds (golang.org/x/crypto/ssh v0.58.0, handshakeTransport.readLoop). So conn
// takes what is left over once the connection has ended; and before the channel can be
// known, the client may not send so much.

// maxEarly is how many bytes are read between the key exchange and the beginning of the
// login: fewer than 17 packets, which take 36 at least. The one that begins a login and the
// one that some clients send before it take 52 and about 100. What comes above it waits.
const maxEarly = 512

// greeting is how many writes end with the server's part of the key exchange: its version,
// its algorithms, its key.
const greeting = 3

// early keeps a client from sending much between the key exchange and the login.
type early struct {
	bounded bool // until the login begins
	read    int
	writes  atomic.Int32 // by any goroutine, without the lock that guards the others
}

// left returns how many bytes may be read.
func (e *early) left() int {
	if !e.bounded || e.writes.Load() < greeting {
		return math.MaxInt
	}
	return maxEarly - e.read
}

// countRead counts bytes that were read.
func (e *early) countRead(n int) {
	if e.bounded && e.writes.Load() >= greeting {
		e.read += n
	}
}

// packets returns the channel of a connection's packets; nil if the library has changed.
func packets(c gossh.ServerPreAuthConn) <-chan []byte {
	v := reflect.Indirect(reflect.ValueOf(c))
	if v.Kind() != reflect.Struct {
		return nil
	}
	if v = v.FieldByName("transport"); !v.IsValid() || v.Kind() != reflect.Interface {
		return nil
	}
	if v = reflect.Indirect(v.Elem()); v.Kind() != reflect.Struct {
		return nil
	}
	if v = v.FieldByName("incoming"); !v.IsValid() || v.Type() != reflect.TypeFor[chan []byte]() {
		return nil
	}
	return *(*chan []byte)(unsafe.Pointer(v.UnsafeAddr()))
}

// takeLeftover takes the packets that nobody reads any more, until the library's goroutine has
// ended. The connection must be closed, and the library have finished with it.
func (c *conn) takeLeftover() {
	if c.packets == nil {
		return
	}
	for range c.packets {
	}
}
