package sshui

import (
	"io"
	"math"
	"net"
	"slices"
	"sync"
	"time"

	gossh "golang.org/x/crypto/ssh"
	"golang.org/x/time/rate"

	"salon/internal/wait"
)

// Bounds on what one connection may make the server read. Whoever keeps to a chat
// never meets them: lines of 4 KiB at two a second are 8 KiB/s, a handshake is
// 3 KiB, a paste of 16 KiB in packets of 64 bytes is 26 KiB, and a client that is
// shown 10 MB/s sends 7 KiB/s to say that it took them.
const (
	// wireRate is how many bytes a second are read for good. The dearest, but for keys
	// (see meter), are those of key exchanges: 290 bytes cost 0.3 ms, which makes 3 %
	// of a core. Packets of one byte, pings, requests, resizes and channels take less
	// than 1 %.
	wireRate = 32 << 10
	// wireBurst is how many may come at once before that: 0.14 s of a core, at worst.
	wireBurst = 128 << 10
	// wirePause is how much longer than it must a connection is left alone that
	// has come too fast, so that it is read seldom and much at once.
	wirePause = 125 * time.Millisecond
	// maxUnread is how many bytes may come that a session has not read; then its
	// connection is read no further until the session has caught up. The library
	// keeps each packet apart: one byte, 36 encrypted, takes 48 of memory, the
	// worst there is, which makes 4 MiB. A window (2 MiB) of lines of 80 bytes, each
	// in a packet of its own, fits.
	maxUnread = 3 << 20
	// maxStray is how many bytes may come that no session reads, before its
	// client's stderr, which has no use, is read and dropped.
	maxStray = 256 << 10
)

// pace is how fast and how far a connection is read.
type pace struct {
	rate   rate.Limit // bytes a second
	burst  int        // bytes at once
	unread int        // bytes that a session has not read
}

func defaultPace() pace { return pace{wireRate, wireBurst, maxUnread} }

// paced is a connection that is read no faster than its pace, and no further than
// its sessions keep up with. What is not read stays with the client: nothing is
// lost, it only waits. Writes pass as they are.
//
// It has one reader. A Read that waits is released by Close, and fails at its deadline
// once it has waited: a few seconds late, at most, for a client that came too fast. One
// that does not wait costs no timer, and there is no goroutine.
type paced struct {
	net.Conn
	bucket *rate.Limiter
	unread int           // bytes, see pace
	wake   chan struct{} // cap 1: what a Read waits for may have changed

	mu      sync.Mutex
	due     time.Time // nothing is read before
	broken  bool      // closed, or writing has failed: reading tells why
	intakes []*intake
}

func newPaced(c net.Conn, p pace) *paced {
	return &paced{Conn: c, bucket: rate.NewLimiter(p.rate, p.burst), unread: p.unread, wake: make(chan struct{}, 1)}
}

// Read implements net.Conn.
func (p *paced) Read(b []byte) (int, error) {
	for d := p.delay(); d > 0; d = p.delay() {
		t := time.NewTimer(d)
		select {
		case <-t.C:
		case <-p.wake:
		}
		t.Stop()
	}
	n, err := p.Conn.Read(b[:min(len(b), p.bucket.Burst())])
	if n > 0 {
		p.came(n)
	}
	return n, err
}

// delay is how long nothing may be read, as things stand.
func (p *paced) delay() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.broken:
		return 0
	case p.fullLocked():
		return math.MaxInt64
	}
	return time.Until(p.due)
}

// came takes what was read off the allowance.
func (p *paced) came(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if debt := p.bucket.ReserveN(now, n).DelayFrom(now); debt > 0 {
		p.due = now.Add(debt + wirePause)
	}
	for _, in := range p.intakes {
		in.cameLocked(n)
	}
}

// full reports whether the client waits for its sessions to read: until they have,
// no answer of its can come.
func (p *paced) full() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fullLocked()
}

func (p *paced) fullLocked() bool {
	return !p.broken && slices.ContainsFunc(p.intakes, func(in *intake) bool { return in.unread >= p.unread && !in.waiting })
}

// abandon lets a Read that waits go on, for it will fail.
func (p *paced) abandon() {
	p.mu.Lock()
	p.broken = true
	p.mu.Unlock()
	wait.Signal(p.wake)
}

// Write implements net.Conn.
func (p *paced) Write(b []byte) (int, error) {
	n, err := p.Conn.Write(b)
	if err != nil {
		p.abandon()
	}
	return n, err
}

// Close implements net.Conn.
func (p *paced) Close() error {
	defer p.abandon()
	return p.Conn.Close()
}

// intake is a session channel that tells its connection what has been read from
// it. It takes the channel's place; one goroutine reads it at a time.
//
// Once closed it reads for itself what the client still sends, until the client
// closes it too: nobody else would.
type intake struct {
	gossh.Channel
	wire *paced

	reading  sync.Mutex // held in Read
	closing  sync.Once
	straying sync.Once
	discards sync.WaitGroup

	// Guarded by the wire's mu.
	unread  int  // bytes that came since nothing was left to read, less those read since: at least what is held
	stray   int  // bytes that came, less those read
	waiting bool // in Read: nothing is left to read, or it will be told
}

// newIntake returns a channel of a connection, to be used in its place. It must be
// ended.
func newIntake(p *paced, ch gossh.Channel) *intake {
	in := &intake{Channel: ch, wire: p}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.intakes = append(p.intakes, in)
	return in
}

// Read implements gossh.Channel.
func (in *intake) Read(b []byte) (int, error) {
	in.reading.Lock()
	defer in.reading.Unlock()
	in.count(func() { in.waiting = true }) // the connection is read on: there may be nothing left to read
	n, err := in.Channel.Read(b)
	in.count(func() {
		in.waiting = false
		in.stray = max(in.stray-n, 0)
		in.unread = max(in.unread-n, 0)
		if n < len(b) { // nothing is left to read
			in.unread = 0
		}
	})
	return n, err
}

// count changes what the wire knows of a channel.
func (in *intake) count(change func()) {
	in.wire.mu.Lock()
	change()
	in.wire.mu.Unlock()
	wait.Signal(in.wire.wake)
}

// cameLocked counts what came on the connection. Whose it was is known to those
// who decrypt it; it counts for all.
func (in *intake) cameLocked(n int) {
	in.unread += n
	in.stray += n
	if in.stray > maxStray {
		in.straying.Do(func() { in.discards.Go(func() { io.Copy(io.Discard, in.Stderr()) }) })
	}
}

// Close implements gossh.Channel.
func (in *intake) Close() error {
	err := in.Channel.Close()
	in.closing.Do(func() { in.discards.Go(func() { io.Copy(io.Discard, in) }) })
	return err
}

// end forgets a channel that has been closed, by both sides or with its
// connection.
func (in *intake) end() {
	in.count(func() {
		in.wire.intakes = slices.DeleteFunc(in.wire.intakes, func(other *intake) bool { return other == in })
	})
	in.discards.Wait()
}
