package main

import (
	"context"
	"log/slog"
	"slices"
	"sync/atomic"
)

// lateHandler is a log handler that is made before what it writes to: what it is
// turned to may change while others log, once there is a console to show it on.
type lateHandler struct {
	to   *atomic.Pointer[slog.Logger]
	with []func(slog.Handler) slog.Handler // attributes and groups
}

func newLateHandler(first *slog.Logger) *lateHandler {
	h := &lateHandler{to: &atomic.Pointer[slog.Logger]{}}
	h.turnTo(first)
	return h
}

// turnTo sends what is logged from now on to another.
func (h *lateHandler) turnTo(l *slog.Logger) { h.to.Store(l) }

// Enabled implements slog.Handler.
func (h *lateHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.to.Load().Enabled(ctx, level)
}

// Handle implements slog.Handler.
func (h *lateHandler) Handle(ctx context.Context, r slog.Record) error {
	to := h.to.Load().Handler()
	for _, with := range h.with {
		to = with(to)
	}
	return to.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h *lateHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return h.and(func(to slog.Handler) slog.Handler { return to.WithAttrs(attrs) })
}

// WithGroup implements slog.Handler.
func (h *lateHandler) WithGroup(name string) slog.Handler {
	return h.and(func(to slog.Handler) slog.Handler { return to.WithGroup(name) })
}

func (h *lateHandler) and(with func(slog.Handler) slog.Handler) slog.Handler {
	return &lateHandler{h.to, append(slices.Clip(h.with), with)}
}
