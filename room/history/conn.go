package history

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"salon/room/state"
)

// conn is one connection that writes, with the statements of every batch. Nil is a
// connection that is not open.
type conn struct {
	*sql.DB
	insertEntry, insertMessage, insertHour, insertRoom, updateApplied *sql.Stmt
}

// prepare prepares the statements of a batch.
func (c *conn) prepare() (err error) {
	for statement, into := range map[string]**sql.Stmt{
		`INSERT OR REPLACE INTO log VALUES (?, ?, ?)`: &c.insertEntry,
		insertMessage: &c.insertMessage,
		`INSERT OR REPLACE INTO hours VALUES (?, ?)`:                               &c.insertHour,
		`INSERT OR REPLACE INTO rooms VALUES (?, ?)`:                               &c.insertRoom,
		`UPDATE meta SET applied = max(applied, ?), bytes = bytes + ?, roomed = ?`: &c.updateApplied,
	} {
		if *into, err = c.Prepare(statement); err != nil {
			return err
		}
	}
	return nil
}

var errNotOpen = errors.New("the file is not open")

// transaction commits what do executes, or nothing of it.
func (c *conn) transaction(do func(*sql.Tx) error) error {
	if c == nil {
		return errNotOpen
	}
	tx, err := c.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := do(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// wait sets for how many milliseconds the connection waits for another process.
func (c *conn) wait(millis int) error {
	_, err := c.Exec(fmt.Sprintf(`PRAGMA busy_timeout = %d`, millis))
	return err
}

// querier is a database or one of its transactions.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// eachRow calls do for every row that a query returned with err, until do returns false. It
// closes the rows.
func eachRow(rows *sql.Rows, err error, do func() (more bool, err error)) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if more, err := do(); err != nil || !more {
			return err
		}
	}
	return rows.Err()
}

// seqsOf returns the numbers of events that a query returned with err.
func seqsOf(rows *sql.Rows, err error) (seqs []state.Seq, _ error) {
	err = eachRow(rows, err, func() (bool, error) {
		var seq state.Seq
		err := rows.Scan(&seq)
		seqs = append(seqs, seq)
		return true, err
	})
	return seqs, err
}

// openReaders opens a few connections that cannot write, and returns the file's format.
func openReaders(path string, options ...string) (db *sql.DB, version int, err error) {
	db, err = sql.Open("sqlite", dsn(path, "busy_timeout(5000)", "query_only(1)")+"&"+strings.Join(append(options, "mode=ro"), "&"))
	if err != nil {
		return nil, 0, err
	}
	db.SetMaxOpenConns(4)
	db.SetMaxIdleConns(4)
	if version, err = identify(db); err != nil {
		db.Close()
		return nil, 0, err
	}
	return db, version, nil
}

// dsn names a file to the driver, whatever characters its path holds.
func dsn(path string, pragmas ...string) string {
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: url.Values{"_pragma": pragmas}.Encode()}
	return u.String()
}
