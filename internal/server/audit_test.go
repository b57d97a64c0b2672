package server

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"salon/room/roomtest"
)

// syncBuffer is a buffer that may be read while it is written.
type syncBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func TestWhatCouldNotBeWrittenIsWrittenLater(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	var log syncBuffer
	f := &auditFile{path: filepath.Join(dir, "audit.log"), log: slog.New(slog.NewTextHandler(&log, nil)), retry: time.Millisecond}
	for i := range 3 {
		fmt.Fprintln(f, "line", i)
	}
	if n := strings.Count(log.String(), "not recorded"); n != 1 {
		t.Errorf("%d alarms:\n%s", n, log.String())
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	roomtest.Until(t, log.String, func() bool { return strings.Contains(log.String(), "recording again") })
	f.wants(t, "line 0\nline 1\nline 2\n")

	if err := os.Rename(f.path, f.path+".1"); err != nil { // as logrotate does
		t.Fatal(err)
	}
	fmt.Fprintln(f, "line 3")
	f.wants(t, "line 3\n")

	os.RemoveAll(dir)
	fmt.Fprintln(f, "line 4")
	os.Mkdir(dir, 0o700)
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	f.wants(t, "line 4\n")
}

func (f *auditFile) wants(t *testing.T, want string) {
	t.Helper()
	if text, err := os.ReadFile(f.path); err != nil || string(text) != want {
		t.Errorf("the file holds %q (%v), want %q", text, err, want)
	}
}

func TestALineThatWasCutShortIsWrittenAgainOnItsOwn(t *testing.T) {
	f := &auditFile{path: filepath.Join(t.TempDir(), "audit.log"), torn: true}
	if err := os.WriteFile(f.path, []byte("whole\ncut sh"), 0o600); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(f, "cut short")
	f.wants(t, "whole\ncut sh\ncut short\n")
}

func TestWhatWaitsIsBounded(t *testing.T) {
	var log syncBuffer
	f := &auditFile{path: filepath.Join(t.TempDir(), "nowhere", "audit.log"), log: slog.New(slog.NewTextHandler(&log, nil)), retry: time.Hour}
	defer f.Close()
	line := strings.Repeat("x", 1000) + "\n"
	var err error
	for i := 0; err == nil && i < 2*maxWaiting/len(line); i++ {
		_, err = f.Write([]byte(line))
	}
	if err == nil || len(f.waiting) > maxWaiting {
		t.Errorf("%d bytes wait, %v", len(f.waiting), err)
	}
}
