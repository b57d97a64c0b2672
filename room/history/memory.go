package history

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"

	"salon/internal/wait"
	"salon/room/state"
)

// recentEvents and recentBytes bound the last spoken events that are kept at hand,
// so that a newcomer's replay and most searches need no disk. Beyond, the oldest go
// that are on the disk.
const (
	recentEvents = 4096
	recentBytes  = 2 << 20
)

// memory is what the history knows without its disk: the last spoken events, and
// what is still to be written.
type memory struct {
	limit int // recentEvents
	wait  int // waitingEvents

	mu      sync.Mutex // guards all below; held for memory work only
	from    state.Seq  // every spoken event that was shown from here on is in recent
	recent  []*spoken  // what is in it does not change
	bytes   int        // of recent
	applied state.Seq  // the last place that Apply was given
	waiting waiting
}

// spoken is one spoken event, as it was shown.
type spoken struct {
	event state.Event
	row   *message
	cache atomic.Pointer[folded] // nil: no search has looked at it yet
}

// folded returns it as a search sees it.
func (s *spoken) folded() *folded {
	f := s.cache.Load()
	if f == nil {
		made := fold(string(s.row.Author), s.row.Text)
		f = &made
		s.cache.Store(f)
	}
	return f
}

// Apply implements room.Store. What was said is found from then on, by Last and by
// Search. It is written with the next commit of proposals or, if nobody proposes
// anything, within about idleDelay; should the process be killed before, then the log
// still has it, and the room's next life applies it again.
func (h *History) Apply(upto state.Seq, events []state.Event) {
	list := prepare(events, h.memory.place())
	failing := h.trouble.now() != nil
	h.memory.apply(upto, list, failing)
	if len(list) > 0 {
		wait.Signal(h.maintenance.wake)
	}
}

// prepare makes spoken events ready that are after a place.
func prepare(events []state.Event, after state.Seq) []*spoken {
	var list []*spoken
	for _, e := range events {
		if e.Seq <= after {
			continue
		}
		if m, err := newMessage(e); err == nil { // otherwise the room's mistake: people did not say it
			list = append(list, &spoken{event: e, row: m})
		}
	}
	return list
}

// place returns the last place that was applied.
func (m *memory) place() state.Seq {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.applied
}

func (m *memory) apply(upto state.Seq, list []*spoken, failing bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range list {
		if s.event.Seq > m.applied { // nobody else was quicker
			m.recent = append(m.recent, s)
			m.bytes += s.row.size()
			m.waiting.addMessage(s.row)
		}
	}
	m.applied = max(m.applied, upto)
	if failing {
		m.waiting.shed(m.wait)
	}
	m.trimLocked()
}

// trimLocked lets the oldest go that are on the disk and too many, a good many at
// a time.
func (m *memory) trimLocked() {
	if len(m.recent) <= m.limit+m.limit/4 && m.bytes <= recentBytes+recentBytes/4 {
		return
	}
	unwritten, drop := m.waiting.firstMessage(), 0
	for drop < len(m.recent) && (len(m.recent)-drop > m.limit || m.bytes > recentBytes) && m.recent[drop].event.Seq < unwritten {
		m.bytes -= m.recent[drop].row.size()
		m.from = m.recent[drop].event.Seq + 1
		drop++
	}
	m.recent = slices.Delete(m.recent, 0, drop)
}

// forget lets go of what is at hand up to a place: it was too old.
func (m *memory) forget(last state.Seq) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for n < len(m.recent) && m.recent[n].event.Seq <= last {
		m.bytes -= m.recent[n].row.size()
		n++
	}
	m.recent = slices.Delete(m.recent, 0, n)
}

// erase lets go of one event.
func (m *memory) erase(seq state.Seq) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i, ok := m.searchLocked(seq); ok {
		m.bytes -= m.recent[i].row.size()
		m.recent = slices.Delete(m.recent, i, i+1)
	}
}

// searchLocked returns where an event of that place is in recent, or would be.
func (m *memory) searchLocked(seq state.Seq) (i int, ok bool) {
	return slices.BinarySearchFunc(m.recent, seq, func(s *spoken, seq state.Seq) int { return cmp.Compare(s.event.Seq, seq) })
}

// report puts a gap that was written among what is at hand.
func (m *memory) report(g gap) {
	if g.seq == 0 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.waiting.reported = m.waiting.reported.and(g)
	if g.seq < m.from {
		return // the table tells
	}
	e := g.event()
	row, err := newMessage(e)
	if err != nil {
		return
	}
	i, same := m.searchLocked(g.seq)
	if same { // the first of what is missing
		m.bytes -= m.recent[i].row.size()
		m.recent = slices.Delete(m.recent, i, i+1)
	}
	m.recent = slices.Insert(m.recent, i, &spoken{event: e, row: row})
	m.bytes += row.size()
}
