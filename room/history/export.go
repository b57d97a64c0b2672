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

	"salon/room/state"
)

// exportEvents is how many rows are read at a time, so that neither memory nor
// the write-ahead log grows while a slow reader takes its time.
const exportEvents = 1000

// Reader reads a history while a server may be writing to it.
type Reader struct{ db *sql.DB }

// OpenReader opens the history of a directory for reading only. One of an earlier
// format is ErrOlder until a server has brought it up to date.
func OpenReader(dir string) (*Reader, error) {
	path, err := filepath.Abs(filepath.Join(dir, fileName))
	if err != nil {
		return nil, fmt.Errorf("read history: %w", err)
	}
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("read history: %w", err)
	}
	db, err := openFile(path)
	if code(err) == codeCantOpen {
		db, err = openCopy(path)
	}
	if err != nil {
		return nil, fmt.Errorf("read history: %s: %w", path, explain(err))
	}
	return &Reader{db}, nil
}

func openFile(path string, options ...string) (*sql.DB, error) {
	if err := notDirectory(path); err != nil {
		return nil, err
	}
	db, err := openReaders(path, options...)
	if err == nil {
		err = readable(db)
	}
	if err != nil && db != nil {
		db.Close()
	}
	return db, err
}

// readable refuses a file that is not of today's format.
func readable(db *sql.DB) error {
	version, err := identify(db)
	if err == nil && version < format {
		err = ErrOlder
	}
	return err
}

// openCopy opens a file where SQLite cannot make the files that it needs beside, a
// medium that cannot be written, as one that nobody changes: whoever did would have
// made them.
func openCopy(path string) (*sql.DB, error) {
	if _, err := os.Stat(path + "-shm"); err == nil {
		return nil, ErrReadOnly
	}
	if info, err := os.Stat(path + "-wal"); err == nil && info.Size() > 0 {
		return nil, ErrReadOnly
	}
	return openFile(path, "immutable=1")
}

// Close closes it.
func (r *Reader) Close() error { return r.db.Close() }

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

// Export writes what people said as JSON, one object a line, oldest first, in
// UTC, with the gaps: also what was only just said, or before a kill, and is still in
// the log alone. What is said meanwhile may be in it or not. progress, if not nil, is
// told how many events are written of how many there were.
func (r *Reader) Export(ctx context.Context, w io.Writer, progress func(done, total int64)) error {
	var done, total int64
	if err := r.db.QueryRowContext(ctx, `SELECT count(*) FROM messages`).Scan(&total); err != nil {
		return fmt.Errorf("export: %w", explain(err))
	}
	out := bufio.NewWriter(w)
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	for last := state.Seq(0); ; {
		n, err := r.exportSome(ctx, lines, &last)
		if err != nil {
			return fmt.Errorf("export: %w", explain(err))
		}
		if done += int64(n); progress != nil {
			progress(done, max(done, total))
		}
		if n < exportEvents {
			if err := r.exportRest(ctx, lines, last); err != nil {
				return fmt.Errorf("export: %w", explain(err))
			}
			break
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("export: %w", explain(err))
	}
	return nil
}

// Export is Reader.Export for the one who writes.
func (h *History) Export(ctx context.Context, w io.Writer, progress func(done, total int64)) error {
	return h.disk.read(func(db *sql.DB) error { return (&Reader{db}).Export(ctx, w, progress) })
}

func (r *Reader) exportSome(ctx context.Context, lines *json.Encoder, last *state.Seq) (int, error) {
	return exportSome(ctx, r.db, lines, last)
}

// querier is a database or one of its transactions.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func exportSome(ctx context.Context, db querier, lines *json.Encoder, last *state.Seq) (int, error) {
	rows, err := db.QueryContext(ctx, `SELECT `+columns+` FROM messages WHERE seq > ? ORDER BY seq LIMIT ?`, int64(*last), exportEvents)
	if err != nil {
		return 0, err
	}
	var batch []exported
	err = each(rows, func(m *message) (bool, error) {
		line, err := m.export()
		batch, *last = append(batch, line), m.seq
		return true, err
	})
	for _, line := range batch { // the rows are closed: writing may take long
		if err == nil {
			err = lines.Encode(line)
		}
	}
	return len(batch), err
}

// export is the message as a line.
func (m *message) export() (exported, error) {
	line := exported{Seq: m.seq, Time: time.UnixMicro(m.time).UTC(), Kind: m.kind, Author: string(m.Author), Text: m.Text}
	if m.id != (state.ID{}) {
		line.ID = m.id.String()
	}
	if m.body == "" {
		return line, nil
	}
	var rest struct {
		Action bool      `json:"action"`
		To     time.Time `json:"to"`
		Count  int       `json:"count"`
	}
	if err := json.Unmarshal([]byte(m.body), &rest); err != nil {
		return line, fmt.Errorf("place %d (%s): %w", m.seq, m.kind, err)
	}
	line.Action, line.Until, line.Count = rest.Action, rest.To.UTC(), rest.Count
	return line, nil
}
