package history

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"salon/internal/wait"
	"salon/room"
	"salon/room/state"
)

const (
	// recentEvents and recentBytes bound the last spoken events in memory, so that a
	// newcomer's replay and most searches need no disk. Beyond, the oldest that are in the
	// file are dropped.
	recentEvents = 4096
	recentBytes  = 2 << 20
	// waitingEvents and waitingBytes bound the messages, and the log entries, that wait for
	// a disk that fails. Beyond, the oldest are dropped: messages become a gap, entries are
	// covered by the snapshot that the room writes once recording resumes. While the disk
	// works no entries wait, and a room that applies more messages waits for it.
	waitingEvents = 10_000
	waitingBytes  = 8 << 20
)

// memory holds what the history knows without its disk: the last spoken events, and what
// waits to be written.
type memory struct {
	limit int           // recentEvents
	wait  int           // waitingEvents
	wrote chan struct{} // cap 1: some of what waited was written

	erasures erasures

	mu       sync.Mutex // guards all below; held for memory work only
	from     state.Seq  // recent has every spoken event from here on
	recent   list[*spoken]
	applied  state.Seq // up to which Apply was called
	kept     state.Seq // from which on the log is complete, in the file and in entries; only grows
	messages list[*message]
	handed   state.Seq    // up to which messages are being written
	entries  list[*entry] // empty while the disk works
	lost     gap          // the messages dropped and not yet recorded as missing
	reported gap          // what was recorded as missing, for the operator's log
}

// apply adds spoken events that are not known yet. While the disk fails the oldest that
// wait make room for them, but not those that it is still writing, should it hang. It
// returns how many wait.
func (m *memory) apply(upto state.Seq, events []*spoken, failing bool) (waiting int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range events {
		if s.event.Seq > m.applied {
			m.recent.add(s)
			m.messages.add(s.row)
		}
	}
	m.applied = max(m.applied, upto)
	if failing {
		n, written := m.messages.excess(m.wait, waitingBytes), len(m.messages.upTo(m.handed))
		n = min(n, len(m.messages.rows)-written)
		for _, row := range m.messages.rows[written : written+n] {
			m.lost = m.lost.and(gapOf(row))
		}
		m.messages.delete(written, written+n)
	}
	m.trimLocked()
	return len(m.messages.rows)
}

// trimLocked drops the oldest recent events that are in the file, a fifth at a time.
func (m *memory) trimLocked() {
	if len(m.recent.rows) <= m.limit+m.limit/4 && m.recent.bytes <= recentBytes+recentBytes/4 {
		return
	}
	n := m.recent.excess(m.limit, recentBytes)
	if len(m.messages.rows) > 0 {
		n = min(n, len(m.recent.upTo(m.messages.rows[0].seq-1)))
	}
	if n > 0 {
		m.from = m.recent.rows[n-1].event.Seq + 1
		m.recent.drop(n)
	}
}

// newest returns the recent events, the sequence number before which memory knows nothing, and
// what takes back messages that the file may still have.
func (m *memory) newest() (recent []*spoken, from state.Seq, gone taken) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.recent.rows), m.from, m.erasures.taken()
}

// forget drops the recent events up to a sequence number, which were too old.
func (m *memory) forget(last state.Seq) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.recent.drop(len(m.recent.upTo(last)))
}

// erase takes messages back, and has the file overwrite them. It returns those that it knows.
func (m *memory) erase(by state.Event) (seqs []state.Seq) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if b, ok := by.Body.(state.Deleted); ok {
		seqs = append(seqs, b.Message)
	}
	for i, s := range m.recent.rows {
		left, ok := by.Takes(&s.event)
		if !ok {
			continue
		}
		e := s.event
		e.Body = left
		row, _ := newMessage(e) // a Said is spoken and can be encoded
		m.recent.set(i, &spoken{event: e, row: row})
		seqs = append(seqs, e.Seq)
	}
	for i, row := range m.messages.rows {
		e, err := row.event()
		if left, ok := by.Takes(&e); err == nil && ok {
			e.Body = left
			row, _ := newMessage(e)
			m.messages.set(i, row)
			seqs = append(seqs, e.Seq)
		}
	}
	slices.Sort(seqs)
	seqs = slices.Compact(seqs)
	m.eraseEntriesLocked(&by, seqs)
	m.erasures.add(&erasure{by: by, seqs: slices.Clone(seqs)})
	return seqs
}

// eraseEntriesLocked takes messages out of the entries that wait for a disk that fails.
func (m *memory) eraseEntriesLocked(by *state.Event, seqs []state.Seq) {
	for _, seq := range seqs {
		i, ok := m.entries.find(seq)
		if !ok {
			continue
		}
		old := m.entries.rows[i]
		if left, err := without(old.event, by); err == nil && left != "" {
			m.entries.set(i, &entry{old.seq, old.stamp, left, old.passing})
		}
	}
}

// keepEntries holds entries that the disk refused. The oldest make room for them.
func (m *memory) keepEntries(entries []*entry) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.entries.add(entries...)
	if n := m.entries.excess(m.wait, waitingBytes); n > 0 {
		m.kept = max(m.kept, m.entries.rows[n-1].seq+1)
		m.entries.drop(n)
	}
}

// keptFrom returns the sequence number from which on the log is complete.
func (m *memory) keptFrom() state.Seq {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.kept
}

func (m *memory) hasMessages() bool { return m.messagesWaiting() > 0 }

