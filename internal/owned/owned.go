// Package owned opens files that nobody else could have changed: it judges owner and mode
// as OpenSSH does with StrictModes (sshd_config(5)). What a file holds, and what to tell
// people about one that is refused, is the caller's.
//
// A file is its user's when it and every directory above it belong to that user or to root
// and neither the group nor others may write to them; a directory where only owners may
// remove files, such as /tmp, is no harm. Links on the way are followed, and judged by their
// owner. Where there are no such modes (Windows), everything is accepted that is a file.
package owned

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Fault is what is wrong with a file.
type Fault int

const (
	Foreign  Fault = iota // it belongs to somebody else
	Writable              // the group or others may write to it
	Readable              // the group or others may read it
	Link                  // it is a symbolic link, where only the file itself will do
	NoFile                // it is neither a file nor a directory: a pipe, a device
)

// Error says what is wrong with which file.
type Error struct {
	Path  string // absolute; perhaps a directory above the one that was asked for
	Fault Fault
	Dir   bool        // it is a directory
	Mode  fs.FileMode // its permissions
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s (mode %04o): %s", e.Path, e.Mode, [...]string{
		"belongs to somebody else", "can be changed by others", "can be read by others", "is a symbolic link", "is not a plain file",
	}[e.Fault])
}

// pipeWait is how long a pipe may take to give its next bytes; then reading fails.
const pipeWait = 10 * time.Second

// Open opens a file that nobody else can change, for reading; with secret also that nobody
// else can read. A pipe or a device is refused, so that opening never waits, unless the name
// is that of a descriptor that this process was given (/dev/stdin, /dev/fd/3, or <(command)
// in a shell): that is its giver's, and may be read once. An error is an [*Error] or one of
// the system.
func Open(name string, secret bool) (*os.File, error) {
	given := handed(name)
	if !given {
		if err := Above(name); err != nil {
			return nil, err
		}
	}
	f, err := os.OpenFile(name, os.O_RDONLY|noWait, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	switch {
	case err != nil:
	case !info.Mode().IsRegular() && given:
		f.SetReadDeadline(time.Now().Add(pipeWait)) // what knows no deadline does not wait
	default:
		err = judge(absolute(name), info, secret)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// handed reports whether a name is that of a descriptor.
func handed(name string) bool {
	return name == "/dev/stdin" || strings.HasPrefix(name, "/dev/fd/") || strings.HasPrefix(name, "/proc/self/fd/")
}

// Dir judges a directory and those above it. Those that are not there are no error.
func Dir(name string) error { return Above(filepath.Join(name, "file")) }

// Inside judges a file in a directory that is its user's: it must be a plain file that its
// owner alone can read, and no link. One that is not there is no error.
func Inside(dir, name string) error {
	path := filepath.Join(absolute(dir), name)
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	}
	return judge(path, info, true)
}

// Judge judges a file that is open: its path is for the error alone.
func Judge(path string, f *os.File, secret bool) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return judge(path, info, secret)
}

func judge(path string, info fs.FileInfo, secret bool) error {
	mode, fault := info.Mode(), Fault(-1)
	switch {
	case mode&fs.ModeSymlink != 0:
		fault = Link
	case !mode.IsRegular():
		fault = NoFile
	case !mine(info):
		fault = Foreign
	case mode.Perm()&0o022 != 0 && hasModes:
		fault = Writable
	case mode.Perm()&readers(path) != 0 && secret && hasModes:
		fault = Readable
	default:
		return nil
	}
	return &Error{Path: path, Fault: fault, Dir: mode.IsDir(), Mode: mode.Perm()}
}

// readers are the permissions of those who may not read a secret. Of a credential that the
// service manager has made for this process (systemd.exec(5)) the group's are none of a group:
// they are the bound of the list of access by which this process alone may read it.
func readers(path string) fs.FileMode {
	if dir := os.Getenv("CREDENTIALS_DIRECTORY"); dir != "" && filepath.Dir(absolute(path)) == filepath.Clean(dir) {
		return 0o007
	}
	return 0o077
}

// Above judges the directories above a file, those on the way that its name takes and, if
// there are links on it, on the real one.
func Above(name string) error {
	path := absolute(name)
	if err := above(path); err != nil {
		return err
	}
	for ; path != filepath.Dir(path); path = filepath.Dir(path) {
		real, err := filepath.EvalSymlinks(path)
		if errors.Is(err, fs.ErrNotExist) { // it is to be made
			continue
		}
		switch {
		case err != nil || real == path:
			return err
		case path == absolute(name):
			return above(real)
		default:
			return above(filepath.Join(real, "file"))
		}
	}
	return nil
}

func above(path string) error {
	for path != filepath.Dir(path) {
		path = filepath.Dir(path)
		info, err := os.Lstat(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		mode := info.Mode()
		fault := Writable
		switch {
		case !mine(info):
			fault = Foreign
		case mode&fs.ModeSymlink != 0, mode.Perm()&0o022 == 0, mode&fs.ModeSticky != 0, !hasModes:
			continue
		}
		return &Error{Path: path, Fault: fault, Dir: true, Mode: mode.Perm()}
	}
	return nil
}

// absolute is the name as people find it from anywhere.
func absolute(name string) string {
	if path, err := filepath.Abs(name); err == nil {
		return path
	}
	return name
}

// Append opens a file for lines to be appended, and makes it for its owner alone if it is
// not there. It is refused as by [Inside].
func Append(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY|noWait|noFollow, 0o600)
	if err != nil {
		if refused := Inside(filepath.Dir(path), filepath.Base(path)); refused != nil {
			err = refused
		}
		return nil, err
	}
	if err := Judge(path, f, true); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}
