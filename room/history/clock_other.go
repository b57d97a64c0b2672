//go:build !linux

package history

import "time"

// systemClock counts with Go's monotonic clock, which on some systems stands still
// while the machine sleeps.
func systemClock() clock {
	started := time.Now()
	return clock{now: time.Now, up: func() time.Duration { return time.Since(started) }}
}
