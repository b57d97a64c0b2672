package room

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"salon/room/state"
)

// memorySpoken and memoryBytes bound a MemoryStore: the oldest are forgotten. memoryErased is
// how many of the last that took messages back it remembers for those that it is filled with.
const (
	memorySpoken = 2000
	memoryBytes  = 4 << 20
	memoryErased = 1024
)

// MemoryLog is a Log without a disk: it lasts as long as the process, and
// Follow can give what its Tail still holds. Several rooms may follow one. Its stamps
// are the time since it was made, by the monotonic clock.
type MemoryLog struct {
	began time.Time
	tail  *Tail
	mu    sync.Mutex // held while an event is pushed
}

// NewMemoryLog returns an empty log.
func NewMemoryLog() *MemoryLog { return &MemoryLog{began: time.Now(), tail: NewTail(1)} }

// Propose stores e at once. While a follower still needs the oldest event of a full tail,
// it returns ErrBusy.
func (l *MemoryLog) Propose(ctx context.Context, e state.Event) (state.Seq, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if err := Loggable(e.Body); err != nil {
		return 0, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.tail.Closed() {
		return 0, state.ErrClosed
	}
	if seq, ok := l.tail.Seq(e.ID); ok {
		return seq, nil
	}
	if l.tail.Free(1) == 0 {
		return 0, state.ErrBusy
	}
	now := l.Now()
	_, last := l.tail.Bounds()
	e.Seq, e.Time, e.Stamp = last+1, now.Time, now.Stamp
	l.tail.Push([]state.Event{e})
	if b, ok := e.Body.(state.Deleted); ok {
		l.tail.Erase(b.Message, &e)
	}
	return e.Seq, nil
}

// Follow implements Log.
func (l *MemoryLog) Follow(ctx context.Context, after state.Seq, apply func([]state.Event) error) error {
	return l.tail.Follow(ctx, after, nil, apply)
}

// Bounds implements Log.
func (l *MemoryLog) Bounds() (first, last state.Seq) { return l.tail.Bounds() }

// Now implements Log.
func (l *MemoryLog) Now() state.Moment {
	now := time.Now()
	return state.Moment{Time: now.UTC().Truncate(time.Microsecond), Stamp: now.Sub(l.began).Truncate(time.Microsecond)}
}

// Health implements Log: memory never fails.
func (l *MemoryLog) Health() (state.Health, <-chan struct{}) { return state.Health{}, nil }

// Close implements Log.
func (l *MemoryLog) Close() error {
	l.tail.Close()
	return nil
}

// MemoryStore is a Store without a disk: it keeps the last messages within
// memorySpoken and memoryBytes; the oldest go. Several rooms may share one. It can be filled
// with what it was not given.
type MemoryStore struct {
	mu       sync.Mutex // guards all below
	applied  state.Seq
	spoken   []state.Event
	bytes    int
	erased   []state.Event // the last that took messages back, memoryErased at most
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
	m.trimLocked()
}

// trimLocked forgets the oldest messages.
func (m *MemoryStore) trimLocked() {
	drop := max(0, len(m.spoken)-memorySpoken)
	for i, size := 0, m.bytes; i < len(m.spoken) && (i < drop || size > memoryBytes); i++ {
		size -= state.Size(m.spoken[i].Body)
		m.bytes, drop = size, max(drop, i+1)
	}
	m.spoken = slices.Delete(m.spoken, 0, drop)

}

// Erase implements Store.
func (m *MemoryStore) Erase(by state.Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !by.Erases() {
		return
	}
	for i := range m.spoken {
		if left, ok := by.Takes(&m.spoken[i]); ok {
			m.bytes -= state.Size(m.spoken[i].Body)
			m.spoken[i].Body = left
		}
	}
	if m.erased = append(m.erased, by); len(m.erased) > memoryErased {
		m.erased = slices.Delete(m.erased, 0, memoryErased/4)
	}
}

// Last implements Store.
func (m *MemoryStore) Last(_ context.Context, in state.Rooms, n int, before state.Seq) ([]state.Event, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return lastMatching(m.spoken, n, func(e *state.Event) bool {
		return (before == 0 || e.Seq < before) && in.Show(e.Body)
	}), nil
}

// memorySearch is how long a search takes at most; what it has not looked at then is cut.
const memorySearch = 150 * time.Millisecond

// Search implements Store: each word may be anywhere in a message or be its author.
func (m *MemoryStore) Search(ctx context.Context, in state.Rooms, q state.Query, n int) ([]state.Event, error) {
	m.mu.Lock()
	spoken := slices.Clone(m.spoken) // a search is slow, and Apply must not wait for it
	m.mu.Unlock()
	spoken = slices.DeleteFunc(spoken, func(e state.Event) bool {
		return q.Before != 0 && e.Seq >= q.Before || !in.Show(e.Body)
	})
	match, until := q.Matcher(), time.Now().Add(memorySearch)
	var cut error
	found := lastMatching(spoken, n, func(e *state.Event) bool {
		if cut != nil || ctx.Err() != nil {
			return false
		}
		if time.Now().After(until) {
			cut = &state.CutError{Before: e.Seq, Since: e.Time}
		}
		return match(e)
	})
	return found, cmp.Or(ctx.Err(), cut)
}

func lastMatching(spoken []state.Event, n int, match func(*state.Event) bool) []state.Event {
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
