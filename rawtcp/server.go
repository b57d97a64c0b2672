// Package rawtcp is the raw TCP front: the same room for telnet, netcat and
// clients written by hand, one event a line and no escape codes.
//
// It owns the sockets, the telnet filter and the line discipline: what bytes
// mean. What can be said, and by which rules, is package room's. Call [New] with a room,
// then [Server.Serve]. Every line received gets at least one line back, so a client that
// sends, then waits for an answer, never hangs.
//
// Nothing is encrypted here: a pass phrase or password crosses the network as it was
// typed. A client that has sent a telnet command is told by IAC WILL ECHO (RFC 857) not to
// show the answer to a question for a secret. No other client is ever sent a telnet
// command: to netcat, and to a program that decodes what it reads, it is garbage. They are
// warned that the secret is shown. That includes a telnet on a port other than 23, which
// by itself begins no negotiation and sends just what a netcat would; it does when its
// user writes a minus before the port (telnet -- host -2323) or has it "send ayt".
package rawtcp

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"salon/internal/front"
	"salon/room"
	"salon/room/lang"
	"salon/room/state"
)

// Config is what a Server needs besides a room.
type Config struct {
	Lang state.Lang   // of those who have not chosen one
	Log  *slog.Logger // nil: nowhere
	// Admission decides which connections are let in; nil: all that are not banned.
	Admission *front.Admission
	// Meter measures what is sent; nil: nothing is measured.
	Meter *front.Meter
}

// Server serves one room over raw TCP. Its methods may be called from any
// goroutine.
type Server struct {
	room   *room.Room
	lang   state.Lang // of those who have not chosen one
	log    *slog.Logger
	waits  timeouts
	pace   front.Pace // at which a connection is read, before it has been
	lines  *lang.Printer
	guests atomic.Uint64 // the number of the last guest
	conns  *front.Conns
	meter  *front.Meter // nil: nothing is measured

	watching sync.WaitGroup
}

// timeouts bound every wait of a Server for its clients.
type timeouts struct {
	pseudo time.Duration // for a visitor to choose a pseudo, and again for each secret; then the connection is closed
	write  time.Duration // for one write; then the session ends with the cause Slow
	look   time.Duration // between two looks at who refuses what they are sent, see maxRefusals
	linger time.Duration // for input after the last line: closing at once could destroy that line on its way
}

func defaultTimeouts() timeouts {
	return timeouts{pseudo: time.Minute, write: 10 * time.Second, look: 3 * time.Second, linger: time.Second}
}

// New returns a server that is not listening yet. Shutdown must be called.
func New(cfg Config, r *room.Room) *Server {
	return newServer(cfg, r, defaultTimeouts(), defaultPace())
}

func newServer(cfg Config, r *room.Room, waits timeouts, pace front.Pace) *Server {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{room: r, lang: cfg.Lang, log: cfg.Log, waits: waits, pace: pace, lines: lang.NewPrinter("\r\n"), meter: cfg.Meter}
	if s.meter != nil {
		s.lines.Counts = &s.meter.Lines
	}
	s.conns = front.NewConns(front.Config{
		Name: "tcp", Room: r, Log: cfg.Log, Admission: cfg.Admission, Serve: s.take, Refusal: s.refusal, Linger: waits.linger,
	})
	s.watching.Go(s.watch)
	return s
}

// Shutdown stops listening, waits for sessions to end (see [room.Room.Stop], which is
// called before) for as long as ctx lasts, then closes what is still open. When it
// returns, nothing of the server runs any more. It returns nil.
func (s *Server) Shutdown(ctx context.Context) error {
	s.conns.Shutdown(ctx)
	s.watching.Wait()
	return nil
}
