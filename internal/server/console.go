package server

import (
	"context"
	"fmt"
	"log/slog"

	"salon/room/operator"
)

// openConsole makes the console on a terminal or on a pipe, and sends the log to where
// it does not disturb the console.
func (s *server) openConsole(ctx context.Context, stop func()) (err error) {
	if s.term, err = openTerminal(ctx, s.cfg.Stdin, s.cfg.Stdout); err != nil {
		return err
	}
	s.logTo.level.Set(slog.LevelInfo)
	if s.term == nil {
		s.console = operator.New(s.room, s.lang, s.cfg.Stdout)
		return nil
	}
	width, height := s.term.size()
	s.console = operator.NewTerminal(s.room, s.lang, s.term, width, height, stop)
	s.running.Go(func() { s.term.followSize(ctx, s.console.SetSize) })
	if isTerminal(s.cfg.Stderr) { // the console shows joins already
		s.logTo.level.Set(slog.LevelWarn)
		s.logTo.send(s.console)
		s.shown.Store(s.console)
	}
	return nil
}

// readConsole does the operator's commands until ctx ends. On a terminal, Ctrl-D closes
// the console; from anywhere else the end of input does. The room goes on.
func (s *server) readConsole(ctx context.Context) {
	if s.term == nil {
		s.console.Read(ctx, &input{ctx, s.cfg.Stdin})
		return
	}
	if err := s.console.ReadTerminal(ctx); err == nil {
		s.term.restore()
		fmt.Fprintln(s.console, s.texts().ConsoleClosed)
	}
}
