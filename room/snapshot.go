package room

import (
	"time"

	"salon/room/state"
)

// When a room that runs keeps a snapshot: once this many events have come that are in
// no snapshot, and not again before this time has passed. Both bound what the log
// holds and what a start after a crash has to apply. A room where nothing happens
// keeps none.
const (
	snapshotEvents = 4096
	snapshotEvery  = time.Minute
)

// snapshots is when a room that runs keeps them.
type snapshots struct {
	events int       // since the last
	tried  time.Time // the last one, or the start
	busy   bool      // one is being kept
	again  bool      // another is to be kept then, whatever has come
}

// snapshotIfDueLocked keeps a snapshot of what the store has been given, beside all
// else.
func (r *Room) snapshotIfDueLocked() {
	k := &r.snapshots
	if !k.busy && k.events >= snapshotEvents && time.Since(k.tried) >= snapshotEvery {
		r.snapshotLocked()
	}
}

// snapshotNow keeps one soon, whatever has come. It waits until the store has been
// given what was applied.
func (r *Room) snapshotNow() {
	r.applying.Lock()
	defer r.applying.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.snapshots.busy {
		r.snapshots.again = true
		return
	}
	r.snapshotLocked()
}

func (r *Room) snapshotLocked() {
	if r.closing != nil {
		return // Close keeps the last one
	}
	r.snapshots.busy, r.snapshots.again = true, false
	now, events := r.state.Freeze(), r.snapshots.events
	r.running.Go(func() { r.keepSnapshot(now, events) })
}

// keepSnapshot keeps one snapshot. What the store does not take is tried again later,
// when something has happened again; what it would have spared the log holds on to.
func (r *Room) keepSnapshot(f *state.Frozen, events int) {
	err := r.store.Snapshot(r.run, state.Snapshot{Seq: f.Applied(), State: f.Encode()})
	r.mu.Lock()
	r.snapshots.busy, r.snapshots.tried = false, time.Now()
	if err == nil {
		r.snapshots.events -= events
	}
	again := r.snapshots.again
	r.mu.Unlock()
	if again {
		r.snapshotNow()
	}
}
