package history

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"salon/room/state"
)

// migration makes a file of format 1 one of format 2, in one transaction: the table
// events becomes messages, but for what was refused; the snapshot and what was decided
// after it become one State, at a place behind all others. The index is left for
// maintenance to make again.
type migration struct {
	tx   *sql.Tx
	now  time.Time
	tell func(done, total int64) // nil: nobody wants to know

	last int64 // place of format 1
}

// copyPlaces is how many places are copied at a time, after which progress is told.
const copyPlaces = 10_000

// renamed makes room for the tables of format 2, and of what only format 1 had.
const renamed = `
DROP TABLE words;
ALTER TABLE meta RENAME TO meta1;
ALTER TABLE snapshot RENAME TO snapshot1;
DROP INDEX events_rare;
`

const dropped = `
DROP TABLE events;
DROP TABLE turns;
DROP TABLE boots;
DROP TABLE meta1;
DROP TABLE snapshot1;
`

func (m *migration) run() error {
	for _, step := range []func() error{
		m.exec(renamed + schema), m.findLast, m.copyMessages, m.rewriteBodies, m.countMessages, m.makeState, m.exec(dropped + marked),
	} {
		if err := step(); err != nil {
			return fmt.Errorf("bring format 1 up to date: %w", err)
		}
	}
	return nil
}

func (m *migration) exec(statements string) func() error {
	return func() error {
		_, err := m.tx.Exec(statements)
		return err
	}
}

// findLast reads the last place that may have been given.
func (m *migration) findLast() error {
	return m.tx.QueryRow(`SELECT max(reserved, ifnull((SELECT max(seq) FROM events), 0), ifnull((SELECT seq FROM snapshot1), 0)) FROM meta1`).Scan(&m.last)
}

// copyMessages copies what was said and shown. Places that nothing was written for
// are passed over.
func (m *migration) copyMessages() error {
	var after, end int64
	if err := m.tx.QueryRow(`SELECT ifnull(min(seq), 1) - 1, ifnull(max(seq), 0) FROM events`).Scan(&after, &end); err != nil {
		return err
	}
	p := progress{tell: m.tell, told: time.Now(), first: after, last: end}
	for after < end {
		to := after + copyPlaces
		if _, err := m.tx.Exec(`INSERT INTO messages (seq, time, origin, n, kind, author, text, body)
			SELECT seq, time / 1000, origin, n, kind, author, text, body FROM events
			WHERE seq > ? AND seq <= ? AND NOT hidden AND kind IN ('said', 'walled', 'topic', 'gap')`, after, to); err != nil {
			return err
		}
		after = to
		p.at(after, end)
	}
	return nil
}

// rewriteBodies writes what the columns do not say as it is written today. The names
// of the fields have become lower case, which decoding does not mind.
func (m *migration) rewriteBodies() error {
	rows, err := m.tx.Query(`SELECT ` + columns + ` FROM messages WHERE body IS NOT NULL`)
	if err != nil {
		return err
	}
	var list []*message
	if err := each(rows, func(row *message) (bool, error) {
		list = append(list, row)
		return true, nil
	}); err != nil {
		return err
	}
	for _, row := range list {
		e, err := row.event()
		if err == nil {
			row, err = newMessage(e)
		}
		if err != nil {
			return err
		}
		if _, err := m.tx.Exec(`UPDATE messages SET body = nullif(?, '') WHERE seq = ?`, row.body, int64(row.seq)); err != nil {
			return err
		}
	}
	return nil
}

func (m *migration) countMessages() error {
	_, err := m.tx.Exec(`
		INSERT INTO hours SELECT seq, hour FROM (SELECT seq, time / ? AS hour, lag(time) OVER (ORDER BY seq) / ? AS before FROM messages)
			WHERE hour IS NOT before;
		UPDATE meta SET file = (SELECT file FROM meta1), bytes = (SELECT bytes FROM meta1)`, microsPerHour, microsPerHour)
	return err
}

// makeState makes the snapshot that the next room starts from.
func (m *migration) makeState() error {
	old, at, err := m.readSnapshot()
	if err != nil {
		return err
	}
	later, err := m.readDecided(at)
	if err != nil {
		return err
	}
	base := m.now
	if len(later) > 0 && later[0].Time.Before(base) {
		base = later[0].Time
	}
	st := old.imported(at, tickAt(base))
	e := state.Event{Stamp: tickAt(base)}
	apply := func(seq state.Seq, at time.Time, b state.Body) {
		e.ID = state.ID{Origin: importEpoch, N: e.ID.N + 1}
		e.Stamp = min(max(e.Stamp, tickAt(at)), tickAt(m.now))
		e.Seq, e.Time, e.Body = seq, at, b
		st.Apply(e) // what it refuses, it refused then
	}
	for _, was := range later {
		apply(was.Seq, was.Time, was.Body)
	}
	end := state.Seq(m.last + 1)
	apply(end, m.now, state.NodeDown{Node: state.ImportNode, Epoch: importEpoch})
	if _, err := m.tx.Exec(`UPDATE meta SET applied = ?`, int64(end)); err != nil {
		return err
	}
	_, err = m.tx.Exec(`INSERT INTO snapshot VALUES (1, ?, ?, ?, ?)`, int64(end), st.Stamp().Microseconds(), m.now.UnixMicro(), string(st.Encode()))
	return err
}

// importEpoch is the epoch of the node that everything of format 1 is applied by.
const importEpoch = 1

func (m *migration) readSnapshot() (old state1, at state.Seq, err error) {
	var data []byte
	err = m.tx.QueryRow(`SELECT seq, state FROM snapshot1`).Scan(&at, &data)
	if errors.Is(err, sql.ErrNoRows) {
		return old, 0, nil
	}
	if err == nil && data != nil {
		err = json.Unmarshal(data, &old)
	}
	if err != nil {
		err = fmt.Errorf("snapshot: %w", err)
	}
	return old, at, err
}

// readDecided reads what changed the state after a place, translated.
func (m *migration) readDecided(after state.Seq) ([]state.Event, error) {
	rows, err := m.tx.Query(`SELECT seq, time, kind, author, text, ifnull(body, '{}') FROM events WHERE seq > ? AND NOT hidden
		AND kind IN ('topic', 'slow', 'banned', 'unbanned', 'muted', 'unmuted', 'registered', 'unregistered', 'prefs', 'seen') ORDER BY seq`, int64(after))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []state.Event
	for rows.Next() {
		var r row1
		var ns int64
		if err := rows.Scan(&r.seq, &ns, &r.kind, &r.author, &r.text, &r.body); err != nil {
			return nil, err
		}
		body, err := r.decode()
		if err != nil {
			return nil, fmt.Errorf("place %d (%s): %w", r.seq, r.kind, err)
		}
		list = append(list, state.Event{Seq: r.seq, Time: time.Unix(0, ns).UTC().Truncate(time.Microsecond), Body: body})
	}
	return list, rows.Err()
}

// tickAt is what a State that comes from format 1 has as its tick, and the log as its
// stamp: the time since 1970. What lies beyond what a Duration can hold, in the 23rd
// century, is its end.
func tickAt(t time.Time) time.Duration {
	const end = 1<<63 - 1
	if us := t.UnixMicro(); us < end/1000 {
		return time.Duration(us) * time.Microsecond
	}
	return end
}

// ends is when a ban or a mute of format 1 is over; 0 for one without an end.
func ends(since time.Time, d time.Duration) time.Duration {
	if d == 0 {
		return 0
	}
	return cmp.Or(tickAt(since.Add(d)), 1)
}
