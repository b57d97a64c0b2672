package natstest

import (
	"bufio"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// bufferSize is that of a lane: a line without a payload (INFO, CONNECT) must fit in it.
	bufferSize = 64 << 10
	// framesInLane is how many lines and messages a lane holds. When it is full the lane reads
	// no further, and the sender is held up as by a slow network.
	framesInLane = 256
	// maxAsked is how many questions of a client are remembered for Message.AnswerTo; then all
	// are forgotten.
	maxAsked = 1 << 16
	// maxOvertaking and holdTime are how many messages overtake one that is held, and for how
	// long it is held.
	maxOvertaking = 8
	holdTime      = 50 * time.Millisecond
)

// link is a client's connection and the one to its server.
type link struct {
	proxy          *Proxy
	client, server net.Conn
	cutting        atomic.Bool // to be reset in the middle of a message
	once           sync.Once
	ended          chan struct{}

	mu    sync.Mutex
	asked map[string]string // by the reply, the subject that this client published under
}

// reset ends both connections as a machine does that has forgotten them.
func (l *link) reset() {
	l.once.Do(func() {
		close(l.ended)
		reset(l.client)
		reset(l.server)
	})
}

func reset(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	c.Close()
}

// note has the answer to a message known as such when it comes.
func (l *link) note(m *Message) {
	if m == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if m.ToClient {
		m.AnswerTo = l.asked[m.Subject]
		delete(l.asked, m.Subject)
		return
	}
	if len(l.asked) == maxAsked {
		clear(l.asked)
	}
	if m.Reply != "" {
		l.asked[m.Reply] = m.Subject
	}
}

// lane is one direction of a link.
type lane struct {
	*link
	from     *bufio.Reader
	to       *bufio.Writer
	toClient bool
	frames   chan frame
	held     held
}

// held are the messages that others may overtake: those of one subject.
type held struct {
	frames []frame
	left   int // so many more overtake them
	until  time.Time
}

func newLane(l *link, from, to net.Conn, toClient bool) *lane {
	return &lane{
		link: l, from: bufio.NewReaderSize(from, bufferSize), to: bufio.NewWriterSize(to, bufferSize),
		toClient: toClient, frames: make(chan frame, framesInLane),
	}
}

// read reads until the connection, or the link, ends.
func (n *lane) read() {
	defer close(n.frames)
	for {
		f, err := readFrame(n.from, n.toClient)
		if err != nil {
			return
		}
		n.note(f.message)
		f.due = n.proxy.late()
		select {
		case n.frames <- f:
		case <-n.ended:
			return
		}
	}
}

// write carries what is read until the link ends, or all that was read before the connection
// ended.
func (n *lane) write() {
	for {
		var release <-chan time.Time
		if len(n.held.frames) > 0 {
			release = time.After(time.Until(n.held.until))
		}
		var err error
		select {
		case <-n.ended:
			return
		case <-release:
			err = n.release()
		case f, more := <-n.frames:
			if !more {
				n.release()
				n.to.Flush()
				return
			}
			err = n.judge(f)
		}
		if err == nil && len(n.frames) == 0 {
			err = n.to.Flush()
		}
		if err != nil {
			return
		}
	}
}

// pass waits until something that was sent may arrive, and reports false when the link ends.
func (n *lane) pass(due time.Time) bool {
	for {
		f, changed := n.proxy.now()
		wait := time.Until(due)
		if !f.Freeze && wait <= 0 {
			return true
		}
		if n.to.Buffered() > 0 && n.to.Flush() != nil {
			return false
		}
		var arrives <-chan time.Time
		if !f.Freeze {
			arrives = time.After(wait)
		}
		select {
		case <-n.ended:
			return false
		case <-changed:
		case <-arrives:
		}
	}
}

// judge does with a frame what the proxy says.
func (n *lane) judge(f frame) error {
	if !n.pass(f.due) {
		return net.ErrClosed
	}
	holds := len(n.held.frames) > 0
	if holds && f.message != nil && f.message.Subject == n.held.frames[0].message.Subject {
		n.held.frames = append(n.held.frames, f)
		return nil
	}
	switch verdict := n.proxy.judge(f.message); {
	case verdict == Drop:
		return nil
	case verdict == Hold && !holds:
		n.held = held{frames: []frame{f}, left: n.proxy.overtaking(), until: time.Now().Add(holdTime)}
		return nil
	}
	if err := n.send(f); err != nil || !holds || f.message == nil {
		return err
	}
	if n.held.left--; n.held.left > 0 {
		return nil
	}
	return n.release()
}

// release sends the messages that were held.
func (n *lane) release() error {
	if !n.pass(time.Now()) {
		return net.ErrClosed
	}
	frames := n.held.frames
	n.held.frames = nil
	for _, f := range frames {
		if err := n.send(f); err != nil {
			return err
		}
	}
	return nil
}

// send writes a frame, or half of it, at the speed that the network has.
func (n *lane) send(f frame) error {
	if f.message != nil && n.cutting.Load() {
		n.to.Write(f.bytes[:len(f.bytes)/2])
		n.to.Flush()
		return net.ErrClosed
	}
	if _, err := n.to.Write(f.bytes); err != nil {
		return err
	}
	if faults, _ := n.proxy.now(); faults.Rate > 0 {
		if err := n.to.Flush(); err != nil {
			return err
		}
		n.pass(time.Now().Add(time.Duration(len(f.bytes)) * time.Second / time.Duration(faults.Rate)))
	}
	return nil
}
