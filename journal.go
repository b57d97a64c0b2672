package main

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"
)

// journal is a file that lines are appended to. It is opened for each: one that was
// moved away or removed is made again. Lines that the disk does not take wait, in
// order, and are tried again; whoever writes does not wait with them.
type journal struct {
	path  string
	log   *slog.Logger // told when lines begin to wait, and when they no longer do
	retry time.Duration

	mu      sync.Mutex // guards all below
	waiting []byte     // whole lines
	torn    bool       // the file ends within a line
	again   *time.Timer
	closed  bool
}

const (
	// journalRetry is how long lines wait before the disk is tried again.
	journalRetry = 5 * time.Second
	// maxWaiting is how many bytes wait; lines beyond it are lost, and Write says so.
	maxWaiting = 1 << 20
)

var errJournalFull = errors.New("too much waits to be written")

// Write appends one line, or keeps it until the disk takes it.
func (j *journal) Write(line []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.waiting)+len(line) > maxWaiting {
		return 0, errJournalFull
	}
	j.waiting = append(j.waiting, line...)
	j.flushLocked()
	return len(line), nil
}

// flushLocked writes what waits, and tries again later if the disk does not take
// it.
func (j *journal) flushLocked() {
	err := j.appendLocked()
	switch {
	case err == nil && j.again != nil:
		j.log.Info("recording again", "file", j.path)
		j.again = nil
	case err != nil && j.again == nil && !j.closed:
		j.log.Error("not recorded, tried again from time to time", "file", j.path, "err", err.Error())
		j.again = time.AfterFunc(j.retry, j.tryAgain)
	case err != nil && !j.closed:
		j.again.Reset(j.retry)
	}
}

func (j *journal) tryAgain() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.again != nil && !j.closed {
		j.flushLocked()
	}
}

// appendLocked writes what waits. Of what it could not write whole lines wait on.
func (j *journal) appendLocked() error {
	f, err := os.OpenFile(j.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if j.torn {
		_, err = f.WriteString("\n")
	}
	if err == nil {
		j.torn = false
		var n int
		n, err = f.Write(j.waiting)
		whole := bytes.LastIndexByte(j.waiting[:n], '\n') + 1
		j.torn = whole < n
		j.waiting = slices.Delete(j.waiting, 0, whole)
	}
	return errors.Join(err, f.Close())
}

// Close tries what waits for the last time.
func (j *journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed = true; j.again != nil {
		j.again.Stop()
	}
	if len(j.waiting) == 0 {
		return nil
	}
	return j.appendLocked()
}
