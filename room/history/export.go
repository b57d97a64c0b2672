package history

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"time"

	sqlite3 "modernc.org/sqlite/lib"

	"salon/room/state"
)

// exportEvents is how many messages are read at a time, so that neither memory nor the
// write-ahead log grows while the other end is slow.
const exportEvents = 1000

// Reader reads a history, also while a server writes to it. Its methods may be called at
// the same time.
type Reader struct {
	db   *sql.DB
	path string
}

// OpenReader opens the history of a directory for reading only. One of an earlier format is
// ErrOlder until a server has migrated it; other errors are fs.ErrNotExist, ErrForeign,
// ErrDamaged, ErrNewer, ErrDirectory and ErrReadOnly. The caller must call Close.
func OpenReader(dir string) (*Reader, error) {
	path, err := filepath.Abs(filepath.Join(dir, FileName))
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		return nil, fmt.Errorf("read history: %w", err)
	}
	db, err := openFile(path)
	if code(err) == sqlite3.SQLITE_CANTOPEN {
		db, err = openImmutable(path)
	}
	if err != nil {
		return nil, fmt.Errorf("read history: %s: %w", path, explain(err))
	}
	return &Reader{db, path}, nil
}

// openFile opens a file of today's format.
func openFile(path string, options ...string) (*sql.DB, error) {
	if err := notDirectory(path); err != nil {
		return nil, err
	}
	db, version, err := openReaders(path, options...)
	if err == nil && version < format {
		db.Close()
		return nil, ErrOlder
	}
	return db, err
}

// openImmutable opens a file on a medium that cannot be written, where SQLite cannot create
// the files that it needs: nobody changes it, or those files would exist.
func openImmutable(path string) (*sql.DB, error) {
	if _, err := os.Stat(path + "-shm"); err == nil {
		return nil, ErrReadOnly
	}
	if info, err := os.Stat(path + "-wal"); err == nil && info.Size() > 0 {
		return nil, ErrReadOnly
	}
	return openFile(path, "immutable=1")
}

// Close closes the file.
func (r *Reader) Close() error { return r.db.Close() }

// Export writes the messages as JSON, one object a line, oldest first, in UTC, with the
// gaps; also those that are still in the log alone. What is said meanwhile may be among
// them or not. What is damaged is left out; then, after all the rest is written, the error is
// a [*DamagedError]. progress, if not nil, is called with how many messages are written of how
// many there were.
func (r *Reader) Export(ctx context.Context, w io.Writer, progress func(done, total int64)) error {
	out := bufio.NewWriter(w)
	x := exporter{ctx: ctx, lines: json.NewEncoder(out), progress: progress}
	x.messages = messageWalk(ctx, r.db, &x.damage)
	x.lines.SetEscapeHTML(false)
	err := x.export(r.db)
	if flushed := out.Flush(); err == nil {
		err = flushed
	}
	if err == nil {
		err = x.damage.found()
	}
	if err != nil {
		return fmt.Errorf("export: %w", explain(err))
	}
	return nil
}

// exporter is one export.
type exporter struct {
	ctx      context.Context
	lines    *json.Encoder
	messages *walk[*message]
	damage   DamagedError
	progress func(done, total int64)
}

func (x *exporter) export(db *sql.DB) error {
	var done, total int64
	if err := db.QueryRowContext(x.ctx, `SELECT count(*) FROM messages`).Scan(&total); err != nil && !damaged(err) {
		return err
	}
	for n := exportEvents; n == exportEvents; {
		var err error
		if n, err = x.some(); err != nil {
			return err
		}
		if done += int64(n); x.progress != nil {
			x.progress(done, max(done, total))
		}
	}
	return x.rest(db)
}

// some writes the next messages, and returns how many there were.
func (x *exporter) some() (int, error) {
	batch, err := x.messages.some(x.ctx, exportEvents)
	if err != nil {
		return 0, err
	}
	return len(batch), x.write(batch) // after the rows are closed: writing may take long
}

// rest writes what was said since, as the file has it at one moment: what is among the
// messages by then, and what is still in the log alone.
func (x *exporter) rest(db *sql.DB) error {
	tx, err := db.BeginTx(x.ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer tx.Rollback()
	x.messages.db = tx
	for n := exportEvents; n == exportEvents; {
		if n, err = x.some(); err != nil {
			return err
		}
	}
	said, err := replay(x.ctx, tx)
	if err != nil {
		if x.ctx.Err() != nil || !damaged(err) {
			return err
		}
		x.damage.add(Damage{Part: "log", After: x.messages.last, Err: err})
	}
	for _, s := range newSpoken(said) {
		if err := x.write([]*message{s.row}); err != nil {
			return err
		}
	}
	return nil
}

// exported is one line of an export.
type exported struct {
	Seq    state.Seq `json:"seq"`
	Time   time.Time `json:"time"`
	Kind   string    `json:"kind"`
	Author string    `json:"author,omitempty"` // none: the console
	Text   string    `json:"text,omitempty"`
	Action bool      `json:"action,omitempty"`
	ID     string    `json:"id,omitempty"`    // none: a gap
	Until  time.Time `json:"until,omitzero"`  // of a gap
	Count  int       `json:"count,omitempty"` // of a gap: messages missing, if known
}

func (x *exporter) write(messages []*message) error {
	for _, m := range messages {
		line := exported{Seq: m.seq, Time: time.UnixMicro(m.time).UTC(), Kind: m.kind, Author: string(m.Author), Text: m.Text}
		if m.id != (state.ID{}) {
			line.ID = m.id.String()
		}
		if m.body != "" {
			var rest struct {
				Action bool      `json:"action"`
				To     time.Time `json:"to"`
				Count  int       `json:"count"`
			}
			if err := json.Unmarshal([]byte(m.body), &rest); err != nil {
				x.damage.add(Damage{Part: "messages", After: m.seq - 1, Before: m.seq + 1, Err: err})
				continue
			}
			line.Action, line.Until, line.Count = rest.Action, rest.To.UTC(), rest.Count
		}
		if err := x.lines.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

// replay returns what was said and shown and is not among the messages yet: it applies the
// log to the snapshot's State, as a room does that starts.
func replay(ctx context.Context, db querier) (said []state.Event, err error) {
	var applied, last state.Seq
	if err := db.QueryRowContext(ctx, `SELECT applied, ifnull((SELECT max(seq) FROM log), 0) FROM meta`).Scan(&applied, &last); err != nil || last <= applied {
		return nil, err
	}
	st := state.NewState()
	var data []byte
	switch err := db.QueryRowContext(ctx, `SELECT state FROM snapshot`).Scan(&data); {
	case err != nil && !errors.Is(err, sql.ErrNoRows):
		return nil, err
	case data != nil:
		if st, err = state.DecodeState(data); err != nil {
			return nil, fmt.Errorf("snapshot: %w", err)
		}
	}
	var events []state.Event
	for next := st.Applied() + 1; ; next = events[len(events)-1].Seq + 1 {
		events, err = readLog(ctx, db, next, math.MaxInt64, exportEvents, events[:0])
		if err != nil || len(events) == 0 {
			return said, err
		}
		for _, e := range events {
			if out := st.Apply(e); out.Shown && e.Seq > applied && state.KindOf(e.Body).Spoken {
				said = append(said, out.Event)
			}
		}
	}
}
