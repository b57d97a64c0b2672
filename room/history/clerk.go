package history

import (
	"context"
	"database/sql"
	"sync/atomic"
	"time"

	"salon/room/state"
)

// Measures of the clerk's work. A commit of the sequencer waits for one of its
// transactions at most.
const (
	// lull is how long it lets messages gather before it indexes them. Until then
	// searches look at them one by one.
	lull = 250 * time.Millisecond
	// indexEvents is how many messages go into the index at a time, and indexSome
	// how many when a commit waits.
	indexEvents = 200
	indexSome   = 25
	// restTimes is how many times as long as a transaction the clerk rests after it
	// while people talk.
	restTimes = 4
	// mergePages is how much of the index is put in order at a time.
	mergePages = 16
	// manyToIndex is from how many places on the making of an index is reported.
	manyToIndex = 5000
	// tellEvery is how often.
	tellEvery = time.Second
	// pruneEvents is how many messages are forgotten at a time, and prunePages how
	// many pages are then given back to the file system.
	pruneEvents = 200
	prunePages  = 200
)

// clerk does what has time: it indexes, forgets what is too old, and moves the
// write-ahead log into the file. It works in small transactions between the
// sequencer's, which do not wait for the disk: what it does can be done again.
type clerk struct {
	history  *History
	bounds   atomic.Pointer[bounds] // never nil
	progress func(done, total int64)
	wake     chan struct{} // cap 1: something was applied
	spared   atomic.Bool   // a snapshot may have made rows superfluous
	warned   string        // the last error that was logged
	commits  atomic.Int64  // of the disk, when last looked at
	walAt    atomic.Int64  // at which size the write-ahead log is moved next
}

// bounds are how much is remembered.
type bounds struct {
	keep  time.Duration // 0: for ever
	bytes int64         // 0: no bound
}

// SetKeep changes how much is remembered, as [Options] say it. What is too much
// then is forgotten soon.
func (h *History) SetKeep(keep time.Duration, keepBytes int64) {
	h.clerk.bounds.Store(&bounds{keep, keepBytes})
	signal(h.clerk.wake)
}

// work goes on until ctx ends.
func (c *clerk) work(ctx context.Context) {
	for ctx.Err() == nil {
		again, err := c.round(ctx)
		if err != nil && ctx.Err() == nil {
			c.warn(err)
		}
		timer := time.NewTimer(again)
		select {
		case <-c.wake:
			pause(ctx, lull)
		case <-timer.C:
		case <-ctx.Done():
		}
		timer.Stop()
	}
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// round does all there is to do, and returns when there will be more even if
// nobody speaks.
func (c *clerk) round(ctx context.Context) (time.Duration, error) {
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
	return again, c.checkpoint(ctx)
}

func (c *clerk) checkpoint(ctx context.Context) error {
	at, err := c.history.disk.checkpoint(ctx, max(c.walAt.Load(), walBytes))
	c.walAt.Store(at)
	return err
}

// warn logs an error once. The sequencer raises the alarm if it is the disk's.
func (c *clerk) warn(err error) {
	if c.warned != err.Error() && c.history.trouble.now() == nil {
		c.warned = err.Error()
		c.history.log.Warn("history: the index waits", "err", err)
	}
}

// transaction runs one of the clerk's. While people talk it rests afterwards, so
// that a commit finds the disk free most of the time.
func (c *clerk) transaction(ctx context.Context, do func(*sql.Tx) error) error {
	d := &c.history.disk
	began := time.Now()
	if err := c.inTransaction(do); err != nil {
		return err
	}
	if commits := d.commits.Load(); c.commits.Swap(commits) != commits {
		pause(ctx, restTimes*time.Since(began))
	}
	return c.checkpoint(ctx)
}

func (c *clerk) inTransaction(do func(*sql.Tx) error) error {
	d := &c.history.disk
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.clerk == nil {
		return errNoDisk
	}
	return inTransaction(d.clerk, do)
}

// index brings the index up to what is settled.
func (c *clerk) index(ctx context.Context) error {
	p := progress{tell: c.progress, told: time.Now()}
	var done int64
	for ctx.Err() == nil {
		end := int64(min(c.history.memory.settled(), state.Seq(c.history.given.Load())))
		if end == done {
			return nil
		}
		err := c.transaction(ctx, func(tx *sql.Tx) (err error) {
			done, err = indexSomeRows(tx, end, &c.history.disk)
			return err
		})
		if err != nil {
			return err
		}
		if err := c.merge(ctx); err != nil {
			return err
		}
		p.at(done, end)
	}
	return ctx.Err()
}

// progress tells how an index comes along that was missing: once in a while, and at
// the end.
type progress struct {
	tell        func(done, total int64) // nil: nobody wants to know
	first, last int64                   // places
	told        time.Time
	over        bool
}

// at is told the place that was come to, and the last there is.
func (p *progress) at(done, end int64) {
	if p.last == 0 {
		p.first, p.last = done, end
	}
	if p.tell == nil || p.over || p.last-p.first < manyToIndex {
		return
	}
	p.over = done >= p.last
	if now := time.Now(); p.over || now.Sub(p.told) >= tellEvery {
		p.told = now
		p.tell(min(done, p.last)-p.first, p.last-p.first)
	}
}

// merge joins the pieces of the index that each batch adds, a few pages at a
// time, until they are few.
func (c *clerk) merge(ctx context.Context) error {
	for ctx.Err() == nil {
		var before, after int
		if err := c.transaction(ctx, func(tx *sql.Tx) error {
			if err := tx.QueryRow(`SELECT total_changes()`).Scan(&before); err != nil {
				return err
			}
			if _, err := tx.Exec(`INSERT INTO words (words, rank) VALUES ('merge', ?)`, mergePages); err != nil {
				return err
			}
			return tx.QueryRow(`SELECT total_changes()`).Scan(&after)
		}); err != nil || after-before < 2 { // as FTS5 says that there was nothing to do
			return err
		}
	}
	return ctx.Err()
}

// indexSomeRows indexes the next messages up to a place, and returns the place
// that it came to.
func indexSomeRows(tx *sql.Tx, end int64, d *disk) (done int64, err error) {
	if err := tx.QueryRow(`SELECT indexed FROM meta`).Scan(&done); err != nil || done >= end {
		return end, err
	}
	batch, err := nextRows(tx, done, end)
	if err != nil {
		return done, err
	}
	insert, err := tx.Prepare(`INSERT INTO words (rowid, author, text) VALUES (?, ?, ?)`)
	if err != nil {
		return done, err
	}
	defer insert.Close()
	if len(batch) < indexEvents {
		done = end
	}
	for i, r := range batch {
		if _, err := insert.Exec(int64(r.seq), words(r.author), words(r.text)); err != nil {
			return done, err
		}
		if len(batch) == indexEvents {
			done = int64(r.seq)
		}
		if i >= indexSome && d.wanted.Load() > 0 {
			done = int64(r.seq)
			break
		}
	}
	_, err = tx.Exec(`UPDATE meta SET indexed = ?`, done)
	return done, err
}

// nextRows are the next messages to index.
func nextRows(tx *sql.Tx, after, end int64) ([]*row, error) {
	rows, err := tx.Query(`SELECT `+columns+` FROM events WHERE seq > ? AND seq <= ? AND hidden = 0 AND `+spokenKinds+` ORDER BY seq LIMIT ?`, after, end, indexEvents)
	if err != nil {
		return nil, err
	}
	var batch []*row
	err = each(rows, func(r *row) (bool, error) {
		batch = append(batch, r)
		return true, nil
	})
	return batch, err
}
