package room

import (
	"context"
	"time"

	"salon/room/state"
)

// countdownMarks are the seconds left at which a planned shutdown is announced
// again, after having been announced at once.
var countdownMarks = []time.Duration{60, 30, 10, 5, 4, 3, 2, 1}

// countdownOrigin marks the IDs of countdown events: they are made from the plan,
// not from a counter, so that every node proposes the same.
const countdownOrigin = 0x636f756e74646f77

// countDownLocked starts counting down to a plan, in place of any other.
func (r *Room) countDownLocked(ctx context.Context, plan state.Plan) {
	r.cancelCountdownLocked()
	ctx, r.countdown = context.WithCancel(ctx)
	r.running.Go(func() { r.countDown(ctx, plan) })
}

func (r *Room) cancelCountdownLocked() {
	if r.countdown != nil {
		r.countdown()
		r.countdown = nil
	}
}

// countDown announces the marks of a plan and stops the room at its end. A time
// set by the plan's monotonic clock is not moved by an operator who sets the
// machine's.
func (r *Room) countDown(ctx context.Context, plan state.Plan) {
	total := time.Until(plan.At).Round(time.Second)
	for _, mark := range countdownMarks {
		left := mark * time.Second
		if left >= total {
			continue
		}
		if !pause(ctx, time.Until(plan.At.Add(-left))) {
			return
		}
		id := state.ID{Origin: countdownOrigin, N: uint64(plan.Seq)<<8 | uint64(mark)}
		r.log.Propose(ctx, state.Event{ID: id, Body: state.ShutdownCountdown{Plan: plan.Seq, Left: left}})
	}
	if pause(ctx, time.Until(plan.At)) {
		r.stop(state.Ending{Cause: state.Shutdown, By: plan.By, Reason: plan.Reason})
	}
}

// pause waits for d, or less when ctx ends: then it reports false.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
