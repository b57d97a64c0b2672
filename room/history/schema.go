package history

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"salon/room/state"
)

// application marks a file as salon's (PRAGMA application_id): "saln".
const application = 0x73616c6e

// format is the PRAGMA user_version of a file with this schema. Open migrates format 1,
// see migration, and format 2, see beforeFormat3, and refuses later ones with ErrNewer.
const format = 3

// schema creates the tables of a new file.
const schema = `
CREATE TABLE meta(
	id      INTEGER PRIMARY KEY CHECK (id = 1),
	program TEXT NOT NULL,    -- the last that opened the file for writing
	file    INTEGER NOT NULL, -- drawn at random: tells this file from any other
	applied INTEGER NOT NULL, -- the place up to which messages is complete
	indexed INTEGER NOT NULL, -- the place up to which words is complete
	bytes   INTEGER NOT NULL, -- of messages, about: what retention by size counts
	roomed  INTEGER NOT NULL DEFAULT 0 -- the first message that rooms has; 0: none
);
INSERT INTO meta VALUES (1, '', random(), 0, 0, 0, 0);

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
	room           TEXT NOT NULL DEFAULT '', -- its ID; '' for the first, and for all
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
` + rooms + `
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

// rooms creates the table that finds the messages of a room. Those before meta.roomed are not
// in it, which are all of the first room: a file costs no more as long as there is no other.
const rooms = `
CREATE TABLE rooms(
	room TEXT NOT NULL,    -- as in messages
	seq  INTEGER NOT NULL,
	PRIMARY KEY (room, seq)
) WITHOUT ROWID;
`

// beforeFormat3 brings a file of format 2 up to date.
const beforeFormat3 = `ALTER TABLE meta ADD COLUMN roomed INTEGER NOT NULL DEFAULT 0;` + rooms

// Errors of [Open] and [OpenReader], after which the file is as it was: somebody has to
// decide what to do.
var (
	ErrInUse     = errors.New("another salon is using this directory")
	ErrForeign   = errors.New("it is not a salon's: move it away to begin a new one")
	ErrDamaged   = errors.New("it is damaged: move it away to begin a new one, or restore a copy")
	ErrNewer     = errors.New("a newer salon wrote it: start that one")
	ErrDirectory = errors.New("it is a directory: move it away to begin a new one")

	// ErrFull is an error of Backup: there is no room for the copy.
	ErrFull = errors.New("the disk of the copy is full")
	// ErrReadOnly is an error of OpenReader: the last messages are in a second file, which
	// can only be read where one can write.
	ErrReadOnly = errors.New("it was not closed, and can only be read where one can write: copy the directory there")
	// ErrOlder is an error of OpenReader: the file is of an earlier format.
	ErrOlder = errors.New("an older salon wrote it: start salon serve on it once, which brings it up to date")
)

// NewerError is ErrNewer with what the file says about its writer.
type NewerError struct {
	Program string // that wrote the file; "" if the file does not say
	Format  int
}

func (e *NewerError) Error() string {
	return fmt.Sprintf("%v (by %q, in format %d; this one knows formats up to %d)", ErrNewer, e.Program, e.Format, format)
}

// Is makes the error match ErrNewer.
func (e *NewerError) Is(target error) bool { return target == ErrNewer }

// identify returns the format of a file, 0 for an empty one. It fails for a file that this
// program must not write to.
func identify(db *sql.DB) (version int, err error) {
	var mark, tables int
	err = db.QueryRow(`SELECT * FROM pragma_application_id, pragma_user_version, (SELECT count(*) FROM sqlite_schema)`).Scan(&mark, &version, &tables)
	if err != nil {
		return 0, err
	}
	switch {
	case tables > 0 && mark != application:
		return 0, ErrForeign
	case version > format:
		newer := &NewerError{Format: version}
		_ = db.QueryRow(`SELECT program FROM meta`).Scan(&newer.Program) // a later format may not say it
		return 0, newer
	}
	return version, nil
}

// marked are the statements that mark a file as one of today's format.
var marked = fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d;", application, format)

// code returns the primary result code of an error (sqlite.org/rescode.html); 0 if it is
// not SQLite's.
func code(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() & 0xff
	}
	return 0
}

// explain wraps an error that means damage in ErrDamaged.
func explain(err error) error {
	if c := code(err); c == sqlite3.SQLITE_CORRUPT || c == sqlite3.SQLITE_NOTADB {
		return fmt.Errorf("%w (%w)", ErrDamaged, err)
	}
	return err
}

// content describes what a file holds.
type content struct {
	file        int64        // identifies the file
	applied     state.Seq    // up to which the table messages is complete
	kept        state.Seq    // from which on the log has every event; 0: not known
	last        state.Seq    // the last that it knows of: in the log, covered by the snapshot, or applied
	moment      state.Moment // the latest that the file knows of
	messageTime int64        // of the last message, in microseconds since 1970; 0: there is none
	hour        int64        // of the last message; -1: there is none
	roomed      state.Seq    // see meta
}

func (c *content) written() written { return written{c.hour, c.roomed} }

// readContent reads what a file holds.
func readContent(db *sql.DB) (c content, err error) {
	var snapshot, stamp, wall, entryStamp int64 // -1: there is none
	var last state.Seq
	var event []byte
	err = db.QueryRow(`SELECT file, applied, roomed, ifnull((SELECT time FROM messages ORDER BY seq DESC LIMIT 1), 0),
		ifnull((SELECT hour FROM hours ORDER BY seq DESC LIMIT 1), -1),
		ifnull(snapshot.seq, -1), ifnull(snapshot.stamp, 0), ifnull(snapshot.time, 0),
		ifnull((SELECT min(seq) FROM log), 0), ifnull(entry.seq, 0), ifnull(entry.stamp, -1), ifnull(entry.event, '')
		FROM meta LEFT JOIN snapshot LEFT JOIN (SELECT * FROM log ORDER BY seq DESC LIMIT 1) AS entry`).Scan(
		&c.file, &c.applied, &c.roomed, &c.messageTime, &c.hour, &snapshot, &stamp, &wall, &c.kept, &last, &entryStamp, &event)
	if err != nil {
		return c, err
	}
	if snapshot >= 0 {
		c.last, c.kept = state.Seq(snapshot), state.Seq(snapshot)+1
		c.moment = state.Moment{Time: time.UnixMicro(wall), Stamp: time.Duration(stamp) * time.Microsecond}
	}
	c.last = max(c.last, c.applied, last)
	if at := time.Duration(entryStamp) * time.Microsecond; at >= c.moment.Stamp {
		var e struct{ Time time.Time }
		_ = json.Unmarshal(event, &e) // Follow reports an event that cannot be read; without its time the clock goes on from the stamp
		c.moment = state.Moment{Time: e.Time, Stamp: at}
	}
	return c, nil
}
