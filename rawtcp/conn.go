package rawtcp

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"salon/internal/front"
	"salon/room"
	"salon/room/lang"
	"salon/room/state"
)

// Bounds on one connection.
const (
	// visitorTries is how many lines a stranger is asked for, pseudos, pass phrases
	// and passwords together; then the connection is closed.
	visitorTries = 10
	// writeChunk is how much a client must take in the time there is for a write: many
	// messages at once, over a slow line or from a busy machine, may take longer.
	writeChunk = 16 << 10
)

// timeouts bound every wait of a Server for its clients.
type timeouts struct {
	// pseudo is how long a stranger may take to say who they are, and again for each
	// secret that proves it; then the connection is closed.
	pseudo time.Duration
	// write is how long one write may block before the session is let go with
	// the cause Slow.
	write time.Duration
	// linger is how long input is still read after the farewell, so that closing
	// does not destroy it on its way.
	linger time.Duration
}

func defaultTimeouts() timeouts {
	return timeouts{pseudo: time.Minute, write: 10 * time.Second, linger: time.Second}
}

// service is what all connections of a Server share.
type service struct {
	room   *room.Room
	lang   state.Lang // in which newcomers are spoken to
	log    *slog.Logger
	waits  timeouts
	lines  *lang.Printer
	guests atomic.Uint64 // names given to those who gave none
	conns  *front.Conns
}

// conn is one client, from its first byte to its last.
type conn struct {
	net.Conn
	*service
	addr netip.Addr
	in   *lineReader
	sess *room.Session

	writing sync.Mutex // held while a write is under way
	broken  bool       // whether a write found the connection lost; guarded by writing
}

func newConn(s *service, raw net.Conn) *conn {
	c := &conn{Conn: raw, service: s, addr: front.AddrOf(raw.RemoteAddr())}
	c.in = newLineReader(raw, func(p []byte) { c.send(p) })
	return c
}

// send writes in the time there is for a write. Both the reader (telnet's answers)
// and the writer send, one at a time: neither gives the other more time.
func (c *conn) send(p []byte) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	for part := range slices.Chunk(p, writeChunk) {
		c.SetWriteDeadline(time.Now().Add(c.waits.write))
		if _, err := c.Write(part); err != nil {
			c.broken = !errors.Is(err, os.ErrDeadlineExceeded)
			return err
		}
	}
	return nil
}

// atEnd says why input has ended. A reset is reported once by the socket: where a
// write was told of it, a read finds an end of input like any other.
func (c *conn) atEnd() state.Cause {
	c.writing.Lock()
	defer c.writing.Unlock()
	if c.broken {
		return state.Lost
	}
	return state.Quit
}

func (c *conn) texts() *lang.Texts { return lang.Of(c.lang) }

// view is how somebody is spoken to who has no session yet.
func (c *conn) view() lang.View { return lang.View{Lang: c.lang} }

func (c *conn) say(text string) error { return c.send(c.lines.Line(nil, text)) }

// complain says what is wrong, as a session would be told. It fails with errParted.
func (c *conn) complain(err error) error {
	if c.say(c.view().Reply(room.Failure{Err: err}, time.Now())) != nil {
		return errParted
	}
	return nil
}

// abandon closes without sending what is still in the socket's buffer: nobody
// reads it, and it would stay in memory for minutes.
func (c *conn) abandon() {
	if tcp, ok := c.Conn.(interface{ SetLinger(int) error }); ok {
		tcp.SetLinger(0)
	}
	c.Close()
}

// dismiss lets go of somebody who has not said who they are.
func (c *conn) dismiss() {
	if c.conns.Closing.Err() != nil {
		c.say(c.texts().ShuttingDownNow)
		return
	}
	c.say(c.texts().EndIdle)
}

// foreign tells a client of another protocol that this is no place for it.
func (c *conn) foreign(protocol string) {
	c.log.Info("tcp: another protocol", "protocol", protocol, "addr", c.addr.String())
	if protocol == "SSH" {
		c.say(c.texts().UseSSH)
		return
	}
	c.say(fmt.Sprintf(c.texts().NotHTTP, protocol))
}

// drain waits, for as long as one lingers, until a telnet client is ready for the
// farewell; see lineReader.drain.
func (c *conn) drain() {
	c.SetReadDeadline(time.Now().Add(c.waits.linger))
	c.in.drain()
}
