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
	"time"

	"salon/internal/wait"
	"salon/room"
	"salon/room/state"
)

// Options say where a history is and how much it keeps.
type Options struct {
	// Dir holds the file. It is created if it does not exist, readable by its owner only.
	Dir string
	// Log receives what operators need to know; nil: it is dropped.
	Log *slog.Logger
	// Keep is how long messages are kept; 0: for ever.
	Keep time.Duration
	// KeepBytes bounds the size of the messages in the file with their index, within a
	// quarter. The room's State, events that no snapshot covers yet and a write-ahead log
	// of a few MiB come on top. 0: no bound.
	KeepBytes int64
	// Replaced is called when the file was lost and a new one replaced it: whatever else was
	// in its directory may be lost too. It must not call the history. It may be nil.
	Replaced func()
	// Progress reports long work: during Open how far the migration of a file of an earlier
	// format is, later, from another goroutine, how far a missing index is. It is called
	// once a second and at the end. It may be nil.
	Progress func(done, total int64)
	// StoreOnly says that another log orders the events, as in a cluster: only the methods of
	// [room.Store] are used, and those that fill it. Then [History.Load] returns what Snapshot
	// was given, or nothing.
	StoreOnly bool
	// Program names the program in the file, for the error of one that is too old to read
	// it; "": salon.
	Program string

	clock  clock         // zero: the system's
	recent int           // 0: recentEvents
	wait   int           // 0: waitingEvents
	retry  time.Duration // 0: inspectEvery
	hang   time.Duration // 0: hangAfter
	search time.Duration // 0: searchTime, and leastCompared
	fault  func() error  // see recorder
}

// History is a room's log and store on one file. All methods may be called at the same
// time from any goroutine.
type History struct {
	*recorder
	stamps      stamps // set when the file has been read
	queue       queue
	tail        *room.Tail
	every       time.Duration // inspectEvery
	search      time.Duration // see Options
	born        state.Seq     // the first sequence number of this run
	storeOnly   bool          // see Options
	maintenance maintenance

	ended       context.Context    // with Close
	stop        context.CancelFunc // ends it, and maintenance
	sequencing  sync.WaitGroup     // the sequencer
	maintaining sync.WaitGroup     // what may wait for the disk
	closing     sync.Once
	shut        func() error
}

// Open opens the history of a directory, and creates it if there is none. A file of an
// earlier format is migrated, all of it or nothing. A file that cannot be used stays as it
// is, see ErrInUse, ErrForeign, ErrDamaged, ErrNewer and ErrDirectory. The caller must call
// Shut, after closing the room.
func Open(ctx context.Context, o Options) (*History, error) {
	h, err := newHistory(o)
	if err == nil {
		if err = h.start(); err != nil {
			h.disk.close()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("open history: %w", err)
	}
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	h.ended, h.stop = run, stop
	h.sequencing.Go(h.sequence)
	go h.worker.work() // until leave
	h.maintaining.Go(func() { h.maintenance.work(run) })
	return h, nil
}

func newHistory(o Options) (*History, error) {
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, err
	}
	if o.clock.now == nil {
		o.clock = systemClock()
	}
	r := &recorder{
		log: cmp.Or(o.Log, slog.New(slog.DiscardHandler)), fault: o.fault, onReplaced: o.Replaced,
		disk:    disk{dir: dir, program: cmp.Or(o.Program, "salon"), now: o.clock.now, progress: o.Progress, millis: openingMillis},
		memory:  memory{limit: cmp.Or(o.recent, recentEvents), wait: cmp.Or(o.wait, waitingEvents), wrote: make(chan struct{}, 1)},
		trouble: trouble{changed: make(chan struct{})},
	}
	r.worker = newWorker(cmp.Or(o.hang, hangAfter), r.disk.commits.Load)
	h := &History{recorder: r, queue: queue{wake: make(chan struct{}, 1)}, every: cmp.Or(o.retry, inspectEvery), search: o.search, storeOnly: o.StoreOnly}
	h.stamps.clock, h.shut = o.clock, sync.OnceValue(h.leave)
	h.maintenance.recorder, h.maintenance.wake = r, make(chan struct{}, 1)
	h.maintenance.covered.Store(true) // the last run may have left some
	h.maintenance.erased.Store(true)  // and this
	h.maintenance.bounds.Store(&bounds{o.Keep, o.KeepBytes})
	return h, nil
}

// start opens the file and reads where this run begins.
func (h *History) start() error {
	h.disk.mu.Lock()
	defer h.disk.mu.Unlock()
	if err := h.disk.openLocked(); err != nil {
		return err
	}
	c, err := readContent(h.disk.durable.DB)
	if err == nil {
		h.file, h.last, h.written, h.born = c.file, c.last, c.written(), c.last+1
		h.stamps = h.stamps.clock.resume(c.moment)
		h.given = h.born - 1
		h.memory.applied, h.memory.kept = c.applied, cmp.Or(c.kept, h.born)
		h.tail = room.NewTail(h.born)
		err = h.readRecent(h.disk.durable.DB)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", h.disk.path(), explain(err))
	}
	return nil
}

