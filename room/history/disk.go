package history

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	sqlite3 "modernc.org/sqlite/lib"
)

// FileName is the file of a directory; SQLite puts others beside it while it is open.
const FileName = "salon.db"

const (
	// walBytes is the size of the write-ahead log at which maintenance moves it into the
	// file and empties it. It grows beyond only by what is committed meanwhile, and while
	// somebody else keeps reading the file.
	walBytes = 4 << 20
	// walMostPages (of 4 KiB) is the size from which on each commit tries to do so too.
	walMostPages = 4096
)

// The milliseconds for which a connection waits for another process that locks the file:
// while the history is opened, and afterwards, when the chat can go on without the disk.
const (
	openingMillis = 5000
	lockedMillis  = 100
)

// disk is the file and the connections to it.
type disk struct {
	dir      string
	program  string                  // the program that writes
	now      func() time.Time        // the wall clock
	progress func(done, total int64) // see Options; may be nil
	commits  atomic.Int64            // how many the sequencer made
	readers  atomic.Pointer[sql.DB]
	corrupt  atomic.Bool  // somebody came upon damage
	walNext  atomic.Int64 // the size of the write-ahead log at which it is moved next, if above walBytes

	mu      sync.Mutex // held for one transaction; guards all below
	claimed *os.File   // the directory, locked for this process; nil: it is not
	millis  int        // openingMillis or lockedMillis
	durable *conn      // each commit waits for the disk (synchronous=FULL)
	relaxed *conn      // no commit waits for the disk (NORMAL)
	file    fs.FileInfo
	wal     fs.FileInfo
}

func (d *disk) path() string { return filepath.Join(d.dir, FileName) }

// openLocked opens the file, and creates it if there is none.
func (d *disk) openLocked() error {
	if err := os.MkdirAll(d.dir, 0o700); err != nil {
		return err
	}
	before := d.claimed
	if err := d.claimLocked(); err != nil {
		return err
	}
	if err := d.connectLocked(); err != nil {
		d.disconnectLocked()
		if d.claimed != before {
			d.releaseLocked() // of another disk mounted here, which nothing may keep from being unmounted
		}
		return fmt.Errorf("%s: %w", d.path(), explain(err))
	}
	return nil
}

func (d *disk) connectLocked() error {
	if err := notDirectory(d.path()); err != nil {
		return err
	}
	if err := private(d.dir, FileName); err != nil {
		return err
	}
	db, version, err := openReaders(d.path()) // before anything is written
	if err != nil {
		return err
	}
	db.Close()
	d.durable, err = d.connect("auto_vacuum(INCREMENTAL)", "journal_mode(WAL)", "synchronous(FULL)", "cache_size(-64)", fmt.Sprintf("wal_autocheckpoint(%d)", walMostPages))
	if err != nil {
		return err
	}
	if err := d.migrateLocked(version); err != nil {
		return err
	}
	if d.relaxed, err = d.connect("synchronous(NORMAL)", "wal_autocheckpoint(0)", "cache_size(-256)"); err != nil {
		return err
	}
	d.millis = lockedMillis
	for _, c := range []*conn{d.durable, d.relaxed} {
		if err := errors.Join(c.prepare(), c.wait(d.millis)); err != nil {
			return err
		}
	}
	readers, _, err := openReaders(d.path())
	if err != nil {
		return err
	}
	d.readers.Store(readers)
	if d.file, err = os.Stat(d.path()); err == nil {
		d.wal, err = os.Stat(d.path() + "-wal")
	}
	return err
}

// notDirectory refuses a directory, which SQLite would report as a failing disk.
func notDirectory(path string) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return ErrDirectory
	}
	return nil
}

// migrateLocked brings the file from a format to that of today, all of it or nothing, and
// notes which program writes to it.
func (d *disk) migrateLocked(version int) error {
	return d.durable.transaction(func(tx *sql.Tx) (err error) {
		switch version {
		case 0:
			_, err = tx.Exec(schema + marked)
		case 1:
			err = (&migration{tx: tx, now: d.now(), report: d.progress}).run()
		case 2:
			_, err = tx.Exec(beforeFormat3 + marked)
		}
		if err != nil {
			return err
		}
		_, err = tx.Exec(`UPDATE meta SET program = ?`, d.program)
		return err
	})
}

