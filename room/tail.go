package room

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"salon/internal/wait"
	"salon/room/state"
	"salon/room/text"
)

const (
	// TailEvents is how many of the last events a Tail keeps at least, with their IDs.
	TailEvents = 4096
	// BatchEvents is the most events that Follow hands over at once, so that one batch
	// is small compared with the room's ring.
	BatchEvents = 256
	// maxEvent is the most text from people that one event may carry: twice the longest
	// message.
	maxEvent = 2 * text.MaxText
)

// Loggable returns why [Log.Propose] refuses a body whatever the state of the log, or
// nil: it is ErrTooLarge, or of a kind that is never logged.
func Loggable(b state.Body) error {
	if k := state.KindOf(b); k == nil || !k.Logged {
		return fmt.Errorf("%T is never logged", b)
	}
	if state.Size(b) > maxEvent {
		return state.ErrTooLarge
	}
	return nil
}

// Tail is the end of a log, in memory, for those who follow it. Once it holds twice
// TailEvents the older half is dropped, unless a follower still has to read it: then
// the tail is full. Its methods may be called from any goroutine.
type Tail struct {
	mu        sync.Mutex // guards all below
	first     state.Seq  // of events[0]
	events    []state.Event
	seqs      map[state.ID]state.Seq
	followers map[*follower]struct{}
	closed    bool
}

// follower is one Follow in progress. next is guarded by the tail's mu.
type follower struct {
	next state.Seq
	wake chan struct{} // cap 1
}

// Earlier reads what has left memory: it appends to batch the events from next on, but
// before another, at most BatchEvents, and returns them with the Seq to go on from.
type Earlier func(ctx context.Context, next, before state.Seq, batch []state.Event) (events []state.Event, upto state.Seq, err error)

// NewTail returns an empty tail, whose first event will have the Seq next.
func NewTail(next state.Seq) *Tail {
	return &Tail{first: next, seqs: map[state.ID]state.Seq{}, followers: map[*follower]struct{}{}}
}

// Seq returns the Seq of the event with an ID, if the tail still knows it.
func (t *Tail) Seq(id state.ID) (state.Seq, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	seq, ok := t.seqs[id]
	return seq, ok
}

// Free returns how many events can be pushed, after dropping the oldest if fewer than
// n could. Only the goroutine that pushes can rely on it.
func (t *Tail) Free(n int) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.events)+n > 2*TailEvents {
		t.forgetLocked()
	}
	return 2*TailEvents - len(t.events)
}

// forgetLocked keeps only the last TailEvents, unless a follower in memory needs more.
func (t *Tail) forgetLocked() {
	drop := len(t.events) - TailEvents
	keep := t.first + state.Seq(drop)
	for f := range t.followers {
		if t.first <= f.next && f.next < keep {
			return
		}
	}
	for _, e := range t.events[:drop] {
		delete(t.seqs, e.ID)
	}
	t.events = slices.Delete(t.events, 0, drop)
	t.first = keep
}

// Push makes events visible, which follow the last one. There must be room for them,
// see [Tail.Free].
func (t *Tail) Push(events []state.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.events = append(t.events, events...)
	for _, e := range events {
		t.seqs[e.ID] = e.Seq
	}
	t.wakeLocked()
}

func (t *Tail) wakeLocked() {
	for f := range t.followers {
		wait.Signal(f.wake)
	}
}

// Erase takes the words out of a message that an event takes back, if it is still in memory.
func (t *Tail) Erase(seq state.Seq, by *state.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if seq < t.first || seq >= t.first+state.Seq(len(t.events)) {
		return
	}
	e := &t.events[seq-t.first]
	if said, ok := e.Body.(state.Said); ok {
		if left, ok := by.Without(said); ok {
			e.Body = left
		}
	}
}

// EraseAll takes the words out of all messages in memory that an event takes back.
func (t *Tail) EraseAll(by *state.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range t.events {
		if left, ok := by.Takes(&t.events[i]); ok {
			t.events[i].Body = left
		}
	}
}

// Place returns the place of an event; ok is false if the tail does not hold it.
func (t *Tail) Place(seq state.Seq) (p state.Place, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if seq < t.first || seq >= t.first+state.Seq(len(t.events)) {
		return state.Place{}, false
	}
	return state.Place{Seq: seq, Stamp: t.events[seq-t.first].Stamp}, true
}

// Bounds returns the Seq of the first and of the last event in memory; first is last+1
// when there is none.
func (t *Tail) Bounds() (first, last state.Seq) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.first, t.first + state.Seq(len(t.events)) - 1
}

// Close ends every Follow once it has handed over what is there. Closing again does
// nothing.
func (t *Tail) Close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	t.wakeLocked()
}

// Closed reports whether Close has been called.
func (t *Tail) Closed() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.closed
}

// Follow is [Log.Follow] for a log that ends with this tail. Events that have left memory
// are read with earlier; if it is nil they are ErrGone. An error of earlier ends it.
func (t *Tail) Follow(ctx context.Context, after state.Seq, earlier Earlier, apply func([]state.Event) error) error {
	f := &follower{next: after + 1, wake: make(chan struct{}, 1)}
	defer t.add(f)()
	var events []state.Event
	for {
		var before state.Seq
		var closed bool
		var err error
		events, before, closed = t.take(f, events[:0])
		if before != 0 {
			events, err = t.takeEarlier(ctx, f, before, earlier, events)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil && len(events) > 0 {
			err = apply(events)
		}
		switch {
		case err != nil:
			return err
		case before != 0 || len(events) > 0:
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

func (t *Tail) add(f *follower) (remove func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.followers[f] = struct{}{}
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.followers, f)
	}
}

// take appends what comes next to batch. When that has left memory, before is the first
// event that has not; otherwise it is 0. After closed nothing more will come.
func (t *Tail) take(f *follower, batch []state.Event) (events []state.Event, before state.Seq, closed bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if f.next < t.first {
		return batch, t.first, t.closed
	}
	if from := int(f.next - t.first); from < len(t.events) {
		batch = append(batch, t.events[from:min(from+BatchEvents, len(t.events))]...)
	}
	f.next += state.Seq(len(batch))
	return batch, 0, t.closed
}

// takeEarlier appends what comes next and has left memory.
func (t *Tail) takeEarlier(ctx context.Context, f *follower, before state.Seq, earlier Earlier, batch []state.Event) ([]state.Event, error) {
	if earlier == nil {
		return nil, state.ErrGone
	}
	batch, next, err := earlier(ctx, f.next, before, batch)
	t.mu.Lock()
	defer t.mu.Unlock()
	f.next = next
	return batch, err
}
