package rawtcp

import (
	"errors"
	"fmt"
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
	// visitorTries is how many questions a visitor is asked, for pseudos, pass phrases
	// and passwords together, before the connection is closed.
	visitorTries = 10
	// writeChunk is the most bytes that one write deadline covers: many messages at
	// once, over a slow line or from a busy machine, may take longer.
	writeChunk = 16 << 10
)

// conn is one client, from its first byte to its last.
type conn struct {
	net.Conn
	*Server
	login *front.Login
	addr  netip.Addr
	in    *lineReader
	sess  *room.Session

	writing sync.Mutex // held while a write is under way
	broken  bool       // a write found the connection lost; guarded by writing

	joined  atomic.Bool // sess is set
	refused bool        // the client was told why it did not get in, or why it was put out
}

func newConn(s *Server, raw net.Conn, login *front.Login) *conn {
	c := &conn{Conn: raw, Server: s, login: login, addr: login.Addr}
	c.in = newLineReader(raw, s.readPace(), func(p []byte) { c.send(p) })
	return c
}

// send writes p. It fails when the client takes longer than timeouts.write for
// writeChunk bytes. Both the reader (telnet's answers) and the writer call it, one at a
// time, so that neither extends the other's deadline.
func (c *conn) send(p []byte) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	defer c.meter.End(c.meter.Begin(), len(p))
	for part := range slices.Chunk(p, writeChunk) {
		c.SetWriteDeadline(time.Now().Add(c.waits.write))
		if _, err := c.Write(part); err != nil {
			c.broken = !errors.Is(err, os.ErrDeadlineExceeded)
			return err
		}
	}
	return nil
}

// endCause returns why the input has ended. A socket reports a reset only once: if a
// write got it, the read that follows finds a plain end of input.
func (c *conn) endCause() state.Cause {
	c.writing.Lock()
	defer c.writing.Unlock()
	if c.broken {
		return state.Lost
	}
	return state.Quit
}

func (c *conn) texts() *lang.Texts { return lang.Of(c.lang) }

func (c *conn) say(text string) error { return c.send(c.lines.Line(nil, text)) }

// complain sends an error, worded as a session would see it. It fails with
// errVisitOver.
func (c *conn) complain(err error) error {
	c.refused = true
	if c.say(lang.View{Lang: c.lang}.Reply(room.Failure{Err: err}, time.Now())) != nil {
		return errVisitOver
	}
	return nil
}

// abandon closes the connection and discards what its socket still has to send: the
// client does not read it, and it would stay in memory for minutes.
func (c *conn) abandon() {
	if tcp, ok := c.Conn.(interface{ SetLinger(int) error }); ok {
		tcp.SetLinger(0)
	}
	c.Close()
}

// dismiss tells a client that has not joined why the connection is closed.
func (c *conn) dismiss() {
	c.refused = true
	if c.conns.Closing.Err() != nil {
		c.say(c.texts().ShuttingDownNow)
		return
	}
	c.login.Late()
	c.say(c.texts().EndIdle)
}

// foreign tells a client of another protocol what this port is for.
func (c *conn) foreign(protocol string) {
	c.login.Foreign(protocol)
	if protocol == "SSH" {
		c.say(c.texts().UseSSH)
		return
	}
	c.say(fmt.Sprintf(c.texts().NotHTTP, protocol))
}

// logOut lets a client that knows telnet's commands know that it was refused: programs need
// not read words. Nothing may read any more.
func (c *conn) logOut() {
	if c.refused && c.in.lines.telnet.spoken {
		c.send([]byte{telnetIAC, telnetWILL, telnetLogout})
	}
}

// drain waits up to timeouts.linger until a telnet client is ready for the last line;
// see lineReader.drain.
func (c *conn) drain() {
	c.SetReadDeadline(time.Now().Add(c.waits.linger))
	c.in.drain()
}
