//go:build unix

package server

import (
	"math"

	"golang.org/x/sys/unix"
)

// descriptorLimit is how many file descriptors the process may have open. Go raises it to
// what the system allows at the start (getrlimit(2)).
func descriptorLimit() int {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return math.MaxInt
	}
	return int(min(uint64(limit.Cur), math.MaxInt))
}

// descriptorsFree reports whether n more can be opened. The lowest that is free is always
// given first (dup(2)), so that all below it are open.
func descriptorsFree(n int) bool {
	next, err := unix.FcntlInt(0, unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return false
	}
	unix.Close(next)
	return next <= descriptorLimit()-n
}
