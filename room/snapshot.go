package room

import (
	"time"

	"salon/room/state"
)

// A running room stores a snapshot once this many events have come since the last one,
// but not before this time has passed. Both bound what the log keeps and what a start
// after a crash has to apply.
const (
	snapshotEvents = 4096
	snapshotEvery  = time.Minute
)

// snapshots is when a running room stores them. The room's mu guards it.
type snapshots struct {
	events int       // since the last
	tried  time.Time // the last one, or the start
	busy   bool      // one is being stored
	wanted bool      // one is to be stored however few events have come
}

// snapshotIfDueLocked begins to store a snapshot if it is time to. The caller holds
// applying: the store has been given what was applied.
func (r *Room) snapshotIfDueLocked() {
	k := &r.snapshots
	due := k.wanted || k.events >= snapshotEvents && time.Since(k.tried) >= snapshotEvery
	if k.busy || !due || r.closing != nil { // Close stores the last one
		return
	}
	k.busy, k.wanted = true, false
	frozen, events := r.state.Freeze(), k.events
	r.running.Go(func() { r.storeSnapshot(frozen, events) })
}

// snapshotNow stores a snapshot soon, after the one that is being stored.
func (r *Room) snapshotNow() {
	r.applying.Lock()
	defer r.applying.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.snapshots.wanted = true
	r.snapshotIfDueLocked()
}

// storeSnapshot stores one snapshot. If the store fails, it is tried again after
// snapshotEvery and another event.
func (r *Room) storeSnapshot(f *state.Frozen, events int) {
	err := r.store.Snapshot(r.run, state.Snapshot{Seq: f.Applied(), State: f.Encode()})
	r.mu.Lock()
	r.snapshots.busy, r.snapshots.tried = false, time.Now()
	if err == nil {
		r.snapshots.events -= events
	}
	wanted := r.snapshots.wanted
	r.mu.Unlock()
	if wanted {
		r.snapshotNow()
	}
}