// readRecent reads the last messages into memory.
func (h *History) readRecent(db *sql.DB) error {
	m := &h.memory
	rows, err := db.Query(`SELECT `+columns+` FROM messages ORDER BY seq DESC LIMIT ?`, m.limit)
	m.from = 1
	err = each(rows, err, func(row *message) (bool, error) {
		e, err := row.event()
		m.recent.add(&spoken{event: e, row: row})
		full := len(m.recent.rows) == m.limit || m.recent.bytes > recentBytes
		if full {
			m.from = row.seq
		}
		return !full, err
	})
	slices.Reverse(m.recent.rows)
	return err
}

// Propose implements room.Log. A nil error means that the event has its sequence number
// and, unless Health reports trouble at that moment, that it is in the file, and on the
// disk if its kind is not Passing. When ctx ends first the event may still be ordered. An
// ID is remembered for at least room.TailEvents events of this run.
func (h *History) Propose(ctx context.Context, e state.Event) (state.Seq, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if err := room.Loggable(e.Body); err != nil {
		return 0, err
	}
	return h.queue.propose(ctx, e)
}

// Bounds implements room.Log.
func (h *History) Bounds() (first, last state.Seq) {
	first, last = h.tail.Bounds()
	return min(first, h.memory.keptFrom()), last
}

// Now implements room.Log.
func (h *History) Now() state.Moment { return h.stamps.moment() }

// Health implements room.Log. During trouble, also that of a disk that takes longer than
// hangAfter to answer, the chat goes on: events are ordered and visible, and wait in memory
// to be written; messages that no longer fit there become a gap. When it ends the room
// writes a snapshot at once, which stands for the events that did not fit, and for those
// that only a lost file held.
func (h *History) Health() (state.Health, <-chan struct{}) { return h.trouble.health() }

// Apply implements room.Store. Last and Search find the events from then on. They are
// written with the next commit of proposals or, if nobody proposes anything, within about
// idleDelay. After a kill before that the log still has them, and the room applies them
// again. A room that catches up with a long log waits for the disk, as long as that works, once
// waitingEvents or waitingBytes of them wait.
func (h *History) Apply(upto state.Seq, events []state.Event) {
	h.awaitRoom()
	list := newSpoken(events)
	waiting := h.memory.apply(upto, list, h.trouble.now() != nil)
	if len(list) > 0 {
		wait.Signal(h.maintenance.wake)
	}
	if waiting >= mostMessages {
		wait.Signal(h.queue.wake)
	}
}

// awaitRoom waits while too many messages wait for a disk that works.
func (h *History) awaitRoom() {
	for h.memory.full() {
		health, changed := h.trouble.health()
		if health.Err != nil {
			return
		}
		select {
		case <-h.memory.wrote:
			if !h.memory.full() {
				wait.Signal(h.memory.wrote) // somebody else may wait
			}
		case <-changed:
		case <-h.ended.Done():
			return
		}
	}
}

// SetKeep changes how much is kept, see [Options]. What is too much is soon deleted.
func (h *History) SetKeep(keep time.Duration, keepBytes int64) {
	h.maintenance.bounds.Store(&bounds{keep, keepBytes})
	wait.Signal(h.maintenance.wake)
}

// Close implements room.Log: it ends the log, and waiting proposals get state.ErrClosed.
// The store works until Shut, for a room that writes its snapshot last.
func (h *History) Close() error {
	h.closing.Do(func() {
		h.queue.close()
		h.stop()
	})
	h.sequencing.Wait()
	return nil
}

// Shut closes the log if it is open, writes what waits, closes the file and releases the
// directory. Of a disk that hangs it returns ErrHangs after a while: all that is then done
// once the disk answers, if the process still runs. Later calls return the same.
func (h *History) Shut() error { return h.shut() }

// leaveAfter is how long Shut waits for the disk to get anything done: a program that is
// asked to end has little time.
const leaveAfter = hangAfter / 2

func (h *History) leave() error {
	h.Close()
	given, ended := h.given, make(chan error, 1)
	h.worker.jobs <- func() error {
		h.maintaining.Wait()
		ended <- h.finish(given)
		return nil
	}
	close(h.worker.jobs)
	err, _ := h.worker.await(ended, min(leaveAfter, h.worker.limit))
	if err != nil && h.memory.hasWaiting() {
		h.log.Error("history: closed before everything was written", "err", err)
	}
	if err != nil {
		return fmt.Errorf("close history: %w", err)
	}
	return nil
}

// finish writes what waits and closes the file. It is the worker's last job.
func (h *History) finish(given state.Seq) error {
	if h.trouble.now() == nil { // the file may have been removed since the last look
		if err := h.disk.inPlace(); err != nil {
			h.fail(err)
		}
	}
	err := h.resume(given)
	if err == nil && h.trouble.now() != nil {
		h.recovered()
	}
	return errors.Join(err, h.disk.close())
}
