package sshui

import (
	"context"
	"salon/internal/wait"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// Bounds on one connection.
const (
	// maxUnanswered is how many keepalives, one every beat, may be left
	// unanswered; then the connection is closed.
	maxUnanswered = 3
	// maxChannels is how many session channels one connection may have open; one
	// more is refused and the connection lives.
	maxChannels = 2
	// maxRefusing is how many refusals may be on their way at once: a client that
	// goes on asking without reading them is cut, for each takes memory.
	maxRefusing = 64
)

// freeGrace is how long one session channel more may wait for the end of another:
// a client told that a channel is closed asks for the next before all of the
// first has ended here.
const freeGrace = 250 * time.Millisecond

// link is a connection with session channels open. Its fields are guarded by the
// server's mu.
type link struct {
	channels   int
	freed      chan struct{} // cap 1: a channel has ended since the last was opened
	refusing   int
	unanswered int
}

// openChannel counts a session channel, and reports whether it may be opened. The
// link is nil when the whole server closes.
func (s *Server) openChannel(c *gossh.ServerConn) (*link, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.conns.Begin() {
		return nil, false
	}
	if under := s.byAddr[c.RemoteAddr().String()]; under != nil {
		under.unused.Stop()
	}
	l := s.links[c]
	if l == nil {
		l = &link{freed: make(chan struct{}, 1)}
		s.links[c] = l
	}
	if l.channels >= maxChannels {
		s.conns.End()
		return l, false
	}
	l.channels++
	select {
	case <-l.freed:
	default:
	}
	return l, true
}

// closeChannel undoes openChannel.
func (s *Server) closeChannel(c *gossh.ServerConn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.links[c]
	if l.channels--; l.channels == 0 {
		delete(s.links, c)
	}
	wait.Signal(l.freed)
	s.conns.End()
}

// admit opens a session channel, or turns it down.
func (s *Server) admit(c *gossh.ServerConn, offer gossh.NewChannel) bool {
	l, ok := s.openChannel(c)
	if ok {
		return true
	}
	if l != nil {
		if s.refusing(l, 1) > maxRefusing {
			c.Close()
		}
		defer s.refusing(l, -1)
		select {
		case <-l.freed:
		case <-time.After(freeGrace):
		}
		if _, ok = s.openChannel(c); ok {
			return true
		}
	}
	offer.Reject(gossh.ResourceShortage, "too many sessions on this connection")
	return false
}

// refusing counts the channels of one connection that are being turned down.
func (s *Server) refusing(l *link, n int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	l.refusing += n
	return l.refusing
}

// heartbeat asks every connection for signs of life. It runs once for all.
func (s *Server) heartbeat(ctx context.Context) {
	t := time.NewTicker(s.waits.beat)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			s.beatAll()
		}
	}
}

func (s *Server) beatAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c, l := range s.links {
		if under := s.byAddr[c.RemoteAddr().String()]; under != nil && under.full() {
			continue // its answer waits behind what its session has not read yet
		}
		l.unanswered++
		if l.unanswered > maxUnanswered {
			s.beating.Go(func() { c.Close() })
			continue
		}
		s.beating.Go(func() { s.ask(c, l) })
	}
}

// ask waits for a connection's answer, or its end. Any answer will do, a refusal
// too.
func (s *Server) ask(c *gossh.ServerConn, l *link) {
	if _, _, err := c.SendRequest("keepalive@openssh.com", true, nil); err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	l.unanswered = 0
}
