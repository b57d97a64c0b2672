package history

import (
	"context"
	"database/sql"
	"time"

	"salon/room/state"
)

const (
	// never is when maintenance looks again although nothing is expected to be too old.
	never = 24 * time.Hour
	// pruneEvents is how many messages one transaction deletes, each of which costs the
	// index about a millisecond.
	pruneEvents = 25
	// prunePages is how many free pages are returned to the file system at a time.
	prunePages = 200
	// spareShare is the share of the bound that is freed at a time, so that not each new
	// message costs a deletion, and that may be free pages.
	spareShare = 16
	// spareQuarter is the share of a file without a bound that may be free pages.
	spareQuarter = 4
	pageBytes    = 4096
	// bareBytes is about the size of a file without messages.
	bareBytes = 20 * pageBytes
)

// bounds say how much is kept.
type bounds struct {
	keep  time.Duration // 0: for ever
	bytes int64         // 0: no bound
}

// cutoff returns the time before which messages are too old, in microseconds since 1970; 0
// for none.
func (b *bounds) cutoff(now time.Time) int64 {
	if b.keep == 0 {
		return 0
	}
	return now.Add(-b.keep).UnixMicro()
}

// next returns how long the oldest message may stay; oldest is 0 if its time is not known.
func (b *bounds) next(oldest int64, now time.Time) time.Duration {
	if b.keep == 0 || oldest == 0 {
		return never
	}
	return min(max(time.UnixMicro(oldest).Add(b.keep).Sub(now), time.Minute), never)
}

// excess returns how many bytes of messages, as meta counts them, must go for the file to
// be small enough. State and log do not count: deleting messages would not shrink them.
func (b *bounds) excess(ctx context.Context, d *disk) (excess int64, err error) {
	if b.bytes == 0 {
		return 0, nil
	}
	var used, said int64
	err = d.read(func(db *sql.DB) error {
		return db.QueryRowContext(ctx, `SELECT used - CASE WHEN used > ?1 THEN
				(SELECT ifnull(sum(octet_length(event) + 16), 0) FROM log) + ifnull((SELECT octet_length(state) FROM snapshot), 0) ELSE 0 END, bytes
			FROM meta, (SELECT (page_count - freelist_count) * ?2 - ?3 AS used FROM pragma_page_count, pragma_freelist_count)`,
			b.bytes, pageBytes, bareBytes).Scan(&used, &said)
	})
	if err != nil || used <= b.bytes {
		return 0, err
	}
	return said * (used - b.bytes + b.bytes/spareShare) / used, nil
}

// shrink returns some free pages to the file system, if there are many, which it reports.
func (b *bounds) shrink(d *disk) (many bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.relaxed == nil {
		return false, errNotOpen
	}
	var pages, free int
	if err := d.relaxed.QueryRow(`SELECT page_count, freelist_count FROM pragma_page_count, pragma_freelist_count`).Scan(&pages, &free); err != nil {
		return false, err
	}
	spare := max(prunePages, pages/spareQuarter)
	if b.bytes > 0 {
		spare = int(min(prunePages, 1+b.bytes/spareShare/pageBytes))
	}
	if free < spare {
		return false, nil
	}
	rows, err := d.relaxed.Query(`PRAGMA incremental_vacuum(200)`) // which does its work row by row
	return true, eachRow(rows, err, func() (bool, error) { return true, nil })
}

// gapEndSQL is when a gap ended, to the millisecond: what is missing is as old as that at most.
const gapEndSQL = `max(time, CAST(1000 * unixepoch(ifnull(body ->> '$.to', 0), 'subsec') AS INTEGER) * 1000)`

// doomed are some of the oldest messages, which are to be deleted.
type doomed struct {
	count       int
	first, last state.Seq
	bytes       int64
	oldest      int64 // the time of the first that stays; 0: not known
}

// choose selects the next messages that are older than cutoff, or among the first so many
// bytes.
func choose(tx *sql.Tx, cutoff, bytes int64) (some doomed, err error) {
	rows, err := tx.Query(`SELECT seq, CASE kind WHEN 'gap' THEN `+gapEndSQL+` ELSE time END, `+sizeSQL+` FROM messages ORDER BY seq LIMIT ?`, pruneEvents)
	err = eachRow(rows, err, func() (bool, error) {
		var seq state.Seq
		var at, size int64
		if err := rows.Scan(&seq, &at, &size); err != nil {
			return false, err
		}
		if at >= cutoff && some.bytes >= bytes {
			some.oldest = at
			return false, nil
		}
		if some.count == 0 {
			some.first = seq
		}
		some.count, some.last, some.bytes = some.count+1, seq, some.bytes+size
		return true, nil
	})
	return some, err
}

// delete deletes the messages, and what the index has of them. The last of the hours may
// go on.
func (some *doomed) delete(tx *sql.Tx) error {
	if err := unindex(tx, some.first, some.last); err != nil {
		return err
	}
	_, err := tx.Exec(`DELETE FROM rooms WHERE room IN (SELECT DISTINCT room FROM messages WHERE seq BETWEEN ?1 AND ?2) AND seq <= ?2;
		DELETE FROM messages WHERE seq BETWEEN ?1 AND ?2;
		DELETE FROM hours WHERE seq < (SELECT max(seq) FROM hours WHERE seq <= ?2);
		UPDATE meta SET bytes = max(0, bytes - ?3)`, int64(some.first), int64(some.last), some.bytes)
	return err
}
