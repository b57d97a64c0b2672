package history

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
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
	if fileSize(path+"-wal") > 0 {
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
	gone     taken     // what takes back messages that are still in the table
	looked   state.Seq // up to which the log was looked through for that
}

func (x *exporter) export(db *sql.DB) error {
	var done, total int64
	if err := db.QueryRowContext(x.ctx, `SELECT count(*) FROM messages`).Scan(&total); err != nil && !damaged(err) {
		return err
	}
	for n := exportEvents; n == exportEvents; {
		var err error
		if n, err = x.next(db); err != nil {
			return err
		}
		if done += int64(n); x.progress != nil {
			x.progress(done, max(done, total))
		}
	}
	return x.rest(db)
}

// next writes the next messages, and returns how many there were. The file is not read
// meanwhile: writing may take long.
func (x *exporter) next(db *sql.DB) (int, error) {
	tx, err := db.BeginTx(x.ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return 0, err
	}
	batch, err := x.some(tx)
	tx.Rollback()
	if err != nil {
		return 0, err
	}
	return len(batch), x.write(batch)
}

// some reads the next messages, as they are when the log is looked through for what takes
// some of them back.
func (x *exporter) some(tx *sql.Tx) ([]*message, error) {
	x.messages.db = tx
	batch, err := x.messages.some(x.ctx, exportEvents)
	if err != nil {
		return nil, err
	}
	return batch, x.look(tx)
}

// look looks through the log for what takes messages back.
func (x *exporter) look(tx *sql.Tx) error {
	var last state.Seq
	var erases bool
	err := tx.QueryRowContext(x.ctx, `SELECT ifnull(max(seq), 0) FROM log`).Scan(&last)
	if err == nil && last > x.looked {
		err = tx.QueryRowContext(x.ctx, `SELECT EXISTS (SELECT 1 FROM log WHERE seq > ? AND `+erasesSQL+`)`, int64(x.looked)).Scan(&erases)
		x.looked = last
	}
	if err == nil && erases {
		var r replayed
		r, err = replay(x.ctx, tx)
		x.gone = r.gone
	}
	return x.unlessDamaged(err)
}

// unlessDamaged notes that the log is damaged, or returns another error.
func (x *exporter) unlessDamaged(err error) error {
	if err == nil || x.ctx.Err() != nil || !damaged(err) {
		return err
	}
	x.damage.add(Damage{Part: "log", After: x.messages.last, Err: err})
	return nil
}

// rest writes what was said since, as the file has it at one moment: what is among the
// messages by then, and what is still in the log alone.
func (x *exporter) rest(db *sql.DB) error {
	tx, err := db.BeginTx(x.ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for n := exportEvents; n == exportEvents; {
		batch, err := x.some(tx)
		if err == nil {
			err = x.write(batch)
		}
		if n = len(batch); err != nil {
			return err
		}
	}
	r, err := replay(x.ctx, tx)
	if err := x.unlessDamaged(err); err != nil {
		return err
	}
	x.gone = r.gone
	for _, s := range newSpoken(r.said) {
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
	Room   string    `json:"room,omitempty"`   // none: the first, or all
	Author string    `json:"author,omitempty"` // none: the console
	Text   string    `json:"text,omitempty"`
	Action bool      `json:"action,omitempty"`
	// Removed says that the message was taken back, by RemovedBy; none: the console.
	Removed   bool      `json:"removed,omitempty"`
	RemovedBy string    `json:"removed_by,omitempty"`
	ID        string    `json:"id,omitempty"`    // none: a gap
	Until     time.Time `json:"until,omitzero"`  // of a gap
	Count     int       `json:"count,omitempty"` // of a gap: messages missing, if known
}

func (x *exporter) write(messages []*message) error {
	for _, m := range messages {
		m, err := x.left(m)
		if err != nil {
			x.damage.add(Damage{Part: "messages", After: m.seq - 1, Before: m.seq + 1, Err: err})
			continue
		}
		line := exported{Seq: m.seq, Time: time.UnixMicro(m.time).UTC(), Kind: m.kind, Author: string(m.Author), Text: m.Text}
		if m.id != (state.ID{}) {
			line.ID = m.id.String()
		}
		if err := line.addBody(m.body); err != nil {
			x.damage.add(Damage{Part: "messages", After: m.seq - 1, Before: m.seq + 1, Err: err})
			continue
		}
		if err := x.lines.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

// left returns what is left of a message that may have been taken back.
func (x *exporter) left(m *message) (*message, error) {
	if len(x.gone) == 0 {
		return m, nil
	}
	e, err := m.event()
	e, less := x.gone.from(e)
	if err != nil || !less {
		return m, err
	}
	return newMessage(e)
}

// addBody adds what the columns of a message do not say.
func (line *exported) addBody(body string) error {
	if body == "" {
		return nil
	}
	var rest struct {
		In      string         `json:"in"`
		Action  bool           `json:"action"`
		Removed *state.Removal `json:"removed"`
		To      time.Time      `json:"to"`
		Count   int            `json:"count"`
	}
	if err := json.Unmarshal([]byte(body), &rest); err != nil {
		return err
	}
	line.Room, line.Action, line.Until, line.Count = rest.In, rest.Action, rest.To.UTC(), rest.Count
	if rest.Removed != nil {
		line.Removed, line.RemovedBy = true, string(rest.Removed.By)
	}
	return nil
}
