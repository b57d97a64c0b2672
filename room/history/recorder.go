package history

import (
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	sqlite3 "modernc.org/sqlite/lib"

	"salon/room"
	"salon/room/state"
)

// mostMessages is from how many waiting messages on the sequencer writes them although nobody
// proposes anything: another log has them applied faster than maintenance writes.
const mostMessages = 4 * room.BatchEvents

// manyMessages is from how many waiting messages on a commit of the sequencer takes them
// along. Maintenance writes fewer a moment later, all at once.
const manyMessages = room.BatchEvents / 2

// recorder writes to the disk, and keeps in memory what a disk that fails does not take.
// Its methods may be called at the same time, but for record, inspect and settle, which are
// the sequencer's, and for resume and drain, which are its worker's.
type recorder struct {
	log        *slog.Logger
	fault      func() error // nil, or called before each commit: an error is the disk's
	onReplaced func()       // see Options; may be nil
	disk       disk
	memory     memory
	trouble    trouble
	worker     worker      // the sequencer's
	refused    atomic.Bool // maintenance could not write messages
	given      state.Seq   // the last sequence number that was assigned; the sequencer's

	// Guarded by disk.mu.
	file     int64     // identifies the open file
	replaced bool      // it is another than before, and lacks what is in memory
	last     state.Seq // the last that it knows of, as far as this recorder wrote it
	written  written
}

// record writes entries to the disk, with messages if many wait, or to memory while the
// disk fails.
func (r *recorder) record(entries []*entry) {
	if len(entries) == 0 {
		return
	}
	if r.trouble.now() == nil {
		err := r.worker.do(func() error { return r.write(entries, manyMessages) })
		if err == nil {
			return
		}
		r.fail(err)
	}
	r.memory.keepEntries(entries)
}

// writeMost writes messages until few enough wait.
func (r *recorder) writeMost() {
	if r.trouble.now() != nil || r.memory.messagesWaiting() < mostMessages {
		return
	}
	err := r.worker.do(func() error {
		for r.memory.messagesWaiting() >= manyMessages {
			if err := r.writeMessages(); err != nil {
				return err
			}
			r.disk.commits.Add(1)
		}
		return nil
	})
	if err != nil {
		r.fail(err)
	}
}

// fail raises the alarm.
func (r *recorder) fail(err error) {
	r.trouble.set(err, r.disk.now())
	r.log.Error("history: nothing is recorded", "err", err)
}

// inspect looks after the disk, once a second: it notices that the file was removed or
// replaced, or takes no messages although nobody proposes anything, and begins to resume recording, which ends with settle. It does nothing while
// the disk hangs.
func (r *recorder) inspect() {
	if r.trouble.now() == nil {
		err := r.worker.do(r.disk.inPlace)
		if err == nil && r.refused.Swap(false) {
			err = r.worker.do(r.drain)
		}
		if err == nil {
			return
		}
		r.fail(err)
	}
	if !r.worker.busy {
		given := r.given
		r.worker.begin(func() error { return r.resume(given) })
	}
}

// settle takes the outcome of a job that the sequencer did not wait for. If it went well,
// it writes what was ordered meanwhile, and recording goes on.
func (r *recorder) settle(err error) {
	if err == nil {
		err = r.worker.do(r.drain)
	}
	if err != nil {
		r.trouble.set(err, time.Time{})
		return
	}
	r.recovered()
}

// recovered ends the alarm.
func (r *recorder) recovered() {
	health, _ := r.trouble.health()
	r.trouble.set(nil, time.Time{})
	about := []any{"since", health.Since.Truncate(time.Second)}
	if missing := r.memory.takeReported(); missing.seq == 0 || missing.Count > 0 {
		about = append(about, "missing", missing.Count)
	} else { // nobody knows how many messages a lost file held
		about = append(about, "missing_before", missing.To.Truncate(time.Second))
	}
	r.log.Info("history: recording again", about...)
}

// resume writes all that waits, after opening the file again where that may help: a full
// disk needs no more than space, one that hung no more than time. given is the last
// sequence number that was assigned.
func (r *recorder) resume(given state.Seq) error {
	if err := r.trouble.now(); err != nil && code(err) != sqlite3.SQLITE_FULL && !errors.Is(err, ErrHangs) {
		if err := r.reopen(given); err != nil {
			return err
		}
	}
	return r.drain()
}

func (r *recorder) reopen(given state.Seq) error {
	r.disk.mu.Lock()
	defer r.disk.mu.Unlock()
	r.disk.disconnectLocked()
	err := r.disk.openLocked()
	if err == nil {
		err = r.adoptLocked(given)
	}
	if err != nil {
		r.disk.disconnectLocked()
	}
	return err
}

