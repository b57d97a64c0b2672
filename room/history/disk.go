package history

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
)

// The files of a directory.
const (
	fileName = "salon.db"
	lockName = "salon.lock"
)

// Sizes of the write-ahead log, in pages of 4 KiB. The clerk moves it into the
// file beside the talk; should it not keep up, a commit does so.
const (
	walPages     = 1024
	walMostPages = 16384
)

// disk is the file and the connections to it.
type disk struct {
	dir string

	// wanted is above zero while a commit of the sequencer waits for mu: the clerk
	// makes its transaction short.
	wanted  atomic.Int32
	pages   atomic.Int64 // written since the last checkpoint, about
	commits atomic.Int64 // of the sequencer
	readers atomic.Pointer[sql.DB]

	mu     sync.Mutex // held for one transaction; guards all below
	lock   *sql.DB
	hold   *sql.Tx // holds the lock file
	locked fs.FileInfo
	writer *sql.DB // waits for the disk at each commit (synchronous=FULL)
	clerk  *sql.DB // does not (NORMAL): what it writes can be made again
	upsert *sql.Stmt
	file   fs.FileInfo // what is open
	wal    fs.FileInfo
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
	if err := private(d.dir, fileName); err != nil {
		return err
	}
	if err := d.check(); err != nil {
		return err
	}
	var err error
	d.writer, err = connect(d.path(), "auto_vacuum(INCREMENTAL)", "journal_mode(WAL)", "synchronous(FULL)", fmt.Sprintf("wal_autocheckpoint(%d)", walMostPages), fmt.Sprintf("journal_size_limit(%d)", 4096*walPages*4))
	if err != nil {
		return err
	}
	if err := migrate(d.writer); err != nil {
		return err
	}
	if d.clerk, err = connect(d.path(), "synchronous(NORMAL)", "wal_autocheckpoint(0)"); err != nil {
		return err
	}
	if d.upsert, err = d.writer.Prepare(upsert); err != nil {
		return err
	}
	readers, err := openReaders(d.path())
	d.readers.Store(readers)
	return err
}

// check looks at the file before anything is written to it.
func (d *disk) check() error {
	db, err := sql.Open("sqlite", dsn(d.path(), "busy_timeout(5000)")+"&mode=ro")
	if err != nil {
		return err
	}
	defer db.Close()
	return identify(db)
}

// connect opens one connection, for which everybody waits.
func connect(path string, pragmas ...string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn(path, append([]string{"busy_timeout(5000)"}, pragmas...)...)+"&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return db, db.Ping()
}

// openReaders opens connections that cannot write, a few at once.
func openReaders(path string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn(path, "busy_timeout(5000)", "query_only(1)")+"&mode=ro")
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
	for _, db := range []*sql.DB{d.readers.Swap(nil), d.clerk, d.writer} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	d.writer, d.clerk, d.upsert = nil, nil, nil
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

// checkpoint moves the write-ahead log into the file when it has grown, beside
// the talk.
func (d *disk) checkpoint(ctx context.Context) error {
	if d.pages.Load() < walPages {
		return nil
	}
	d.mu.Lock()
	clerk := d.clerk
	d.mu.Unlock()
	if clerk == nil {
		return errNoDisk
	}
	d.pages.Store(0)
	_, err := clerk.ExecContext(ctx, `PRAGMA wal_checkpoint(PASSIVE)`)
	return err
}
