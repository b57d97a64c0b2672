package server

import (
	"context"
	"log/slog"
	"net"
	"sync"

	gossh "golang.org/x/crypto/ssh"

	"salon/internal/front"
	"salon/room"
	"salon/room/history"
	"salon/room/lang"
	"salon/room/operator"
	"salon/room/state"
)

// server is a room with its fronts and its console.
type server struct {
	cfg        Config
	lang       state.Lang
	keys       []gossh.Signer
	fronts     []*port
	room       *room.Room
	admission  *front.Admission // of all fronts; its last words are logged when they are closed
	console    *operator.Console
	term       *terminal      // nil when stdin or stdout is not one
	onTerminal bool           // the console reads a terminal, whatever it writes to
	logTo      *technicalLog  // to the console, once it is open on the log's own terminal
	log        *slog.Logger   // to logTo
	running    sync.WaitGroup // every goroutine of the server, but that of following
	following  sync.WaitGroup // the goroutine that writes the console

	history   *history.History // closed after the room; nil without a data directory
	auditLog  *slog.Logger
	auditFile *auditFile // what auditLog writes to; nil without a data directory
	monitor   monitor
}

// port is one way in: its listener, and the front that serves the room on it.
type port struct {
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
	s := &server{
		cfg: cfg, lang: cfg.language(), auditLog: slog.New(slog.DiscardHandler),
		logTo: newTechnicalLog(blocking{cfg.Stderr}, cfg.Log),
	}
	if isTerminal(cfg.Stderr) {
		s.logTo.level.Set(slog.LevelWarn)
	}
	s.log = s.logTo.logger()
	return s
}

func (s *server) texts() *lang.Texts { return lang.Of(s.lang) }
