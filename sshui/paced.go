package sshui

import (
	"io"
	"math"
	"net"
	"slices"
	"sync"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"salon/internal/front"
	"salon/internal/wait"
)

// Bounds on what one connection may make the server read. Chatting never reaches them:
// lines of 4 KiB at two a second are 8 KiB/s, a handshake is 3 KiB, a paste of 16 KiB in
// packets of 64 bytes is 26 KiB, and a client shown 10 MB/s sends 7 KiB/s to say so.
const (
	// readRate is how many bytes a second are read in the long run. The most expensive,
	// except keys (see meter), are those of key exchanges: 290 bytes cost 0.3 ms, which makes 3 %
	// of a core. Packets of one byte, pings, requests, resizes and channels take less
	// than 1 %.
	readRate = 32 << 10
	// readBurst is how many may come at once before that: 0.14 s of a core, at worst.
	readBurst = 128 << 10
	// maxUnread is how many bytes may arrive that a session has not read; beyond it the
	// connection is not read until the session has caught up. The library keeps each
	// packet apart: one byte, 36 encrypted, takes 48 of memory, the worst there is, which
	// makes 4 MiB. A window (2 MiB) of lines of 80 bytes, each in a packet of its own, fits.
	maxUnread = 3 << 20
	// maxUnclaimed is how many bytes may arrive that no session reads, before what its
	// client sends as stderr, which has no use, is read and dropped.
	maxUnclaimed = 256 << 10
)

// pace is how fast and how far a connection is read.
type pace struct {
	front.Pace
	unread int // bytes that a session has not read
}

func defaultPace() pace { return pace{front.NewPace(readRate, readBurst), maxUnread} }

// paced is a connection that is read no faster than its pace, and no further than its
// sessions keep up with. What is not read stays with the client: nothing is lost.
//
// It has one reader. Close ends a Read that waits. A deadline that passes while a Read
// waits takes effect after the wait, which lasts a few seconds at most once a client has
// sent too fast. It starts no goroutine.
type paced struct {
	net.Conn
	pace pace
	wake chan struct{} // cap 1: what a Read waits for may have changed

	mu       sync.Mutex
	early    early
	due      time.Time // nothing is read before
	broken   bool      // closed, or writing has failed: reading tells why
	channels []*pacedChannel
}

func newPaced(c net.Conn, p pace) *paced {
	return &paced{Conn: c, pace: p, wake: make(chan struct{}, 1)}
}

// Read implements net.Conn.
func (p *paced) Read(b []byte) (int, error) {
	most, d := p.mayRead()
	for ; d > 0; most, d = p.mayRead() {
		t := time.NewTimer(d)
		select {
		case <-t.C:
		case <-p.wake:
		}
		t.Stop()
	}
	n, err := p.Conn.Read(b[:min(len(b), most)])
	if n > 0 {
		p.countRead(n)
	}
	return n, err
}

// mayRead returns how many bytes may be read at once, after how long.
func (p *paced) mayRead() (most int, after time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	most = p.early.left()
	switch {
	case p.broken: // it is read to its end
		return math.MaxInt, 0
	case p.isFullLocked(), most <= 0:
		return 0, math.MaxInt64
	}
	return most, time.Until(p.due)
}

// countRead charges the pace and the channels for what was read.
func (p *paced) countRead(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pace.Count(n)
	p.early.countRead(n)
	p.due = time.Now().Add(p.pace.Delay())
	for _, in := range p.channels {
		in.countReadLocked(n)
	}
}

// isFull reports whether the connection is not read because a session has not read. Until
// it has, no answer of the client arrives.
func (p *paced) isFull() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.isFullLocked()
}

func (p *paced) isFullLocked() bool {
	return !p.broken && slices.ContainsFunc(p.channels, func(in *pacedChannel) bool { return in.unread >= p.pace.unread && !in.waiting })
}

// loginBegins lets the client send as much as it likes.
func (p *paced) loginBegins() {
	p.mu.Lock()
	p.early.bounded = false
	p.mu.Unlock()
	wait.Signal(p.wake)
}

// markBroken ends the wait of a Read, which will fail.
func (p *paced) markBroken() {
	p.mu.Lock()
	p.broken = true
	p.mu.Unlock()
	wait.Signal(p.wake)
}

// Write implements net.Conn.
func (p *paced) Write(b []byte) (int, error) {
	p.early.writes.Add(1) // before the client can answer
	n, err := p.Conn.Write(b)
	if err != nil {
		p.markBroken()
	}
	return n, err
}

// Close implements net.Conn.
func (p *paced) Close() error {
	defer p.markBroken()
	return p.Conn.Close()
}

// pacedChannel is a session channel that tells its connection what has been read from it.
//
// Once closed it discards what the client still sends, until the client closes it too:
// otherwise that would hold the connection back.
type pacedChannel struct {
	gossh.Channel
	conn *paced

	reading    chan struct{} // cap 1; full while somebody is in Read
	closeOnce  sync.Once
	stderrOnce sync.Once
	discards   sync.WaitGroup

	// Guarded by conn.mu.
	unread    int  // bytes that came since nothing was left to read, less those read since: at least what is held
	unclaimed int  // bytes that came, less those read
	waiting   bool // in Read: nothing is left to read, or it will be told
}

// newPacedChannel wraps a channel of a connection. The caller must call end.
func newPacedChannel(p *paced, ch gossh.Channel) *pacedChannel {
	in := &pacedChannel{Channel: ch, conn: p, reading: make(chan struct{}, 1)}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.channels = append(p.channels, in)
	return in
}

// Read implements gossh.Channel.
func (in *pacedChannel) Read(b []byte) (int, error) {
	in.reading <- struct{}{}
	defer func() { <-in.reading }()
	in.count(func() { in.waiting = true }) // the connection is read on: there may be nothing left to read
	n, err := in.Channel.Read(b)
	in.count(func() {
		in.waiting = false
		in.unclaimed = max(in.unclaimed-n, 0)
		in.unread = max(in.unread-n, 0)
		if n < len(b) { // nothing is left to read
			in.unread = 0
		}
	})
	return n, err
}

// count changes what the connection knows of a channel.
func (in *pacedChannel) count(change func()) {
	in.conn.mu.Lock()
	change()
	in.conn.mu.Unlock()
	wait.Signal(in.conn.wake)
}

// countReadLocked counts bytes that arrived on the connection. Which channel they are for
// is not known before they are decrypted, so they count for each.
func (in *pacedChannel) countReadLocked(n int) {
	in.unread += n
	in.unclaimed += n
	if in.unclaimed > maxUnclaimed {
		in.stderrOnce.Do(func() { in.discards.Go(func() { io.Copy(io.Discard, in.Stderr()) }) })
	}
}

// Close implements gossh.Channel.
func (in *pacedChannel) Close() error {
	err := in.Channel.Close()
	in.closeOnce.Do(func() { in.discards.Go(func() { io.Copy(io.Discard, in) }) })
	return err
}

// end forgets a channel that has been closed, by both sides or with its connection, and
// waits for its goroutines.
func (in *pacedChannel) end() {
	in.count(func() {
		in.conn.channels = slices.DeleteFunc(in.conn.channels, func(other *pacedChannel) bool { return other == in })
	})
	in.discards.Wait()
}
