package history

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"salon/internal/wait"
	"salon/room/state"
)

const (
	// never is when maintenance looks again although there is nothing to expect.
	never = 24 * time.Hour
	// pruneEvents is how many messages are forgotten at a time, each of which costs the
	// index about a millisecond, and prunePages how many pages are then given back to the
	// file system.
	pruneEvents = 25
	prunePages  = 200
)

// bounds are how much is remembered.
type bounds struct {
	keep  time.Duration // 0: for ever
	bytes int64         // 0: no bound
}

// SetKeep changes how much is remembered, as [Options] say it. What is too much
// then is forgotten soon.
func (h *History) SetKeep(keep time.Duration, keepBytes int64) {
	h.maintenance.bounds.Store(&bounds{keep, keepBytes})
	wait.Signal(h.maintenance.wake)
}

// prune forgets what people said too long ago, or before too much else. It
// returns when the next will be too old.
func (c *maintenance) prune(ctx context.Context) (time.Duration, error) {
	b := c.bounds.Load()
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
func (c *maintenance) pruneAll(ctx context.Context, b *bounds, excess int64) (gone int, oldest int64, err error) {
	if b.keep == 0 && excess == 0 {
		return 0, 0, nil
	}
	for ctx.Err() == nil {
		var some doomed
		err := c.transaction(ctx, func(tx *sql.Tx) (err error) {
			if some, err = c.choose(tx, b, excess); err != nil || some.count == 0 {
				return err
			}
			return some.forget(tx)
		})
		if err != nil || some.count == 0 {
			return gone, some.oldest, err
		}
		c.history.memory.forget(state.Seq(some.last))
		gone, excess = gone+some.count, max(0, excess-some.bytes)
	}
	return gone, 0, ctx.Err()
}

// untilOld returns how long the oldest message may stay, within bounds.
func (c *maintenance) untilOld(oldest int64, b *bounds) time.Duration {
	if b.keep == 0 || oldest == 0 {
		return never
	}
	left := time.UnixMicro(oldest).Add(b.keep).Sub(c.history.stamps.now())
	return min(max(left, time.Minute), never)
}

// Shares of what a file may take.
const (
	// spareShare of it is freed at a time, so that not every message has one
	// forgotten, and so much of the file may be empty.
	spareShare = 16
	// spareQuarter is how much of a file that has no bound may be empty.
	spareQuarter = 4
	// bareBytes is about what a file takes in which nothing was said.
	bareBytes = 20 * pageBytes
	pageBytes = 4096
)

// excess returns how much has to be forgotten for the file to be as small as it
// may, as meta counts it; the State and the log are not counted, which forgetting
// does not make smaller.
func (c *maintenance) excess(ctx context.Context, b *bounds) (excess int64, err error) {
	if b.bytes == 0 {
		return 0, nil
	}
	err = c.history.disk.read(func(db *sql.DB) error {
		var pages, free, other, said int64
		err := errors.Join(db.QueryRowContext(ctx, `PRAGMA page_count`).Scan(&pages), db.QueryRowContext(ctx, `PRAGMA freelist_count`).Scan(&free))
		used := (pages-free)*pageBytes - bareBytes
		if err != nil || used <= b.bytes {
			return err
		}
		if err := db.QueryRowContext(ctx, otherBytes).Scan(&other, &said); err != nil {
			return err
		}
		if used -= other; used > b.bytes {
			excess = said * (used - b.bytes + b.bytes/spareShare) / used
		}
		return nil
	})
	return excess, err
}

// otherBytes is about what the file takes that is not the messages, and what they
// take.
const otherBytes = `SELECT (SELECT ifnull(sum(octet_length(event) + 16), 0) FROM log) + ifnull((SELECT octet_length(state) FROM snapshot), 0), bytes FROM meta`

// doomed are some of the oldest messages, which go.
type doomed struct {
	count       int
	first, last int64 // places
	bytes       int64
	oldest      int64 // when the first was said that stays; 0: it was not looked at
}

// choose looks a few at a time for what is too old or too much.
func (c *maintenance) choose(tx *sql.Tx, b *bounds, excess int64) (some doomed, err error) {
	rows, err := tx.Query(`SELECT seq, time, `+sizeSQL+` FROM messages ORDER BY seq LIMIT ?`, pruneEvents)
	if err != nil {
		return some, err
	}
	defer rows.Close()
	before := int64(0)
	if b.keep > 0 {
		before = c.history.stamps.now().Add(-b.keep).UnixMicro()
	}
	for rows.Next() {
		var seq, at, size int64
		if err := rows.Scan(&seq, &at, &size); err != nil {
			return some, err
		}
		if at >= before && some.bytes >= excess {
			some.oldest = at
			return some, nil
		}
		if some.count == 0 {
			some.first = seq
		}
		some.count, some.last, some.bytes = some.count+1, seq, some.bytes+size
	}
	return some, rows.Err()
}

// forget deletes the messages, and what the index knows of them.
func (some *doomed) forget(tx *sql.Tx) error {
	if err := unindex(tx, `seq BETWEEN ? AND ?`, some.first, some.last); err != nil {
		return err
	}
	if _, err := tx.Exec(`DELETE FROM messages WHERE seq BETWEEN ? AND ?`, some.first, some.last); err != nil {
		return err
	}
	if _, err := tx.Exec(`DELETE FROM hours WHERE seq < (SELECT max(seq) FROM hours WHERE seq <= ?)`, some.last); err != nil { // the last may go on
		return err
	}
	_, err := tx.Exec(`UPDATE meta SET bytes = max(0, bytes - ?)`, some.bytes)
	return err
}

// shrink gives pages back that hold nothing any more.
func (c *maintenance) shrink(ctx context.Context, b *bounds) error {
	for ctx.Err() == nil {
		if again, err := c.shrinkSome(b); err != nil || !again {
			return err
		}
		if err := c.checkpoint(ctx); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// shrinkSome does so if they are many, and reports whether they were.
func (c *maintenance) shrinkSome(b *bounds) (bool, error) {
	d := &c.history.disk
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.maintenance == nil {
		return false, errNoDisk
	}
	var pages, free int
	if err := ask(d.maintenance.DB, map[string]*int{`PRAGMA page_count`: &pages, `PRAGMA freelist_count`: &free}); err != nil {
		return false, err
	}
	many := max(prunePages, pages/spareQuarter)
	if b.bytes > 0 {
		many = int(min(prunePages, 1+b.bytes/spareShare/pageBytes))
	}
	if free < many {
		return false, nil
	}
	return true, vacuum(d.maintenance.DB)
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
