package rawtcp

import (
	"errors"
	"io"
	"math"
	"time"

	"salon/internal/front"
)

// readSize is the size of a connection's read buffer: small, because most
// connections are silent most of the time and there may be thousands.
const readSize = 512

// Bounds on what one connection may make the server read; what comes faster stays with the
// client, and is read later. They are above what lines may be at the default limits of the
// room, 20 a second after 40 at once, if each is maxLine long. All else that is read, such as
// the rest of a line too long or telnet commands, then takes 1 % of a core, at worst.
const (
	readRate  = 128 << 10 // bytes a second, in the long run
	readBurst = 256 << 10 // bytes at once before that
	// readCost is how many bytes one read counts for besides those that it returns: as much
	// work as it is, and most when it returns one.
	readCost = 128
)

func defaultPace() front.Pace { return front.NewPace(readRate, readBurst) }

// readPace returns the pace for a connection that begins now: the server's, a faster one where
// members may say more, none where the room does not limit what they say.
func (s *Server) readPace() front.Pace {
	rate := s.room.Limits().Rate
	if rate <= 0 {
		return front.Pace{}
	}
	if most := 4 * rate * maxLine; most > readRate { // twice the lines that they may send, each as long as can be
		return front.NewPace(int32(min(most, math.MaxInt32/2)), int32(min(2*most, math.MaxInt32/2)))
	}
	return s.pace
}

// lineReader reads lines and signals from one raw TCP client, with or without
// telnet. How the network split the bytes changes nothing in what it returns. It
// starts no goroutine and is not safe for concurrent use: it belongs to the
// connection's reader. Idle it takes less than 1 KiB, at worst readSize and
// twice maxLine, whatever is sent.
type lineReader struct {
	src   io.Reader
	reply func([]byte)
	lines discipline
	pace  front.Pace

	buf      [readSize]byte
	pos, end int  // buf[pos:end] is read and not yet decoded
	opened   bool // the first bytes are no TLS and no SMB
	named    bool // the first line is of no other protocol
	closed   bool // src is at its end
}

// newLineReader reads from src at a pace. Answers to telnet requests go to reply, in order
// and before the token that follows them; the slice is reply's to keep. reply
// may block, which slows the client down, and owns its own errors.
func newLineReader(src io.Reader, pace front.Pace, reply func([]byte)) *lineReader {
	return &lineReader{src: src, pace: pace, reply: reply}
}

// next waits for the next token. The errors are those of src, unwrapped, io.EOF
// excepted, which is tokenEnd; after one that passes, such as an expired
// deadline, next may be called again and nothing is lost.
func (r *lineReader) next() (token, error) {
	for !r.lines.ended {
		if tok := r.scan(); tok.kind != tokenNone {
			return tok, nil
		}
		if err := r.fill(); errors.Is(err, io.EOF) {
			r.closed = true
		} else if err != nil {
			return token{}, err
		}
	}
	return token{kind: tokenEnd}, nil
}

// drain, after an interrupt, discards input until the timing mark that the client asks
// for is answered (see telnet.markDue); it returns at once if none is to come. One that
// never asks makes drain wait: set a read deadline first. The error is src's; the last
// line may be sent in any case.
func (r *lineReader) drain() error {
	for {
		var replies []byte
		for ; r.pos < r.end; r.pos++ {
			_, replies = r.lines.telnet.step(r.buf[r.pos], replies)
		}
		r.answer(replies)
		if !r.lines.telnet.markDue {
			return nil
		}
		if err := r.fill(); err != nil {
			return err
		}
	}
}

// hideTyping returns what is to be sent before a question whose answer is a secret, or,
// without on, once there are no more.
func (r *lineReader) hideTyping(on bool) []byte { return r.lines.telnet.setEcho(on, nil) }

// fill reads once, after the bytes that are left, when the pace allows it. A deadline or a
// close that comes while it waits for that takes effect up to 0.2 s later.
func (r *lineReader) fill() error {
	if r.pos == r.end {
		r.pos, r.end = 0, 0
	}
	time.Sleep(r.pace.Delay())
	n, err := r.src.Read(r.buf[r.end:])
	r.pace.Count(n + readCost)
	r.end += n
	if n > 0 {
		return nil // src repeats an error that came with data
	}
	return err
}

// scan goes through the bytes at hand up to the first token. Another protocol is
// recognised by the first bytes or the first line that is not empty, no later: a
// web page can make a browser send lines of its choice, but never before the
// request line, and after the first line "GET / HTTP/1.1" is chat.
func (r *lineReader) scan() token {
	switch first := r.buf[r.pos:r.end]; {
	case r.opened:
	case !r.closed && (maybeTLS(first) || len(first) < smbHeader && maybeSMB(first)):
		return token{}
	case looksTLS(first):
		return r.refuse("TLS")
	case looksSMB(first):
		return r.refuse("SMB")
	}
	r.opened = true
	kind := r.advance()
	if kind != tokenLine {
		return token{kind: kind}
	}
	line := r.lines.take()
	if !r.named && len(line.text) > 0 {
		r.named = true
		if protocol := otherProtocol(line.text); protocol != "" {
			return r.refuse(protocol)
		}
	}
	return line
}

// refuse reads no further.
func (r *lineReader) refuse(protocol string) token {
	r.lines.ended = true
	return token{kind: tokenForeign, protocol: protocol}
}

// advance feeds the discipline until it has something to give, which at the end
// of src is the text that no newline closes.
func (r *lineReader) advance() (kind tokenKind) {
	var replies []byte // lives no longer than this call, so that idle means small
	for kind == tokenNone && r.pos < r.end {
		kind, replies = r.lines.step(r.buf[r.pos], replies)
		r.pos++
	}
	r.answer(replies)
	if kind == tokenNone && r.closed {
		return r.lines.flush()
	}
	return kind
}

// answer sends telnet's answers, if any.
func (r *lineReader) answer(replies []byte) {
	if len(replies) > 0 {
		r.reply(replies)
	}
}
