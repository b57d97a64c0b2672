package server

import (
	"context"
	"io"
	"os"
	"sync"

	"golang.org/x/term"
)

// terminal is the terminal that the program was started on, in raw mode. A nil
// *terminal means that there is none.
type terminal struct {
	io.Reader
	io.Writer
	in, out *os.File
	once    sync.Once
	before  *term.State
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// openTerminal puts the terminal in raw mode, if in and out are one and the program is
// in its foreground: in the background, touching it would stop the program. It is read
// until ctx ends, as [input] is.
func openTerminal(ctx context.Context, in, out *os.File) (*terminal, error) {
	if !isTerminal(in) || !isTerminal(out) || !foreground(in) {
		return nil, nil
	}
	before, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return nil, err
	}
	return &terminal{Reader: &input{ctx, in}, Writer: out, in: in, out: out, before: before}, nil
}

// restore leaves the terminal as it was. It may be called more than once, and on
// none.
func (t *terminal) restore() {
	if t != nil {
		t.once.Do(func() { term.Restore(int(t.in.Fd()), t.before) })
	}
}

// size is the terminal's, or 80 x 24 where it does not say.
func (t *terminal) size() (width, height int) {
	width, height, err := term.GetSize(int(t.out.Fd()))
	if err != nil || width == 0 || height == 0 {
		return 80, 24
	}
	return width, height
}
