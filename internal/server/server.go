// Package server is the running server, `salon serve`: it opens the room on its data
// directory, serves it over ssh and raw TCP, and runs the operator's console, the audit
// log and the signals beside it. Call [Run] with a [Config]; it returns once the room is
// closed and everyone is out. What chat is belongs to package room, and the protocols
// to the fronts, sshui and rawtcp.
//
// [Join] is `salon client` and [Export] is `salon export`: they share the terminal and
// the data directory with the server.
package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	_ "time/tzdata" // members' time zones, on machines without a zone database too

	gossh "golang.org/x/crypto/ssh"

	"salon/rawtcp"
	"salon/room"
	"salon/room/history"
	"salon/room/lang"
	"salon/room/operator"
	"salon/room/state"
	"salon/sshui"
)

const (
	// goodbyeTimeout is how long everybody together has to read their farewell when the
	// server stops; connections still open then are closed.
	goodbyeTimeout = 3 * time.Second
	// consoleTimeout is how long the console has to write its last events: it may write
	// to a pipe that nobody reads.
	consoleTimeout = time.Second
	// gcPercent trades CPU for memory: a full room makes little garbage, so that
	// collecting it twice as often costs little and keeps the heap small.
	gcPercent = 50
)

// Run serves the room until ctx ends, a SIGINT or SIGTERM arrives, the operator stops
// it, or a front fails; then it lets everyone out. It must be called once in a process:
// it sets what the process does at SIGPIPE and how eagerly it collects garbage. Its
// errors are in the language of the Config. When it returns, nothing that it started
// runs any more, but for a pending read of the standard input, which nothing can
// interrupt, and a console that cannot be written to.
func Run(ctx context.Context, cfg Config) error {
	signal.Ignore(syscall.SIGPIPE) // a log pipe that breaks is no reason to stop
	runInBackground()
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	s := newServer(cfg)
	if err := s.open(); err != nil {
		s.close()
		return err
	}
	return s.run(ctx)
}

// server is a room with its fronts and its console.
type server struct {
	cfg     Config
	lang    state.Lang
	keys    []gossh.Signer
	copied  func() error // writes the data directory's own key again; nil without one
	ssh     net.Listener // nil when off
	tcp     net.Listener // nil when off
	room    *room.Room
	console *operator.Console
	term    *terminal // nil when stdin or stdout is not one
	target  *switchHandler
	log     *slog.Logger // through target
	fronts  []front
	running sync.WaitGroup // every goroutine of the server

	// shown is the console when it shares its terminal with the log. Other goroutines
	// ask for it while it opens.
	shown atomic.Pointer[operator.Console]

	history   *history.History // closed after the room; nil without a data directory
	auditLog  slog.Handler     // nil without a data directory
	auditFile *auditFile       // what auditLog writes to

	mu      sync.Mutex // guards failure
	failure error      // what stopped a front before its time
}

// newServer returns a server whose log goes to stderr until the console is open.
func newServer(cfg Config) *server {
	s := &server{cfg: cfg, lang: cfg.language()}
	level := slog.LevelInfo
	if isTerminal(cfg.Stderr) {
		level = slog.LevelWarn
	}
	s.target = newSwitchHandler(s.logger(cfg.Stderr, level))
	s.log = slog.New(s.target)
	return s
}

func (s *server) texts() *lang.Texts { return lang.Of(s.lang) }

func (s *server) logger(w io.Writer, level slog.Level) *slog.Logger {
	o := &slog.HandlerOptions{Level: level}
	if s.cfg.Log == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// front is a server of the room.
type front interface {
	Serve(net.Listener) error
	Shutdown(context.Context) error
}

// run lets people in until the room stops, then lets everyone out.
func (s *server) run(ctx context.Context) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := s.openConsole(ctx, stop)
	if err == nil {
		defer s.term.restore()
		err = s.startFronts(stop)
	}
	if err != nil {
		s.close()
		return err
	}
	s.running.Go(s.console.Follow)
	s.running.Go(func() { s.readConsole(ctx) })
	s.running.Go(func() { s.reloadOnHangup(ctx) })
	select {
	case <-ctx.Done():
		s.room.Stop("")
	case <-s.room.Stopped():
	}
	stop() // from here on a second signal ends the process at once
	return s.shutdown()
}

// shutdown lets everyone out and waits for all that runs.
func (s *server) shutdown() error {
	s.letOut()
	err := s.room.Close()
	ended := within(consoleTimeout, &s.running)
	err = errors.Join(err, s.closeHistory())
	if ended {
		s.console.Close()
		s.term.restore()
		fmt.Fprintln(s.cfg.Stdout, s.texts().Bye)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return errors.Join(err, s.failure)
}

// startFronts prints the greeting and serves the room on each listener. A front that
// fails calls stop.
func (s *server) startFronts(stop func()) error {
	s.greet()
	if s.ssh != nil {
		srv, err := sshui.New(sshui.Config{HostKeys: s.keys, Version: "salon", Lang: s.lang, Log: s.log}, s.room)
		if err != nil {
			return err
		}
		s.start(srv, s.ssh, stop)
	}
	if s.tcp != nil {
		s.start(rawtcp.New(rawtcp.Config{Lang: s.lang, Log: s.log}, s.room), s.tcp, stop)
	}
	return nil
}

func (s *server) start(f front, l net.Listener, stop func()) {
	s.fronts = append(s.fronts, f)
	s.running.Go(func() {
		if err := f.Serve(l); err != nil {
			s.mu.Lock()
			s.failure = errors.Join(s.failure, err)
			s.mu.Unlock()
			stop()
		}
	})
}

// letOut waits until everyone has read their farewell, or for goodbyeTimeout.
func (s *server) letOut() {
	ctx, cancel := context.WithTimeout(context.Background(), goodbyeTimeout)
	defer cancel()
	var leaving sync.WaitGroup
	for _, f := range s.fronts {
		leaving.Go(func() { f.Shutdown(ctx) })
	}
	leaving.Wait()
}

// within waits for a group for so long, and reports whether it ended. If not, the
// process is about to end, and a goroutine still waits.
func within(d time.Duration, wg *sync.WaitGroup) bool {
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	select {
	case <-done:
		return true
	case <-time.After(d):
		return false
	}
}
