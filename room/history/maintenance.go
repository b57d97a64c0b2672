package history

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"math"
	"sync/atomic"
	"time"

	sqlite3 "modernc.org/sqlite/lib"

	"salon/internal/wait"
)

const (
	// idleDelay is how long messages gather before maintenance writes and indexes them.
	// Until then searches compare them one by one.
	idleDelay = 250 * time.Millisecond
	// restTimes is how many times as long as a transaction maintenance pauses after it while
	// people talk.
	restTimes = 4
	// sweepEvents is how many entries of the log one transaction deletes.
	sweepEvents = 200
	// pinnedDelay is how long after an attempt to empty the write-ahead log, while somebody
	// reads, comes the next.
	pinnedDelay = time.Second
)

// errPinned is why erased words are still in the write-ahead log: somebody reads the file as it
// was before.
var errPinned = errors.New("somebody is reading the file: words that were taken back are overwritten when they have done")

// maintenance does what can wait: it writes the messages that no commit took along,
// indexes them, deletes what a snapshot covers and what is too old, and moves the
// write-ahead log into the file. It works in small transactions between the sequencer's,
// for one of which a commit waits at most. They do not wait for the disk: what they do can
// be done again.
type maintenance struct {
	*recorder
	bounds  atomic.Pointer[bounds] // never nil
	wake    chan struct{}          // cap 1: something was applied
	covered atomic.Bool            // a snapshot may cover entries of the log
	erased  atomic.Bool            // the write-ahead log may hold erased words
	seen    atomic.Int64           // the sequencer's commits, when last looked at
	pruned  atomic.Uint64          // messages that were deleted
}

// work maintains until ctx ends.
func (m *maintenance) work(ctx context.Context) {
	warned, named := "", false // the last error that was logged; damage was named
	for ctx.Err() == nil {
		next, err := m.round(ctx)
		if c := sqlite3.SQLITE_CORRUPT; !named && (code(err) == c || code(m.trouble.now()) == c || m.disk.corrupt.Load()) {
			named = true
			m.nameDamage(ctx)
		}
		if err != nil && ctx.Err() == nil && m.trouble.now() == nil && err.Error() != warned {
			warned = err.Error() // if it is the disk's, the sequencer raises the alarm
			m.log.Warn("history: maintenance failed, and is tried again later", "err", err)
		}
		select {
		case <-m.wake:
			wait.Pause(ctx, idleDelay)
		case <-time.After(next):
		case <-ctx.Done():
		}
	}
}

// nameDamage logs which rows cannot be read, once somebody came upon one.
func (m *maintenance) nameDamage(ctx context.Context) {
	damage := &DamagedError{}
	err := m.disk.read(func(db *sql.DB) error {
		_, err := checkMessages(ctx, db, damage)
		if err == nil {
			_, err = checkLog(ctx, db, damage)
		}
		return err
	})
	if err != nil || len(damage.Parts) == 0 {
		damage.add(Damage{Part: FileName, Err: cmp.Or(err, ErrDamaged)})
	}
	for _, d := range damage.Parts {
		m.log.Error("history: damaged", "what", d.String(), "do", "see salon check; save the rest with salon export, then restore a copy")
	}
}

// round does all there is to do, and returns when there will be more even if nobody
// speaks.
func (m *maintenance) round(ctx context.Context) (time.Duration, error) {
	next, err := m.steps(ctx)
	if err == nil {
		err = m.overwrite(ctx)
	}
	if m.erased.Load() || m.memory.erasures.first(math.MaxInt64) != nil {
		next = min(next, pinnedDelay)
	}
	return next, err
}

// steps does all but overwriting what was taken back, which goes before each of them.
func (m *maintenance) steps(ctx context.Context) (time.Duration, error) {
	for _, step := range []func(context.Context) error{m.write, m.index, m.sweep} {
		if err := step(ctx); err != nil {
			return time.Minute, err
		}
	}
	next, err := m.prune(ctx)
	if err == nil {
		err = m.disk.checkpoint(ctx)
	}
	return next, err
}

// overwrite overwrites what was taken back, if anything was. It does so between any two
// transactions of a long job.
func (m *maintenance) overwrite(ctx context.Context) error {
	if err := m.erase(ctx, math.MaxInt64); err != nil || !m.erased.Load() {
		return err
	}
	return m.emptyLog()
}

// transaction runs one transaction. While people talk it pauses afterwards, so that a
// commit finds the disk free most of the time.
func (m *maintenance) transaction(ctx context.Context, do func(*sql.Tx) error) error {
	if err := m.overwrite(ctx); err != nil && !errors.Is(err, errPinned) {
		return err
	}
	return m.pace(ctx, func() error { return m.disk.maintain(do) })
}

