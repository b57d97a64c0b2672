package server

import (
	"context"
	"os"
)

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
		n, err := in.file.Read(buf)
		done <- result{buf[:n], err}
	}()
	select {
	case r := <-done:
		return copy(p, r.data), r.err
	case <-in.ctx.Done():
		return 0, in.ctx.Err()
	}
}
