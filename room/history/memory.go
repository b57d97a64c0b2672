package history

import (
	"cmp"
	"slices"
	"sync"

	"salon/room/state"
)

// Bounds of what is kept in memory.
const (
	// recentEvents and recentBytes bound the last spoken events that are kept at
	// hand, so that a newcomer's replay and most searches need no disk. The oldest
	// go, once they are on the disk.
	recentEvents = 4096
	recentBytes  = 2 << 20
	// unwrittenEvents and unwrittenBytes bound what waits for a disk that fails.
	// The oldest are dropped, and counted in the gap that is written afterwards.
	unwrittenEvents = 10_000
	unwrittenBytes  = 8 << 20
)

// memory is what the history knows without its disk: the last spoken events, the
// state that the events made, and what is still to be written.
type memory struct {
	limit int // recentEvents
	wait  int // unwrittenEvents

	mu      sync.Mutex // guards all below; held for memory work only
	from    state.Seq  // every spoken event that was shown from here on is in recent
	recent  []*heard   // what is in it never changes
	bytes   int        // of recent
	applied state.Seq  // the last place that Apply was given
	// unsettled are rows of this life that Apply was not given yet: it may still
	// complete them, or pass over them, which means that the state refused them.
	unsettled []*row
	unwritten []*row // to be written, in this order
	waiting   int    // bytes of unwritten
	lost      gap    // what was dropped from unwritten
	told      gap    // what was written as lost, for operators to know
	keeper    keeper
}

// heard is one spoken event, as it was shown.
type heard struct {
	event state.Event
	said  said
	size  int
}

func newHeard(e state.Event, r *row) *heard {
	return &heard{event: e, said: newSaid(r.author, r.text), size: r.size()}
}

// Apply implements room.Store. It never waits for the disk: what this History
// committed is written already, and what the state changed about it follows with
// the next commit. Events that were never proposed here are written like that too.
func (h *History) Apply(events []state.Event) error {
	err := h.memory.apply(events, h.stamp())
	signal(h.clerk.wake)
	if h.memory.hasUnwritten() {
		signal(h.queue.wake)
	}
	return err
}

func (m *memory) apply(events []state.Event, now stamp) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range events {
		m.passLocked(e.Seq)
		m.applied = max(m.applied, e.Seq)
		r, err := newRow(e)
		if err != nil {
			return err
		}
		if r != nil {
			m.settleLocked(r, now)
			m.keepLocked(e, r)
		}
	}
	m.trimLocked()
	return nil
}

// passLocked settles the rows before a place that nobody was shown: the state
// refused them and they are hidden, unless they are never shown.
func (m *memory) passLocked(before state.Seq) {
	for len(m.unsettled) > 0 && m.unsettled[0].seq < before {
		r := *m.unsettled[0] // a copy: the sequencer may be writing the other
		m.unsettled = slices.Delete(m.unsettled, 0, 1)
		if kindNamed(r.kind).quiet {
			if e, err := r.event(); err == nil {
				m.keeper.apply(e)
			}
			continue
		}
		r.hidden, r.again = true, true
		m.addUnwrittenLocked(&r)
	}
}

// settleLocked notes what was shown, where it differs from what was committed.
func (m *memory) settleLocked(r *row, now stamp) {
	if len(m.unsettled) == 0 || m.unsettled[0].seq != r.seq {
		if r.changesState() {
			r.stamp = now
		}
		m.addUnwrittenLocked(r) // never proposed here
		return
	}
	was := m.unsettled[0]
	m.unsettled = slices.Delete(m.unsettled, 0, 1)
	r.stamp, r.again = was.stamp, true
	if r.author != was.author || r.body != was.body {
		m.addUnwrittenLocked(r)
	}
}

// keepLocked takes an event into the state, and to hand when it was spoken.
func (m *memory) keepLocked(e state.Event, r *row) {
	k := kindNamed(r.kind)
	if k.state {
		m.keeper.apply(e)
	}
	if k.spoken {
		m.recent = append(m.recent, newHeard(e, r))
		m.bytes += r.size()
	}
}

