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
	f := newAuditFile(filepath.Join(dir, "audit.log"), slog.New(slog.NewTextHandler(&log, nil)), time.Millisecond)
	for i := range 3 {
		fmt.Fprintln(f, "line", i)
	}
	roomtest.Until(t, log.String, func() bool { return strings.Contains(log.String(), "not recorded") })
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
	roomtest.Until(t, log.String, func() bool { return strings.Count(log.String(), "not recorded") == 2 })
	os.Mkdir(dir, 0o700)
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	f.wants(t, "line 4\n")
}

func (f *auditFile) wants(t *testing.T, want string) {
	t.Helper()
	holds := func() string {
		text, _ := os.ReadFile(f.path)
		return string(text)
	}
	roomtest.Until(t, holds, func() bool { return holds() == want })
}

func TestALineThatWasCutShortIsWrittenAgainOnItsOwn(t *testing.T) {
	f := &auditFile{path: filepath.Join(t.TempDir(), "audit.log"), torn: true}
	if err := os.WriteFile(f.path, []byte("whole\ncut sh"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := f.append([]byte("cut short\n")); err != nil {
		t.Fatal(err)
	}
	f.wants(t, "whole\ncut sh\ncut short\n")
}

func TestWhatWaitsIsBounded(t *testing.T) {
	var log syncBuffer
	dir := filepath.Join(t.TempDir(), "data")
	f := newAuditFile(filepath.Join(dir, "audit.log"), slog.New(slog.NewTextHandler(&log, nil)), time.Millisecond)
	defer f.Close()
	line := strings.Repeat("x", 1000) + "\n"
	dropped := 0
	for range maxWaiting/len(line) + 10 {
		if _, err := f.Write([]byte(line)); err != nil {
			dropped++
		}
	}
	if dropped != 10 && dropped != 11 {
		t.Errorf("%d lines are refused", dropped)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	roomtest.Until(t, log.String, func() bool { return strings.Contains(log.String(), fmt.Sprint("dropped=", dropped)) })
	if n := strings.Count(log.String(), "level=ERROR"); n != 2 {
		t.Errorf("%d alarms:\n%s", n, log.String())
	}
}

// TestNobodyWaitsForADiskThatHangs while it is written to, nor at the end.
func TestNobodyWaitsForADiskThatHangs(t *testing.T) {
	f := &auditFile{wake: make(chan struct{}, 1), done: make(chan struct{})} // nothing is ever written
	began := time.Now()
	fmt.Fprintln(f, "line")
	if took := time.Since(began); took > auditClosing {
		t.Errorf("a line takes %v", took)
	}
	if err := f.Close(); err == nil || time.Since(began) > 4*auditClosing {
		t.Errorf("Close: %v after %v", err, time.Since(began))
	}
}
