package history

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// The files of a directory.
const (
	fileName = "salon.db"
	lockName = "salon.lock"
)

// Sizes of the write-ahead log. At walBytes maintenance moves it into the file, most
// of it beside the talk, and makes it empty. It grows beyond only by what is
// committed meanwhile, and while somebody else reads the file without a pause;
// from walMostPages (of 4 KiB) on each commit tries too.
const (
	walBytes     = 4 << 20
	walMostPages = 4096
)

// disk is the file and the connections to it.
type disk struct {
	dir      string
	program  string                  // which writes
	now      func() time.Time        // the wall clock
	progress func(done, total int64) // of bringing a file up to date; nil: nobody is told

	// wanted is above zero while a commit of the sequencer waits for mu: maintenance
	// makes its transaction short.
	wanted  atomic.Int32
	commits atomic.Int64 // of the sequencer
	readers atomic.Pointer[sql.DB]

	mu     sync.Mutex // held for one transaction; guards all below
	lock   *sql.DB
	hold   *sql.Tx // holds the lock file
	locked fs.FileInfo
	writer *conn // waits for the disk at each commit (synchronous=FULL)
	// maintenance is a connection that does not (NORMAL): what it writes can be made
	// again.
	maintenance *conn
	// patience is how many milliseconds a connection waits for another process; "":
	// 5000, while it is opened for the first time.
	patience string
	file     fs.FileInfo // what is open
	wal      fs.FileInfo
}

func (d *disk) path() string { return filepath.Join(d.dir, fileName) }

// openLocked opens the file, which it makes if there is none.
func (d *disk) openLocked() error {
	if err := os.MkdirAll(d.dir, 0o700); err != nil {
		return err
	}
	if err := d.takeLocked(); err != nil {
		return err
	}
	if err := d.connectLocked(); err != nil {
		d.disconnectLocked()
		return fmt.Errorf("%s: %w", d.path(), explain(err))
	}
	return nil
}

func (d *disk) connectLocked() error {
	if err := notDirectory(d.path()); err != nil {
		return err
	}
	if err := private(d.dir, fileName); err != nil {
		return err
	}
	if err := d.check(); err != nil {
		return err
	}
	var err error
	d.writer, err = d.connect("auto_vacuum(INCREMENTAL)", "journal_mode(WAL)", "synchronous(FULL)", "cache_size(-64)", fmt.Sprintf("wal_autocheckpoint(%d)", walMostPages))
	if err != nil {
		return err
	}
	if err := d.migrateLocked(); err != nil {
		return err
	}
	if d.maintenance, err = d.connect("synchronous(NORMAL)", "wal_autocheckpoint(0)", "cache_size(-256)"); err != nil {
		return err
	}
	for _, c := range []*conn{d.writer, d.maintenance} {
		if err := c.prepare(); err != nil {
			return err
		}
		if _, err := c.Exec(`PRAGMA busy_timeout(` + lockedMillis + `)`); err != nil {
			return err
		}
	}
	d.patience = lockedMillis
	readers, err := openReaders(d.path())
	d.readers.Store(readers)
	return err
}

// lockedMillis is how long a commit waits for another process that keeps the file
// locked, once it has been opened. Then the chat goes on without the disk, as when that
// fails.
const lockedMillis = "100"

// notDirectory refuses what SQLite would call a failing disk.
func notDirectory(path string) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return ErrDirectory
	}
	return nil
}

// check looks at the file before anything is written to it.
func (d *disk) check() error {
	db, err := sql.Open("sqlite", dsn(d.path(), "busy_timeout(5000)")+"&mode=ro")
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = identify(db)
	return err
}

// migrateLocked brings the file to the format of today, all of it or nothing, and
// notes who writes to it.
func (d *disk) migrateLocked() error {
	version, err := identify(d.writer.DB)
	if err != nil {
		return err
	}
	return inTransaction(d.writer.DB, func(tx *sql.Tx) error {
		switch version {
		case 0:
			err = create(tx)
		case 1:
			err = (&migration{tx: tx, now: d.now(), tell: d.progress}).run()
		}
		if err != nil {
			return err
		}
		_, err = tx.Exec(`UPDATE meta SET program = ?`, d.program)
		return err
	})
}

// connect opens a connection that writes. What it deletes is overwritten, and a
// write-ahead log that begins again is not larger than half of what is let grow.
func (d *disk) connect(pragmas ...string) (*conn, error) {
	all := append([]string{
		"busy_timeout(" + cmp.Or(d.patience, "5000") + ")", "secure_delete(ON)", fmt.Sprintf("journal_size_limit(%d)", walBytes/2),
	}, pragmas...)
	db, err := sql.Open("sqlite", dsn(d.path(), all...)+"&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return &conn{DB: db}, db.Ping()
}

// openReaders opens connections that cannot write, a few at once.
func openReaders(path string, options ...string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn(path, "busy_timeout(5000)", "query_only(1)")+"&"+strings.Join(append(options, "mode=ro"), "&"))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(4)
	db.SetMaxIdleConns(4)
	return db, db.Ping()
}

