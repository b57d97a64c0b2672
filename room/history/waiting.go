package history

import (
	"slices"

	"salon/room"
	"salon/room/state"
)

// Bounds of what waits for a disk that fails: of messages, and of entries of the log
// too. Beyond, the oldest are dropped. Messages are then counted in a gap that is
// written down afterwards; entries are made good by the snapshot that the room hands
// in as soon as it learns that recording goes on. While the disk works neither bound
// is reached: entries do not wait, and messages are as many as a room may be behind
// its log, see room.TailEvents.
const (
	waitingEvents = 10_000
	waitingBytes  = 8 << 20
)

// waiting is what is still to be written. The memory that has it guards it.
type waiting struct {
	messages     []*message // in order
	messageBytes int
	entries      []*entry // in order; only while the disk fails
	entryBytes   int
	lost         gap // what was dropped of messages
	reported     gap // what was written as lost, for operators to know
}

func (q *waiting) addMessage(m *message) {
	q.messages = append(q.messages, m)
	q.messageBytes += m.size()
}

func (q *waiting) addEntries(list []*entry) {
	q.entries = append(q.entries, list...)
	for _, e := range list {
		q.entryBytes += e.size()
	}
}

// shed drops what is too much, and returns the last place whose entry it dropped; 0
// for none.
func (q *waiting) shed(most int) (dropped state.Seq) {
	n := 0
	for ; len(q.messages)-n > most || q.messageBytes > waitingBytes; n++ {
		q.messageBytes -= q.messages[n].size()
		q.lost = q.lost.with(q.messages[n])
	}
	q.messages = slices.Delete(q.messages, 0, n)
	for n = 0; len(q.entries)-n > most || q.entryBytes > waitingBytes; n++ {
		q.entryBytes -= q.entries[n].size()
		dropped = q.entries[n].seq
	}
	q.entries = slices.Delete(q.entries, 0, n)
	return dropped
}

// firstMessage returns the place of the first message that is not written yet.
func (q *waiting) firstMessage() state.Seq {
	if len(q.messages) > 0 {
		return q.messages[0].seq
	}
	return 1 << 62
}

// keepEntries has entries wait that the disk did not take, and returns the last place
// whose entry was dropped for them; 0 for none.
func (m *memory) keepEntries(list []*entry) (dropped state.Seq) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.waiting.addEntries(list)
	return m.waiting.shed(m.wait)
}

func (m *memory) hasMessages() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.waiting.messages) > 0
}

func (m *memory) hasWaiting() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.waiting.messages)+len(m.waiting.entries) > 0 || m.waiting.lost.seq != 0
}

// next returns what is to be written next, in order, up to a batch of each; messages
// only if they are at least so many.
func (m *memory) next(messages int) work {
	m.mu.Lock()
	defer m.mu.Unlock()
	q := &m.waiting
	w := work{entries: slices.Clone(q.entries[:min(len(q.entries), room.BatchEvents)])}
	if len(q.messages) < messages {
		return w
	}
	w.messages, w.upto = slices.Clone(q.messages[:min(len(q.messages), room.BatchEvents)]), m.applied
	if n := len(w.messages); n < len(q.messages) {
		w.upto = w.messages[n-1].seq
	}
	return w
}

// upTo returns the messages that are to be written up to a place.
func (m *memory) upTo(last state.Seq) work {
	m.mu.Lock()
	defer m.mu.Unlock()
	w := work{upto: last}
	for _, row := range m.waiting.messages {
		if row.seq > last {
			break
		}
		w.messages = append(w.messages, row)
	}
	return w
}

// written forgets what is on the disk now. Some may have been dropped meanwhile.
func (m *memory) written(w *work) {
	m.mu.Lock()
	defer m.mu.Unlock()
	q := &m.waiting
	q.messages, q.messageBytes = without(q.messages, w.messages, q.messageBytes)
	q.entries, q.entryBytes = without(q.entries, w.entries, q.entryBytes)
	m.trimLocked()
}

// without returns what is left of a list whose first ones were done, and how many
// bytes of so many that is. done may begin with others.
func without[T interface {
	comparable
	size() int
}](list, done []T, bytes int) ([]T, int) {
	n := 0
	for _, row := range done {
		if n < len(list) && list[n] == row {
			bytes -= row.size()
			n++
		}
	}
	return slices.Delete(list, 0, n), bytes
}

// covered forgets the entries that a snapshot makes needless.
func (m *memory) covered(last state.Seq) {
	m.mu.Lock()
	defer m.mu.Unlock()
	q := &m.waiting
	n := 0
	for ; n < len(q.entries) && q.entries[n].seq <= last; n++ {
		q.entryBytes -= q.entries[n].size()
	}
	q.entries = slices.Delete(q.entries, 0, n)
}

// takeReported returns what was written as missing since it was asked last.
func (m *memory) takeReported() gap {
	m.mu.Lock()
	defer m.mu.Unlock()
	reported := m.waiting.reported
	m.waiting.reported = gap{}
	return reported
}

// takeLost returns what was dropped, once.
func (m *memory) takeLost() gap {
	m.mu.Lock()
	defer m.mu.Unlock()
	lost := m.waiting.lost
	m.waiting.lost = gap{}
	return lost
}

// lose notes a gap that is still to be written.
func (m *memory) lose(g gap) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.waiting.lost = g.and(m.waiting.lost)
}
