package server

import (
	"io"
	"log/slog"
	"sync/atomic"
)

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
