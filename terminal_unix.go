//go:build unix

package main

import (
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

// onResize calls set with each new size, as long as the program runs.
func (t *terminal) onResize(set func(width, height int)) {
	resized := make(chan os.Signal, 1)
	signal.Notify(resized, syscall.SIGWINCH)
	go func() {
		for range resized {
			set(t.size())
		}
	}()
}
