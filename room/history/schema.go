package history

import (
	"database/sql"
	"errors"
	"fmt"

	"modernc.org/sqlite"
)

// application marks a file as salon's (PRAGMA application_id): "saln".
const application = 0x73616c6e

// migrations make a file's schema what it is, in order. PRAGMA user_version says
// how many of them a file has seen. They are never changed, only added to.
var migrations = []string{`
CREATE TABLE meta(
	id       INTEGER PRIMARY KEY CHECK (id = 1),
	reserved INTEGER NOT NULL, -- the last place that may have been given
	indexed  INTEGER NOT NULL, -- the last place that the index knows
	bytes    INTEGER NOT NULL, -- of what was said, as retention counts
	file     INTEGER NOT NULL  -- drawn at random: tells this file from any other
);
INSERT INTO meta VALUES (1, 0, 0, 0, random());

CREATE TABLE boots(
	id    INTEGER PRIMARY KEY,
	name  TEXT NOT NULL UNIQUE, -- the kernel's, for one run of the machine
	ahead INTEGER NOT NULL      -- what the wall showed when it started, in ns, as last seen
);

CREATE TABLE events(
	seq    INTEGER PRIMARY KEY, -- its place: the order of everything
	time   INTEGER NOT NULL,    -- ns since 1970
	boot   INTEGER,             -- of what changes the state: when it happened
	up     INTEGER,             --   in ns since the machine started
	origin INTEGER NOT NULL,    -- ID
	n      INTEGER NOT NULL,
	kind   TEXT NOT NULL,
	author TEXT NOT NULL,
	text   TEXT NOT NULL,
	body   TEXT,                -- JSON: what the columns do not say
	hidden INTEGER NOT NULL     -- 1: refused, nobody was shown it
);
CREATE INDEX events_rare ON events(seq) WHERE kind <> 'said';

CREATE TABLE turns(seq INTEGER PRIMARY KEY); -- places earlier than the one before: the clock was set back

CREATE TABLE snapshot(
	id    INTEGER PRIMARY KEY CHECK (id = 1),
	seq   INTEGER NOT NULL,
	boot  INTEGER NOT NULL,
	ahead INTEGER NOT NULL, -- of that boot, when the snapshot was written
	state BLOB
);

CREATE VIRTUAL TABLE words USING fts5(author, text, content='', contentless_delete=1, tokenize='ascii', prefix='2 3');
INSERT INTO words(words, rank) VALUES ('automerge', 0); -- the clerk merges, in small steps
`}

// Errors of Open, which nothing but somebody's decision can mend. None of them
// changes the file.
var (
	ErrInUse   = errors.New("another salon is using this directory")
	ErrForeign = errors.New("it is not a salon's: move it away to begin a new one")
	ErrDamaged = errors.New("it is damaged: move it away to begin a new one, or restore a copy")
	ErrNewer   = errors.New("a newer salon wrote it: start that one")

	ErrDirectory = errors.New("it is a directory: move it away to begin a new one")
)

// ErrReadOnly is an error of OpenReader: what was said last is in a file beside,
// which is only read where one can write.
var ErrReadOnly = errors.New("it was not closed, and can only be read where one can write: copy the directory there")

// identify refuses a file that is not ours to write to.
func identify(db *sql.DB) error {
	var mark, version, tables int
	if err := ask(db, map[string]*int{`PRAGMA application_id`: &mark, `PRAGMA user_version`: &version, `SELECT count(*) FROM sqlite_schema`: &tables}); err != nil {
		return err
	}
	switch {
	case tables > 0 && mark != application:
		return ErrForeign
	case version > len(migrations):
		return fmt.Errorf("%w (its schema is version %d, ours %d)", ErrNewer, version, len(migrations))
	}
	return nil
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

// migrate brings a file to the last version, each step whole or not at all.
func migrate(db *sql.DB) error {
	version := 0
	if err := ask(db, map[string]*int{`PRAGMA user_version`: &version}); err != nil {
		return err
	}
	for ; version < len(migrations); version++ {
		step := fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d;", application, version+1)
		if err := inTransaction(db, func(tx *sql.Tx) error {
			_, err := tx.Exec(migrations[version] + step)
			return err
		}); err != nil {
			return fmt.Errorf("schema version %d: %w", version+1, err)
		}
	}
	return nil
}

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
