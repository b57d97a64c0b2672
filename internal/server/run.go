// Package server is the running server, `salon serve`: it opens the room on its data
// directory, serves it over ssh and raw TCP, and runs the operator's console, the audit
// log and the signals beside it. Call [Run] with a [Config]; it returns once the room and
// every connection are closed. What chat is belongs to package room, and the protocols
// to the fronts, sshui and rawtcp.
//
// [Join] is `salon client`, [Export] is `salon export`, [Check] is `salon check` and [Backup]
// is `salon backup`: they share the terminal and the data directory with the server.
package server

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"syscall"
	"time"
	_ "time/tzdata" // members' time zones, on machines without a zone database too

	"github.com/coreos/go-systemd/v22/daemon"
)

const (
	// endTimeout is how long the server takes to end, its log aside: a disk or a console
	// that has not taken what is written to it by then is left behind.
	endTimeout = 4 * time.Second
	// goodbyeTimeout is how much of it all clients together have to read their last line;
	// connections still open then are closed.
	goodbyeTimeout = 2500 * time.Millisecond
	// runningTimeout is how much of it a command of the operator or a reload that is under way
	// has to end. Later it finds the room closed.
	runningTimeout = time.Second
	// consoleTimeout is how much of it the console has to write its last events, and to say
	// that it is closed: it may write to a pipe that is not read.
	consoleTimeout = time.Second
	// gcPercent trades CPU for memory: a full room makes little garbage, so that
	// collecting it twice as often costs little and keeps the heap small.
	gcPercent = 50
)

// Run serves the room until ctx ends, a SIGINT or SIGTERM arrives, the operator stops
// it, or a front fails; then it closes every session. It must be called once in a process:
// it sets what the process does at SIGPIPE and how eagerly it collects garbage. Its
// errors are in the language of the Config. When it returns, nothing that it started
// runs any more, but for what nothing can interrupt: a pending read of the standard input,
// and writes to a console, a log or a disk that does not take them.
func Run(ctx context.Context, cfg Config) error {
	signal.Ignore(syscall.SIGPIPE) // a log pipe that breaks is no reason to stop
	runInBackground()
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	limitMemory()
	s := newServer(cfg)
	defer s.logTo.close()
	if err := s.open(); err != nil {
		s.close()
		return err
	}
	return s.run(ctx)
}

// run serves the room until it stops or ctx ends, then closes everything.
func (s *server) run(ctx context.Context) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := s.openConsole(ctx, stop)
	if err == nil {
		defer s.term.restore()
		err = s.newFronts()
	}
	if err != nil {
		stop()
		s.running.Wait()
		s.close()
		return err
	}
	failed := s.serve()
	s.monitor.stage.Store(serving)
	s.following.Go(func() { // nothing else waits for a console that does not take what is written to it
		s.greet()
		s.console.Follow()
	})
	s.running.Go(func() { s.readConsole(ctx) })
	hangups := catch(syscall.SIGHUP)
	s.running.Go(func() { s.obeyHangup(ctx, hangups, stop) })
	s.notifyReady(nil) // a SIGHUP is caught
	select {
	case err = <-failed:
	case <-ctx.Done():
	case <-s.room.Stopped():
		s.sayFailed()
	}
	s.notify(daemon.SdNotifyStopping)
	s.monitor.stage.Store(stopping)
	s.room.Stop("")
	stop() // from here on a second signal ends the process at once
	return errors.Join(s.shutdown(), err)
}

// shutdown waits until every session has been sent its last line, goodbyeTimeout at most,
// closes the connections that are left, and waits for all that runs. It takes endTimeout at
// most.
func (s *server) shutdown() error {
	ctx, cancel := context.WithTimeout(context.Background(), endTimeout)
	defer cancel()
	defer s.closeMetrics()
	s.sayGoodbye(ctx)
	var err, notKept error
	if !within(ctx, endTimeout, func() { err = s.explainRoom(s.room.Close()) }) {
		return errors.New(s.texts().DiskHangs)
	}
	within(ctx, runningTimeout, s.running.Wait)
	if !within(ctx, endTimeout, func() { notKept = s.closeHistory() }) {
		return errors.Join(err, errors.New(s.texts().DiskHangs))
	}
	within(ctx, consoleTimeout, s.closeConsole)
	return errors.Join(err, notKept)
}

// sayGoodbye closes the fronts.
func (s *server) sayGoodbye(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, goodbyeTimeout)
	defer cancel()
	var leaving sync.WaitGroup
	for _, f := range s.fronts {
		leaving.Go(func() { f.server.Shutdown(ctx) })
	}
	leaving.Wait()
	s.admission.Close()
}

// newFronts makes what serves each front.
func (s *server) newFronts() (err error) {
	for _, f := range s.fronts {
		if f.server, err = f.create(); err != nil {
			return err
		}
	}
	return nil
}

// serve serves the room on each front. The channel gets why a front ended before its
// time.
func (s *server) serve() <-chan error {
	failed := make(chan error, len(s.fronts))
	for _, f := range s.fronts {
		s.running.Go(func() {
			if err := f.server.Serve(f.Listener); err != nil {
				failed <- err
			}
		})
	}
	return failed
}

// within does something for so long at most, or until ctx ends, and reports whether it
// ended. If not, a goroutine still does it, and the process is about to end.
func within(ctx context.Context, d time.Duration, do func()) bool {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	done := make(chan struct{})
	go func() { do(); close(done) }()
	select {
	case <-done:
		return true
	case <-ctx.Done():
		return false
	}
}
