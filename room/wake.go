package room

import (
	"salon/internal/wait"
	"time"
)

// To wake a session costs about as much as to bring it one message: a full room is
// woken more rarely, for several messages at once. From fullRoom sessions on they
// are woken together, the first time after a while at once, then wakeGap for each
// of them apart, at most maxWakeGap.
const (
	fullRoom   = 200
	wakeGap    = 50 * time.Microsecond
	maxWakeGap = 250 * time.Millisecond
)

// wakeAllLocked tells every session that there is something to read, now or soon.
func (r *Room) wakeAllLocked() {
	if r.waking {
		return
	}
	gap := min(time.Duration(len(r.order))*wakeGap, maxWakeGap)
	if wait := gap - time.Since(r.woken); wait > 0 && len(r.order) >= fullRoom {
		r.waking = true
		time.AfterFunc(wait, r.wakeNow)
		return
	}
	r.wakeLocked()
}

func (r *Room) wakeNow() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waking = false
	r.wakeLocked()
}

func (r *Room) wakeLocked() {
	r.woken, r.mu.woke = time.Now(), true
	for _, s := range r.order {
		wait.Signal(s.wake)
	}
}