func (m *memory) messagesWaiting() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.messages.rows)
}

func (m *memory) hasWaiting() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.messages.rows)+len(m.entries.rows) > 0 || m.lost.seq != 0
}

// next returns what to write next, at most room.BatchEvents of each kind, and messages
// only if at least so many wait. The caller must pass it to written or to unwritten.
func (m *memory) next(messages int) batch {
	m.mu.Lock()
	defer m.mu.Unlock()
	b := batch{entries: slices.Clone(m.entries.rows[:min(len(m.entries.rows), room.BatchEvents)])}
	if m.lost.seq != 0 {
		b.missing, m.lost = m.lost, gap{}
		b.messages = append(b.messages, b.missing.spoken().row)
	}
	waiting := m.messages.rows
	if len(waiting) < messages {
		return b
	}
	b.upto = m.applied
	if len(waiting) > room.BatchEvents {
		waiting = waiting[:room.BatchEvents]
		b.upto = waiting[len(waiting)-1].end()
	}
	b.messages, m.handed = append(b.messages, waiting...), b.upto
	return b
}

// upTo returns the messages that wait up to a sequence number.
func (m *memory) upTo(last state.Seq) batch {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.handed = last
	return batch{upto: last, messages: slices.Clone(m.messages.upTo(last))}
}

// written notes that a batch is in the file.
func (m *memory) written(b *batch) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.handed = 0
	if n := len(b.messages); n > 0 {
		m.messages.drop(len(m.messages.upTo(b.messages[n-1].seq)))
	}
	if n := len(b.entries); n > 0 {
		m.entries.drop(len(m.entries.upTo(b.entries[n-1].seq)))
	}
	if m.reported = m.reported.and(b.missing); b.missing.seq != 0 && b.missing.seq >= m.from {
		m.recent.replace(b.missing.spoken())
	}
	m.trimLocked()
	wait.Signal(m.wrote)
}

// full reports whether as many messages wait as may.
func (m *memory) full() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.messages.excess(m.wait, waitingBytes) > 0
}

// unwritten takes back what next returned: the file did not take it.
func (m *memory) unwritten(b *batch) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.handed, m.lost = 0, b.missing.and(m.lost)
}

// covered drops the entries that a snapshot covers: they need not be kept.
func (m *memory) covered(last state.Seq) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kept = max(m.kept, last+1)
	m.entries.drop(len(m.entries.upTo(last)))
}

// takeReported returns what was recorded as missing since the last call.
func (m *memory) takeReported() gap {
	m.mu.Lock()
	defer m.mu.Unlock()
	reported := m.reported
	m.reported = gap{}
	return reported
}

// rewrite makes all recent messages wait that are not in another file, which lacks the log
// up to last, and notes what is missing between the two.
func (m *memory) rewrite(c content, last state.Seq) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kept = max(m.kept, last+1)
	m.messages = list[*message]{}
	for _, s := range m.recent.rows[len(m.recent.upTo(c.applied)):] {
		m.messages.add(s.row)
	}
	if c.applied+1 >= m.from {
		return
	}
	lost := gap{c.applied + 1, state.Gap{Upto: m.from - 1}}
	if c.messageTime != 0 {
		lost.From = time.UnixMicro(c.messageTime).UTC()
	}
	if len(m.recent.rows) > 0 {
		lost.To = m.recent.rows[0].event.Time
	}
	m.lost = lost.and(m.lost)
}

// row is what a list holds.
type row interface {
	number() state.Seq // the sequence number
	size() int         // in bytes, about
}

// list is a list of rows in the order of their sequence numbers, and their size.
type list[T row] struct {
	rows  []T
	bytes int
}

func (l *list[T]) add(rows ...T) {
	l.rows = append(l.rows, rows...)
	for _, r := range rows {
		l.bytes += r.size()
	}
}

// find returns the index of a sequence number, or the one that it would have.
func (l *list[T]) find(seq state.Seq) (i int, found bool) {
	return slices.BinarySearchFunc(l.rows, seq, func(r T, seq state.Seq) int { return cmp.Compare(r.number(), seq) })
}

// upTo returns the rows with sequence numbers up to last.
func (l *list[T]) upTo(last state.Seq) []T {
	n, _ := l.find(last + 1)
	return l.rows[:n]
}

// excess returns how many of the first rows must go for at most so many, in so many
// bytes, to be left.
func (l *list[T]) excess(most, bytes int) (n int) {
	for left := l.bytes; len(l.rows)-n > most || left > bytes; n++ {
		left -= l.rows[n].size()
	}
	return n
}

// drop removes the first n rows.
func (l *list[T]) drop(n int) { l.delete(0, n) }

// delete removes the rows with the indexes from i to before j.
func (l *list[T]) delete(i, j int) {
	for _, r := range l.rows[i:j] {
		l.bytes -= r.size()
	}
	l.rows = slices.Delete(l.rows, i, j)
}

// set replaces the row at an index.
func (l *list[T]) set(i int, r T) {
	l.bytes += r.size() - l.rows[i].size()
	l.rows[i] = r
}

// replace puts a row where its sequence number belongs, instead of one that has the same.
func (l *list[T]) replace(r T) {
	i, found := l.find(r.number())
	if found {
		l.delete(i, i+1)
	}
	l.rows = slices.Insert(l.rows, i, r)
	l.bytes += r.size()
}
