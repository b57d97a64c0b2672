package server

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"slices"
	"sync"
)

// The forms of a line of the technical log, values of --log. Logfmt is the default.
const (
	logText = "text"
	logJSON = "json"
)

// handlerOf returns what writes lines of a form.
func handlerOf(form string, w io.Writer, level slog.Leveler) slog.Handler {
	switch form {
	case logText:
		return newTextHandler(w, level)
	case logJSON:
		return slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level})
	}
	return slog.NewTextHandler(w, &slog.HandlerOptions{Level: level})
}

// textHandler writes lines for people: the time, the level and the event as they are, then the
// fields as in logfmt.
type textHandler struct {
	slog.Handler // writes the fields, to line
	to           io.Writer
	mu           *sync.Mutex // guards line, which handlers with more fields have in common
	line         *bytes.Buffer
}

func newTextHandler(w io.Writer, level slog.Leveler) *textHandler {
	var line bytes.Buffer
	builtin := []string{slog.TimeKey, slog.LevelKey, slog.MessageKey}
	fields := slog.NewTextHandler(&line, &slog.HandlerOptions{Level: level, ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 0 && slices.Contains(builtin, a.Key) {
			return slog.Attr{}
		}
		return a
	}})
	return &textHandler{Handler: fields, to: w, mu: &sync.Mutex{}, line: &line}
}

// textTime is how the time of a line is written: as in the other forms.
const textTime = "2006-01-02T15:04:05.000Z07:00"

// Handle implements slog.Handler.
func (h *textHandler) Handle(ctx context.Context, r slog.Record) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.line.Reset()
	h.line.WriteString(r.Time.Round(0).Format(textTime) + " " + r.Level.String() + " " + r.Message + " ")
	if err := h.Handler.Handle(ctx, r); err != nil {
		return err
	}
	_, err := h.to.Write(append(bytes.TrimRight(h.line.Bytes(), " \n"), '\n'))
	return err
}

// WithAttrs implements slog.Handler.
func (h *textHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &textHandler{h.Handler.WithAttrs(attrs), h.to, h.mu, h.line}
}

// WithGroup implements slog.Handler.
func (h *textHandler) WithGroup(name string) slog.Handler {
	return &textHandler{h.Handler.WithGroup(name), h.to, h.mu, h.line}
}
