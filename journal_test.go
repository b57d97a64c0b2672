package main

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
)

// told is a log that may be read while it is written.
type told struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *told) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *told) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func TestWhatCouldNotBeWrittenIsWrittenLater(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	var log told
	j := &journal{path: filepath.Join(dir, "audit.log"), log: slog.New(slog.NewTextHandler(&log, nil)), retry: time.Millisecond}
	for i := range 3 {
		fmt.Fprintln(j, "line", i)
	}
	if n := strings.Count(log.String(), "not recorded"); n != 1 {
		t.Errorf("%d alarms:\n%s", n, log.String())
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(patience); !strings.Contains(log.String(), "recording again"); time.Sleep(glance) {
		if time.Now().After(deadline) {
			t.Fatalf("nothing is recorded:\n%s", log.String())
		}
	}
	j.wants(t, "line 0\nline 1\nline 2\n")

	if err := os.Rename(j.path, j.path+".1"); err != nil { // as logrotate does
		t.Fatal(err)
	}
	fmt.Fprintln(j, "line 3")
	j.wants(t, "line 3\n")

	os.RemoveAll(dir)
	fmt.Fprintln(j, "line 4")
	os.Mkdir(dir, 0o700)
	if err := j.Close(); err != nil {
		t.Error(err)
	}
	j.wants(t, "line 4\n")
}

func (j *journal) wants(t *testing.T, want string) {
	t.Helper()
	if text, err := os.ReadFile(j.path); err != nil || string(text) != want {
		t.Errorf("the file holds %q (%v), want %q", text, err, want)
	}
}

func TestALineThatWasCutShortIsWrittenAgainOnItsOwn(t *testing.T) {
	j := &journal{path: filepath.Join(t.TempDir(), "audit.log"), torn: true}
	if err := os.WriteFile(j.path, []byte("whole\ncut sh"), 0o600); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(j, "cut short")
	j.wants(t, "whole\ncut sh\ncut short\n")
}

func TestWhatWaitsIsBounded(t *testing.T) {
	var log told
	j := &journal{path: filepath.Join(t.TempDir(), "nowhere", "audit.log"), log: slog.New(slog.NewTextHandler(&log, nil)), retry: time.Hour}
	defer j.Close()
	line := strings.Repeat("x", 1000) + "\n"
	var err error
	for i := 0; err == nil && i < 2*maxWaiting/len(line); i++ {
		_, err = j.Write([]byte(line))
	}
	if err == nil || len(j.waiting) > maxWaiting {
		t.Errorf("%d bytes wait, %v", len(j.waiting), err)
	}
}