// dsn names a file to the driver, whatever signs its path holds.
func dsn(path string, pragmas ...string) string {
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: url.Values{"_pragma": pragmas}.Encode()}
	return u.String()
}

// private makes sure that a file is there and only its owner can read it. It
// does not open one that is: closing it would end SQLite's locks on it.
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

// takeLocked takes the directory for this process, by an exclusive transaction
// on a file beside: it ends with the process however that ends.
func (d *disk) takeLocked() error {
	path := filepath.Join(d.dir, lockName)
	if d.lock != nil && sameFile(path, d.locked) {
		return nil
	}
	d.releaseLocked()
	if err := private(d.dir, lockName); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", dsn(path, "busy_timeout(0)", "journal_mode(MEMORY)")+"&_txlock=exclusive")
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	hold, err := db.Begin()
	if err != nil {
		db.Close()
		if code(err) == codeBusy {
			return fmt.Errorf("%s: %w", d.dir, ErrInUse)
		}
		return fmt.Errorf("%s: %w", path, err)
	}
	d.lock, d.hold = db, hold
	d.locked, err = os.Stat(path)
	return err
}

func (d *disk) releaseLocked() {
	if d.lock != nil {
		d.hold.Rollback()
		d.lock.Close()
		d.lock, d.hold = nil, nil
	}
}

// disconnectLocked closes all connections but the lock.
func (d *disk) disconnectLocked() error {
	var errs []error
	if readers := d.readers.Swap(nil); readers != nil {
		errs = append(errs, readers.Close())
	}
	for _, c := range []*conn{d.maintenance, d.writer} {
		if c != nil {
			errs = append(errs, c.Close())
		}
	}
	d.writer, d.maintenance = nil, nil
	return errors.Join(errs...)
}

// errMoved says that the path no longer leads to what is open: SQLite would go
// on writing to a file that nobody can find.
var errMoved = errors.New("the file was removed or replaced")

var errNoDisk = errors.New("the file is not open")

// inPlaceLocked notices that the file or its directory was removed.
func (d *disk) inPlaceLocked() error {
	switch {
	case d.writer == nil:
		return errNoDisk
	case d.file == nil:
		return nil // being opened
	case !sameFile(d.path(), d.file) || !sameFile(d.path()+"-wal", d.wal):
		return fmt.Errorf("%s: %w", d.path(), errMoved)
	}
	return nil
}

func sameFile(path string, as fs.FileInfo) bool {
	info, err := os.Stat(path)
	return err == nil && as != nil && os.SameFile(info, as)
}

// rememberLocked notes which files are open, once something was written.
func (d *disk) rememberLocked() (err error) {
	if d.file, err = os.Stat(d.path()); err == nil {
		d.wal, err = os.Stat(d.path() + "-wal")
	}
	return err
}

// read lends the readers out.
func (d *disk) read(do func(*sql.DB) error) error {
	db := d.readers.Load()
	if db == nil {
		return errNoDisk
	}
	return do(db)
}

// checkpoint moves the write-ahead log into the file when it has grown to a size,
// and returns at which size to do so again. Commits wait for the end of it only.
func (d *disk) checkpoint(ctx context.Context, at int64) (next int64, err error) {
	if d.walSize() < at {
		return at, nil
	}
	d.mu.Lock()
	c := d.maintenance
	d.mu.Unlock()
	if c == nil {
		return walBytes, errNoDisk
	}
	if _, err := c.ExecContext(ctx, `PRAGMA wal_checkpoint(PASSIVE)`); err != nil {
		return at, err
	}
	if _, err := d.truncate(); err != nil {
		return at, err
	}
	if left := d.walSize(); left >= walBytes { // somebody reads: not at every turn
		return left + walBytes, nil
	}
	return walBytes, nil
}

// walSize is 0 where there is no log, which is for the sequencer to notice.
func (d *disk) walSize() int64 {
	info, err := os.Stat(d.path() + "-wal")
	if err != nil {
		return 0
	}
	return info.Size()
}

// truncate moves the write-ahead log into the file and makes it empty, if nobody
// reads, without waiting for whoever does; it reports whether it did.
func (d *disk) truncate() (done bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.maintenance == nil {
		return false, errNoDisk
	}
	if _, err := d.maintenance.Exec(`PRAGMA busy_timeout = 0`); err != nil {
		return false, err
	}
	var busy, pages, moved int
	err = d.maintenance.QueryRow(`PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &moved)
	_, again := d.maintenance.Exec(`PRAGMA busy_timeout = ` + lockedMillis)
	return busy == 0, errors.Join(err, again)
}
