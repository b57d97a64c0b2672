package history

import (
	"database/sql"
	"slices"

	"salon/room/state"
)

// conn is one connection that writes, for which everybody waits.
type conn struct {
	*sql.DB
	entry, message, hour, applied *sql.Stmt
}

// prepare makes the statements that every commit needs.
func (c *conn) prepare() (err error) {
	for statement, into := range map[string]**sql.Stmt{
		insertEntry:   &c.entry,
		insertMessage: &c.message,
		insertHour:    &c.hour,
		updateApplied: &c.applied,
	} {
		if *into, err = c.Prepare(statement); err != nil {
			return err
		}
	}
	return nil
}

const (
	insertEntry   = `INSERT OR REPLACE INTO log VALUES (?, ?, ?)`
	insertHour    = `INSERT OR REPLACE INTO hours VALUES (?, ?)`
	updateApplied = `UPDATE meta SET applied = max(applied, ?), bytes = bytes + ?`
)

// entry is a row of the table log.
type entry struct {
	seq   state.Seq
	stamp int64  // microseconds
	event string // as state.EncodeEvent wrote it
	// passing reports that a power cut may take it back: the commit does not wait for the
	// disk. Whatever is committed later and does wait brings it there too.
	passing bool
}

func (e *entry) size() int { return len(e.event) + rowBytes }

// work is what one transaction writes.
type work struct {
	entries  []*entry
	messages []*message
	upto     state.Seq // the place up to which messages is complete then
}

// passing reports whether a power cut may take all of it back: the log's entries, and
// the messages with them, which are made again from entries that were there before.
func (w *work) passing() bool {
	return len(w.entries) > 0 && !slices.ContainsFunc(w.entries, func(e *entry) bool { return !e.passing })
}

// put writes it. hour is that of the last message before. Nothing of it counts before
// the transaction is committed.
func (w *work) put(tx *sql.Tx, c *conn, hour int64) error {
	if len(w.entries) > 0 {
		insert := tx.Stmt(c.entry)
		for _, e := range w.entries {
			if _, err := insert.Exec(int64(e.seq), e.stamp, e.event); err != nil {
				return err
			}
		}
	}
	if len(w.messages) == 0 {
		return nil
	}
	if err := w.putMessages(tx.Stmt(c.message)); err != nil {
		return err
	}
	if err := w.putHours(tx.Stmt(c.hour), hour); err != nil {
		return err
	}
	size := 0
	for _, m := range w.messages {
		size += m.size()
	}
	_, err := tx.Stmt(c.applied).Exec(int64(w.upto), size)
	return err
}

func (w *work) putMessages(insert *sql.Stmt) error {
	for _, m := range w.messages {
		if _, err := insert.Exec(m.values()...); err != nil {
			return err
		}
	}
	return nil
}

// microsPerHour is how many microseconds an hour of the table hours has.
const microsPerHour = 3_600_000_000

func (m *message) hour() int64 { return m.time / microsPerHour }

// putHours notes which messages are of another hour than the one before, which for the
// first is given.
func (w *work) putHours(insert *sql.Stmt, before int64) error {
	for _, m := range w.messages {
		if m.hour() == before {
			continue
		}
		if _, err := insert.Exec(int64(m.seq), m.hour()); err != nil {
			return err
		}
		before = m.hour()
	}
	return nil
}

// write commits entries, what memory has waiting, up to a batch of each, and what is
// missing, as one transaction that waits for the disk if it has to; messages only if
// they are at least so many. After an error nothing of it is known to be written.
func (h *History) write(entries []*entry, messages int, missing gap) error {
	h.disk.wanted.Add(1)
	h.disk.mu.Lock()
	h.disk.wanted.Add(-1)
	defer h.disk.mu.Unlock()
	w := h.memory.next(messages)
	w.entries = append(w.entries, entries...)
	if err := missing.precede(&w); err != nil {
		return err
	}
	c := h.disk.writer
	if w.passing() {
		c = h.disk.maintenance
	}
	if err := h.commitLocked(c, &w, nil); err != nil {
		return err
	}
	h.disk.commits.Add(1)
	return nil
}

// writeSome brings some of the messages that wait into their table, on the connection
// that does not wait for the disk: the log holds them too.
func (h *History) writeSome() error {
	h.disk.mu.Lock()
	defer h.disk.mu.Unlock()
	w := h.memory.next(0)
	w.entries = nil // those are the sequencer's, which has begun to wait for a disk that fails
	return h.commitLocked(h.disk.maintenance, &w, nil)
}

// commitLocked writes work, and whatever also adds to it.
func (h *History) commitLocked(c *conn, w *work, also func(*sql.Tx) error) error {
	if err := h.disk.inPlaceLocked(); err != nil {
		return err
	}
	if h.fault != nil {
		if err := h.fault(); err != nil {
			return err
		}
	}
	err := inTransaction(c.DB, func(tx *sql.Tx) error {
		if err := w.put(tx, c, h.lastHour); err != nil || also == nil {
			return err
		}
		return also(tx)
	})
	if err != nil {
		return err
	}
	if n := len(w.entries); n > 0 {
		h.lastSeq = max(h.lastSeq, w.entries[n-1].seq)
	}
	if n := len(w.messages); n > 0 {
		h.lastHour = w.messages[n-1].hour()
	}
	h.memory.written(w)
	return nil
}

// drain writes all that waits, with it what is missing.
func (h *History) drain() error {
	for {
		lost := h.memory.takeLost()
		if err := h.write(nil, 0, lost); err != nil {
			h.memory.lose(lost)
			return err
		}
		h.memory.report(lost)
		if !h.memory.hasWaiting() {
			return nil
		}
	}
}
