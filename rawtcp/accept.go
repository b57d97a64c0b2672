package rawtcp

import (
	"net"

	"salon/internal/front"
	"salon/room/lang"
)

// Serve takes connections until Shutdown, which makes it return nil, or until
// the listener is closed by somebody else.
func (s *Server) Serve(l net.Listener) error { return s.conns.Accept(l) }

// take serves a connection that was let in.
func (s *Server) take(raw net.Conn, login *front.Login) {
	front.KeepUrgentInline(raw)
	front.BoundBuffers(raw)
	c := newConn(s, raw, login)
	s.conns.Run(c, login, c.serve)
}

// refusal returns the line that tells why a connection is refused.
func (s *Server) refusal(why error) []byte {
	return s.lines.Line(nil, lang.View{Lang: s.lang}.Error(why))
}
