package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"salon/room/history"
	"salon/room/lang"
	"salon/room/state"
)

// Backup writes a copy of the history of a data directory ("": the one that a server would
// use) to a new file. It may run beside the server. What takes longer than a second shows its
// progress on progress when that is a terminal. The host key is not in it.
func Backup(ctx context.Context, dir, to string, l state.Lang, progress *os.File) error {
	dir, err := dataDir(dir)
	if err != nil {
		return err
	}
	t := lang.Of(l)
	shown := false
	var show func(done, total int64)
	if isTerminal(progress) {
		show = func(done, total int64) {
			fmt.Fprintf(progress, "\r"+t.BackingUp, done>>20, total>>20)
			shown = true
		}
	}
	r, err := history.OpenReader(dir)
	if err == nil {
		defer r.Close()
		err = r.Backup(ctx, to, show)
	}
	if shown {
		fmt.Fprintln(progress)
	}
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf(t.BackupExists, to)
	}
	if errors.Is(err, history.ErrFull) {
		return fmt.Errorf(t.BackupFull, to)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", dir, explain(t, err))
	}
	return nil
}
