// Package front holds what the network fronts do alike. It accepts connections, lets them
// in by their address and by what came from there before, turns away the others, closes
// all when the server stops, asks visitors for the secrets that their pseudo requires,
// and logs how sessions end. Call [NewAdmission] once for all fronts and [NewConns] for
// each, then [Conns.Accept]; a visitor joins by [Visitor.Enter].
//
// What bytes mean, how a question looks and how long an answer may take is up to the
// front: packages sshui and rawtcp.
package front

import (
	"context"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"salon/room"
)

const (
	// MaxTurning is how many connections at once are turned away slowly enough for the
	// reason to be read; more are closed at once.
	MaxTurning = 64
	// maxReading is how many headers of proxies are waited for at once; one more
	// connection of a proxy is closed.
	maxReading = 1024
	// lingerBytes is the most that is still read from a client before its connection is
	// closed.
	lingerBytes = 64 << 10
)

// Config is what makes the connections of one front.
type Config struct {
	Name string // in the log
	Room *room.Room
	Log  *slog.Logger
	// Admission decides who is let in; nil: everybody who is not banned.
	Admission *Admission
	// Keys is whether clients may prove a key, by which they log in whatever others at
	// their address did.
	Keys bool
	// Serve serves a connection that was let in, until its end, in a goroutine of its
	// own. It closes the connection, or has [Conns.Run] do that.
	Serve func(net.Conn, *Login)
	// Refusal returns the words that tell a client why it is turned away.
	Refusal func(why error) []byte
	// Linger is how long a client is given, at shutdown or when it is turned away, to
	// read why and hang up.
	Linger time.Duration
}

// Conns are the listeners and connections of one front, and the sessions that Shutdown
// waits for. Its methods may be called from any goroutine.
type Conns struct {
	Config
	Closing context.Context // ends when Shutdown begins
	stop    context.CancelFunc

	running sync.WaitGroup // all goroutines
	serving sync.WaitGroup // sessions, and those being turned away
	open    sync.WaitGroup // connections

	mu        sync.Mutex // guards all below
	listeners []net.Listener
	logins    map[net.Conn]*Login // of connections that are open
	turning   int                 // those being turned away
	reading   int                 // headers of proxies
}

// NewConns returns the connections of a front: none yet.
func NewConns(cfg Config) *Conns {
	if cfg.Admission == nil {
		cfg.Admission = NewAdmission(Limits{}, cfg.Log)
	}
	c := &Conns{Config: cfg, logins: map[net.Conn]*Login{}}
	c.Closing, c.stop = context.WithCancel(context.Background())
	return c
}

// Track has Shutdown close a connection, unless [Conns.Forget] is called before: its
// owner does that once it has closed it. Track reports false when the server closes; then
// the caller closes the connection, and nothing is to be forgotten.
func (c *Conns) Track(conn net.Conn, l *Login) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.trackLocked(conn, l)
}

func (c *Conns) trackLocked(conn net.Conn, l *Login) bool {
	if c.Closing.Err() != nil {
		l.close()
		return false
	}
	c.logins[conn] = l
	c.open.Add(1)
	return true
}

// Run tracks a connection and serves it; Shutdown waits for that. It closes the
// connection after it, or at once when the server closes.
func (c *Conns) Run(conn net.Conn, l *Login, serve func()) {
	defer conn.Close()
	c.mu.Lock()
	tracked := c.trackLocked(conn, l)
	if tracked {
		c.serving.Add(1)
	}
	c.mu.Unlock()
	if tracked {
		defer c.serving.Done()
		defer c.Forget(conn)
		serve()
	}
}

// Forget undoes Track.
func (c *Conns) Forget(conn net.Conn) {
	c.mu.Lock()
	l := c.logins[conn]
	delete(c.logins, conn)
	c.mu.Unlock()
	l.close()
	c.open.Done()
}

// Open returns the connections that are tracked now.
func (c *Conns) Open() []net.Conn {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Collect(maps.Keys(c.logins))
}

// Begin has Shutdown wait until End is called, and reports false when it is too late
// to begin anything.
func (c *Conns) Begin() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.Closing.Err() != nil {
		return false
	}
	c.serving.Add(1)
	return true
}

// End undoes Begin.
func (c *Conns) End() { c.serving.Done() }

// Shutdown stops listening, waits for sessions to end (see [room.Room.Stop], which is
// called before) for as long as ctx lasts, and up to linger for clients to hang up:
// closing first could destroy their last line on its way. Then it closes what is still
// open and waits for its end.
func (c *Conns) Shutdown(ctx context.Context) {
	c.mu.Lock()
	c.stop()
	for _, l := range c.listeners {
		l.Close()
	}
	c.mu.Unlock()
	served := waitFor(ctx, &c.serving)
	ctx, cancel := context.WithTimeout(ctx, c.Linger)
	defer cancel()
	hungUp := waitFor(ctx, &c.open)
	for _, conn := range c.Open() {
		conn.Close()
	}
	<-served
	<-hungUp
	c.running.Wait()
}

// waitFor waits for a group for as long as ctx lasts. The channel is closed once the group
// has ended.
func waitFor(ctx context.Context, wg *sync.WaitGroup) <-chan struct{} {
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
	}
	return done
}

// HangUp closes a connection so that the last line arrives: a socket closed with unread
// input would reset it. It takes up to linger.
func HangUp(c net.Conn, linger time.Duration) {
	if half, ok := c.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
		c.SetReadDeadline(time.Now().Add(linger))
		io.CopyN(io.Discard, c, lingerBytes)
	}
	c.Close()
}

// AddrOf returns the IP address of a TCP address, without its zone, or the zero Addr.
func AddrOf(a net.Addr) netip.Addr {
	if t, ok := a.(*net.TCPAddr); ok {
		return t.AddrPort().Addr().Unmap().WithZone("")
	}
	return netip.Addr{}
}
