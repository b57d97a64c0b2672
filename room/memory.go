package room

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"
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
	maxEvent = 2 * MaxText
)

// MemoryLog is a Log without a disk: its order lasts as long as the process.
// Times keep Go's monotonic reading, so that the room's durations survive a
// clock that jumps.
type MemoryLog struct {
	mu        sync.Mutex
	first     Seq // place of events[0]
	events    []Event
	places    map[ID]Seq
	followers map[*memoryFollower]struct{}
	closed    bool
	lastTime  time.Time
}

// memoryFollower is one Follow in progress. next is guarded by the log's mu.
type memoryFollower struct {
	next Seq
	wake chan struct{} // cap 1
}

// NewMemoryLog returns an empty log.
func NewMemoryLog() *MemoryLog {
	return &MemoryLog{first: 1, places: map[ID]Seq{}, followers: map[*memoryFollower]struct{}{}}
}

// Propose gives e the next place at once.
func (l *MemoryLog) Propose(ctx context.Context, e Event) (Seq, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if textSize(e.Body) > maxEvent {
		return 0, ErrTooLarge
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return 0, ErrClosed
	}
	if seq, ok := l.places[e.ID]; ok {
		return seq, nil
	}
	if !l.makeRoomLocked() {
		return 0, ErrBusy
	}
	return l.appendLocked(e), nil
}

func (l *MemoryLog) appendLocked(e Event) Seq {
	e.Seq = l.first + Seq(len(l.events))
	e.Time = time.Now()
	if e.Time.Before(l.lastTime) {
		e.Time = l.lastTime
	}
	l.lastTime = e.Time
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
func (l *MemoryLog) Follow(ctx context.Context, after Seq, apply func([]Event) error) error {
	f := &memoryFollower{next: after + 1, wake: make(chan struct{}, 1)}
	l.mu.Lock()
	if f.next < l.first {
		l.mu.Unlock()
		return ErrGone
	}
	l.followers[f] = struct{}{}
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		delete(l.followers, f)
		l.mu.Unlock()
	}()
	var batch []Event
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
			return ErrClosed
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

func (l *MemoryLog) take(f *memoryFollower, batch []Event) ([]Event, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if from := int(f.next - l.first); from < len(l.events) {
		batch = append(batch, l.events[from:min(from+batchEvents, len(l.events))]...)
	}
	f.next += Seq(len(batch))
	return batch, l.closed
}

// Bounds implements Log.
func (l *MemoryLog) Bounds() (first, last Seq) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.first, l.first + Seq(len(l.events)) - 1
}

// Health implements Log: memory is always well.
func (l *MemoryLog) Health() Health { return Health{} }

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
// memorySpoken and memoryBytes.
type MemoryStore struct {
	mu       sync.Mutex
	spoken   []Event
	bytes    int
	snapshot Snapshot
}

// NewMemoryStore returns an empty store.
func NewMemoryStore() *MemoryStore { return &MemoryStore{} }

// Apply implements Store.
func (m *MemoryStore) Apply(events []Event) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range events {
		if e.Spoken() {
			m.spoken = append(m.spoken, e)
			m.bytes += textSize(e.Body)
		}
	}
	drop := max(0, len(m.spoken)-memorySpoken)
	for i, size := 0, m.bytes; i < len(m.spoken) && (i < drop || size > memoryBytes); i++ {
		size -= textSize(m.spoken[i].Body)
		m.bytes, drop = size, max(drop, i+1)
	}
	m.spoken = slices.Delete(m.spoken, 0, drop)
	return nil
}

// Last implements Store.
func (m *MemoryStore) Last(_ context.Context, n int, before Seq) ([]Event, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return last(m.spoken, n, func(e *Event) bool { return before == 0 || e.Seq < before }), nil
}

// Search implements Store: each word is looked for anywhere in a message or as
// its author.
func (m *MemoryStore) Search(_ context.Context, q Query, n int) ([]Event, error) {
	m.mu.Lock()
	spoken := slices.Clone(m.spoken) // a search takes its time, and Apply must not wait for it
	m.mu.Unlock()
	return last(spoken, n, q.matcher()), nil
}

// matcher returns what tells whether an event is sought.
func (q Query) matcher() func(*Event) bool {
	words, by := strings.Fields(Fold(q.Text)), Fold(string(q.By))
	return func(e *Event) bool {
		if q.Before != 0 && e.Seq >= q.Before || e.Time.Before(q.From) || !q.To.IsZero() && !e.Time.Before(q.To) {
			return false
		}
		who, text := spokenText(e.Body)
		author, said := Fold(string(who)), Fold(text)
		return (by == "" || by == author) && !slices.ContainsFunc(words, func(w string) bool {
			return w != author && !strings.Contains(said, w)
		})
	}
}

func last(spoken []Event, n int, match func(*Event) bool) []Event {
	var found []Event
	for i := len(spoken) - 1; i >= 0 && len(found) < n; i-- {
		if match(&spoken[i]) {
			found = append(found, spoken[i])
		}
	}
	slices.Reverse(found)
	return found
}

// Load implements Store.
func (m *MemoryStore) Load(context.Context) (Snapshot, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.snapshot, nil
}

// Snapshot implements Store.
func (m *MemoryStore) Snapshot(_ context.Context, s Snapshot) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.snapshot = s
	return nil
}

func spokenText(b Body) (Pseudo, string) {
	switch b := b.(type) {
	case Said:
		return b.From, b.Text
	case Walled:
		return b.By, b.Text
	case TopicSet:
		return b.By, b.Text
	}
	return "", ""
}

// textSize is how much text from people an event carries, in bytes: what the
// bounds of log, store and ring count, besides the number of events.
func textSize(b Body) int {
	switch b := b.(type) {
	case Said:
		return len(b.Text)
	case Walled:
		return len(b.Text)
	case TopicSet:
		return len(b.Text)
	case Left:
		return len(b.Text)
	case WentAway:
		return len(b.Text)
	case Kicked:
		return len(b.Reason)
	case Banned:
		return len(b.Ban.Reason)
	case ShutdownPlanned:
		return len(b.Reason)
	case Joined:
		return len(b.Pseudo) + len(b.KeyID) + len(b.Client)
	case Whispered:
		return len(b.Text)
	case Registered:
		return len(b.Pseudo) + len(b.KeyID) + len(b.Pass)
	case Unregistered:
		return len(b.Pseudo) + len(b.KeyID)
	}
	return 0
}