// adoptLocked goes on with the file that is there now: the same, an older copy or a new
// one. One that is not the same gets the messages that are in memory, with a gap for those
// that only the other had; events that only the other had can no longer be followed.
func (r *recorder) adoptLocked(given state.Seq) error {
	c, err := readContent(r.disk.durable.DB)
	if err != nil {
		return err
	}
	if r.replaced = r.replaced || c.file != r.file || c.last < r.last; !r.replaced {
		return nil
	}
	r.last, r.written = c.last, c.written()
	r.memory.rewrite(c, given)
	b := r.memory.next(0)
	if err := r.commitLocked(r.disk.durable, &b, nil); err != nil {
		return err
	}
	r.file, r.replaced = c.file, false
	if r.onReplaced != nil {
		r.onReplaced()
	}
	return nil
}

// write commits entries and what waits in memory, at most a batch of each, as one
// transaction that waits for the disk if it has to; messages only if at least so many wait.
// After an error nobody knows whether anything is written.
func (r *recorder) write(entries []*entry, messages int) error {
	r.disk.mu.Lock()
	defer r.disk.mu.Unlock()
	b := r.memory.next(messages)
	b.entries = append(b.entries, entries...)
	c := r.disk.durable
	if b.passing() {
		c = r.disk.relaxed
	}
	if err := r.commitLocked(c, &b, nil); err != nil {
		return err
	}
	r.disk.commits.Add(1)
	return nil
}

// writeMessages commits some of the messages that wait, without waiting for the disk: the
// log holds them too.
func (r *recorder) writeMessages() error {
	r.disk.mu.Lock()
	defer r.disk.mu.Unlock()
	b := r.memory.next(0)
	b.entries = nil // entries are the sequencer's, which has begun to wait for a disk that fails
	return r.commitLocked(r.disk.relaxed, &b, nil)
}

// writeSnapshot commits a snapshot with the messages up to its sequence number. A later
// one stays, which a file that replaced this one may hold.
func (r *recorder) writeSnapshot(s state.Snapshot, now state.Moment) error {
	r.disk.mu.Lock()
	defer r.disk.mu.Unlock()
	b := r.memory.upTo(s.Seq)
	err := r.commitLocked(r.disk.relaxed, &b, func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO snapshot VALUES (1, ?1, ?2, ?3, nullif(?4, '')) ON CONFLICT (id) DO UPDATE
			SET seq = excluded.seq, stamp = excluded.stamp, time = excluded.time, state = excluded.state WHERE excluded.seq >= seq;
			UPDATE meta SET applied = max(applied, ?1)`,
			int64(s.Seq), now.Stamp.Microseconds(), now.Time.UnixMicro(), string(s.State))
		return err
	})
	if err != nil {
		return err
	}
	r.last = max(r.last, s.Seq)
	r.memory.covered(s.Seq)
	return nil
}

// commitLocked commits a batch, and what also adds to it.
func (r *recorder) commitLocked(c *conn, b *batch, also func(*sql.Tx) error) (err error) {
	if r.fault != nil {
		err = r.fault()
	}
	now := r.written
	if err == nil {
		err = c.transaction(func(tx *sql.Tx) (err error) {
			if now, err = b.write(tx, c, r.written); err != nil || also == nil {
				return err
			}
			return also(tx)
		})
	}
	if err != nil {
		r.memory.unwritten(b)
		return err
	}
	if n := len(b.entries); n > 0 {
		r.last = max(r.last, b.entries[n-1].seq)
	}
	if len(b.messages) > 0 {
		r.last = max(r.last, b.upto)
	}
	r.written = now
	r.memory.written(b)
	return nil
}

// drain writes all that waits.
func (r *recorder) drain() error {
	for {
		if err := r.write(nil, 0); err != nil || !r.memory.hasWaiting() {
			return err
		}
	}
}

// trouble says whether the disk fails. Only the sequencer changes it.
type trouble struct {
	mu      sync.Mutex // guards all below
	err     error      // nil: it does not
	since   time.Time
	changed chan struct{} // closed when trouble begins or ends, and then another
}

// now returns the error of a disk that fails, nil of one that works.
func (t *trouble) now() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}

// set begins trouble at a time, replaces its error, or ends it with nil.
func (t *trouble) set(err error, at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if (err == nil) != (t.err == nil) {
		t.since = at
		close(t.changed)
		t.changed = make(chan struct{})
	}
	t.err = err
}

// health returns the same as room.Log's Health.
func (t *trouble) health() (state.Health, <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err == nil {
		return state.Health{}, t.changed
	}
	return state.Health{Err: fmt.Errorf("history: %w", t.err), Since: t.since}, t.changed
}
