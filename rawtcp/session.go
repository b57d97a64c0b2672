package rawtcp

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"time"

	"salon/internal/front"
	"salon/room"
	"salon/room/lang"
	"salon/room/state"
	"salon/room/text"
)

// serve serves the client from its first byte until the connection is closed. A panic
// ends this connection alone.
func (c *conn) serve() {
	var reading sync.WaitGroup
	defer func() {
		if r := recover(); r != nil {
			c.crashed(r)
		}
		c.SetReadDeadline(time.Now()) // wakes the reader
		reading.Wait()
		c.logOut()
		front.HangUp(c.Conn, c.waits.linger)
	}()
	first, ok := c.enter()
	if !ok {
		return
	}
	reading.Go(func() { c.read(&first) })
	end := c.leave(c.sess.Follow(nil, c.show))
	switch end.Cause {
	case state.Slow:
		c.abandon()
	case state.Lost:
	default:
		c.refused = end.Cause != state.Quit && end.Cause != state.Shutdown
		c.say(farewell(end, c.sess))
	}
}

// read does what the client sends, from its first token on, until its input or its
// session ends. While it waits, it and what it calls fit the 2 KB of stack that a
// goroutine begins with.
func (c *conn) read(tok *token) {
	defer c.conns.Recover(c.sess)
	c.do(*tok)
	for c.sess.Context().Err() == nil {
		var err error
		if *tok, err = c.in.next(); err != nil {
			c.sess.End(state.Ending{Cause: state.Lost})
			return
		}
		c.do(*tok)
	}
}

// do does one thing that the client sent.
func (c *conn) do(tok token) {
	switch tok.kind {
	case tokenLine:
		line := decodeLine(tok.text)
		if len(line) > text.MaxText { // decoding made it longer
			line, tok.truncated = strings.ToValidUTF8(line[:text.MaxText], ""), true
		}
		if tok.truncated {
			c.sess.Answer(room.Notice{What: room.LineCut}, nil)
		}
		c.sess.Submit(context.Background(), line)
	case tokenAreYouThere:
		if c.sess.AwaitLine(c.sess.Context()) == nil {
			c.sess.Answer(room.Notice{What: room.StillHere}, nil)
		}
	case tokenInterrupt:
		c.drain()
		c.sess.End(state.Ending{Cause: state.Quit})
	case tokenForeign:
		c.foreign(tok.protocol)
		c.sess.End(state.Ending{Cause: state.Lost})
	case tokenEnd:
		c.sess.End(state.Ending{Cause: c.endCause()})
	}
}

// crashed removes the session from the room after a panic, and tells the client.
func (c *conn) crashed(fault any) {
	c.conns.Crashed(fault)
	if c.sess != nil {
		c.leave(&state.Ending{Cause: state.Crashed})
	}
	c.say(c.texts().EndCrashed)
}

// leave removes the session from the room and logs why it ended.
func (c *conn) leave(why error) *state.Ending {
	ending := state.AsEnding(why)
	if errors.Is(why, os.ErrDeadlineExceeded) {
		ending.Cause = state.Slow
	}
	return c.conns.Leave(c.sess, c.addr, ending)
}

// farewell returns the last line of a session, as JSON or as a sentence.
func farewell(end *state.Ending, s *room.Session) string {
	if s.Prefs().JSON {
		return string(lang.ViewOf(s).JSONFarewell(end, time.Now()))
	}
	return lang.Farewell(end, lang.ViewOf(s))
}

// buffers are for what is about to be written. An idle connection has none.
var buffers = sync.Pool{New: func() any { return new(make([]byte, 0, 4<<10)) }}

// maxBuffer is the size from which on a buffer is sent before more is added to it, and
// the largest that is kept.
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
