package room

import (
	"context"
	"time"

	"salon/room/state"
)

// When a room that runs keeps a snapshot: once this many events have come that a
// log holds on to until there is one, and not again before this time has passed.
// Both bound what a start after a crash has to apply. A room where nothing happens
// keeps none.
const (
	snapshotEvents = 4096
	snapshotEvery  = time.Minute
)

// keeping is when a room that runs keeps snapshots.
type keeping struct {
	decided int       // events since the last that decide
	tried   time.Time // the last one, or the start
	busy    bool      // one is being kept
}

// due reports whether another is to be kept.
func (k *keeping) due() bool {
	return !k.busy && k.decided >= snapshotEvents && time.Since(k.tried) >= snapshotEvery
}

// keepIfDue keeps a snapshot of what the store has been given, beside all else.
func (r *Room) keepIfDue(ctx context.Context) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.keeping.due() {
		return
	}
	r.keeping.busy = true
	now, decided := r.state.Lasting(), r.keeping.decided
	r.running.Go(func() { r.keep(ctx, now, decided) })
}

// keep keeps one snapshot. What the store does not take is tried again later, when
// something has happened again; what it would have spared the log holds on to.
func (r *Room) keep(ctx context.Context, l state.Lasting, decided int) {
	err := r.store.Snapshot(ctx, l.Snapshot(time.Now()))
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keeping.busy, r.keeping.tried = false, time.Now()
	if err == nil {
		r.keeping.decided -= decided
	}
}
