package history

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"salon/room/state"
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
		excess, err := c.excess(ctx, b)
		if err != nil {
			return 0, err
		}
		gone, oldest, err := c.pruneAll(ctx, b, excess)
		if err != nil {
			return 0, err
		}
		if gone == 0 {
			return c.untilOld(oldest, b), c.shrink(ctx, b)
		}
		if err := c.merge(ctx); err != nil { // what the index knew of them goes with that
			return 0, err
		}
	}
	return 0, ctx.Err()
}

// pruneAll forgets what is too old, and as many bytes more as are too much, as
// meta counts them. It returns how many messages went, and when the oldest that
// stays was said.
func (c *clerk) pruneAll(ctx context.Context, b *bounds, excess int64) (gone int, oldest int64, err error) {
	for ctx.Err() == nil {
		var some int
		var freed int64
		err := c.transaction(ctx, func(tx *sql.Tx) (err error) {
			some, freed, oldest, err = c.pruneSome(tx, b, excess)
			return err
		})
		if err != nil || some == 0 {
			return gone, oldest, err
		}
		gone, excess = gone+some, max(0, excess-freed)
	}
	return gone, 0, ctx.Err()
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

// Shares of what a file may take.
const (
	// spareShare of it is freed at a time, so that not every message has one
	// forgotten, and so much of the file may be empty.
	spareShare = 16
	// bareBytes is about what a file takes in which nothing was said.
	bareBytes = 20 * pageBytes
	pageBytes = 4096
)

// excess returns how much has to be forgotten for the file to be as small as it
// may, as meta counts it; the state is not counted, which forgetting does not make
// smaller.
func (c *clerk) excess(ctx context.Context, b *bounds) (excess int64, err error) {
	if b.bytes == 0 {
		return 0, nil
	}
	err = c.history.disk.read(func(db *sql.DB) error {
		var pages, free, state, said int64
		err := errors.Join(db.QueryRowContext(ctx, `PRAGMA page_count`).Scan(&pages), db.QueryRowContext(ctx, `PRAGMA freelist_count`).Scan(&free))
		used := (pages-free)*pageBytes - bareBytes
		if err != nil || used <= b.bytes {
			return err
		}
		if err := db.QueryRowContext(ctx, stateBytes).Scan(&state, &said); err != nil {
			return err
		}
		if used -= state; used > b.bytes {
			excess = said * (used - b.bytes + b.bytes/spareShare) / used
		}
		return nil
	})
	return excess, err
}

// stateBytes is about what the file takes that nobody said, and what was said.
const stateBytes = `SELECT (SELECT ifnull(sum(` + sizeSQL + `), 0) FROM events WHERE ` + decidedKinds + `) + ifnull((SELECT length(state) FROM snapshot), 0), bytes FROM meta`

// pruneSome forgets the oldest messages that are too old or too much, a few at a
// time, and returns how many and how much that was.
func (c *clerk) pruneSome(tx *sql.Tx, b *bounds, excess int64) (some int, freed, oldest int64, err error) {
	rows, err := tx.Query(`SELECT seq, time, `+sizeSQL+` FROM events WHERE `+prunable+` ORDER BY seq LIMIT ?`, pruneEvents)
	if err != nil {
		return 0, 0, 0, err
	}
	gone, freed, oldest, err := c.choose(rows, b, excess)
	if err != nil || len(gone) == 0 {
		return 0, 0, oldest, err
	}
	return len(gone), freed, oldest, c.forget(tx, gone, freed)
}

// choose returns which of the oldest messages go.
func (c *clerk) choose(rows *sql.Rows, b *bounds, excess int64) (gone []state.Seq, freed, oldest int64, err error) {
	defer rows.Close()
	before := int64(0)
	if b.keep > 0 {
		before = c.history.clock.now().Add(-b.keep).UnixNano()
	}
	for rows.Next() {
		var seq state.Seq
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
func (c *clerk) forget(tx *sql.Tx, gone []state.Seq, freed int64) error {
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
	c.history.memory.forget(state.Seq(last))
	_, err := tx.Exec(`UPDATE meta SET bytes = max(0, bytes - ?)`, freed)
	return err
}

// forget lets go of what is at hand up to a place.
func (m *memory) forget(last state.Seq) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for len(m.recent) > 0 && m.recent[0].event.Seq <= last {
		m.bytes -= m.recent[0].size
		m.recent = m.recent[1:]
	}
}

// shrink gives pages back that hold nothing any more.
func (c *clerk) shrink(ctx context.Context, b *bounds) error {
	many := prunePages
	if b.bytes > 0 {
		many = int(min(prunePages, 1+b.bytes/spareShare/pageBytes))
	}
	for ctx.Err() == nil {
		if again, err := c.shrinkSome(many); err != nil || !again {
			return err
		}
		if err := c.checkpoint(ctx); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// shrinkSome does so if they are many, and reports whether they were.
func (c *clerk) shrinkSome(many int) (bool, error) {
	d := &c.history.disk
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.clerk == nil {
		return false, errNoDisk
	}
	free := 0
	if err := ask(d.clerk, map[string]*int{`PRAGMA freelist_count`: &free}); err != nil || free < many {
		return false, err
	}
	return true, vacuum(d.clerk)
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
