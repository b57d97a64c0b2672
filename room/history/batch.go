package history

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"salon/room/state"
)

// entry is a row of the table log.
type entry struct {
	seq   state.Seq
	stamp int64  // microseconds
	event string // from state.EncodeEvent
	// passing means that a power cut may take it back: its commit does not wait for the
	// disk. A later commit that waits makes it durable too.
	passing bool
}

func (e *entry) number() state.Seq { return e.seq }
func (e *entry) size() int         { return len(e.event) + rowBytes }

// readLog appends the events of the table log from one sequence number to before another
// to events, at most limit of them. An event that a newer program wrote is a
// [*state.VersionError].
func readLog(ctx context.Context, db querier, from, before state.Seq, limit int, events []state.Event) ([]state.Event, error) {
	rows, err := db.QueryContext(ctx, `SELECT event FROM log WHERE seq >= ? AND seq < ? ORDER BY seq LIMIT ?`, int64(from), int64(before), limit)
	err = eachRow(rows, err, func() (bool, error) {
		var data sql.RawBytes
		if err := rows.Scan(&data); err != nil {
			return false, err
		}
		e, err := state.DecodeEvent(data)
		events = append(events, e)
		return true, err
	})
	if err != nil {
		return nil, fmt.Errorf("history: read log: %w", err)
	}
	return events, nil
}

// batch is what one transaction writes.
type batch struct {
	entries  []*entry
	messages []*message // begins with the row of missing, if that is anything
	missing  gap
	upto     state.Seq // up to which the table messages is complete then
}

// passing reports whether a power cut may take all of it back: the messages are made
// again from entries that were committed before.
func (b *batch) passing() bool {
	return len(b.entries) > 0 && !slices.ContainsFunc(b.entries, func(e *entry) bool { return !e.passing })
}

// written is what the tables hours and rooms need to know of the messages before.
type written struct {
	hour   int64     // of the last
	roomed state.Seq // see meta
}

// write executes the statements of the batch on the connection c. before is what was written
// until then; it returns what is written with it.
func (b *batch) write(tx *sql.Tx, c *conn, before written) (written, error) {
	insert := tx.Stmt(c.insertEntry)
	for _, e := range b.entries {
		if _, err := insert.Exec(int64(e.seq), e.stamp, e.event); err != nil {
			return before, err
		}
	}
	if len(b.messages) == 0 {
		return before, nil
	}
	into := inserts{tx.Stmt(c.insertMessage), tx.Stmt(c.insertHour), tx.Stmt(c.insertRoom)}
	size := 0
	for _, m := range b.messages {
		if err := before.add(&into, m); err != nil {
			return before, err
		}
		size += m.size()
	}
	_, err := tx.Stmt(c.updateApplied).Exec(int64(b.upto), size, int64(before.roomed))
	return before, err
}

// inserts are the statements that write a message.
type inserts struct{ message, hour, room *sql.Stmt }

// add writes a message.
func (w *written) add(into *inserts, m *message) error {
	if _, err := into.message.Exec(m.values()...); err != nil {
		return err
	}
	if m.hour() != w.hour {
		if _, err := into.hour.Exec(int64(m.seq), m.hour()); err != nil {
			return err
		}
		w.hour = m.hour()
	}
	if w.roomed == 0 && m.Room != 0 {
		w.roomed = m.seq
	}
	if w.roomed == 0 || m.kind == gapKind {
		return nil
	}
	_, err := into.room.Exec(roomColumn(m.Room), int64(m.seq))
	return err
}
