package history

import (
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/windows"
)

// claim locks a directory for this process until the file that it returns is closed. It
// fails with ErrInUse when another one holds it. Windows locks no directories, and lets
// nobody remove a file that is open: there it is a file.
func claim(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "salon.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	const how = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	if err := windows.LockFileEx(windows.Handle(f.Fd()), how, 0, 1, 0, new(windows.Overlapped)); err != nil {
		f.Close()
		if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
			err = ErrInUse
		}
		return nil, err
	}
	return f, nil
}