// connect opens a connection that writes. What it deletes is overwritten, and a
// write-ahead log that begins again is cut to half of walBytes.
func (d *disk) connect(pragmas ...string) (*conn, error) {
	all := append([]string{
		fmt.Sprintf("busy_timeout(%d)", d.millis), "secure_delete(ON)", fmt.Sprintf("journal_size_limit(%d)", walBytes/2),
	}, pragmas...)
	db, err := sql.Open("sqlite", dsn(d.path(), all...)+"&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return &conn{DB: db}, db.Ping()
}

// private ensures that a file exists and only its owner can read it. It does not open one
// that exists: closing it would release SQLite's locks on it.
func private(dir, name string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	info, err := root.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		f, err := root.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		return f.Close()
	}
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		err = root.Chmod(name, 0o600)
	}
	return err
}

// claimLocked takes the directory for this process, however that ends. The lock is on the
// directory itself: a file for it could be removed and made again, and then two would hold it.
func (d *disk) claimLocked() error {
	if d.claimed != nil {
		if was, err := d.claimed.Stat(); err == nil && sameFile(d.dir, was) {
			return nil
		}
		d.releaseLocked()
	}
	var err error
	if d.claimed, err = claim(d.dir); err != nil {
		return fmt.Errorf("%s: %w", d.dir, err)
	}
	return nil
}

func (d *disk) releaseLocked() {
	if d.claimed != nil {
		d.claimed.Close()
		d.claimed = nil
	}
}

// disconnectLocked closes all connections but the lock.
func (d *disk) disconnectLocked() error {
	var errs []error
	if readers := d.readers.Swap(nil); readers != nil {
		errs = append(errs, readers.Close())
	}
	for _, c := range []*conn{d.relaxed, d.durable} {
		if c != nil {
			errs = append(errs, c.Close())
		}
	}
	d.durable, d.relaxed = nil, nil
	return errors.Join(errs...)
}

// close closes the file and releases the directory.
func (d *disk) close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	defer d.releaseLocked()
	return d.disconnectLocked()
}

// inPlace fails when the path no longer leads to the files that are open: SQLite would go
// on writing to a file that nobody can find.
func (d *disk) inPlace() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !sameFile(d.path(), d.file) || !sameFile(d.path()+"-wal", d.wal) {
		return fmt.Errorf("%s: the file was removed or replaced", d.path())
	}
	return nil
}

func sameFile(path string, as fs.FileInfo) bool {
	info, err := os.Stat(path)
	return err == nil && as != nil && os.SameFile(info, as)
}

// read calls do with connections that cannot write.
func (d *disk) read(do func(*sql.DB) error) error {
	db := d.readers.Load()
	if db == nil {
		return errNotOpen
	}
	err := do(db)
	if code(err) == sqlite3.SQLITE_CORRUPT {
		d.corrupt.Store(true)
	}
	return err
}

// maintain runs a transaction that does not wait for the disk.
func (d *disk) maintain(do func(*sql.Tx) error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.relaxed.transaction(do)
}

// checkpoint moves the write-ahead log into the file if it has grown enough. Commits wait
// for the end of it only.
func (d *disk) checkpoint(ctx context.Context) error {
	if d.walSize() < max(walBytes, d.walNext.Load()) {
		return nil
	}
	d.mu.Lock()
	c := d.relaxed
	d.mu.Unlock()
	if c == nil {
		return errNotOpen
	}
	if _, err := c.ExecContext(ctx, `PRAGMA wal_checkpoint(PASSIVE)`); err != nil {
		return err
	}
	if _, err := d.truncate(); err != nil {
		return err
	}
	d.walNext.Store(0)
	if left := d.walSize(); left >= walBytes { // somebody is reading
		d.walNext.Store(left + walBytes)
	}
	return nil
}

// walSize returns the size of the write-ahead log, 0 if there is none.
func (d *disk) walSize() int64 {
	return fileSize(d.path() + "-wal")
}

// fileSize returns the size of a file, 0 if there is none that can be looked at.
func fileSize(path string) int64 {
	if info, err := os.Stat(path); err == nil {
		return info.Size()
	}
	return 0
}

// truncate moves the write-ahead log into the file and empties it, without waiting for
// anybody who is reading; it reports whether nobody was.
func (d *disk) truncate() (done bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.relaxed
	if c == nil {
		return false, errNotOpen
	}
	if err := c.wait(0); err != nil {
		return false, err
	}
	var busy, pages, moved int
	err = c.QueryRow(`PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &moved)
	return busy == 0, errors.Join(err, c.wait(d.millis))
}
