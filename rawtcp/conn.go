package rawtcp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"sync"
	"time"
	"unicode/utf8"

	"salon/internal/front"
	"salon/room"
	"salon/room/lang"
	"salon/room/state"
	"salon/room/text"
)

// Bounds on one connection.
const (
	// visitorTries is how many lines a stranger is asked for, pseudos, pass phrases
	// and passwords together; then the connection is closed.
	visitorTries = 10
	// bite is how much a client must take in the time there is for a write: many
	// messages at once, over a slow line or from a busy machine, may take longer.
	bite = 16 << 10
)

// conn is one client, from its first byte to its last.
type conn struct {
	net.Conn
	server *Server
	addr   netip.Addr
	in     *lineReader
	sess   *room.Session

	writing sync.Mutex // held while a write is under way
	broken  bool       // whether a write found the connection lost; guarded by writing
}

func newConn(s *Server, raw net.Conn) *conn {
	c := &conn{Conn: raw, server: s, addr: front.AddrOf(raw.RemoteAddr())}
	c.in = newLineReader(raw, func(p []byte) { c.send(p) })
	return c
}

// send writes in the time there is for a write. Both the reader (telnet's answers)
// and the writer send, one at a time: neither gives the other more time.
func (c *conn) send(p []byte) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	for part := range slices.Chunk(p, bite) {
		c.SetWriteDeadline(time.Now().Add(c.server.waits.write))
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

func (c *conn) texts() *lang.Texts { return lang.Of(c.server.cfg.Lang) }

// view is how somebody is spoken to who has no session yet.
func (c *conn) view() lang.View { return lang.View{Lang: c.server.cfg.Lang} }

func (c *conn) say(text string) error { return c.send(c.server.lines.Line(nil, text)) }

// complain says what is wrong, as a session would be told. It fails with errParted.
func (c *conn) complain(err error) error {
	if c.say(c.view().Reply(room.Failure{Err: err}, time.Now())) != nil {
		return errParted
	}
	return nil
}

// serve is the connection's life. A fault of ours ends this one alone.
func (c *conn) serve() {
	var reading sync.WaitGroup
	defer func() {
		if r := recover(); r != nil {
			c.crashed(r)
		}
		c.SetReadDeadline(time.Now()) // wakes the reader
		reading.Wait()
		front.HangUp(c.Conn, c.server.waits.linger)
	}()
	first, ok := c.enter()
	if !ok {
		return
	}
	reading.Go(func() { c.read(first) })
	end := c.leave(c.sess.Follow(nil, c.show))
	switch end.Cause {
	case state.Slow:
		c.abandon()
	case state.Lost:
	default:
		c.say(farewell(end, c.sess))
	}
}

// farewell is a session's last line, in the form that it reads.
func farewell(end *state.Ending, s *room.Session) string {
	if s.Prefs().JSON {
		return string(lang.ViewOf(s).JSONFarewell(end, time.Now()))
	}
	return lang.Farewell(end, lang.ViewOf(s))
}

// crashed takes the session out of the room after a fault of ours, with an
// apology.
func (c *conn) crashed(fault any) {
	c.server.conns.Crashed(fault)
	if c.sess != nil {
		c.leave(&state.Ending{Cause: state.Crashed})
	}
	c.say(c.texts().EndCrashed)
}

// abandon closes without sending what is still in the socket's buffer: nobody
// reads it, and it would stay in memory for minutes.
func (c *conn) abandon() {
	if tcp, ok := c.Conn.(interface{ SetLinger(int) error }); ok {
		tcp.SetLinger(0)
	}
	c.Close()
}

// leave takes the session out of the room and writes down why.
func (c *conn) leave(why error) *state.Ending {
	ending := state.AsEnding(why)
	if errors.Is(why, os.ErrDeadlineExceeded) {
		ending.Cause = state.Slow
	}
	return c.server.conns.Leave(c.sess, c.addr, ending)
}

// dismiss lets go of somebody who has not said who they are.
func (c *conn) dismiss() {
	if c.server.conns.Closing.Err() != nil {
		c.say(c.texts().ShuttingDownNow)
		return
	}
	c.say(c.texts().EndIdle)
}

// foreign tells a client of another protocol that this is no place for it.
func (c *conn) foreign(protocol string) {
	c.server.cfg.Log.Info("tcp: another protocol", "protocol", protocol, "addr", c.addr.String())
	if protocol == "SSH" {
		c.say(c.texts().UseSSH)
		return
	}
	c.say(fmt.Sprintf(c.texts().NotHTTP, protocol))
}

// read does what the client says, until it stops or its session ends.
func (c *conn) read(first token) {
	defer func() {
		if r := recover(); r != nil {
			c.server.conns.Crashed(r)
			c.sess.End(state.Ending{Cause: state.Crashed})
		}
	}()
	c.do(first)
	for c.sess.Context().Err() == nil {
		tok, err := c.in.next()
		if err != nil {
			c.sess.End(state.Ending{Cause: state.Lost})
			return
		}
		c.do(tok)
	}
}

func (c *conn) do(tok token) {
	switch tok.kind {
	case tokenLine:
		line, cut := cutLine(decodeLine(tok.text))
		if cut || tok.truncated {
			c.sess.Answer(room.Notice{What: room.LineCut}, nil)
		}
		c.sess.Submit(context.Background(), line)
	case tokenAreYouThere:
		c.sess.Answer(room.Notice{What: room.StillHere}, nil)
	case tokenInterrupt:
		c.drain()
		c.sess.End(state.Ending{Cause: state.Quit})
	case tokenForeign:
		c.foreign(tok.protocol)
		c.sess.End(state.Ending{Cause: state.Lost})
	case tokenEnd:
		c.sess.End(state.Ending{Cause: c.atEnd()})
	}
}

// cutLine shortens a line that decoding made longer than a message may be.
func cutLine(line string) (string, bool) {
	if len(line) <= text.MaxText {
		return line, false
	}
	end := text.MaxText
	for end > 0 && !utf8.RuneStart(line[end]) {
		end--
	}
	return line[:end], true
}

// drain waits, for as long as one lingers, until a telnet client is ready for the
// farewell; see lineReader.drain.
func (c *conn) drain() {
	c.SetReadDeadline(time.Now().Add(c.server.waits.linger))
	c.in.drain()
}

// buffers hold what is about to be written; a connection with nothing to write
// has none.
var buffers = sync.Pool{New: func() any { return new(make([]byte, 0, 4<<10)) }}

// maxBuffer is how much is gathered for one Write before it is sent, and the
// largest buffer that is kept.
const maxBuffer = 64 << 10

// show writes items in one Write, or in a few when they are long.
func (c *conn) show(items []room.Item) error {
	kept := buffers.Get().(*[]byte)
	buf := (*kept)[:0]
	defer func() {
		if cap(buf) <= maxBuffer {
			*kept = buf
			buffers.Put(kept)
		}
	}()
	for i, it := range items {
		buf = c.server.lines.Append(buf, it, c.sess)
		if len(buf) < maxBuffer && i < len(items)-1 {
			continue
		}
		if err := c.send(buf); err != nil {
			return err
		}
		buf = buf[:0]
	}
	return nil
}
