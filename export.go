package main

import (
	"context"
	"errors"
	"fmt"

	"salon/room/history"
)

// exportCmd is `salon export`.
type exportCmd struct {
	Data string `placeholder:"DIR" help:"${exportdata}"`
}

// Run writes everything that was said, as one JSON object a line, to the standard
// output. It may run beside the server.
func (c *exportCmd) Run(p *program) error {
	if c.Data == "off" {
		return usageError{errors.New(p.texts().ExportOff)}
	}
	dir, err := dataDir(c.Data)
	if err != nil {
		return err
	}
	r, err := history.OpenReader(dir)
	if err != nil {
		return fmt.Errorf("%s: %w", dir, explain(p.texts(), err))
	}
	defer r.Close()
	var progress func(done, total int64)
	if isTerminal(p.stderr) {
		progress = func(done, total int64) {
			fmt.Fprintf(p.stderr, "\r"+p.texts().Exporting, done, total)
			if done == total {
				fmt.Fprintln(p.stderr)
			}
		}
	}
	if err := r.Export(context.Background(), p.stdout, progress); err != nil {
		return fmt.Errorf("%s: %w", dir, explain(p.texts(), err))
	}
	return nil
}
