package server

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"salon/internal/owned"
	"salon/room/lang"
)

// refusal words an error of package owned, and says what to do; of the system's, that a file
// does not exist. data is the data directory,
// if the error may be about that.
func refusal(t *lang.Texts, err error, data string) error {
	e, ok := errors.AsType[*owned.Error](err)
	if !ok {
		if at, ok := errors.AsType[*fs.PathError](err); ok && errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf(t.NoSuchFile, at.Path)
		}
		return err
	}
	switch e.Fault {
	case owned.Foreign:
		return fmt.Errorf(t.OwnedByOther, e.Path)
	case owned.Readable:
		return fmt.Errorf(t.OpenToOthers, e.Path, e.Path)
	case owned.Link:
		return fmt.Errorf(t.IsLink, e.Path)
	case owned.NoFile:
		return fmt.Errorf(t.IsNoFile, e.Path)
	}
	mode := "600"
	if abs, err := filepath.Abs(data); e.Dir && data != "" && err == nil && abs == e.Path {
		mode = "700"
	} else if e.Dir { // others may have their files there
		mode = "go-w"
	}
	return fmt.Errorf(t.WritableByOthers, e.Path, mode, e.Path)
}

// judgeData refuses a data directory that others can write to, and files of salon's in it
// that are links or that others can read. Host keys are judged when they are loaded, and a
// directory in place of a file when that is opened.
func (c *Config) judgeData(t *lang.Texts) error {
	if c.Data == off {
		return nil
	}
	dir, err := dataDir(c.Data)
	if err != nil {
		return err
	}
	for err := range faults(dir) {
		return refusal(t, err, dir)
	}
	return nil
}

// faults goes through what is wrong with a data directory.
func faults(dir string) func(func(error) bool) {
	return func(yield func(error) bool) {
		if err := owned.Dir(dir); err != nil && !yield(err) {
			return
		}
		entries, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			yield(err)
		}
		for _, e := range entries {
			if e.IsDir() || !strings.HasPrefix(e.Name(), "salon.db") && !strings.HasPrefix(e.Name(), auditName) {
				continue
			}
			if err := owned.Inside(dir, e.Name()); err != nil && !yield(err) {
				return
			}
		}
	}
}
