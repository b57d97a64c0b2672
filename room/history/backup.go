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
	"time"

	sqlite3 "modernc.org/sqlite/lib"
)

// Backup writes the history as it is at one moment to a new file, for its owner alone, also
// while a server writes: everything that had been acknowledged by then is in it, and nothing
// that was erased. It keeps nobody from writing; the write-ahead log only grows meanwhile.
// A history is begun from the file by copying it as salon.db into an empty directory.
//
// An existing file is fs.ErrExist and stays as it is; after any error nothing is left. Where
// there is no room for the copy it is ErrFull.
// progress, if not nil, is called once a second with how many bytes of about how many are
// written.
func (r *Reader) Backup(ctx context.Context, to string, progress func(done, total int64)) error {
	if err := r.backup(ctx, to, progress); err != nil {
		return fmt.Errorf("back up: %w", explain(err))
	}
	return nil
}

func (r *Reader) backup(ctx context.Context, to string, progress func(done, total int64)) error {
	to, err := filepath.Abs(to)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(fs.ErrExist, err)
	}
	temp, err := os.CreateTemp(filepath.Dir(to), filepath.Base(to)+".*.tmp") // its owner's alone
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // the backup has its second name by then, or there is none
	defer temp.Close()
	if err := r.copyTo(ctx, temp.Name(), progress); err != nil {
		return err
	}
	if err := temp.Sync(); err != nil {
		return err
	}
	// A link fails when the name is taken, where a rename would overwrite. Some file systems
	// have none.
	if err := os.Link(temp.Name(), to); errors.Is(err, fs.ErrExist) {
		return err
	} else if err != nil {
		if err := os.Rename(temp.Name(), to); err != nil {
			return err
		}
	}
	return syncDir(filepath.Dir(to))
}

// copyTo has SQLite write what the file holds to an empty one.
func (r *Reader) copyTo(ctx context.Context, to string, progress func(done, total int64)) error {
	var total int64
	if err := r.db.QueryRowContext(ctx, `SELECT (page_count - freelist_count) * ? FROM pragma_page_count, pragma_freelist_count`, pageBytes).Scan(&total); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", dsn(r.path, "busy_timeout(5000)")+"&mode=ro") // query_only would forbid writing the copy too
	if err != nil {
		return err
	}
	defer db.Close()
	watched, stop := context.WithCancel(ctx)
	var watching sync.WaitGroup
	if progress != nil {
		watching.Go(func() { watchSize(watched, to, total, progress) })
	}
	_, err = db.ExecContext(ctx, `VACUUM INTO ?`, to)
	stop()
	watching.Wait()
	if code(err) == sqlite3.SQLITE_FULL { // only the copy is written
		return fmt.Errorf("%w (%w)", ErrFull, err)
	}
	return err
}

// watchSize reports the size of a file until ctx ends.
func watchSize(ctx context.Context, path string, total int64, progress func(done, total int64)) {
	tick := time.NewTicker(reportEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if info, err := os.Stat(path); err == nil {
			progress(info.Size(), max(info.Size(), total))
		}
	}
}

// syncDir makes the names in a directory durable, where directories can be synced.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	d.Sync() // Windows cannot, and the file itself is on the disk
	return d.Close()
}
