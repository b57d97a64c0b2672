// Package operator is the console of the operator who started the server: commands from
// a reader, answers and the room's events to a writer. On a terminal it edits
// lines and keeps them below what scrolls by; from a pipe it takes one command a
// line, without a prompt.
package operator

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"
	"sync"

	"salon/internal/line"
	"salon/room"
	"salon/room/lang"
	"salon/room/state"
	"salon/room/text"
)

// maxCommand is how long a piped command may be; a longer line is discarded, and the
// operator gets an error.
const maxCommand = text.MaxText

// Console is the operator's session in a room. Its methods may be called from any
// goroutine, but for one that reads.
type Console struct {
	sess  *room.Session
	lines *lang.Printer

	mu   sync.Mutex // guards out, when there is no edit
	out  io.Writer
	edit *line.Prompt // nil without a terminal
}

// New returns a console on a pipe: what happens in the room is written to out.
func New(r *room.Room, l state.Lang, out io.Writer) *Console {
	return &Console{sess: r.Watch(room.Prefs{Lang: l}), lines: lang.NewPrinter("\n"), out: out}
}

// NewTerminal returns a console on a terminal in raw mode. Ctrl-C on an empty
// line calls stop, as the signal would that raw mode keeps from being sent.
func NewTerminal(r *room.Room, l state.Lang, rw io.ReadWriter, width, height int, stop func()) *Console {
	c := New(r, l, rw)
	c.edit = line.New(rw, line.Options{
		Keys: rw, Prompt: lang.Of(l).ConsolePrompt, Width: width, Height: height, Complete: c.sess.Complete, OnInterrupt: stop,
	})
	return c
}

// Write shows whole lines among the others: those of the server, and the technical log
// when it goes to the same terminal.
func (c *Console) Write(p []byte) (int, error) {
	if c.edit != nil {
		return c.edit.Write(p)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.out.Write(p)
}

// Commands are those that the console does, in the order of help.
func (c *Console) Commands() []*room.Command { return c.sess.Available() }

// SetSize follows the terminal's size.
func (c *Console) SetSize(width, height int) {
	if c.edit != nil {
		c.edit.SetSize(width, height)
	}
}

// Follow writes what happens in the room until the console or the room closes.
// A writer that fails stops the writing and nothing else.
func (c *Console) Follow() {
	var buf []byte
	broken := false
	c.sess.Follow(nil, func(items []room.Item) error {
		buf = buf[:0]
		for _, it := range items {
			buf = c.lines.Append(buf, it, c.sess)
		}
		if !broken {
			_, err := c.Write(buf)
			broken = err != nil
		}
		return nil
	})
}

// Close ends the console's session; the room goes on.
func (c *Console) Close() {
	if c.edit != nil {
		c.edit.Close()
	}
	c.sess.Close(state.Ending{Cause: state.Quit})
}

// Read does commands from a pipe until it or ctx ends. The room goes on without it.
func (c *Console) Read(ctx context.Context, in io.Reader) error {
	r := bufio.NewReaderSize(in, maxCommand+2)
	for {
		line, err := r.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			for errors.Is(err, bufio.ErrBufferFull) {
				_, err = r.ReadSlice('\n')
			}
			c.sess.Answer(nil, room.ErrTextTooLong)
			line = nil
		}
		if ctx.Err() != nil { // a line that was not whole by then is no command
			return ctx.Err()
		}
		c.do(ctx, strings.TrimRight(string(line), "\r\n"))
		if err != nil {
			return err
		}
	}
}

// ReadTerminal does commands from the terminal until Ctrl-D, which returns nil:
// the room goes on without a console. Any other error is the terminal's.
func (c *Console) ReadTerminal(ctx context.Context) error {
	for {
		command, err := c.edit.ReadLine()
		switch {
		case errors.Is(err, io.EOF):
			c.edit.Close()
			return nil
		case err != nil && !errors.Is(err, line.ErrInterrupted):
			return err
		}
		c.do(ctx, command)
	}
}

func (c *Console) do(ctx context.Context, line string) {
	if strings.TrimSpace(line) != "" {
		c.sess.Submit(ctx, line)
	}
}
