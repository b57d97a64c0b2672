package history

import (
	"context"
	"slices"
	"sync"

	"salon/room/state"
)

// Bounds of what is kept for those who follow.
const (
	// tailEvents is how many events at least can still be followed, and how many
	// IDs are remembered. The oldest go once there are twice as many; while
	// somebody who follows needs them, Propose returns room.ErrBusy instead.
	tailEvents = 4096
	// batchEvents is the most events in one transaction and in one call of
	// whoever follows.
	batchEvents = 256
)

// tail is the end of the log, in memory, for those who follow it.
type tail struct {
	older map[state.ID]state.Seq // of lives before this one; never changes

	mu        sync.Mutex // guards all below
	first     state.Seq  // place of events[0]
	events    []state.Event
	places    map[state.ID]state.Seq
	followers map[*follower]struct{}
	closed    bool
}

// follower is one Follow in progress. next is guarded by the tail's mu.
type follower struct {
	next state.Seq
	wake chan struct{} // cap 1
}

func newTail(next state.Seq, older map[state.ID]state.Seq) *tail {
	return &tail{older: older, first: next, places: map[state.ID]state.Seq{}, followers: map[*follower]struct{}{}}
}

// place returns where an ID is, if it is remembered.
func (t *tail) place(id state.ID) (state.Seq, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	seq, ok := t.places[id]
	if !ok {
		seq, ok = t.older[id]
	}
	return seq, ok
}

// free makes room and returns for how many events there is some.
func (t *tail) free() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.events)+batchEvents > 2*tailEvents {
		t.forgetLocked()
	}
	return 2*tailEvents - len(t.events)
}

// forgetLocked lets all go but the last tailEvents, unless a follower needs them.
func (t *tail) forgetLocked() {
	drop := len(t.events) - tailEvents
	keep := t.first + state.Seq(drop)
	for f := range t.followers {
		if f.next < keep {
			return
		}
	}
	for _, e := range t.events[:drop] {
		delete(t.places, e.ID)
	}
	t.events = slices.Delete(t.events, 0, drop)
	t.first = keep
}

// push makes events visible.
func (t *tail) push(events []state.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.events = append(t.events, events...)
	for _, e := range events {
		t.places[e.ID] = e.Seq
	}
	for f := range t.followers {
		signal(f.wake)
	}
}

func (t *tail) bounds() (first, last state.Seq) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.first, t.first + state.Seq(len(t.events)) - 1
}

func (t *tail) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	for f := range t.followers {
		signal(f.wake)
	}
}

func (t *tail) enter(f *follower) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if f.next < t.first {
		return state.ErrGone
	}
	t.followers[f] = struct{}{}
	return nil
}

func (t *tail) leave(f *follower) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.followers, f)
}

// follow is History.Follow.
func (t *tail) follow(ctx context.Context, after state.Seq, apply func([]state.Event) error) error {
	f := &follower{next: after + 1, wake: make(chan struct{}, 1)}
	if err := t.enter(f); err != nil {
		return err
	}
	defer t.leave(f)
	var batch []state.Event
	for {
		var closed bool
		batch, closed = t.take(f, batch[:0])
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case len(batch) > 0:
			if err := apply(batch); err != nil {
				return err
			}
			continue
		case closed:
			return state.ErrClosed
		}
		select {
		case <-f.wake:
		case <-ctx.Done():
		}
	}
}

// take hands over what comes next, and says whether nothing will any more.
func (t *tail) take(f *follower, batch []state.Event) ([]state.Event, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if f.next < t.first+state.Seq(len(t.events)) {
		from := int(f.next - t.first)
		batch = append(batch, t.events[from:min(from+batchEvents, len(t.events))]...)
	}
	f.next += state.Seq(len(batch))
	return batch, t.closed
}

// signal wakes whoever waits on a cap-1 channel, without ever waiting itself.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
