package server

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"salon/room/cluster"
	"salon/room/lang"
	"salon/room/state"
)

// NewKey makes a key of a NATS user in a new file, which its owner alone can read, and writes
// its public half to out.
func NewKey(file string, l state.Lang, out io.Writer) error {
	seed, public, err := cluster.NewKey()
	if err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf(lang.Of(l).BackupExists, file)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "%s\n", seed)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(file))
	}
	_, err = fmt.Fprintln(out, public)
	return err
}
