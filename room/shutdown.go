package room

import (
	"context"
	"time"

	"salon/internal/wait"
	"salon/room/state"
)

// countdownMarks are the seconds left at which a planned shutdown is announced
// again, after having been announced at once.
var countdownMarks = []time.Duration{60, 30, 10, 5, 4, 3, 2, 1}

// countDownLocked starts counting down to a plan, in place of any other; nil cancels the
// countdown.
func (r *Room) countDownLocked(plan *state.Plan) {
	if r.countdown != nil {
		r.countdown()
		r.countdown = nil
	}
	if plan == nil {
		return
	}
	left := plan.Ends - r.state.TickAt(r.log.Now().Stamp)
	ctx, cancel := context.WithCancel(r.run)
	r.countdown = cancel
	r.running.Go(func() { r.countDown(ctx, *plan, time.Now().Add(left)) })
}

// countDown announces the marks of a plan and stops the room at its end, by the monotonic
// clock. Every node counts down; the State accepts each mark once.
func (r *Room) countDown(ctx context.Context, plan state.Plan, end time.Time) {
	total := time.Until(end).Round(time.Second)
	for _, mark := range countdownMarks {
		left := mark * time.Second
		if left >= total {
			continue
		}
		if !wait.Pause(ctx, time.Until(end.Add(-left))) {
			return
		}
		r.log.Propose(ctx, state.Event{ID: r.newID(), Body: state.ShutdownCountdown{Plan: plan.Seq, Left: left}})
	}
	if wait.Pause(ctx, time.Until(end)) {
		r.stop(state.Ending{Cause: state.Shutdown, By: plan.By, Reason: plan.Reason})
	}
}
