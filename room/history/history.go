package history

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"salon/room"
	"salon/room/state"
)

// Options say where a history is and how long it remembers.
type Options struct {
	// Dir holds the file. It is made if it is not there, readable by its owner only.
	Dir string
	// Log is told what operators need to know; nil: nobody is.
	Log *slog.Logger
	// Keep is how long what people said is remembered; 0: for ever.
	Keep time.Duration
	// KeepBytes is how much of it, as the size of the file with its index, within a
	// fourth; the room's State, which is not forgotten, events that no snapshot covers
	// yet, and the write-ahead log of a few MiB come on top. 0: no bound.
	KeepBytes int64
	// Anew is called when the file was gone and another has been begun in its place:
	// whatever else was in its directory is gone too. It may not call the history. nil:
	// nobody is called.
	Anew func()
	// Progress is told how something comes along that takes long: from within Open how
	// a file of an earlier format is brought up to date, and later from another
	// goroutine how an index is made that was missing. It is told how much is done of
	// all, once a second and at the end. nil: nobody is.
	Progress func(done, total int64)
	// Program is what the file says of who wrote it last, for the error of a salon that
	// is too old for it. "": salon.
	Program string

	clock  clock         // zero: the system's
	recent int           // 0: recentEvents
	wait   int           // 0: waitingEvents
	retry  time.Duration // 0: retryEvery
	fault  func() error  // called before each commit; its error is the disk's
}

// History is a room's log and store on one file. All methods may be called at
// the same time from any goroutine.
type History struct {
	log    *slog.Logger
	fault  func() error
	anew   func() // never nil
	stamps stamps // set when the file has been read

	queue       queue
	tail        *room.Tail
	memory      memory
	disk        disk
	born        state.Seq     // the first place of this life
	given       atomic.Uint64 // the last place that was given
	kept        atomic.Uint64 // the first place from which on nothing is swept from the table log; only grows
	trouble     trouble
	maintenance maintenance

	// Guarded by disk.mu.
	file     int64     // which it is, of all that were made
	other    bool      // there is another now, to begin again with
	lastSeq  state.Seq // the last place that it holds, as far as this History wrote it
	lastHour int64     // of the last message in it

	stop    context.CancelFunc
	running sync.WaitGroup
	closing sync.Once
	shut    sync.Once
	shutErr error
}

// Open opens the history of a directory, and makes it if there is none. A file of an
// earlier format is brought up to date, all of it or nothing. One that it cannot use
// stays as it is: see ErrInUse, ErrForeign, ErrDamaged, ErrNewer and ErrDirectory.
// Whoever opens a history has to Shut it, after the room was closed.
func Open(ctx context.Context, o Options) (*History, error) {
	h, err := newHistory(o)
	if err != nil {
		return nil, fmt.Errorf("open history: %w", err)
	}
	if err := h.start(); err != nil {
		h.disk.mu.Lock()
		defer h.disk.mu.Unlock()
		h.disk.disconnectLocked()
		h.disk.releaseLocked()
		return nil, fmt.Errorf("open history: %w", err)
	}
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	h.stop = stop
	h.running.Go(h.sequence)
	h.running.Go(func() { h.maintenance.work(run) })
	return h, nil
}

func newHistory(o Options) (*History, error) {
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, err
	}
	h := &History{log: o.Log, fault: o.fault, anew: o.Anew, queue: queue{wake: make(chan struct{}, 1)}}
	if h.log == nil {
		h.log = slog.New(slog.DiscardHandler)
	}
	if h.anew == nil {
		h.anew = func() {}
	}
	if o.clock.now == nil {
		o.clock = systemClock()
	}
	h.stamps = o.clock.resume(state.Moment{})
	h.disk = disk{dir: dir, program: cmp.Or(o.Program, "salon"), now: o.clock.now, progress: o.Progress}
	h.memory.limit, h.memory.wait = cmp.Or(o.recent, recentEvents), cmp.Or(o.wait, waitingEvents)
	h.trouble.every, h.trouble.changed = cmp.Or(o.retry, retryEvery), make(chan struct{})
	h.maintenance.history, h.maintenance.progress, h.maintenance.wake = h, o.Progress, make(chan struct{}, 1)
	h.maintenance.covered.Store(true) // the last life may have left some
	h.maintenance.bounds.Store(&bounds{o.Keep, o.KeepBytes})
	return h, nil
}

// start opens the file and reads what this life begins with.
func (h *History) start() error {
	h.disk.mu.Lock()
	defer h.disk.mu.Unlock()
	if err := h.disk.openLocked(); err != nil {
		return err
	}
	if err := h.readLocked(); err != nil {
		return fmt.Errorf("%s: %w", h.disk.path(), explain(err))
	}
	return h.disk.rememberLocked()
}

