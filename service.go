package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"salon/rawtcp"
	"salon/room"
	"salon/room/history"
	"salon/room/operator"
	"salon/sshui"
)

// goodbyeTimeout is how long everybody together is given to read their farewell
// when the server stops; those still connected then are cut.
const goodbyeTimeout = 3 * time.Second

// service is a room with its fronts and its console.
type service struct {
	*program
	cmd     *serveCmd
	keys    []gossh.Signer
	copied  func() error // puts the data directory's own key back; nil without one
	ssh     net.Listener // nil when off
	tcp     net.Listener // nil when off
	room    *room.Room
	console *operator.Console
	term    *terminal    // nil when stdin or stdout is not one
	log     *slog.Logger // through late
	late    *lateHandler
	fronts  []front

	// shown is the console where it is on the terminal that the log would be on too:
	// it is asked for by others while it opens.
	shown atomic.Pointer[operator.Console]

	history  *history.History // closed after the room; nil without a data directory
	auditLog slog.Handler     // nil without a data directory
	journal  *journal         // what it is written to
}

// newService has a log from the beginning, which goes to the console later where
// that is on the same terminal.
func newService(p *program, c *serveCmd) *service {
	level := slog.LevelInfo
	if isTerminal(p.stderr) {
		level = slog.LevelWarn
	}
	late := newLateHandler(c.logger(p.stderr, level))
	return &service{program: p, cmd: c, late: late, log: slog.New(late)}
}

// front is a server of the room.
type front interface {
	Serve(net.Listener) error
	Shutdown(context.Context) error
}

// open gets all that may fail, before anybody is let in.
func (s *service) open() (err error) {
	if s.cmd.SSH != "off" {
		if s.keys, err = s.cmd.hostKeys(); err != nil {
			return err
		}
		if s.ssh, err = s.listen(s.cmd.SSH); err != nil {
			return err
		}
	}
	if s.cmd.TCP != "off" {
		if s.tcp, err = s.listen(s.cmd.TCP); err != nil {
			return err
		}
	}
	return s.openRoom()
}

// close gives back what open got.
func (s *service) close() {
	for _, l := range []net.Listener{s.ssh, s.tcp} {
		if l != nil {
			l.Close()
		}
	}
	if s.room != nil {
		s.room.Close()
	}
	s.closeHistory()
}

// closeHistory gives the data directory free.
func (s *service) closeHistory() (err error) {
	if s.history != nil {
		err = errors.Join(s.history.Shut(), s.journal.Close())
	}
	return err
}

func (s *service) listen(addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf(s.texts().PortTaken, addr, err)
	}
	return l, nil
}

// run lets people in, until a signal, the operator or a front's failure stops
// the room; then it lets everyone out.
func (s *service) run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := s.openConsole(stop); err != nil {
		s.close()
		return err
	}
	defer s.term.restore()
	failed, err := s.serve(stop)
	if err != nil {
		s.close()
		return err
	}
	go s.readConsole(ctx)
	go s.reloadOnHangup(ctx)
	var following sync.WaitGroup
	following.Go(s.console.Follow)
	select {
	case <-ctx.Done():
		s.room.Stop("")
	case <-s.room.Stopped():
	}
	stop() // from here on a second signal ends the process at once
	s.letOut()
	err = errors.Join(s.room.Close(), s.closeHistory())
	if within(consoleTimeout, &following) {
		s.console.Close()
		s.term.restore()
		fmt.Fprintln(s.stdout, s.texts().Bye)
	}
	return errors.Join(err, failed())
}

// reloadOnHangup reads the files again at each SIGHUP, until ctx ends. A server
// whose terminal is closed goes on.
func (s *service) reloadOnHangup(ctx context.Context) {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)
	for {
		select {
		case <-hangups:
			if err := s.reload(); err != nil {
				s.log.Error("files not read again, nothing is changed", "err", err.Error())
			}
		case <-ctx.Done():
			return
		}
	}
}

// openConsole makes the console on a terminal or on a pipe, and the log beside it.
func (s *service) openConsole(stop func()) (err error) {
	s.term, err = openTerminal(s.stdin, s.stdout)
	if err != nil {
		return err
	}
	if s.term == nil {
		s.console = operator.New(s.room, s.lang, s.stdout)
		s.late.turnTo(s.cmd.logger(s.stderr, slog.LevelInfo))
		return nil
	}
	width, height := s.term.size()
	s.console = operator.NewTerminal(s.room, s.lang, s.term, width, height, stop)
	s.term.onResize(s.console.SetSize)
	if isTerminal(s.stderr) { // the console shows who comes and goes; only trouble is news
		s.late.turnTo(s.cmd.logger(s.console, slog.LevelWarn))
		s.shown.Store(s.console)
		return nil
	}
	s.late.turnTo(s.cmd.logger(s.stderr, slog.LevelInfo))
	return nil
}

func (c *serveCmd) logger(w io.Writer, level slog.Level) *slog.Logger {
	o := &slog.HandlerOptions{Level: level}
	if c.Log == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// serve starts the fronts. failed returns, once they have stopped, what stopped
// one of them before its time.
func (s *service) serve(stop func()) (failed func() error, err error) {
	var mu sync.Mutex
	var failure error
	start := func(f front, l net.Listener) {
		s.fronts = append(s.fronts, f)
		go func() {
			if err := f.Serve(l); err != nil {
				mu.Lock()
				failure = errors.Join(failure, err)
				mu.Unlock()
				stop()
			}
		}()
	}
	s.greet()
	waves := newWaves()
	if s.ssh != nil {
		srv, err := sshui.New(sshui.Config{HostKeys: s.keys, Version: "salon", Lang: s.lang, Log: s.log}, s.room)
		if err != nil {
			return nil, err
		}
		start(srv, waves.on(s.ssh))
	}
	if s.tcp != nil {
		start(rawtcp.New(rawtcp.Config{Lang: s.lang, Log: s.log}, s.room), waves.on(s.tcp))
	}
	return func() error { mu.Lock(); defer mu.Unlock(); return failure }, nil
}

// consoleTimeout is how long the console is given to write its last events: what
// it writes to may be a pipe that nobody reads.
const consoleTimeout = time.Second

// within waits for a group for so long, and reports whether it was done.
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

// letOut waits until everyone has read their farewell, or for goodbyeTimeout.
func (s *service) letOut() {
	ctx, cancel := context.WithTimeout(context.Background(), goodbyeTimeout)
	defer cancel()
	var leaving sync.WaitGroup
	for _, f := range s.fronts {
		leaving.Go(func() { f.Shutdown(ctx) })
	}
	leaving.Wait()
}

// readConsole does the operator's commands. On a terminal, Ctrl-D closes the
// console; from anywhere else the end of input does. The room goes on.
func (s *service) readConsole(ctx context.Context) {
	if s.term == nil {
		s.console.Read(ctx, s.stdin)
		return
	}
	if err := s.console.ReadTerminal(ctx); err == nil {
		s.term.restore()
		fmt.Fprintln(s.console, s.texts().ConsoleClosed)
	}
}
