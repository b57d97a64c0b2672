package history

import (
	"slices"
	"sync"

	"salon/room/state"
)

// Bounds of what is kept in memory for those who follow.
const (
	// tailEvents is how many events at least can be followed without the disk, and how
	// many IDs are remembered. The oldest go once there are twice as many; while
	// somebody who follows from memory needs them, Propose returns room.ErrBusy instead.
	tailEvents = 4096
	// batchEvents is the most events in one transaction and in one call of
	// whoever follows.
	batchEvents = 256
)

// tail is the end of the log, in memory, for those who follow it.
type tail struct {
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

func newTail(next state.Seq) *tail {
	return &tail{first: next, places: map[state.ID]state.Seq{}, followers: map[*follower]struct{}{}}
}

// place returns where an ID is, if it is remembered.
func (t *tail) place(id state.ID) (state.Seq, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	seq, ok := t.places[id]
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

// forgetLocked lets all go but the last tailEvents, unless a follower needs them who
// had come so far.
func (t *tail) forgetLocked() {
	drop := len(t.events) - tailEvents
	keep := t.first + state.Seq(drop)
	for f := range t.followers {
		if t.first <= f.next && f.next < keep {
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

// replace exchanges the body of an event that is still in memory.
func (t *tail) replace(seq state.Seq, b state.Body) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if seq >= t.first && seq < t.first+state.Seq(len(t.events)) {
		t.events[seq-t.first].Body = b
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

func (t *tail) isClosed() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.closed
}

func (t *tail) enter(f *follower) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.followers[f] = struct{}{}
}

func (t *tail) leave(f *follower) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.followers, f)
}

// take hands over what comes next. before is not 0 when that is not in memory: it is
// the place from which on there is some. closed says whether nothing will come any
// more.
func (t *tail) take(f *follower, batch []state.Event) (events []state.Event, before state.Seq, closed bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if f.next < t.first {
		return batch, t.first, t.closed
	}
	if from := int(f.next - t.first); from < len(t.events) {
		batch = append(batch, t.events[from:min(from+batchEvents, len(t.events))]...)
	}
	f.next += state.Seq(len(batch))
	return batch, 0, t.closed
}

// advance moves a follower on.
func (t *tail) advance(f *follower, next state.Seq) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f.next = next
}

// signal wakes whoever waits on a cap-1 channel, without ever waiting itself.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
