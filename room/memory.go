package room

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"salon/room/state"
	"salon/room/text"
)

// Bounds of the room in memory.
const (
	// memoryEvents is how many events a MemoryLog keeps for those who follow it
	// and how many IDs it remembers. The oldest go; while somebody who follows
	// still needs the oldest, Propose returns ErrBusy instead.
	memoryEvents = 4096
	// memorySpoken and memoryBytes bound a MemoryStore: the oldest are forgotten.
	memorySpoken = 2000
	memoryBytes  = 4 << 20
	// maxEvent is the most text one event may carry: twice the longest message.
	maxEvent = 2 * text.MaxText
)

// MemoryLog is a Log without a disk: its order lasts as long as the process. Several
// rooms may follow one. Its stamps are the time since it was made, by the clock that
// nobody sets.
type MemoryLog struct {
	began time.Time

	mu        sync.Mutex // guards all below
	first     state.Seq  // place of events[0]
	events    []state.Event
	places    map[state.ID]state.Seq
	followers map[*memoryFollower]struct{}
	closed    bool
}

// memoryFollower is one Follow in progress. next is guarded by the log's mu.
type memoryFollower struct {
	next state.Seq
	wake chan struct{} // cap 1
}

// NewMemoryLog returns an empty log.
func NewMemoryLog() *MemoryLog {
	return &MemoryLog{began: time.Now(), first: 1, places: map[state.ID]state.Seq{}, followers: map[*memoryFollower]struct{}{}}
}

// Propose gives e the next place at once.
func (l *MemoryLog) Propose(ctx context.Context, e state.Event) (state.Seq, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	k := state.KindOf(e.Body)
	if k == nil || !k.Logged {
		return 0, fmt.Errorf("%T has no place in a log", e.Body)
	}
	if state.Size(e.Body) > maxEvent {
		return 0, state.ErrTooLarge
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return 0, state.ErrClosed
	}
	if seq, ok := l.places[e.ID]; ok {
		return seq, nil
	}
	if !l.makeRoomLocked() {
		return 0, state.ErrBusy
	}
	return l.appendLocked(e), nil
}

func (l *MemoryLog) appendLocked(e state.Event) state.Seq {
	e.Seq = l.first + state.Seq(len(l.events))
	now := l.Now()
	e.Time, e.Stamp = now.Time, now.Stamp
	l.events = append(l.events, e)
	l.places[e.ID] = e.Seq
	for f := range l.followers {
		signal(f.wake)
	}
	return e.Seq
}

// makeRoomLocked forgets the older half once the log is full, and reports
// whether there is a place: there is none while a follower needs that half.
func (l *MemoryLog) makeRoomLocked() bool {
	if len(l.events) < 2*memoryEvents {
		return true
	}
	keep := l.first + memoryEvents
	for f := range l.followers {
		if f.next < keep {
			return false
		}
	}
	for _, e := range l.events[:memoryEvents] {
		delete(l.places, e.ID)
	}
	l.events = slices.Delete(l.events, 0, memoryEvents)
	l.first = keep
	return true
}

// Follow implements Log.
func (l *MemoryLog) Follow(ctx context.Context, after state.Seq, apply func([]state.Event) error) error {
	f := &memoryFollower{next: after + 1, wake: make(chan struct{}, 1)}
	l.mu.Lock()
	if f.next < l.first {
		l.mu.Unlock()
		return state.ErrGone
	}
	l.followers[f] = struct{}{}
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		delete(l.followers, f)
		l.mu.Unlock()
	}()
	var batch []state.Event
	for {
		var closed bool
		batch, closed = l.take(f, batch[:0])
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

// batchEvents is the most events Follow hands over at once, so that one batch
// stays small next to the ring that it feeds.
const batchEvents = 256

func (l *MemoryLog) take(f *memoryFollower, batch []state.Event) ([]state.Event, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if from := int(f.next - l.first); from < len(l.events) {
		batch = append(batch, l.events[from:min(from+batchEvents, len(l.events))]...)
	}
	f.next += state.Seq(len(batch))
	return batch, l.closed
}

// Bounds implements Log.
func (l *MemoryLog) Bounds() (first, last state.Seq) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.first, l.first + state.Seq(len(l.events)) - 1
}

// Now implements Log.
func (l *MemoryLog) Now() state.Moment {
	now := time.Now()
	return state.Moment{Time: now.UTC().Truncate(time.Microsecond), Stamp: now.Sub(l.began).Truncate(time.Microsecond)}
}

// Health implements Log: memory is always well.
func (l *MemoryLog) Health() (state.Health, <-chan struct{}) { return state.Health{}, nil }

// Close implements Log.
func (l *MemoryLog) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for f := range l.followers {
		signal(f.wake)
	}
	return nil
}

// signal wakes whoever waits on a cap-1 channel, without ever waiting itself.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// MemoryStore is a Store without a disk: it keeps the last messages within
// memorySpoken and memoryBytes; the oldest go. Several rooms may share one.
type MemoryStore struct {
	mu       sync.Mutex // guards all below
	applied  state.Seq
	spoken   []state.Event
	bytes    int
	snapshot state.Snapshot
}

// NewMemoryStore returns an empty store.
func NewMemoryStore() *MemoryStore { return &MemoryStore{} }

// Apply implements Store.
func (m *MemoryStore) Apply(upto state.Seq, spoken []state.Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range spoken {
		if e.Seq > m.applied {
			m.spoken = append(m.spoken, e)
			m.bytes += state.Size(e.Body)
		}
	}
	m.applied = max(m.applied, upto)
	drop := max(0, len(m.spoken)-memorySpoken)
	for i, size := 0, m.bytes; i < len(m.spoken) && (i < drop || size > memoryBytes); i++ {
		size -= state.Size(m.spoken[i].Body)
		m.bytes, drop = size, max(drop, i+1)
	}
	m.spoken = slices.Delete(m.spoken, 0, drop)
}

// Last implements Store.
func (m *MemoryStore) Last(_ context.Context, n int, before state.Seq) ([]state.Event, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return last(m.spoken, n, func(e *state.Event) bool { return before == 0 || e.Seq < before }), nil
}

// Search implements Store: each word is looked for anywhere in a message or as
// its author.
func (m *MemoryStore) Search(_ context.Context, q state.Query, n int) ([]state.Event, error) {
	m.mu.Lock()
	spoken := slices.Clone(m.spoken) // a search takes its time, and Apply must not wait for it
	m.mu.Unlock()
	return last(spoken, n, q.Matcher()), nil
}

func last(spoken []state.Event, n int, match func(*state.Event) bool) []state.Event {
	var found []state.Event
	for i := len(spoken) - 1; i >= 0 && len(found) < n; i-- {
		if match(&spoken[i]) {
			found = append(found, spoken[i])
		}
	}
	slices.Reverse(found)
	return found
}

// Load implements Store.
func (m *MemoryStore) Load(context.Context) (state.Snapshot, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.snapshot, nil
}

// Snapshot implements Store.
func (m *MemoryStore) Snapshot(_ context.Context, s state.Snapshot) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s.Seq >= m.snapshot.Seq {
		m.snapshot = s
	}
	return nil
}
