package history

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"salon/room/state"
)

// migration turns a file of format 1 into one of today's, in one transaction: the table
// events becomes messages, without what was refused; the snapshot and what was decided
// after it become one State, with a sequence number after all others. The index is left
// for maintenance to make.
type migration struct {
	tx     *sql.Tx
	now    time.Time
	report func(done, total int64) // of the progress; may be nil
}

// copyEvents is how many sequence numbers are copied between two reports of progress.
const copyEvents = 10_000

// beforeFormat2 makes room for the tables of today, and dropFormat1 removes those of
// format 1.
const (
	beforeFormat2 = `
DROP TABLE words;
ALTER TABLE meta RENAME TO meta1;
ALTER TABLE snapshot RENAME TO snapshot1;
DROP INDEX events_rare;
`
	dropFormat1 = `
DROP TABLE events;
DROP TABLE turns;
DROP TABLE boots;
DROP TABLE meta1;
DROP TABLE snapshot1;
`
)

func (m *migration) run() error {
	for _, step := range []func() error{
		m.exec(beforeFormat2 + schema), m.copyMessages, m.rewriteBodies, m.countMessages, m.makeState, m.exec(dropFormat1 + marked),
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

// copyMessages copies what was said and shown.
func (m *migration) copyMessages() error {
	var after, end int64
	if err := m.tx.QueryRow(`SELECT ifnull(min(seq), 1) - 1, ifnull(max(seq), 0) FROM events`).Scan(&after, &end); err != nil {
		return err
	}
	p := progress{report: m.report, reported: time.Now(), first: after, last: end}
	for ; after < end; p.at(after, end) {
		if _, err := m.tx.Exec(`INSERT INTO messages (seq, time, origin, n, kind, author, text, body)
			SELECT seq, time / 1000, origin, n, kind, author, text, body FROM events
			WHERE seq > ? AND seq <= ? AND NOT hidden AND kind IN ('said', 'walled', 'topic', 'gap')`, after, after+copyEvents); err != nil {
			return err
		}
		after += copyEvents
	}
	return nil
}

// rewriteBodies writes what the columns do not say as formats from 2 on do: the names of the
// fields have become lower case, which decoding ignores.
func (m *migration) rewriteBodies() error {
	rows, err := m.tx.Query(`SELECT ` + columns + ` FROM messages WHERE body IS NOT NULL`)
	var list []*message
	err = each(rows, err, func(row *message) (bool, error) {
		e, err := row.event()
		if err == nil {
			row, err = newMessage(e)
		}
		list = append(list, row)
		return true, err
	})
	for _, row := range list {
		if err == nil {
			_, err = m.tx.Exec(`UPDATE messages SET body = nullif(?, '') WHERE seq = ?`, row.body, int64(row.seq))
		}
	}
	return err
}

func (m *migration) countMessages() error {
	_, err := m.tx.Exec(`
		INSERT INTO hours SELECT seq, hour FROM (SELECT seq, time / ?1 AS hour, lag(time) OVER (ORDER BY seq) / ?1 AS before FROM messages)
			WHERE hour IS NOT before;
		UPDATE meta SET file = (SELECT file FROM meta1), bytes = (SELECT bytes FROM meta1)`, microsPerHour)
	return err
}

// makeState writes the snapshot that the next run starts from.
func (m *migration) makeState() error {
	old, at, err := m.readSnapshot()
	if err != nil {
		return err
	}
	later, err := m.readDecisions(at)
	if err != nil {
		return err
	}
	var last state.Seq // that may have been assigned
	if err := m.tx.QueryRow(`SELECT max(reserved, ifnull((SELECT max(seq) FROM events), 0), ?) FROM meta1`, int64(at)).Scan(&last); err != nil {
		return err
	}
	later = append(later, state.Event{Seq: last + 1, Time: m.now, Body: state.NodeDown{Node: state.ImportNode, Epoch: importEpoch}})
	base := m.now
	if later[0].Time.Before(base) {
		base = later[0].Time
	}
	st := old.imported(at, tickAt(base))
	stamp := tickAt(base)
	for i, e := range later {
		stamp = min(max(stamp, tickAt(e.Time)), tickAt(m.now))
		e.ID, e.Stamp = state.ID{Origin: importEpoch, N: uint64(i + 1)}, stamp
		st.Apply(e) // refuses what the room refused then
	}
	_, err = m.tx.Exec(`UPDATE meta SET applied = ?1; INSERT INTO snapshot VALUES (1, ?1, ?2, ?3, ?4)`,
		int64(last+1), st.Stamp().Microseconds(), m.now.UnixMicro(), string(st.Encode()))
	return err
}

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

// readDecisions reads what changed the State after a sequence number.
func (m *migration) readDecisions(after state.Seq) ([]state.Event, error) {
	rows, err := m.tx.Query(`SELECT seq, time, kind, author, text, ifnull(body, '{}') FROM events WHERE seq > ? AND NOT hidden
		AND kind IN ('topic', 'slow', 'banned', 'unbanned', 'muted', 'unmuted', 'registered', 'unregistered', 'prefs', 'seen') ORDER BY seq`, int64(after))
	var list []state.Event
	err = eachRow(rows, err, func() (bool, error) {
		var r row1
		var ns int64
		if err := rows.Scan(&r.seq, &ns, &r.kind, &r.author, &r.text, &r.body); err != nil {
			return false, err
		}
		body, err := r.decode()
		if err != nil {
			return false, fmt.Errorf("event %d (%s): %w", r.seq, r.kind, err)
		}
		list = append(list, state.Event{Seq: r.seq, Time: micro(time.Unix(0, ns)), Body: body})
		return true, nil
	})
	return list, err
}
