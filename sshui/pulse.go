package sshui

import (
	"context"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// Keepalives: every beat each connection is asked for a sign of life, and one
// that left three unanswered is closed.
const (
	beat          = 30 * time.Second
	maxUnanswered = 3
	// maxChannels is how many session channels one connection may have open; one
	// more is refused and the connection lives.
	maxChannels = 2
)

// link is a connection with session channels open. Its fields are guarded by the
// server's mu.
type link struct {
	channels   int
	unanswered int
}

// openChannel counts a session channel, and reports whether it may be opened.
func (s *Server) openChannel(c *gossh.ServerConn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	l := s.links[c]
	if l == nil {
		l = &link{}
		s.links[c] = l
	}
	if l.channels >= maxChannels {
		return false
	}
	l.channels++
	s.sessions.Add(1)
	return true
}

// closeChannel undoes openChannel.
func (s *Server) closeChannel(c *gossh.ServerConn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.links[c]
	if l.channels--; l.channels == 0 {
		delete(s.links, c)
	}
	s.sessions.Done()
}

// heartbeat asks every connection for signs of life. It runs once for all.
func (s *Server) heartbeat(ctx context.Context) {
	t := time.NewTicker(beat)
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
