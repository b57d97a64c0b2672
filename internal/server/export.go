package server

import (
	"context"
	"errors"
	"fmt"
	"os"

	"salon/room/history"
	"salon/room/lang"
	"salon/room/state"
)

// Export writes everything that was said, as one JSON object a line, from a data
// directory ("": the one that a server would use) to out. It may run beside the server.
// Its progress is shown on progress when that is a terminal, and also what is damaged, which
// is an error once all the rest is written.
func Export(ctx context.Context, dir string, l state.Lang, out, progress *os.File) error {
	dir, err := dataDir(dir)
	if err != nil {
		return err
	}
	t := lang.Of(l)
	var show func(done, total int64)
	if isTerminal(progress) {
		show = func(done, total int64) {
			fmt.Fprintf(progress, "\r"+t.Exporting, done, total)
			if done == total {
				fmt.Fprintln(progress)
			}
		}
	}
	r, err := history.OpenReader(dir)
	if err == nil {
		defer r.Close()
		err = r.Export(ctx, out, show)
	}
	if e, ok := errors.AsType[*history.DamagedError](err); ok {
		for _, part := range e.Parts {
			fmt.Fprintln(progress, part)
		}
		return fmt.Errorf("%s: %w (%s)", dir, explain(t, err), t.DamagedExport)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", dir, explain(t, err))
	}
	return nil
}
