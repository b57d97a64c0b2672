package rawtcp

import (
	"errors"
	"net"
	"time"

	"salon/internal/front"
	"salon/room/lang"
)

// acceptPause is how long the server waits after an accept that failed, such as
// for want of descriptors, before it tries again. Open connections are served meanwhile.
// It is logged every acceptLogged.
const acceptPause, acceptLogged = 50 * time.Millisecond, time.Minute

// Serve takes connections until Shutdown, which makes it return nil, or until
// the listener is closed by somebody else.
func (s *Server) Serve(l net.Listener) error {
	if !s.conns.Listen(l) {
		return nil
	}
	defer l.Close()
	var logged time.Time
	for {
		c, err := l.Accept()
		switch {
		case err == nil:
			s.take(c)
		case s.conns.Closing.Err() != nil:
			return nil
		case errors.Is(err, net.ErrClosed):
			return err
		default:
			if now := time.Now(); now.Sub(logged) >= acceptLogged {
				logged = now
				s.log.Warn("tcp: accept", "err", err)
			}
			time.Sleep(acceptPause)
		}
	}
}

// take serves a connection, if its address may enter.
func (s *Server) take(raw net.Conn) {
	leave, ok := s.conns.Admit(raw, func(why error) []byte { return s.lines.Line(nil, lang.View{Lang: s.lang}.Error(why)) })
	if ok {
		front.KeepUrgentInline(raw)
		if tcp, ok := raw.(interface{ SetWriteBuffer(int) error }); ok {
			tcp.SetWriteBuffer(sendBuffer)
		}
		c := newConn(s, raw)
		s.conns.Go(c, leave, c.serve)
	}
}
