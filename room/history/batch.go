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

// write executes the statements of the batch on the connection c. hour is that of the last
// message before.
func (b *batch) write(tx *sql.Tx, c *conn, hour int64) error {
	insert := tx.Stmt(c.insertEntry)
	for _, e := range b.entries {
		if _, err := insert.Exec(int64(e.seq), e.stamp, e.event); err != nil {
			return err
		}
	}
	if len(b.messages) == 0 {
		return nil
	}
	insert, insertHour, size := tx.Stmt(c.insertMessage), tx.Stmt(c.insertHour), 0
	for _, m := range b.messages {
		if _, err := insert.Exec(m.values()...); err != nil {
			return err
		}
		if m.hour() != hour {
			if _, err := insertHour.Exec(int64(m.seq), m.hour()); err != nil {
				return err
			}
		}
		hour, size = m.hour(), size+m.size()
	}
	_, err := tx.Stmt(c.updateApplied).Exec(int64(b.upto), size)
	return err
}
