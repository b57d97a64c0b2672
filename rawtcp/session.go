package rawtcp

import (
	"context"
	"errors"
	"os"
	"sync"
	"time"

	"salon/internal/front"
	"salon/room"
	"salon/room/lang"
	"salon/room/state"
	"salon/room/text"
)

// serve is the connection's life. A fault of ours ends this one alone.
func (c *conn) serve() {
	var reading sync.WaitGroup
	defer func() {
		if r := recover(); r != nil {
			c.crashed(r)
		}
		c.SetReadDeadline(time.Now()) // wakes the reader
		reading.Wait()
		front.HangUp(c.Conn, c.waits.linger)
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

// read does what the client says, until it stops or its session ends.
func (c *conn) read(first token) {
	defer func() {
		if r := recover(); r != nil {
			c.conns.Crashed(r)
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

// do does one thing that the client said.
func (c *conn) do(tok token) {
	switch tok.kind {
	case tokenLine:
		line := decodeLine(tok.text)
		if len(line) > text.MaxText { // decoding made it longer
			line, tok.truncated = string(wholeRunes([]byte(line[:text.MaxText]))), true
		}
		if tok.truncated {
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

// crashed takes the session out of the room after a fault of ours, with an
// apology.
func (c *conn) crashed(fault any) {
	c.conns.Crashed(fault)
	if c.sess != nil {
		c.leave(&state.Ending{Cause: state.Crashed})
	}
	c.say(c.texts().EndCrashed)
}

// leave takes the session out of the room and writes down why.
func (c *conn) leave(why error) *state.Ending {
	ending := state.AsEnding(why)
	if errors.Is(why, os.ErrDeadlineExceeded) {
		ending.Cause = state.Slow
	}
	return c.conns.Leave(c.sess, c.addr, ending)
}

// farewell is a session's last line, in the form that it reads.
func farewell(end *state.Ending, s *room.Session) string {
	if s.Prefs().JSON {
		return string(lang.ViewOf(s).JSONFarewell(end, time.Now()))
	}
	return lang.Farewell(end, lang.ViewOf(s))
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
		buf = c.lines.Append(buf, it, c.sess)
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
