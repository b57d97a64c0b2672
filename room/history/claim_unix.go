//go:build unix

package history

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// oldLock is the file that earlier versions locked.
const oldLock = "salon.lock"

// claim locks a directory for this process, with flock(2), until the file that it returns
// is closed. It fails with ErrInUse when another one holds it.
func claim(dir string) (*os.File, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if err == nil {
		err = retire(filepath.Join(dir, oldLock))
	} else if errors.Is(err, unix.EWOULDBLOCK) {
		err = ErrInUse
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// retire removes the lock file of an earlier version, unless one still runs.
func retire(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		defer f.Close()
		held := unix.Flock_t{Type: unix.F_WRLCK}
		if err := unix.FcntlFlock(f.Fd(), unix.F_GETLK, &held); err == nil && held.Type != unix.F_UNLCK {
			return ErrInUse
		}
	}
	return os.Remove(path)
}
