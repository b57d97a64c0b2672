package server

import (
	"context"
	"io"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"

	gossh "golang.org/x/crypto/ssh"

	"salon/room"
	"salon/room/history"
	"salon/room/lang"
	"salon/room/operator"
	"salon/room/state"
)

// server is a room with its fronts and its console.
type server struct {
	cfg     Config
	lang    state.Lang
	keys    []gossh.Signer
	fronts  []*front
	room    *room.Room
	console *operator.Console
	term    *terminal      // nil when stdin or stdout is not one
	logTo   technicalLog   // the console, once it is open on the log's own terminal
	log     *slog.Logger   // to logTo
	running sync.WaitGroup // every goroutine of the server

	history   *history.History // closed after the room; nil without a data directory
	auditLog  *slog.Logger
	auditFile *auditFile // what auditLog writes to; nil without a data directory
}

// front is one way in: its listener, and the server that serves the room on it.
type front struct {
	name, network, addr string // the name is that of its flag, too
	create              func() (frontServer, error)
	invitation          func(l net.Listener) string // the command that brings somebody in

	net.Listener
	server frontServer
}

// frontServer serves the room on a listener until it is shut down.
type frontServer interface {
	Serve(net.Listener) error
	Shutdown(context.Context) error
}

// newServer returns a server whose log goes to stderr until the console is open.
func newServer(cfg Config) *server {
	s := &server{cfg: cfg, lang: cfg.language(), auditLog: slog.New(slog.DiscardHandler)}
	s.logTo.send(cfg.Stderr)
	if isTerminal(cfg.Stderr) {
		s.logTo.level.Set(slog.LevelWarn)
	}
	s.log = s.logTo.logger(cfg.Log)
	return s
}

func (s *server) texts() *lang.Texts { return lang.Of(s.lang) }

// technicalLog is what the operator's log is written to. Where it goes and how much of
// it may change at any time: the log is there before the console that it is shown on.
type technicalLog struct {
	to    atomic.Pointer[io.Writer]
	level slog.LevelVar
}

// send sends what is logged from now on to w.
func (l *technicalLog) send(w io.Writer) { l.to.Store(&w) }

// Write implements io.Writer.
func (l *technicalLog) Write(p []byte) (int, error) { return (*l.to.Load()).Write(p) }

// logger returns a logger that writes to l, as JSON or as text.
func (l *technicalLog) logger(format string) *slog.Logger {
	options := &slog.HandlerOptions{Level: &l.level}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(l, options))
	}
	return slog.New(slog.NewTextHandler(l, options))
}