func (m *maintenance) pace(ctx context.Context, do func() error) error {
	started := time.Now()
	if err := do(); err != nil {
		return err
	}
	if commits := m.disk.commits.Load(); m.seen.Swap(commits) != commits {
		wait.Pause(ctx, restTimes*time.Since(started))
	}
	return m.disk.checkpoint(ctx)
}

// repeat runs transactions until one reports that there is no more to do.
func (m *maintenance) repeat(ctx context.Context, do func(*sql.Tx) (more bool, err error)) error {
	for ctx.Err() == nil {
		var more bool
		err := m.transaction(ctx, func(tx *sql.Tx) (err error) {
			more, err = do(tx)
			return err
		})
		if err != nil || !more {
			return err
		}
	}
	return ctx.Err()
}

// write writes the messages that wait. While the disk fails the sequencer does.
func (m *maintenance) write(ctx context.Context) error {
	for m.memory.hasMessages() && m.trouble.now() == nil && ctx.Err() == nil { // as long as people talk without pause
		if err := m.overwrite(ctx); err != nil && !errors.Is(err, errPinned) {
			return err
		}
		if err := m.pace(ctx, m.writeMessages); err != nil {
			m.refused.Store(true)
			return err
		}
	}
	return ctx.Err()
}

// index completes the index up to all that is written.
func (m *maintenance) index(ctx context.Context) error {
	p := progress{report: m.disk.progress, reported: time.Now()}
	for more := true; more; {
		var done, end int64
		err := m.transaction(ctx, func(tx *sql.Tx) (err error) {
			more, done, end, err = indexSome(tx)
			return err
		})
		p.at(done, end)
		if err == nil && more {
			err = m.repeat(ctx, mergeSome)
		}
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

// sweep deletes the entries of the log that the snapshot covers, and with them the
// addresses of members who came, and the pass phrases of members who gave up their pseudo.
func (m *maintenance) sweep(ctx context.Context) error {
	if !m.covered.Swap(false) {
		return nil
	}
	err := m.repeat(ctx, sweepSome)
	if err != nil {
		m.covered.Store(true)
	}
	return err
}

// prune deletes messages that are too old, or too many, and returns when the next will be
// too old.
func (m *maintenance) prune(ctx context.Context) (time.Duration, error) {
	b := m.bounds.Load()
	for {
		excess, err := b.excess(ctx, &m.disk)
		if err != nil {
			return 0, err
		}
		gone, oldest, err := m.forget(ctx, b, excess)
		if err != nil {
			return 0, err
		}
		if gone == 0 {
			return b.next(oldest, m.disk.now()), m.shrink(ctx, b)
		}
		if err := m.repeat(ctx, mergeSome); err != nil { // which drops their words from the index
			return 0, err
		}
	}
}

// forget deletes messages that are too old, and further ones of so many bytes. It returns
// how many there were, and the time of the oldest that stays.
func (m *maintenance) forget(ctx context.Context, b *bounds, excess int64) (gone int, oldest int64, err error) {
	if b.keep == 0 && excess == 0 {
		return 0, 0, nil
	}
	for ctx.Err() == nil {
		var some doomed
		err := m.transaction(ctx, func(tx *sql.Tx) (err error) {
			if some, err = choose(tx, b.cutoff(m.disk.now()), excess); err != nil || some.count == 0 {
				return err
			}
			return some.delete(tx)
		})
		if err != nil || some.count == 0 {
			return gone, some.oldest, err
		}
		m.memory.forget(some.last)
		m.pruned.Add(uint64(some.count))
		gone, excess = gone+some.count, max(0, excess-some.bytes)
	}
	return gone, 0, ctx.Err()
}

// shrink returns free pages to the file system, if there are many.
func (m *maintenance) shrink(ctx context.Context, b *bounds) error {
	for ctx.Err() == nil {
		more, err := b.shrink(&m.disk)
		if err != nil || !more {
			return err
		}
		if err := m.disk.checkpoint(ctx); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// emptyLog moves erased words out of the write-ahead log.
func (m *maintenance) emptyLog() error {
	done, err := m.disk.truncate()
	if err == nil && !done {
		err = errPinned
	}
	m.erased.Store(err != nil)
	return err
}

func sweepSome(tx *sql.Tx) (more bool, err error) {
	result, err := tx.Exec(`DELETE FROM log WHERE seq IN (SELECT seq FROM log WHERE seq <= (SELECT seq FROM snapshot) ORDER BY seq LIMIT ?)`, sweepEvents)
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n > 0, err
}
