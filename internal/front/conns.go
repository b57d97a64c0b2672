// Package front holds what the network fronts do alike. It admits connections by their
// address, turns away the others, closes all when the server stops, asks visitors for the
// secrets that their pseudo requires, and logs how sessions end. Call [NewConns] first,
// then [Conns.Listen] and [Conns.Admit]; a visitor joins by [Visitor.Enter].
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
	// lingerBytes is the most that is still read from a client before its connection is
	// closed.
	lingerBytes = 64 << 10
)

// Conns are the listeners and connections of one front, and the sessions that Shutdown
// waits for. Its methods may be called from any goroutine.
type Conns struct {
	Closing context.Context // ends when Shutdown begins
	stop    context.CancelFunc

	name   string
	room   *room.Room
	log    *slog.Logger
	linger time.Duration

	serving sync.WaitGroup // sessions, and those being turned away
	open    sync.WaitGroup // connections

	mu        sync.Mutex // guards all below
	listeners []net.Listener
	leave     map[net.Conn]func() // by which the room counts each out
	turning   int                 // those being turned away
}

// NewConns returns the connections of a front, which is called name in the log: none
// yet. linger is how long a client is given, at shutdown or when it is turned away, to
// read why and hang up.
func NewConns(name string, r *room.Room, log *slog.Logger, linger time.Duration) *Conns {
	c := &Conns{name: name, room: r, log: log, linger: linger, leave: map[net.Conn]func(){}}
	c.Closing, c.stop = context.WithCancel(context.Background())
	return c
}

// Listen has Shutdown close l, and reports whether there is still time to serve it;
// otherwise l is closed.
func (c *Conns) Listen(l net.Listener) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.Closing.Err() != nil {
		l.Close()
		return false
	}
	c.listeners = append(c.listeners, l)
	return true
}

// Admit asks the room whether the address of a new connection may enter. If ok, give
// leave to [Conns.Track]; if not, the connection has been turned away, with words that say
// why.
func (c *Conns) Admit(raw net.Conn, words func(why error) []byte) (leave func(), ok bool) {
	addr := AddrOf(raw.RemoteAddr())
	leave, err := c.room.Admit(addr)
	if err != nil {
		c.log.Info(c.name+": refused", "addr", addr.String(), "why", err.Error())
		c.turnAway(raw, words(err))
	}
	return leave, err == nil
}

// turnAway sends words and closes the connection, so that the words arrive as long as
// fewer than MaxTurning are turned away.
func (c *Conns) turnAway(raw net.Conn, words []byte) {
	raw.SetDeadline(time.Now().Add(c.linger))
	raw.Write(words)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.Closing.Err() != nil || c.turning == MaxTurning {
		raw.Close()
		return
	}
	c.turning++
	c.serving.Go(func() {
		HangUp(raw, c.linger)
		c.mu.Lock()
		defer c.mu.Unlock()
		c.turning--
	})
}

// Track has Shutdown close a connection that was admitted, unless [Conns.Forget] is
// called before: its owner does that once it has closed it. Track reports false when
// the server closes; then the caller closes the connection, and nothing is to be
// forgotten.
func (c *Conns) Track(conn net.Conn, leave func()) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.trackLocked(conn, leave)
}

func (c *Conns) trackLocked(conn net.Conn, leave func()) bool {
	if c.Closing.Err() != nil {
		leave()
		return false
	}
	c.leave[conn] = leave
	c.open.Add(1)
	return true
}

// Go tracks a connection that was admitted and serves it in a goroutine that Shutdown
// waits for. It closes the connection after that, or at once when the server closes.
func (c *Conns) Go(conn net.Conn, leave, serve func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.trackLocked(conn, leave) {
		conn.Close()
		return
	}
	c.serving.Go(func() {
		defer c.Forget(conn)
		defer conn.Close()
		serve()
	})
}

// Forget undoes Track.
func (c *Conns) Forget(conn net.Conn) {
	c.mu.Lock()
	leave := c.leave[conn]
	delete(c.leave, conn)
	c.mu.Unlock()
	leave()
	c.open.Done()
}

// Open returns the connections that are tracked now.
func (c *Conns) Open() []net.Conn {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Collect(maps.Keys(c.leave))
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
	ctx, cancel := context.WithTimeout(ctx, c.linger)
	defer cancel()
	hungUp := waitFor(ctx, &c.open)
	for _, conn := range c.Open() {
		conn.Close()
	}
	<-served
	<-hungUp
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

// AddrOf returns the IP address of a TCP address, or the zero Addr.
func AddrOf(a net.Addr) netip.Addr {
	if t, ok := a.(*net.TCPAddr); ok {
		return t.AddrPort().Addr().Unmap()
	}
	return netip.Addr{}
}