// trimLocked lets the oldest go that are on the disk and too many, a good many at
// a time.
func (m *memory) trimLocked() {
	if len(m.recent) <= m.limit+m.limit/4 && m.bytes <= recentBytes+recentBytes/4 {
		return
	}
	dirty, drop := m.dirtyLocked(), 0
	for drop < len(m.recent) && (len(m.recent)-drop > m.limit || m.bytes > recentBytes) && m.recent[drop].event.Seq < dirty {
		m.bytes -= m.recent[drop].size
		m.from = m.recent[drop].event.Seq + 1
		drop++
	}
	m.recent = slices.Delete(m.recent, 0, drop)
}

// expect announces rows that are about to be committed and then shown or refused.
func (m *memory) expect(rows []*row) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.unsettled = append(m.unsettled, rows...)
	if n := len(m.unsettled) - 2*tailEvents; n > 0 {
		m.unsettled = slices.Delete(m.unsettled, 0, n) // nobody applies
	}
}

// settled returns the last place before which the disk has everything as it will
// stay.
func (m *memory) settled() state.Seq {
	m.mu.Lock()
	defer m.mu.Unlock()
	end := m.dirtyLocked()
	if len(m.unsettled) > 0 {
		end = min(end, m.unsettled[0].seq)
	}
	return end - 1
}

// dirtyLocked returns the first place that is still to be written.
func (m *memory) dirtyLocked() state.Seq {
	dirty := state.Seq(1 << 62)
	for _, r := range m.unwritten {
		dirty = min(dirty, r.seq)
	}
	return dirty
}

// addUnwritten keeps rows that the disk did not take.
func (m *memory) addUnwritten(rows []*row) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range rows {
		m.addUnwrittenLocked(r)
	}
}

func (m *memory) addUnwrittenLocked(r *row) {
	m.unwritten = append(m.unwritten, r)
	m.waiting += r.size()
	for len(m.unwritten) > m.wait || m.waiting > unwrittenBytes {
		first := m.unwritten[0]
		m.unwritten = slices.Delete(m.unwritten, 0, 1)
		m.waiting -= first.size()
		if !first.again {
			m.lost = m.lost.with(first)
		}
	}
}

func (m *memory) hasUnwritten() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.unwritten) > 0 || m.lost.seq != 0
}

func (m *memory) countUnwritten() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.unwritten)
}

// firstUnwritten returns up to a batch of what is to be written, in order.
func (m *memory) firstUnwritten() []*row {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.unwritten[:min(len(m.unwritten), batchEvents)])
}

// written forgets those rows, now that they are on the disk. Some may have been
// dropped meanwhile.
func (m *memory) written(rows []*row) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for _, r := range rows {
		if n < len(m.unwritten) && m.unwritten[n] == r {
			m.waiting -= r.size()
			n++
		}
	}
	m.unwritten = slices.Delete(m.unwritten, 0, n)
	m.trimLocked()
}

// toldMissing returns what was written as missing since it was asked last.
func (m *memory) toldMissing() gap {
	m.mu.Lock()
	defer m.mu.Unlock()
	told := m.told
	m.told = gap{}
	return told
}

// takeLost returns what was dropped, once.
func (m *memory) takeLost() gap {
	m.mu.Lock()
	defer m.mu.Unlock()
	lost := m.lost
	m.lost = gap{}
	return lost
}

// lose notes a gap that is still to be written.
func (m *memory) lose(g gap) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lost = g.and(m.lost)
}

// missing puts a gap that was written among what is at hand.
func (m *memory) missing(g gap) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.told = m.told.and(g)
	if g.seq < m.from {
		return // the table tells
	}
	e := g.event()
	r, err := newRow(e)
	if err != nil {
		return
	}
	i, same := slices.BinarySearchFunc(m.recent, g.seq, func(h *heard, seq state.Seq) int { return cmp.Compare(h.event.Seq, seq) })
	if same { // the first of what is missing
		m.bytes -= m.recent[i].size
		m.recent = slices.Delete(m.recent, i, i+1)
	}
	m.recent = slices.Insert(m.recent, i, newHeard(e, r))
	m.bytes += r.size()
}
