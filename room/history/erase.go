package history

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"

	"salon/internal/wait"
	"salon/room/state"
)

const (
	// eraseEvents is how many messages one transaction overwrites, each of which costs the
	// index about a millisecond.
	eraseEvents = 25
	// eraseRange is among how many sequence numbers one transaction looks for those of an
	// author.
	eraseRange = 20_000
	// eraseLatest is how many of those that take messages back are remembered, for messages
	// that somebody else gave away just before and that Fill adds after.
	eraseLatest = 1024
)

// Erase implements room.Store. From then on the words are in no answer. Their bytes in the
// file, also those in the log, the index and free pages, are overwritten within seconds, but
// for the write-ahead log, which is emptied as soon as nobody reads an older state of the file.
// Until then the log has the event: its State's snapshot is not written before, so that a room
// that starts after a kill takes the message back once more. In the log the message stays
// without its words, so that sequence numbers and rules remain.
func (h *History) Erase(by state.Event) {
	if !by.Erases() {
		return
	}
	for _, seq := range h.memory.erase(by) {
		h.tail.Erase(seq, &by)
	}
	wait.Signal(h.maintenance.wake)
}

// erasure is a message, or all that somebody said, whose words the file may still have.
type erasure struct {
	by    state.Event
	seqs  []state.Seq // of messages to overwrite, whether they are among the messages yet or not
	after state.Seq   // up to which the author's are overwritten
}

// erasures are those that the file may still have. All of them stand in the log.
type erasures struct {
	mu      sync.Mutex // guards all below; held for memory work only
	pending []*erasure // in the order of the log
	latest  taken      // the last of this run, eraseLatest at most

	working sync.Mutex // held while the file is overwritten
}

func (es *erasures) add(e *erasure) {
	es.mu.Lock()
	defer es.mu.Unlock()
	es.pending = append(es.pending, e)
	if es.latest = append(es.latest, &e.by); len(es.latest) > eraseLatest {
		es.latest = slices.Delete(es.latest, 0, eraseLatest/4)
	}
}

// left returns what the latest of this run leave of some events.
func (es *erasures) left(events []state.Event) []state.Event {
	es.mu.Lock()
	defer es.mu.Unlock()
	left := slices.Clone(events)
	for i := range left {
		left[i], _ = es.latest.from(left[i])
	}
	return left
}

// first returns the first that is still to be done up to a sequence number; nil if there is
// none.
func (es *erasures) first(upto state.Seq) *erasure {
	es.mu.Lock()
	defer es.mu.Unlock()
	if len(es.pending) == 0 || es.pending[0].by.Seq > upto {
		return nil
	}
	return es.pending[0]
}

func (es *erasures) done(e *erasure) {
	es.mu.Lock()
	defer es.mu.Unlock()
	es.pending = slices.DeleteFunc(es.pending, func(other *erasure) bool { return other == e })
}

// taken returns what takes back messages that the file may still have.
func (es *erasures) taken() taken {
	es.mu.Lock()
	defer es.mu.Unlock()
	var list taken
	for _, e := range es.pending {
		list = append(list, &e.by)
	}
	return list
}

// taken are events that take messages back.
type taken []*state.Event

// from returns what they leave of an event, and whether that is less.
func (list taken) from(e state.Event) (state.Event, bool) {
	for _, by := range list {
		if left, ok := by.Takes(&e); ok {
			e.Body = left
			return e, true
		}
	}
	return e, false
}

// erase overwrites in the file what was taken back up to a sequence number.
func (m *maintenance) erase(ctx context.Context, upto state.Seq) error {
	m.memory.erasures.working.Lock()
	defer m.memory.erasures.working.Unlock()
	for e := m.memory.erasures.first(upto); e != nil; e = m.memory.erasures.first(upto) {
		for more := true; more; {
			err := cmp.Or(ctx.Err(), m.trouble.now())
			if err == nil {
				err = m.pace(ctx, func() error {
					return m.disk.maintain(func(tx *sql.Tx) (err error) {
						more, err = e.some(tx)
						return err
					})
				})
			}
			if err != nil {
				return fmt.Errorf("erase: %w", err)
			}
			m.erased.Store(true)
		}
		m.memory.erasures.done(e)
	}
	return nil
}

