package history

import (
	"database/sql"
	"errors"
	"fmt"

	"modernc.org/sqlite"
)

// application marks a file as salon's (PRAGMA application_id): "saln".
const application = 0x73616c6e

// format is what PRAGMA user_version says of a file with this schema. Format 1 is
// brought up to it when a server opens it, see migrate.go; a later one is refused
// with ErrNewer.
const format = 2

// schema is what a new file begins with.
const schema = `
CREATE TABLE meta(
	id      INTEGER PRIMARY KEY CHECK (id = 1),
	program TEXT NOT NULL,    -- the last that opened the file for writing
	file    INTEGER NOT NULL, -- drawn at random: tells this file from any other
	applied INTEGER NOT NULL, -- the place up to which messages is complete
	indexed INTEGER NOT NULL, -- the place up to which words is complete
	bytes   INTEGER NOT NULL  -- of messages, about: what retention by size counts
);
INSERT INTO meta VALUES (1, '', random(), 0, 0, 0);

CREATE TABLE log( -- every event that no snapshot covers yet
	seq   INTEGER PRIMARY KEY, -- its place: the order of everything
	stamp INTEGER NOT NULL,    -- the log's own clock, in microseconds
	event TEXT NOT NULL        -- JSON
);

CREATE TABLE messages( -- what people said and were shown, with the gaps in it
	seq            INTEGER PRIMARY KEY,
	time           INTEGER NOT NULL, -- microseconds since 1970
	origin         INTEGER NOT NULL, -- ID
	n              INTEGER NOT NULL,
	kind           TEXT NOT NULL,
	room           TEXT NOT NULL DEFAULT '',
	author         TEXT NOT NULL,    -- '' for the console
	account        INTEGER NOT NULL DEFAULT 0, -- the author's; 0: none
	member_origin  INTEGER NOT NULL DEFAULT 0, -- who the author was in the room: an ID; 0 0: not known
	member_n       INTEGER NOT NULL DEFAULT 0,
	session_origin INTEGER NOT NULL DEFAULT 0, -- which session the author spoke through: an ID; 0 0: not known
	session_n      INTEGER NOT NULL DEFAULT 0,
	text           TEXT NOT NULL,
	body           TEXT              -- JSON: what the columns do not say
);
CREATE INDEX messages_gaps ON messages(seq) WHERE kind = 'gap';

CREATE TABLE hours( -- which messages are of another hour than the one before
	seq  INTEGER PRIMARY KEY,
	hour INTEGER NOT NULL -- since 1970
);
CREATE INDEX hours_hour ON hours(hour);

CREATE TABLE snapshot(
	id    INTEGER PRIMARY KEY CHECK (id = 1),
	seq   INTEGER NOT NULL,
	stamp INTEGER NOT NULL, -- the log's clock when it was written, in microseconds
	time  INTEGER NOT NULL, -- the wall's then, in microseconds since 1970
	state TEXT              -- JSON
);

CREATE VIRTUAL TABLE words USING fts5(author, text, content='', tokenize='ascii', prefix='2 3');
INSERT INTO words(words, rank) VALUES ('automerge', 0); -- maintenance merges, in small steps
INSERT INTO words(words, rank) VALUES ('secure-delete', 1); -- words that are taken out are overwritten
`

// Errors of Open, which nothing but somebody's decision can mend. None of them
// changes the file.
var (
	ErrInUse   = errors.New("another salon is using this directory")
	ErrForeign = errors.New("it is not a salon's: move it away to begin a new one")
	ErrDamaged = errors.New("it is damaged: move it away to begin a new one, or restore a copy")
	ErrNewer   = errors.New("a newer salon wrote it: start that one")

	ErrDirectory = errors.New("it is a directory: move it away to begin a new one")
)

// Errors of OpenReader.
var (
	// ErrReadOnly says that what was said last is in a file beside, which is only read
	// where one can write.
	ErrReadOnly = errors.New("it was not closed, and can only be read where one can write: copy the directory there")
	// ErrOlder says that the file is of an earlier format.
	ErrOlder = errors.New("an older salon wrote it: start salon serve on it once, which brings it up to date")
)

// identify returns the format of a file, 0 for an empty one, and refuses what is not
// ours to write to.
func identify(db *sql.DB) (version int, err error) {
	var mark, tables int
	if err := ask(db, map[string]*int{`PRAGMA application_id`: &mark, `PRAGMA user_version`: &version, `SELECT count(*) FROM sqlite_schema`: &tables}); err != nil {
		return 0, err
	}
	switch {
	case tables > 0 && mark != application:
		return 0, ErrForeign
	case version > format:
		return 0, &NewerError{writtenBy(db), version}
	}
	return version, nil
}

// NewerError is ErrNewer with what the file says of itself.
type NewerError struct {
	Program string // that wrote it; "" where it does not say
	Format  int
}

func (e *NewerError) Error() string {
	return fmt.Sprintf("%v (by %q, in format %d; this one knows formats up to %d)", ErrNewer, e.Program, e.Format, format)
}

// Is has the error be ErrNewer.
func (e *NewerError) Is(target error) bool { return target == ErrNewer }

// writtenBy returns which program wrote a file, where a later format still says so.
func writtenBy(db *sql.DB) (program string) {
	if err := db.QueryRow(`SELECT program FROM meta`).Scan(&program); err != nil {
		return ""
	}
	return program
}

// ask reads one number for each question.
func ask(db *sql.DB, questions map[string]*int) error {
	for q, into := range questions {
		if err := db.QueryRow(q).Scan(into); err != nil {
			return err
		}
	}
	return nil
}

// create gives an empty file the schema.
func create(tx *sql.Tx) error {
	_, err := tx.Exec(schema + marked)
	return err
}

var marked = fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d;", application, format)

func inTransaction(db *sql.DB, do func(*sql.Tx) error) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := do(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// The primary result codes of SQLite that are told apart (sqlite.org/rescode.html).
const (
	codeBusy     = 5
	codeCorrupt  = 11
	codeFull     = 13
	codeCantOpen = 14
	codeNotADB   = 26
)

// code returns an error's primary result code; 0 when it is not SQLite's.
func code(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() & 0xff
	}
	return 0
}

// explain says what an error of opening a file means.
func explain(err error) error {
	switch code(err) {
	case codeCorrupt, codeNotADB:
		return fmt.Errorf("%w (%w)", ErrDamaged, err)
	}
	return err
}
