package history

import (
	"bytes"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"salon/room/state"
)

func TestOneSalonAtATime(t *testing.T) {
	dir := t.TempDir()
	h := open(t, Options{Dir: dir})
	if _, err := Open(t.Context(), Options{Dir: dir}); !errors.Is(err, ErrInUse) || !strings.Contains(err.Error(), dir) {
		t.Errorf("a second one gets %v", err)
	}
	if _, err := h.Propose(t.Context(), state.Event{ID: state.ID{Origin: 1, N: 1}, Body: state.Said{Text: "still here"}}); err != nil {
		t.Error(err)
	}
	shut(t, h)
	open(t, Options{Dir: dir})
}

// TestAFileThatIsNotOursStaysAsItIs tries what Open must refuse, and holds every
// byte of it to be there afterwards.
func TestAFileThatIsNotOursStaysAsItIs(t *testing.T) {
	for name, c := range map[string]struct {
		make func(t *testing.T, path string)
		want error
	}{
		"text":         {func(t *testing.T, path string) { write(t, path, []byte(strings.Repeat("hello ", 1000))) }, ErrDamaged},
		"a short text": {func(t *testing.T, path string) { write(t, path, []byte("hello")) }, ErrDamaged},
		"another program's": {func(t *testing.T, path string) {
			do(t, path, `CREATE TABLE precious(x); INSERT INTO precious VALUES ('x')`)
		}, ErrForeign},
		"a newer salon's": {func(t *testing.T, path string) {
			shut(t, open(t, Options{Dir: filepath.Dir(path)}))
			do(t, path, `PRAGMA user_version = 99; UPDATE meta SET program = 'salon 9.1'`)
		}, ErrNewer},
		"a much newer salon's": {func(t *testing.T, path string) {
			do(t, path, `PRAGMA user_version = 999; PRAGMA application_id = 1935764590; CREATE TABLE whatever(x)`)
		}, ErrNewer},
		"a ruined one": {func(t *testing.T, path string) {
			shut(t, open(t, Options{Dir: filepath.Dir(path)}))
			data := read(t, path)
			write(t, path, append(data[:100:100], bytes.Repeat([]byte{0xAA}, len(data)-100)...))
		}, ErrDamaged},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, FileName)
			c.make(t, path)
			before := read(t, path)
			for range 2 {
				h, err := Open(t.Context(), Options{Dir: dir})
				if err == nil {
					h.Shut()
				}
				if !errors.Is(err, c.want) || !strings.Contains(err.Error(), path) {
					t.Errorf("Open: %v, want %v", err, c.want)
				}
			}
			if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
				t.Errorf("the file was changed: %v", err)
			}
			if _, err := OpenReader(dir); !errors.Is(err, c.want) {
				t.Errorf("OpenReader: %v, want %v", err, c.want)
			}
		})
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func do(t *testing.T, path, statements string) {
	t.Helper()
	db, err := sql.Open("sqlite", dsn(path))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statements); err != nil {
		t.Fatal(err)
	}
}

func TestOnlyTheOwnerCanRead(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a ?b#c%d", "data")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, FileName)
	write(t, path, nil)
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	open(t, Options{Dir: dir})
	files, err := os.ReadDir(dir)
	if err != nil || len(files) < 3 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, f := range files {
		if info, err := f.Info(); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is %v, %v", f.Name(), info.Mode(), err)
		}
	}
}

// TestANewerSalonIsNamed by the error that refuses its file.
func TestANewerSalonIsNamed(t *testing.T) {
	dir := t.TempDir()
	shut(t, open(t, Options{Dir: dir, Program: "salon 9.1"}))
	do(t, filepath.Join(dir, FileName), `PRAGMA user_version = 99`)
	for name, err := range map[string]error{"Open": second(Open(t.Context(), Options{Dir: dir})), "OpenReader": second(OpenReader(dir))} {
		if !errors.Is(err, ErrNewer) || !strings.Contains(err.Error(), `"salon 9.1", in format 99`) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// TestTheQueriesOfTheDocumentationWork reads them where people do.
func TestTheQueriesOfTheDocumentationWork(t *testing.T) {
	doc := read(t, "doc.go")
	var queries strings.Builder
	for line := range strings.Lines(string(doc)) {
		if code, ok := strings.CutPrefix(line, "//\t"); ok {
			queries.WriteString(code)
		}
	}
	h := open(t, Options{Dir: t.TempDir()})
	h.store(t, []state.Event{
		saidAt(1, time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC), "ann", "in november"),
		saidAt(2, time.Date(2026, 12, 3, 0, 0, 0, 0, time.UTC), "ann", "in december"),
	})
	h.flush(t)
	want := []string{"in november", "2"}
	for i, q := range strings.SplitAfter(strings.TrimSpace(queries.String()), ";")[:2] {
		var first, second string
		if err := h.disk.readers.Load().QueryRow(q).Scan(&first, &second); err != nil || second != want[i] {
			t.Errorf("%s\nanswers %q %q, %v", q, first, second, err)
		}
	}
}
