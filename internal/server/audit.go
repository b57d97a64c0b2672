package server

import (
	"bytes"
	"cmp"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"salon/room"
)

// auditName is the file of the data directory that operators' actions are recorded
// in: one JSON object a line, only ever appended to.
const auditName = "audit.log"

// openAudit opens the audit log of a data directory, and reports one that cannot be
// written.
func (s *server) openAudit(dir string) error {
	s.auditFile = &auditFile{path: filepath.Join(dir, auditName), log: s.log, retry: auditRetry}
	s.auditLog = slog.New(slog.NewJSONHandler(s.auditFile, nil))
	s.auditFile.mu.Lock()
	defer s.auditFile.mu.Unlock()
	return s.auditFile.appendLocked()
}

// audit records what an operator did: who, what, when and from where. It does so in the
// technical log too, which is all there is without a data directory.
func (s *server) audit(a room.Act) {
	outcome := "done"
	if a.Err != nil {
		outcome = a.Err.Error()
	}
	what := []any{"by", cmp.Or(string(a.By), "console"), "key", a.KeyID, "front", a.Front, "command", a.Command, "outcome", outcome}
	if a.Addr.IsValid() {
		what = append(what, "addr", a.Addr.String())
	}
	s.auditLog.Info("operator", what...)
	s.log.Info("operator", what...)
}

// auditFile is a file that lines are appended to. It is opened for each line, so that
// logrotate may move it away at any time. Lines that the disk refuses are kept in
// order and tried again; Write does not wait for the disk to recover.
type auditFile struct {
	path  string
	log   *slog.Logger // for when the disk begins to refuse lines, and when it accepts them again
	retry time.Duration

	mu      sync.Mutex // guards all below
	waiting []byte     // whole lines
	torn    bool       // the file ends within a line
	again   *time.Timer
	closed  bool
}

const (
	// auditRetry is the time between two attempts to write what waits.
	auditRetry = 5 * time.Second
	// maxWaiting is how many bytes wait; Write refuses lines beyond it.
	maxWaiting = 1 << 20
)

// Write appends one line, or keeps it until the disk takes it.
func (f *auditFile) Write(line []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.waiting)+len(line) > maxWaiting {
		err := errors.New("too much waits to be written")
		f.log.Error("an operator's action is not recorded", "err", err.Error())
		return 0, err
	}
	f.waiting = append(f.waiting, line...)
	f.flushLocked()
	return len(line), nil
}

// flushLocked writes what waits, and tries again later if the disk refuses it.
func (f *auditFile) flushLocked() {
	err := f.appendLocked()
	switch {
	case err == nil && f.again != nil:
		f.log.Info("recording again", "file", f.path)
		f.again = nil
	case err != nil && f.again == nil && !f.closed:
		f.log.Error("not recorded, tried again from time to time", "file", f.path, "err", err.Error())
		f.again = time.AfterFunc(f.retry, f.tryAgain)
	case err != nil && !f.closed:
		f.again.Reset(f.retry)
	}
}

func (f *auditFile) tryAgain() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.again != nil && !f.closed {
		f.flushLocked()
	}
}

// appendLocked writes what waits. When it fails, the lines that are not whole in the
// file still wait.
func (f *auditFile) appendLocked() error {
	file, err := os.OpenFile(f.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if f.torn {
		_, err = file.WriteString("\n")
	}
	if err == nil {
		f.torn = false
		var n int
		n, err = file.Write(f.waiting)
		whole := bytes.LastIndexByte(f.waiting[:n], '\n') + 1
		f.torn = whole < n
		f.waiting = slices.Delete(f.waiting, 0, whole)
	}
	return errors.Join(err, file.Close())
}

// Close tries what waits for the last time. After it nothing is written any more.
func (f *auditFile) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed = true; f.again != nil {
		f.again.Stop()
	}
	if len(f.waiting) == 0 {
		return nil
	}
	return f.appendLocked()
}