// readLocked reads where the places and the log's clock go on, and the last messages.
func (h *History) readLocked() error {
	c, err := h.lookLocked()
	if err != nil {
		return err
	}
	h.file, h.lastSeq, h.lastHour, h.born = c.file, c.last, c.hour, max(c.last, c.applied)+1
	h.stamps = h.stamps.clock.resume(c.moment)
	h.given.Store(uint64(h.born - 1))
	switch {
	case c.hasSnapshot:
		h.keepFrom(c.snapshot + 1)
	case c.first != 0:
		h.keepFrom(c.first)
	default:
		h.keepFrom(h.born)
	}
	h.memory.applied = c.applied
	h.tail = room.NewTail(h.born)
	return h.readRecent(h.disk.writer.DB)
}

// content is what a file holds.
type content struct {
	file        int64
	applied     state.Seq
	hasSnapshot bool
	snapshot    state.Seq    // its place
	first, last state.Seq    // of log; last may be the snapshot's. 0: none
	moment      state.Moment // the latest that it knows of
	said        int64        // when the last message was, in microseconds since 1970; 0: there is none
	hour        int64        // the last of the table hours; -1: it is empty
}

// lookLocked reads what the file holds.
func (h *History) lookLocked() (c content, err error) {
	db := h.disk.writer
	if err := db.QueryRow(`SELECT file, applied, ifnull((SELECT time FROM messages ORDER BY seq DESC LIMIT 1), 0),
		ifnull((SELECT hour FROM hours ORDER BY seq DESC LIMIT 1), -1) FROM meta`).Scan(&c.file, &c.applied, &c.said, &c.hour); err != nil {
		return c, err
	}
	var stamp, wall int64
	err = db.QueryRow(`SELECT seq, stamp, time FROM snapshot`).Scan(&c.snapshot, &stamp, &wall)
	if c.hasSnapshot = err == nil; c.hasSnapshot {
		c.moment = state.Moment{Time: time.UnixMicro(wall), Stamp: time.Duration(stamp) * time.Microsecond}
	} else if !errors.Is(err, sql.ErrNoRows) {
		return c, err
	}
	c.last = c.snapshot
	return c, c.lookAtLog(db.DB)
}

// lookAtLog reads the ends of the table log.
func (c *content) lookAtLog(db *sql.DB) error {
	err := db.QueryRow(`SELECT seq FROM log ORDER BY seq LIMIT 1`).Scan(&c.first)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	var last state.Seq
	var stamp int64
	var data []byte
	if err := db.QueryRow(`SELECT seq, stamp, event FROM log ORDER BY seq DESC LIMIT 1`).Scan(&last, &stamp, &data); err != nil {
		return err
	}
	c.last = max(c.last, last)
	if at := time.Duration(stamp) * time.Microsecond; at >= c.moment.Stamp {
		var e struct{ Time time.Time }
		_ = json.Unmarshal(data, &e) // Follow says what is wrong with it; without a time the clock goes on from the stamp
		c.moment = state.Moment{Time: e.Time, Stamp: at}
	}
	return nil
}

// readRecent takes the last messages to hand.
func (h *History) readRecent(db *sql.DB) error {
	m := &h.memory
	rows, err := db.Query(`SELECT `+columns+` FROM messages ORDER BY seq DESC LIMIT ?`, m.limit)
	if err != nil {
		return err
	}
	m.from = 1
	err = each(rows, func(row *message) (bool, error) {
		e, err := row.event()
		m.recent = append(m.recent, &spoken{event: e, row: row})
		m.bytes += row.size()
		full := len(m.recent) == m.limit || m.bytes > recentBytes
		if full {
			m.from = row.seq
		}
		return !full, err
	})
	slices.Reverse(m.recent)
	return err
}

// Close implements room.Log: it ends the log. What was taken is written down, what
// still waited is told room.ErrClosed. The store goes on until Shut, for a room
// that hands in its snapshot last.
func (h *History) Close() error {
	h.closing.Do(func() {
		h.queue.close()
		h.stop()
	})
	h.running.Wait()
	return nil
}

// Shut ends the log if nobody has, writes down what is left, closes the file and
// gives the directory free. Closing again returns the same.
func (h *History) Shut() error {
	h.Close()
	h.shut.Do(func() { h.shutErr = h.leave() })
	return h.shutErr
}

func (h *History) leave() error {
	err := h.drain()
	if err != nil && h.memory.hasWaiting() {
		h.log.Error("history: closed before everything was written", "err", err)
	}
	h.disk.mu.Lock()
	defer h.disk.mu.Unlock()
	err = errors.Join(err, h.disk.disconnectLocked())
	h.disk.releaseLocked()
	if err != nil {
		return fmt.Errorf("close history: %w", err)
	}
	return nil
}
