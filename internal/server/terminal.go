package server

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"

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
	return &terminal{Reader: &input{ctx, in}, Writer: blocking{out}, in: in, out: out, before: before}, nil
}

// restore leaves the terminal as it was. It may be called more than once, and on
// none.
func (t *terminal) restore() {
	if t != nil {
		t.once.Do(func() { term.Restore(int(t.in.Fd()), t.before) })
	}
}

// size is the terminal's, zero where it does not say.
func (t *terminal) size() (width, height int) {
	width, height, _ = term.GetSize(int(t.out.Fd()))
	return width, height
}

// input reads a file, usually the standard input, until ctx ends. A read of a terminal
// or a pipe cannot be interrupted: the one under way when ctx ends is left behind, with
// its goroutine, and what it reads is lost.
type input struct {
	ctx  context.Context
	file *os.File
}

// Read implements io.Reader. Only one goroutine may call it. After ctx has ended it
// fails with the error of ctx and touches the file no more.
func (in *input) Read(p []byte) (int, error) {
	if in.ctx.Err() != nil {
		return 0, in.ctx.Err()
	}
	type result struct {
		data []byte // not in p, which is the caller's again when ctx ends
		err  error
	}
	done := make(chan result, 1)
	go func() {
		buf := make([]byte, len(p))
		n, err := blocking{in.file}.Read(buf)
		done <- result{buf[:n], err}
	}()
	select {
	case r := <-done:
		return copy(p, r.data), r.err
	case <-in.ctx.Done():
		return 0, in.ctx.Err()
	}
}

// blocking is a file that is read and written as one in blocking mode is, whatever another
// process makes of it: ssh leaves a terminal that it shares with us non-blocking, and then
// a read or a write that would have to wait fails.
type blocking struct{ file *os.File }

// Read implements io.Reader.
func (b blocking) Read(p []byte) (n int, err error) {
	for {
		n, err = b.file.Read(p)
		if !errors.Is(err, syscall.EAGAIN) {
			return n, err
		}
		if err = awaitReadable(b.file); err != nil {
			return n, err
		}
	}
}

// Write implements io.Writer.
func (b blocking) Write(p []byte) (n int, err error) {
	for {
		var some int
		some, err = b.file.Write(p[n:])
		n += some
		if !errors.Is(err, syscall.EAGAIN) {
			return n, err
		}
		if err = awaitWritable(b.file); err != nil {
			return n, err
		}
	}
}

// catch returns a channel of the signals sig, which do nothing else to the process from then on.
func catch(sig os.Signal) chan os.Signal {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, sig)
	return signals
}

// onSignal calls do at each of the signals until ctx ends.
func onSignal(ctx context.Context, signals chan os.Signal, do func()) {
	defer signal.Stop(signals)
	for {
		select {
		case <-signals:
			do()
		case <-ctx.Done():
			return
		}
	}
}
