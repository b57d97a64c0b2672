package history

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

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
	// fourth; the state, which is not forgotten, and the write-ahead log of a few MiB
	// come on top. 0: no bound.
	KeepBytes int64
	// Anew is called when the file was gone and another has been begun in its place:
	// whatever else was in its directory is gone too. It may not call the history. nil:
	// nobody is called.
	Anew func()
	// Progress is told how an index comes along that was missing, from another
	// goroutine: places done of all, once a second and at the end. nil: nobody is.
	Progress func(done, total int64)

	clock  clock         // zero: the system's
	recent int           // 0: recentEvents
	wait   int           // 0: unwrittenEvents
	retry  time.Duration // 0: retryEvery
	fault  func() error  // called before each commit; its error is the disk's
}

// History is a room's log and store on one file. All methods may be called at
// the same time from any goroutine.
type History struct {
	log   *slog.Logger
	clock clock
	fault func() error
	anew  func() // never nil

	queue   queue
	tail    *tail
	memory  memory
	disk    disk
	given   atomic.Uint64 // the last place that was given
	block   atomic.Uint64 // the last place that is reserved; changed with disk.mu held
	trouble trouble
	clerk   clerk
	boot    atomic.Int64 // this run of the machine, in the table boots; changed with disk.mu held

	// Of the sequencer alone.
	lastTime time.Time

	// Guarded by disk.mu.
	ahead    int64     // as it is written there
	file     int64     // which it is, of all that were made
	other    bool      // there is another now, to begin again with
	lastSeq  state.Seq // the last row, and its time
	lastWall int64

	stop    context.CancelFunc
	running sync.WaitGroup
	closing sync.Once
	shut    sync.Once
	shutErr error
}

// Open opens the history of a directory, and makes it if there is none. A file
// that it cannot use stays as it is: see ErrInUse, ErrForeign, ErrDamaged,
// ErrNewer and ErrDirectory. Whoever opens a history has to Shut it, after the room was closed.
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
	h.running.Go(func() { h.clerk.work(run) })
	return h, nil
}

func newHistory(o Options) (*History, error) {
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, err
	}
	h := &History{log: o.Log, clock: o.clock, fault: o.fault, disk: disk{dir: dir}, queue: queue{wake: make(chan struct{}, 1)}}
	if h.log == nil {
		h.log = slog.New(slog.DiscardHandler)
	}
	if h.clock.now == nil {
		h.clock = systemClock()
	}
	h.memory.limit, h.memory.wait = cmp.Or(o.recent, recentEvents), cmp.Or(o.wait, unwrittenEvents)
	h.trouble.every = cmp.Or(o.retry, retryEvery)
	if h.anew = o.Anew; h.anew == nil {
		h.anew = func() {}
	}
	h.clerk.history, h.clerk.progress, h.clerk.wake = h, o.Progress, make(chan struct{}, 1)
	h.clerk.spared.Store(true) // the last life may have left some
	h.clerk.bounds.Store(&bounds{o.Keep, o.KeepBytes})
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
	var also func(*sql.Tx) error
	if h.memory.keeper.after >= manyAfter {
		also = h.memory.saveState(h.boot.Load(), h.ahead)
	}
	if err := h.writeLocked(nil, also); err != nil {
		return fmt.Errorf("%s: %w", h.disk.path(), explain(err))
	}
	return h.disk.rememberLocked()
}

// readLocked reads the state, the last messages and IDs, and where the places go on.
func (h *History) readLocked() error {
	db := h.disk.writer
	if err := h.enterBootLocked(); err != nil {
		return err
	}
	k, err := h.readStateLocked()
	if err != nil {
		return err
	}
	h.memory.keeper = k
	var reserved uint64
	if err := db.QueryRow(`SELECT reserved, file FROM meta`).Scan(&reserved, &h.file); err != nil {
		return err
	}
	if err := h.readLastLocked(); err != nil {
		return err
	}
	last := max(state.Seq(reserved), h.lastSeq, k.snapshot.Seq)
	h.given.Store(uint64(last))
	h.memory.applied = last
	older, err := readIDs(db)
	h.tail = newTail(last+1, older)
	if err != nil {
		return err
	}
	return h.readRecent(db)
}

// readLastLocked notes the last row.
func (h *History) readLastLocked() error {
	err := h.disk.writer.QueryRow(`SELECT seq, time FROM events ORDER BY seq DESC LIMIT 1`).Scan(&h.lastSeq, &h.lastWall)
	if errors.Is(err, sql.ErrNoRows) {
		h.lastSeq, h.lastWall = 0, 0
		return nil
	}
	return err
}

func readIDs(db *sql.DB) (map[state.ID]state.Seq, error) {
	rows, err := db.Query(`SELECT seq, origin, n FROM events ORDER BY seq DESC LIMIT ?`, tailEvents)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	ids := map[state.ID]state.Seq{}
	for rows.Next() {
		var seq state.Seq
		var origin, n int64
		if err := rows.Scan(&seq, &origin, &n); err != nil {
			return nil, err
		}
		ids[state.ID{Origin: uint64(origin), N: uint64(n)}] = seq
	}
	return ids, rows.Err()
}

// readRecent takes the last messages to hand.
func (h *History) readRecent(db *sql.DB) error {
	m := &h.memory
	rows, err := db.Query(`SELECT `+columns+` FROM events WHERE hidden = 0 AND `+spokenKinds+` ORDER BY seq DESC LIMIT ?`, m.limit)
	if err != nil {
		return err
	}
	m.from = 1
	err = each(rows, func(r *row) (bool, error) {
		e, err := r.event()
		m.recent = append(m.recent, newHeard(e, r))
		m.bytes += r.size()
		full := len(m.recent) == m.limit || m.bytes > recentBytes
		if full {
			m.from = r.seq
		}
		return !full, err
	})
	slices.Reverse(m.recent)
	return err
}

// Follow implements room.Log. What was proposed in another life of the process
// cannot be followed any more: Load says what it came to.
func (h *History) Follow(ctx context.Context, after state.Seq, apply func([]state.Event) error) error {
	return h.tail.follow(ctx, after, apply)
}

// Bounds implements room.Log.
func (h *History) Bounds() (first, last state.Seq) { return h.tail.bounds() }

// Close implements room.Log: it ends the log. What was taken is written down, what
// still waited is told room.ErrClosed. The store goes on until Shut, for a room
// that keeps its snapshot last.
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
	err := h.drain(nil)
	if left := len(h.memory.firstUnwritten()); err != nil && left > 0 {
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
