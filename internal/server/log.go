package server

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"
)

const (
	// maxLogged is how many bytes of the technical log wait to be written. Lines beyond it
	// are dropped until half of it is written; then the log says how many were.
	maxLogged = 256 << 10
	// logTimeout is how long the technical log has to write what waits when the server
	// ends; what is left then is lost.
	logTimeout = 400 * time.Millisecond
)

// technicalLog is the operator's log. Whoever logs never waits for a pipe, a terminal or a
// disk: lines wait in a queue, and a goroutine that runs while there are any writes them in
// order. Its methods may be called from any goroutine.
type technicalLog struct {
	level slog.LevelVar // may change at any time
	form  string        // of a line: see handlerOf

	mu      sync.Mutex // guards all below
	to      io.Writer
	waiting []logLine     // the oldest first
	size    int           // bytes that wait or are being written
	dropped int           // lines that no line says are dropped yet
	lost    uint64        // all lines that were dropped
	failing bool          // the last line could not be written
	torn    bool          // the last line could be written in part
	writing chan struct{} // closed once the goroutine that writes ends; nil when none runs
}

// logLine is a line and what it is written to.
type logLine struct {
	to      io.Writer
	text    []byte
	dropped int // how many were, as the line says; 0 for any other line
}

// newTechnicalLog returns a log that goes to w, in a form of [Config].Log.
func newTechnicalLog(w io.Writer, form string) *technicalLog {
	return &technicalLog{to: w, form: form}
}

// send has what is logged from now on go to w.
func (l *technicalLog) send(w io.Writer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.to = w
}

// target returns what is logged to now.
func (l *technicalLog) target() io.Writer {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.to
}

// lostLines returns how many lines were dropped.
func (l *technicalLog) lostLines() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lost
}

// Write implements io.Writer: it queues one line, or drops it when too much waits. It
// never fails.
func (l *technicalLog) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	room := maxLogged
	if l.dropped > 0 {
		room /= 2
	}
	if l.size+len(line) > room {
		l.dropped++
		l.lost++
		return len(line), nil
	}
	l.tellDroppedLocked()
	l.queueLocked(logLine{to: l.to, text: bytes.Clone(line)})
	if l.writing == nil {
		l.writing = make(chan struct{})
		go l.write(l.writing)
	}
	return len(line), nil
}

func (l *technicalLog) queueLocked(line logLine) {
	l.size += len(line.text)
	l.waiting = append(l.waiting, line)
}

// tellDroppedLocked queues the line that says how many were dropped, if any were.
func (l *technicalLog) tellDroppedLocked() {
	if l.dropped == 0 {
		return
	}
	var text bytes.Buffer
	slog.New(l.handler(&text)).Warn("log lines dropped", "lines", l.dropped)
	l.queueLocked(logLine{l.to, text.Bytes(), l.dropped})
	l.dropped = 0
}

// write writes what waits until nothing does, then closes done.
func (l *technicalLog) write(done chan struct{}) {
	defer close(done)
	for {
		line, ok := l.next()
		if !ok {
			return
		}
		n, err := line.to.Write(line.text)
		l.written(line, n, err)
	}
}

// next returns the line that has waited longest; false when none waits, and then the next
// one starts another goroutine.
func (l *technicalLog) next() (line logLine, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) == 0 && !l.failing {
		l.tellDroppedLocked()
	}
	if len(l.waiting) == 0 {
		l.waiting, l.writing = nil, nil
		return line, false
	}
	line = l.waiting[0]
	l.waiting[0] = logLine{} // or the array would keep it
	l.waiting = l.waiting[1:]
	if l.torn {
		line.text = append([]byte("\n"), line.text...)
		l.size++
	}
	return line, true
}

// written notes how a line was written. One that was not, or not whole, is dropped.
func (l *technicalLog) written(line logLine, n int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.size -= len(line.text)
	if l.failing = err != nil; l.failing {
		l.dropped += max(1, line.dropped)
		if line.dropped == 0 { // else they are counted
			l.lost++
		}
		l.torn = l.torn || n > 0
	} else {
		l.torn = false
	}
}

// close waits until all that was logged is written, for logTimeout at most.
func (l *technicalLog) close() {
	l.mu.Lock()
	writing := l.writing
	l.mu.Unlock()
	if writing == nil {
		return
	}
	select {
	case <-writing:
	case <-time.After(logTimeout):
	}
}

// Complain writes why the program fails to stderr, for logTimeout at most: it may be a pipe
// that is not read.
func Complain(stderr *os.File, why error) {
	within(context.Background(), logTimeout, func() { fmt.Fprintln(blocking{stderr}, "salon:", why) })
}

// logger returns a logger that writes to l.
func (l *technicalLog) logger() *slog.Logger { return slog.New(l.handler(l)) }

func (l *technicalLog) handler(w io.Writer) slog.Handler { return handlerOf(l.form, w, &l.level) }
