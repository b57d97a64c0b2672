//go:build unix

package server

import (
	"context"
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
	onSignal(ctx, syscall.SIGWINCH, func() { set(t.size()) })
}
