package history

import (
	"context"
	"database/sql"
	"time"

	"salon/room"
)

// never is when the clerk looks again although there is nothing to expect.
const never = 24 * time.Hour

// prune forgets what people said too long ago, or before too much else. It
// returns when the next will be too old.
func (c *clerk) prune(ctx context.Context) (time.Duration, error) {
	b := c.bounds.Load()
	if *b == (bounds{}) {
		return never, nil
	}
	for ctx.Err() == nil {
		var some bool
		var oldest int64
		err := c.transaction(ctx, func(tx *sql.Tx) (err error) {
			some, oldest, err = c.pruneSome(tx, b)
			return err
		})
		if err != nil {
			return 0, err
		}
		if !some {
			return c.untilOld(oldest, b), c.shrink(ctx)
		}
	}
	return 0, ctx.Err()
}

// untilOld returns how long the oldest message may stay, within bounds.
func (c *clerk) untilOld(oldest int64, b *bounds) time.Duration {
	if b.keep == 0 || oldest == 0 {
		return never
	}
	left := time.Unix(0, oldest).Add(b.keep).Sub(c.history.clock.now())
	return min(max(left, time.Minute), never)
}

// prunable is what can be forgotten: what decides about the state stays until a
// snapshot holds it.
const prunable = spokenKinds + ` AND (kind <> 'topic' OR seq <= ifnull((SELECT seq FROM snapshot), 0))`

// pruneSome forgets the oldest messages of which it must, a few at a time, and
// reports whether there were any; and when the oldest that stays was said.
func (c *clerk) pruneSome(tx *sql.Tx, b *bounds) (some bool, oldest int64, err error) {
	excess := int64(0)
	if b.bytes > 0 {
		if err := tx.QueryRow(`SELECT bytes FROM meta`).Scan(&excess); err != nil {
			return false, 0, err
		}
		excess -= b.bytes
	}
	rows, err := tx.Query(`SELECT seq, time, `+sizeSQL+` FROM events WHERE `+prunable+` ORDER BY seq LIMIT ?`, pruneEvents)
	if err != nil {
		return false, 0, err
	}
	gone, freed, oldest, err := c.choose(rows, b, excess)
	if err != nil || len(gone) == 0 {
		return false, oldest, err
	}
	return true, oldest, c.forget(tx, gone, freed)
}

// choose returns which of the oldest messages go.
func (c *clerk) choose(rows *sql.Rows, b *bounds, excess int64) (gone []room.Seq, freed, oldest int64, err error) {
	defer rows.Close()
	before := int64(0)
	if b.keep > 0 {
		before = c.history.clock.now().Add(-b.keep).UnixNano()
	}
	for rows.Next() {
		var seq room.Seq
		var at, size int64
		if err := rows.Scan(&seq, &at, &size); err != nil {
			return nil, 0, 0, err
		}
		if at >= before && freed >= excess {
			return gone, freed, at, nil
		}
		gone, freed = append(gone, seq), freed+size
	}
	return gone, freed, 0, rows.Err()
}

// forget deletes messages, and what the index knows of them.
func (c *clerk) forget(tx *sql.Tx, gone []room.Seq, freed int64) error {
	for _, seq := range gone {
		if _, err := tx.Exec(`DELETE FROM words WHERE rowid = ? AND rowid <= (SELECT indexed FROM meta)`, int64(seq)); err != nil {
			return err
		}
	}
	first, last := int64(gone[0]), int64(gone[len(gone)-1])
	if _, err := tx.Exec(`DELETE FROM events WHERE seq BETWEEN ? AND ? AND `+prunable, first, last); err != nil {
		return err
	}
	if _, err := tx.Exec(`DELETE FROM turns WHERE seq <= ?`, last); err != nil {
		return err
	}
	c.history.memory.forget(room.Seq(last))
	_, err := tx.Exec(`UPDATE meta SET bytes = max(0, bytes - ?)`, freed)
	return err
}

// forget lets go of what is at hand up to a place.
func (m *memory) forget(last room.Seq) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for len(m.recent) > 0 && m.recent[0].event.Seq <= last {
		m.bytes -= m.recent[0].size
		m.recent = m.recent[1:]
	}
}

// shrink gives pages back that hold nothing any more.
func (c *clerk) shrink(ctx context.Context) error {
	d := &c.history.disk
	for ctx.Err() == nil {
		free := 0
		d.mu.Lock()
		if d.clerk == nil {
			d.mu.Unlock()
			return errNoDisk
		}
		err := ask(d.clerk, map[string]*int{`PRAGMA freelist_count`: &free})
		if err == nil && free >= prunePages {
			err = vacuum(d.clerk)
			d.pages.Add(prunePages)
		}
		d.mu.Unlock()
		if err != nil || free < prunePages {
			return err
		}
	}
	return ctx.Err()
}

// vacuum gives some pages back. The statement is a query that does its work row
// by row.
func vacuum(db *sql.DB) error {
	rows, err := db.Query(`PRAGMA incremental_vacuum(200)`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
	}
	return rows.Err()
}
