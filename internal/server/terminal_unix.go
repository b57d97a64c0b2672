//go:build unix

package server

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// foreground reports whether the program may use its terminal (tcgetpgrp(3)).
func foreground(f *os.File) bool {
	group, err := unix.IoctlGetInt(int(f.Fd()), unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}

// runInBackground lets a server go on that was started with & from a shell: its
// terminal would stop it for reading, and now only fails the read (termios(3)).
func runInBackground() { signal.Ignore(syscall.SIGTTIN, syscall.SIGTTOU) }

// followSize calls set with each new size until ctx ends.
func (t *terminal) followSize(ctx context.Context, set func(width, height int)) {
	onSignal(ctx, catch(syscall.SIGWINCH), func() { set(t.size()) })
}

// awaitReadable waits until a read of a file need not wait.
func awaitReadable(f *os.File) error { return poll(f, unix.POLLIN) }

// awaitWritable waits until a write to a file need not wait for all of it.
func awaitWritable(f *os.File) error { return poll(f, unix.POLLOUT) }

func poll(f *os.File, event int16) error {
	_, err := unix.Poll([]unix.PollFd{{Fd: int32(f.Fd()), Events: event}}, -1)
	if errors.Is(err, unix.EINTR) {
		return nil // the caller tries again
	}
	return err
}
