// Package rawtcp is the raw TCP front: the same room for telnet, netcat and
// clients written by hand, one event a line and no escape codes.
//
// It owns the sockets, the telnet filter and the line discipline: what bytes
// mean. What can be said, and by which rules, is package room's. Call [New] with a room,
// then [Server.Serve]. Every line received gets at least one line back, so a client that
// sends, then waits for an answer, never hangs.
//
// Nothing is encrypted here: a pass phrase or password crosses the network as it was
// typed. It is not shown on the screen of a telnet client, which is told to stop
// echoing by IAC WILL ECHO (RFC 857) before the first question for a secret. Telnet
// clients do not announce themselves on a port other than 23, so every client gets these
// three bytes, followed by CR NUL: on the terminal of a netcat, whose own echo cannot be
// turned off, the question overwrites them. Clients that are not asked for a secret do
// not get them.
package rawtcp

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync/atomic"
	"time"

	"salon/internal/front"
	"salon/room"
	"salon/room/lang"
	"salon/room/state"
)

// acceptPause is how long the server waits after an accept that failed, such as
// for want of descriptors, before it tries again. Open connections are served meanwhile.
const acceptPause = 50 * time.Millisecond

// Config is what a Server needs besides a room.
type Config struct {
	Lang state.Lang   // of those who have not chosen one
	Log  *slog.Logger // nil: nowhere
}

// Server serves one room over raw TCP. Its methods may be called from any
// goroutine.
type Server struct {
	room   *room.Room
	lang   state.Lang // of those who have not chosen one
	log    *slog.Logger
	waits  timeouts
	lines  *lang.Printer
	guests atomic.Uint64 // the number of the last guest
	conns  *front.Conns
}

// New returns a server that is not listening yet.
func New(cfg Config, r *room.Room) *Server { return newServer(cfg, r, defaultTimeouts()) }

func newServer(cfg Config, r *room.Room, waits timeouts) *Server {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Server{
		room: r, lang: cfg.Lang, log: cfg.Log, waits: waits, lines: lang.NewPrinter("\r\n"),
		conns: front.NewConns("tcp", r, cfg.Log, waits.linger),
	}
}

// Serve takes connections until Shutdown, which makes it return nil, or until
// the listener is closed by somebody else.
func (s *Server) Serve(l net.Listener) error {
	if !s.conns.Listen(l) {
		return nil
	}
	defer l.Close()
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
			s.log.Warn("tcp: accept", "err", err)
			time.Sleep(acceptPause)
		}
	}
}

// take serves a connection, if its address may enter.
func (s *Server) take(raw net.Conn) {
	leave, ok := s.conns.Admit(raw, func(why error) []byte { return s.lines.Line(nil, lang.View{Lang: s.lang}.Error(why)) })
	if ok {
		front.KeepUrgentInline(raw)
		s.conns.Go(raw, leave, newConn(s, raw).serve)
	}
}

// Shutdown stops listening, waits for sessions to end (see [room.Room.Stop], which is
// called before) for as long as ctx lasts, then closes what is still open. When it
// returns, nothing of the server runs any more. It returns nil.
func (s *Server) Shutdown(ctx context.Context) error {
	s.conns.Shutdown(ctx)
	return nil
}
