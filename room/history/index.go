package history

import (
	"database/sql"
	"time"

	"salon/room/state"
)

const (
	// indexEvents is how many messages one transaction adds to the index.
	indexEvents = 100
	// mergePages is how many pages of the index one transaction merges.
	mergePages = 16
)

// indexSome indexes the next messages, and returns up to which sequence number messages
// are indexed, and up to which they are written.
func indexSome(tx *sql.Tx) (more bool, done, end int64, err error) {
	if err := tx.QueryRow(`SELECT indexed, applied FROM meta`).Scan(&done, &end); err != nil || done >= end {
		return false, done, end, err
	}
	all, err := indexable(tx, `seq > ? AND seq <= ? ORDER BY seq LIMIT ?`, done, end, indexEvents)
	if err != nil {
		return false, done, end, err
	}
	for _, w := range all {
		if _, err := tx.Exec(`INSERT INTO words (rowid, author, text) VALUES (?, ?, ?)`, w.seq, w.author, w.text); err != nil {
			return false, done, end, err
		}
	}
	if done = end; len(all) == indexEvents {
		done = all[indexEvents-1].seq
	}
	_, err = tx.Exec(`UPDATE meta SET indexed = ?`, done)
	return true, done, end, err
}

// mergeSome merges pieces of the index, of which each transaction adds some.
func mergeSome(tx *sql.Tx) (more bool, err error) {
	var before, after int
	if err := tx.QueryRow(`SELECT total_changes()`).Scan(&before); err != nil {
		return false, err
	}
	if _, err := tx.Exec(`INSERT INTO words (words, rank) VALUES ('merge', ?)`, mergePages); err != nil {
		return false, err
	}
	err = tx.QueryRow(`SELECT total_changes()`).Scan(&after)
	return after-before >= 2, err // fewer mean that there was nothing to merge (sqlite.org/fts5.html)
}

// indexed is what the index has of a message.
type indexed struct {
	seq          int64
	author, text string // as words returns them
}

// indexable returns what the index has, or is to have, of the messages of a condition.
func indexable(tx *sql.Tx, where string, args ...any) (all []indexed, err error) {
	rows, err := tx.Query(`SELECT seq, author, text FROM messages WHERE `+where, args...)
	err = eachRow(rows, err, func() (bool, error) {
		var w indexed
		err := rows.Scan(&w.seq, &w.author, &w.text)
		w.author, w.text = words(w.author), words(w.text)
		all = append(all, w)
		return true, err
	})
	return all, err
}

// unindex takes the messages from first to last out of the index. It comes before they are
// deleted or changed: deleting from the index needs their words.
func unindex(tx *sql.Tx, first, last state.Seq) error {
	all, err := indexable(tx, `seq BETWEEN ? AND ? AND seq <= (SELECT indexed FROM meta)`, int64(first), int64(last))
	if err != nil {
		return err
	}
	for _, w := range all {
		if _, err := tx.Exec(`INSERT INTO words (words, rowid, author, text) VALUES ('delete', ?, ?, ?)`, w.seq, w.author, w.text); err != nil {
			return err
		}
	}
	return nil
}

const (
	// reportFrom is the size of a job from which on its progress is reported.
	reportFrom = 5000
	// reportEvery is the time between two reports.
	reportEvery = time.Second
)

// progress reports how far a long job is: once in a while, and at the end.
type progress struct {
	report      func(done, total int64) // nil: nobody asks
	first, last int64                   // sequence numbers between which the job works
	reported    time.Time
}

// at notes that the job has reached seq. The first call that finds last unset also takes
// both ends of the job from its arguments.
func (p *progress) at(seq, end int64) {
	if p.last == 0 {
		p.first, p.last = seq, end
	}
	if p.report == nil || p.last-p.first < reportFrom || seq < p.last && time.Since(p.reported) < reportEvery {
		return
	}
	p.reported = time.Now()
	p.report(min(seq, p.last)-p.first, p.last-p.first)
	if seq >= p.last {
		p.report = nil
	}
}
