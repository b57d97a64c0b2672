package server

import (
	"context"
	"log/slog"
	"slices"
	"sync/atomic"
)

// switchHandler hands what is logged to another logger, which may change at any time:
// the log is there before the console that it is shown on.
type switchHandler struct {
	to   *atomic.Pointer[slog.Logger]
	with []func(slog.Handler) slog.Handler // attributes and groups
}

func newSwitchHandler(first *slog.Logger) *switchHandler {
	h := &switchHandler{to: &atomic.Pointer[slog.Logger]{}}
	h.switchTo(first)
	return h
}

// switchTo sends what is logged from now on to l.
func (h *switchHandler) switchTo(l *slog.Logger) { h.to.Store(l) }

// Enabled implements slog.Handler.
func (h *switchHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.to.Load().Enabled(ctx, level)
}

// Handle implements slog.Handler.
func (h *switchHandler) Handle(ctx context.Context, r slog.Record) error {
	to := h.to.Load().Handler()
	for _, with := range h.with {
		to = with(to)
	}
	return to.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h *switchHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return h.and(func(to slog.Handler) slog.Handler { return to.WithAttrs(attrs) })
}

// WithGroup implements slog.Handler.
func (h *switchHandler) WithGroup(name string) slog.Handler {
	return h.and(func(to slog.Handler) slog.Handler { return to.WithGroup(name) })
}

func (h *switchHandler) and(with func(slog.Handler) slog.Handler) slog.Handler {
	return &switchHandler{h.to, append(slices.Clip(h.with), with)}
}
