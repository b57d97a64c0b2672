package server

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"salon/internal/owned"
	"salon/internal/wait"
	"salon/room"
)

// auditName is the file of the data directory that operators' actions are recorded
// in: one JSON object a line, only ever appended to.
const auditName = "audit.log"

// openAudit opens the audit log of a data directory, and reports one that cannot be
// written.
func (s *server) openAudit(dir string) error {
	path := filepath.Join(dir, auditName)
	file, err := owned.Append(path)
	if err != nil {
		return refusal(s.texts(), err, dir)
	}
	if err := file.Close(); err != nil {
		return err
	}
	s.auditFile = newAuditFile(path, s.log, auditRetry)
	s.auditLog = slog.New(slog.NewJSONHandler(s.auditFile, nil))
	return nil
}

// audit records what an operator did, or who governs a room: who, what, when, from where and
// in which room. It does so in the technical log too, which is all there is without a data directory.
func (s *server) audit(a room.Act) {
	outcome := "done"
	if a.Err != nil {
		outcome = a.Err.Error()
	}
	what := []any{"by", cmp.Or(string(a.By), "console"), "key", a.KeyID, "front", a.Front, "command", a.Command, "outcome", outcome}
	if a.Of != "" {
		what = append(what, "of", string(a.Of))
	}
	if a.Room != "" {
		what = append(what, "room", string(a.Room))
	}
	if a.Addr.IsValid() {
		what = append(what, "addr", a.Addr.String())
	}
	s.auditLog.Info("operator", what...)
	s.log.Info("operator", what...)
}

// auditPutOut records whose sessions ended because they may no longer enter.
func (s *server) auditPutOut(list []room.Entry) {
	for _, e := range list {
		what := []any{"pseudo", string(e.Pseudo), "key", e.KeyID, "front", e.Front}
		if e.Addr.IsValid() {
			what = append(what, "addr", e.Addr.String())
		}
		s.auditLog.Info("put out", what...)
		s.log.Info("put out", what...)
	}
}

// auditFile is a file that lines are appended to. It is opened each time, so that logrotate
// may move it away. A goroutine of its own writes, so that nobody waits for the disk; lines
// that the disk refuses are kept in order and tried again.
type auditFile struct {
	path  string
	log   *slog.Logger // for when the disk begins to refuse lines, and when it accepts them again
	retry time.Duration
	wake  chan struct{} // cap 1: there are lines, or it is closed
	done  chan struct{} // closed when nothing is written any more

	torn    bool // the file ends within a line; the writer's
	failing bool // the last attempt failed; the writer's

	mu      sync.Mutex // guards all below
	waiting []byte     // whole lines
	dropped int        // lines since the disk last took any
	closed  bool
}

const (
	// auditRetry is the time between two attempts to write what waits.
	auditRetry = 5 * time.Second
	// maxWaiting is how many bytes wait; Write refuses lines beyond it, which are counted.
	maxWaiting = 1 << 20
	// auditClosing is how long Close waits for the disk. What it has not taken by then is
	// lost.
	auditClosing = 500 * time.Millisecond
)

// newAuditFile begins to write to a file until Close.
func newAuditFile(path string, log *slog.Logger, retry time.Duration) *auditFile {
	f := &auditFile{path: path, log: log, retry: retry, wake: make(chan struct{}, 1), done: make(chan struct{})}
	go f.write()
	return f
}

// Write has one line appended soon.
func (f *auditFile) Write(line []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return 0, os.ErrClosed
	}
	if len(f.waiting)+len(line) > maxWaiting {
		if f.dropped++; f.dropped == 1 {
			f.log.Error("operators' actions are not recorded: too much waits to be written", "file", f.path)
		}
		return 0, errors.New("too much waits to be written")
	}
	f.waiting = append(f.waiting, line...)
	wait.Signal(f.wake)
	return len(line), nil
}

// write writes what waits, until the file is closed.
func (f *auditFile) write() {
	defer close(f.done)
	for !f.flush() {
		var again <-chan time.Time
		if f.failing {
			again = time.After(f.retry)
		}
		select {
		case <-f.wake:
		case <-again:
		}
	}
}

// flush writes what waits now, and reports whether it was the last time.
func (f *auditFile) flush() (closed bool) {
	f.mu.Lock()
	lines, closed := slices.Clone(f.waiting), f.closed
	f.mu.Unlock()
	if len(lines) == 0 {
		return closed
	}
	n, err := f.append(lines)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.waiting = slices.Delete(f.waiting, 0, n)
	switch {
	case err != nil && !f.failing:
		f.log.Error("not recorded, tried again from time to time", "file", f.path, "err", err.Error())
	case err == nil && (f.failing || f.dropped > 0):
		f.log.Info("recording again", "file", f.path, "dropped", f.dropped)
	}
	if f.failing = err != nil; !f.failing {
		f.dropped = 0
	}
	return closed
}

// append appends lines, and returns how many bytes of whole ones are in the file.
func (f *auditFile) append(lines []byte) (whole int, err error) {
	file, err := owned.Append(f.path)
	if err != nil {
		return 0, err
	}
	if f.torn {
		_, err = file.WriteString("\n")
	}
	if err == nil {
		f.torn = false
		var n int
		n, err = file.Write(lines)
		whole = bytes.LastIndexByte(lines[:n], '\n') + 1
		f.torn = whole < n
	}
	return whole, errors.Join(err, file.Close())
}

// Close tries what waits for the last time, and waits for it no longer than auditClosing. Its
// error says that lines are not written.
func (f *auditFile) Close() error {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	wait.Signal(f.wake)
	select {
	case <-f.done:
	case <-time.After(auditClosing):
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.waiting) > 0 {
		return fmt.Errorf("%s: operators' last actions are not recorded", f.path)
	}
	return nil
}
