package history

import (
	"database/sql"

	"salon/room/state"
)

const (
	// indexEvents is how many messages one transaction adds to the index.
	indexEvents = 50
	// mergePages is how many pages of the index one transaction merges.
	mergePages = 16
)

// indexSome indexes the next messages, and returns up to which sequence number messages
// are indexed, and up to which they are written.
func indexSome(tx *sql.Tx) (more bool, done, end int64, err error) {
	if err := tx.QueryRow(`SELECT indexed, applied FROM meta`).Scan(&done, &end); err != nil || done >= end {
		return false, done, end, err
	}
	list, err := indexable(tx, `seq > ? AND seq <= ? ORDER BY seq LIMIT ?`, done, end, indexEvents)
	if err != nil {
		return false, done, end, err
	}
	for _, w := range list {
		if _, err := tx.Exec(`INSERT INTO words (rowid, author, text) VALUES (?, ?, ?)`, w.seq, w.author, w.text); err != nil {
			return false, done, end, err
		}
	}
	if done = end; len(list) == indexEvents {
		done = list[indexEvents-1].seq
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

// unindex takes the messages from first to last out of the index. It comes before they are
// deleted or changed: deleting from the index needs their words.
func unindex(tx *sql.Tx, first, last state.Seq) error {
	list, err := indexable(tx, `seq BETWEEN ? AND ? AND seq <= (SELECT indexed FROM meta)`, int64(first), int64(last))
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
