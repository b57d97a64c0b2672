package history

import (
	"fmt"
	"sync"
	"time"

	"salon/room/state"
)

// trouble says whether the disk fails. Only the sequencer changes it.
type trouble struct {
	mu      sync.Mutex // guards all below
	err     error      // nil: it does not
	since   time.Time
	changed chan struct{} // closed when trouble begins or ends, and then another
}

// now returns the error of a disk that fails, nil of one that works.
func (t *trouble) now() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}

// set begins trouble at a time, replaces its error, or ends it with nil.
func (t *trouble) set(err error, at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if (err == nil) != (t.err == nil) {
		t.since = at
		close(t.changed)
		t.changed = make(chan struct{})
	}
	t.err = err
}

// health returns the same as room.Log's Health.
func (t *trouble) health() (state.Health, <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err == nil {
		return state.Health{}, t.changed
	}
	return state.Health{Err: fmt.Errorf("history: %w", t.err), Since: t.since}, t.changed
}
