package history

import (
	"context"
	"database/sql"
	"time"
)

// Measures of the making of the index.
const (
	// indexEvents is how many messages go into the index at a time, and indexSome
	// how many when a commit waits.
	indexEvents = 200
	indexSome   = 25
	// mergePages is how much of the index is put in order at a time.
	mergePages = 16
	// manyToTell is from how many messages or places on progress is reported.
	manyToTell = 5000
	// tellEvery is how often.
	tellEvery = time.Second
)

// index brings the index up to all that is written.
func (c *maintenance) index(ctx context.Context) error {
	p := progress{tell: c.progress, told: time.Now()}
	for ctx.Err() == nil {
		var done, end int64
		err := c.transaction(ctx, func(tx *sql.Tx) (err error) {
			done, end, err = indexSomeRows(tx, &c.history.disk)
			return err
		})
		if err != nil {
			return err
		}
		if p.at(done, end); done >= end && p.first >= end {
			return nil // there was nothing to do
		}
		if err := c.merge(ctx); err != nil {
			return err
		}
		if done >= end {
			return nil
		}
	}
	return ctx.Err()
}

// progress tells how something comes along that takes long: once in a while, and at
// the end.
type progress struct {
	tell        func(done, total int64) // nil: nobody wants to know
	first, last int64                   // places
	told        time.Time
	over        bool
}

// at is told the place that was come to, and the last there is.
func (p *progress) at(done, end int64) {
	if p.last == 0 {
		p.first, p.last = done, end
	}
	if p.tell == nil || p.over || p.last-p.first < manyToTell {
		return
	}
	p.over = done >= p.last
	if now := time.Now(); p.over || now.Sub(p.told) >= tellEvery {
		p.told = now
		p.tell(min(done, p.last)-p.first, p.last-p.first)
	}
}

// merge joins the pieces of the index that each batch adds, a few pages at a
// time, until they are few.
func (c *maintenance) merge(ctx context.Context) error {
	for ctx.Err() == nil {
		var before, after int
		if err := c.transaction(ctx, func(tx *sql.Tx) error {
			if err := tx.QueryRow(`SELECT total_changes()`).Scan(&before); err != nil {
				return err
			}
			if _, err := tx.Exec(`INSERT INTO words (words, rank) VALUES ('merge', ?)`, mergePages); err != nil {
				return err
			}
			return tx.QueryRow(`SELECT total_changes()`).Scan(&after)
		}); err != nil || after-before < 2 { // as FTS5 says that there was nothing to do
			return err
		}
	}
	return ctx.Err()
}

// indexSomeRows indexes the next messages, and returns the place that it came to and
// the one up to which there are any.
func indexSomeRows(tx *sql.Tx, d *disk) (done, end int64, err error) {
	if err := tx.QueryRow(`SELECT indexed, applied FROM meta`).Scan(&done, &end); err != nil || done >= end {
		return done, end, err
	}
	batch, err := indexable(tx, `seq > ? AND seq <= ? ORDER BY seq LIMIT ?`, done, end, indexEvents)
	if err != nil {
		return done, end, err
	}
	n := len(batch)
	for i, w := range batch {
		if i >= indexSome && d.wanted.Load() > 0 {
			n = i
			break
		}
		if _, err := tx.Exec(`INSERT INTO words (rowid, author, text) VALUES (?, ?, ?)`, w.seq, w.author, w.text); err != nil {
			return done, end, err
		}
	}
	if n < indexEvents && n == len(batch) {
		done = end
	} else {
		done = batch[n-1].seq
	}
	_, err = tx.Exec(`UPDATE meta SET indexed = ?`, done)
	return done, end, err
}

// indexed is what the index has of a message.
type indexed struct {
	seq          int64
	author, text string // as words gives them
}

// indexable returns what the index has, or is to have, of the messages of a condition.
func indexable(tx *sql.Tx, where string, args ...any) ([]indexed, error) {
	rows, err := tx.Query(`SELECT seq, author, text FROM messages WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []indexed
	for rows.Next() {
		var w indexed
		if err := rows.Scan(&w.seq, &w.author, &w.text); err != nil {
			return nil, err
		}
		w.author, w.text = words(w.author), words(w.text)
		list = append(list, w)
	}
	return list, rows.Err()
}

// unindex takes messages of a condition out of the index, as far as they are in it.
// It has to come before they are deleted or changed: the index knows their words from
// whoever takes them out.
func unindex(tx *sql.Tx, where string, args ...any) error {
	list, err := indexable(tx, where+` AND seq <= (SELECT indexed FROM meta)`, args...)
	if err != nil {
		return err
	}
	for _, w := range list {
		if _, err := tx.Exec(`INSERT INTO words (words, rowid, author, text) VALUES ('delete', ?, ?, ?)`, w.seq, w.author, w.text); err != nil {
			return err
		}
	}
	return nil
}
