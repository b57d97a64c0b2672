package sshui

import (
	"net"
	"sync"
	"sync/atomic"
	"time"

	"charm.land/ssh"
	gossh "golang.org/x/crypto/ssh"

	"salon/internal/front"
)

// Bounds on one connection.
const (
	// maxUnanswered is how many keepalives may be left unanswered; then the connection
	// is closed.
	maxUnanswered = 3
	// maxChannels is how many session channels one connection may have open; one
	// more is refused and the connection lives.
	maxChannels = 2
	// maxOpening is how many requests for session channels may be pending. A client that
	// goes on asking without reading the refusals is closed, for each takes memory.
	maxOpening = 64
)

// freeGrace is how long a session channel above the limit waits for the end of another: a
// client that knows its channel to be closed may ask for the next one before the first
// has ended here.
const freeGrace = 250 * time.Millisecond

// secrets are what somebody without a key was asked for while they logged in, as
// typed; "" for what was not asked or not given. The connection keeps them for each
// of its sessions; the room looks at them when these join.
type secrets struct{ pass, password string }

// conn is a connection that the server knows until it is closed.
type conn struct {
	*paced
	server   *Server
	login    *front.Login
	begun    time.Time
	deadline *time.Timer // closes a connection that is late, see timeouts; with a session open none is
	gone     atomic.Bool // closed, or about to be
	lost     atomic.Bool // it ended while a session was open: reading failed
	closed   sync.Once
	err      error // of closing

	// While logging in, which one goroutine does.
	secrets       secrets
	keys, answers int           // so far
	packets       <-chan []byte // see takeLeftover; nil before the login begins

	client     atomic.Pointer[gossh.ServerConn] // nil before the first session channel
	slots      chan struct{}                    // holds one for each session channel that is open
	opening    atomic.Int32                     // session channels that wait, or are being turned down
	unanswered atomic.Int32                     // keepalives
}

// track wraps a connection that was let in and has Shutdown close it, also before its
// handshake. It returns nil when the server closes.
func (s *Server) track(raw net.Conn, login *front.Login) *conn {
	front.NoticeVanished(raw)
	front.BoundBuffers(raw)
	c := &conn{paced: newPaced(raw, s.pace), server: s, login: login, begun: time.Now(), slots: make(chan struct{}, maxChannels)}
	c.early.bounded = true
	c.deadline = time.AfterFunc(s.waits.handshake, c.closeUnused)
	if !s.conns.Track(c, login) {
		c.deadline.Stop()
		c.paced.Close()
		return nil
	}
	return c
}

// clientAddr is the address of a client, also behind a proxy. From it the library's
// callbacks, which get a connection of the library's, know the conn.
type clientAddr struct{ *conn }

// Network implements net.Addr.
func (clientAddr) Network() string { return "tcp" }

// String implements net.Addr.
func (a clientAddr) String() string { return a.login.Addr.String() }

// RemoteAddr implements net.Conn.
func (c *conn) RemoteAddr() net.Addr { return clientAddr{c} }

// Read implements net.Conn.
func (c *conn) Read(b []byte) (int, error) {
	n, err := c.paced.Read(b)
	if err != nil && len(c.slots) > 0 {
		if !c.gone.Load() { // it was not the server that closed it
			time.Sleep(c.server.waits.lost)
		}
		c.lost.Store(true)
	}
	return n, err
}

// Close implements net.Conn. It may be called more than once.
func (c *conn) Close() error {
	c.closed.Do(func() {
		c.gone.Store(true)
		c.err = c.paced.Close()
		c.deadline.Stop()
		c.server.conns.Forget(c)
	})
	return c.err
}

// closeUnused closes the connection unless a session is open.
func (c *conn) closeUnused() {
	if len(c.slots) == 0 {
		c.login.Late()
		c.Close()
	}
}

// loginBegins gives the client the rest of the time for its login.
func (c *conn) loginBegins(client gossh.ServerPreAuthConn) {
	c.packets = packets(client)
	c.paced.loginBegins()
	c.giveTime(c.server.waits.login - time.Since(c.begun))
}

// loggedIn gives the client time to open a session.
func (c *conn) loggedIn() { c.giveTime(c.server.waits.start) }

// giveTime puts off the moment when the connection is late.
func (c *conn) giveTime(d time.Duration) {
	c.deadline.Reset(d)
	if c.gone.Load() {
		c.deadline.Stop() // it would hold the connection in memory
	}
}

// connKey is the key of the conn in its context.
type connKey struct{}

func connOf(ctx ssh.Context) *conn { return ctx.Value(connKey{}).(*conn) }

// admit reports whether a session channel may be opened, and rejects it otherwise. The
// caller must release one that may.
func (c *conn) admit(client *gossh.ServerConn, offer gossh.NewChannel) bool {
	if c.opening.Add(1) > maxOpening {
		c.Close()
	}
	defer c.opening.Add(-1)
	if c.server.conns.Begin() {
		c.login.Done()
		c.client.Store(client)
		select {
		case c.slots <- struct{}{}:
			return true
		case <-time.After(freeGrace):
		}
		c.server.conns.End()
	}
	offer.Reject(gossh.ResourceShortage, "too many sessions on this connection")
	return false
}

// release undoes admit. After the last session its client has time to open another, as
// with ssh's ControlMaster.
func (c *conn) release() {
	<-c.slots
	if len(c.slots) == 0 {
		c.giveTime(c.server.waits.start)
	}
	c.server.conns.End()
}

// keepAlive sends keepalives on every connection until Shutdown.
func (s *Server) keepAlive() {
	t := time.NewTicker(s.waits.keepalive)
	defer t.Stop()
	for {
		select {
		case <-s.conns.Closing.Done():
			return
		case <-t.C:
			s.sendKeepalives()
		}
	}
}

// sendKeepalives sends a keepalive on each connection that has had a session, and closes
// those that have left too many unanswered. Any answer will do, a refusal too.
func (s *Server) sendKeepalives() {
	for _, tracked := range s.conns.Open() {
		c := tracked.(*conn)
		client := c.client.Load()
		if client == nil || c.isFull() { // its answer would wait behind what its session has not read yet
			continue
		}
		lost := c.unanswered.Add(1) > maxUnanswered
		s.keepalives.Go(func() {
			if lost {
				c.Close()
			} else if _, _, err := client.SendRequest("keepalive@openssh.com", true, nil); err == nil {
				c.unanswered.Store(0)
			}
		})
	}
}