// some overwrites some messages, and reports whether there may be more. What it does again is
// harmless: a transaction may have failed.
func (e *erasure) some(tx *sql.Tx) (more bool, err error) {
	seqs := e.seqs[:min(len(e.seqs), eraseEvents)]
	after := e.after
	if f, ok := e.by.Body.(state.Forgotten); ok && len(seqs) == 0 {
		if seqs, after, err = nextOf(tx, f, e.after, e.by.Seq); err != nil {
			return false, err
		}
	}
	for _, seq := range seqs {
		if err := overwrite(tx, seq, &e.by); err != nil {
			return false, err
		}
	}
	e.seqs, e.after = e.seqs[min(len(e.seqs), len(seqs)):], after
	_, forgotten := e.by.Body.(state.Forgotten)
	return len(e.seqs) > 0 || forgotten && after < e.by.Seq, nil
}

// nextOf returns some of the messages that somebody said between two sequence numbers, and up
// to which it has looked for them.
func nextOf(tx *sql.Tx, who state.Forgotten, after, before state.Seq) (seqs []state.Seq, upto state.Seq, err error) {
	var first state.Seq
	if err := tx.QueryRow(`SELECT ifnull((SELECT seq FROM messages WHERE seq > ? ORDER BY seq LIMIT 1), ?)`, int64(after), int64(before)).Scan(&first); err != nil {
		return nil, after, err
	}
	if upto = min(first+eraseRange, before); first >= before {
		return nil, before, nil
	}
	rows, err := tx.Query(`SELECT seq FROM messages WHERE seq >= ? AND seq <= ? AND kind = 'said'
		AND (member_origin = ? AND member_n = ? OR account <> 0 AND account = ?) ORDER BY seq LIMIT ?`,
		int64(first), int64(upto), int64(who.Member.Origin), int64(who.Member.N), int64(who.Account), eraseEvents)
	seqs, err = seqsOf(rows, err)
	if len(seqs) == eraseEvents {
		upto = seqs[len(seqs)-1]
	}
	return seqs, upto, err
}

// overwrite takes the words of a message out of the tables.
func overwrite(tx *sql.Tx, seq state.Seq, by *state.Event) error {
	if err := overwriteMessage(tx, seq, by); err != nil {
		return err
	}
	var data []byte
	switch err := tx.QueryRow(`SELECT event FROM log WHERE seq = ?`, int64(seq)).Scan(&data); {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return err
	}
	left, err := without(string(data), by)
	if err != nil || left == "" {
		return err
	}
	_, err = tx.Exec(`UPDATE log SET event = ? WHERE seq = ?`, left, int64(seq))
	return err
}

// without returns what an event leaves of one in the log, encoded; "" if it is no message with
// words.
func without(data string, by *state.Event) (string, error) {
	e, err := state.DecodeEvent([]byte(data))
	if err != nil {
		return "", err
	}
	said, ok := e.Body.(state.Said)
	if !ok {
		return "", nil
	}
	left, ok := by.Without(said)
	if !ok {
		return "", nil
	}
	e.Body = left
	encoded, err := state.EncodeEvent(e)
	return string(encoded), err
}

func overwriteMessage(tx *sql.Tx, seq state.Seq, by *state.Event) error {
	var e state.Event
	rows, err := tx.Query(`SELECT `+columns+` FROM messages WHERE seq = ?`, int64(seq))
	err = each(rows, err, func(m *message) (bool, error) {
		var err error
		e, err = m.event()
		return false, err
	})
	left, ok := by.Takes(&e)
	if err != nil || !ok {
		return err
	}
	e.Body = left
	m, err := newMessage(e)
	if err != nil {
		return err
	}
	return rewriteMessage(tx, m)
}

// rewriteMessage replaces a message, also in the index.
func rewriteMessage(tx *sql.Tx, m *message) error {
	if err := unindex(tx, m.seq, m.seq); err != nil {
		return err
	}
	_, err := tx.Exec(`UPDATE meta SET bytes = max(0, bytes - ifnull((SELECT `+sizeSQL+` FROM messages WHERE seq = ?1), 0) + ?2)`, int64(m.seq), m.size())
	if err == nil {
		_, err = tx.Exec(`UPDATE messages SET text = ?, body = nullif(?, '') WHERE seq = ?`, m.Text, m.body, int64(m.seq))
	}
	if err == nil {
		_, err = tx.Exec(`INSERT INTO words (rowid, author, text) SELECT ?1, ?2, ?3 WHERE ?1 <= (SELECT indexed FROM meta)`, int64(m.seq), words(string(m.Author)), words(m.Text))
	}
	return err
}
