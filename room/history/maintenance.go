package history

import (
	"context"
	"database/sql"
	"salon/internal/wait"
	"sync/atomic"
	"time"
)

// Measures of maintenance. A commit of the sequencer waits for one of its
// transactions at most.
const (
	// idleDelay is how long it lets messages gather before it writes and indexes them.
	// Until then searches look at them one by one.
	idleDelay = 250 * time.Millisecond
	// restTimes is how many times as long as a transaction it rests after it while
	// people talk.
	restTimes = 4
	// sweepEvents is how many entries of the log are forgotten at a time.
	sweepEvents = 200
)

// maintenance does what has time: it writes the messages that no commit took along,
// indexes them, forgets what a snapshot covers and what is too old, and moves the
// write-ahead log into the file. It works in small transactions between the
// sequencer's, which do not wait for the disk: what it does can be done again.
type maintenance struct {
	history  *History
	bounds   atomic.Pointer[bounds] // never nil
	progress func(done, total int64)
	wake     chan struct{} // cap 1: something was applied
	covered  atomic.Bool   // a snapshot may cover entries of the log
	erased   atomic.Bool   // the write-ahead log may hold words that were erased
	warned   string        // the last error that was logged
	commits  atomic.Int64  // of the disk, when last looked at
	walAt    atomic.Int64  // at which size the write-ahead log is moved next
}

// work goes on until ctx ends.
func (c *maintenance) work(ctx context.Context) {
	for ctx.Err() == nil {
		again, err := c.round(ctx)
		if err != nil && ctx.Err() == nil {
			c.warn(err)
		}
		timer := time.NewTimer(again)
		select {
		case <-c.wake:
			wait.Pause(ctx, idleDelay)
		case <-timer.C:
		case <-ctx.Done():
		}
		timer.Stop()
	}
}

// round does all there is to do, and returns when there will be more even if
// nobody speaks.
func (c *maintenance) round(ctx context.Context) (time.Duration, error) {
	if err := c.write(ctx); err != nil {
		return time.Minute, err
	}
	if err := c.index(ctx); err != nil {
		return time.Minute, err
	}
	if err := c.sweep(ctx); err != nil {
		return time.Minute, err
	}
	again, err := c.prune(ctx)
	if err != nil {
		return time.Minute, err
	}
	if err := c.checkpoint(ctx); err != nil || !c.erased.Load() {
		return again, err
	}
	return time.Minute, c.emptyLog()
}

func (c *maintenance) checkpoint(ctx context.Context) error {
	at, err := c.history.disk.checkpoint(ctx, max(c.walAt.Load(), walBytes))
	c.walAt.Store(at)
	return err
}

// warn logs an error once. The sequencer raises the alarm if it is the disk's.
func (c *maintenance) warn(err error) {
	if c.warned != err.Error() && c.history.trouble.now() == nil {
		c.warned = err.Error()
		c.history.log.Warn("history: maintenance failed, and is tried again later", "err", err)
	}
}

// transaction runs one of maintenance's. While people talk it rests afterwards, so
// that a commit finds the disk free most of the time.
func (c *maintenance) transaction(ctx context.Context, do func(*sql.Tx) error) error {
	began := time.Now()
	if err := c.inTransaction(do); err != nil {
		return err
	}
	c.rest(ctx, began)
	return c.checkpoint(ctx)
}

// rest pauses after a transaction that began then, if there were commits since the
// last.
func (c *maintenance) rest(ctx context.Context, began time.Time) {
	if commits := c.history.disk.commits.Load(); c.commits.Swap(commits) != commits {
		wait.Pause(ctx, restTimes*time.Since(began))
	}
}

// write brings the messages that wait into their table, unless the disk fails, of
// which the sequencer takes care.
func (c *maintenance) write(ctx context.Context) error {
	for c.history.memory.hasMessages() && c.history.trouble.now() == nil && ctx.Err() == nil {
		began := time.Now()
		if err := c.history.writeSome(); err != nil {
			return err
		}
		c.rest(ctx, began)
		if err := c.checkpoint(ctx); err != nil { // while people talk there is no end of them
			return err
		}
	}
	return ctx.Err()
}

func (c *maintenance) inTransaction(do func(*sql.Tx) error) error {
	d := &c.history.disk
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.maintenance == nil {
		return errNoDisk
	}
	return inTransaction(d.maintenance.DB, do)
}

// sweepSoon has maintenance look for what a snapshot covers.
func (c *maintenance) sweepSoon() {
	c.covered.Store(true)
	wait.Signal(c.wake)
}

// sweep forgets the entries of the log that the snapshot covers, a few at a time:
// with them go the addresses of those who came, and the pass phrases of those who
// gave their pseudo up.
func (c *maintenance) sweep(ctx context.Context) error {
	if !c.covered.Swap(false) {
		return nil
	}
	for ctx.Err() == nil {
		var gone int64
		err := c.transaction(ctx, func(tx *sql.Tx) (err error) {
			gone, err = sweepSome(tx)
			return err
		})
		if err != nil {
			c.covered.Store(true)
			return err
		}
		if gone == 0 {
			return nil
		}
	}
	return ctx.Err()
}

func sweepSome(tx *sql.Tx) (gone int64, err error) {
	result, err := tx.Exec(`DELETE FROM log WHERE seq IN (SELECT seq FROM log WHERE seq <= (SELECT seq FROM snapshot) ORDER BY seq LIMIT ?)`, sweepEvents)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}
