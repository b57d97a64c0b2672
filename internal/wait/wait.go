// Package wait has the ways to wake and to wait for another goroutine that several
// packages need: each takes memory work only, and none starts a goroutine.
package wait

import (
	"context"
	"time"
)

// Signal wakes the goroutine that waits on a channel of capacity 1, and never waits itself: a
// signal that nobody has taken yet stands for all that follow it.
func Signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Pause waits for d, or less when ctx ends: then it reports false.
func Pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
