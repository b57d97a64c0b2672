//go:build !unix

package server

import (
	"context"
	"os"
)

func foreground(*os.File) bool { return true }

// runInBackground does nothing where a terminal does not stop processes.
func runInBackground() {}

// followSize returns at once where a terminal does not tell that it was resized.
func (t *terminal) followSize(context.Context, func(width, height int)) {}

// awaitReadable returns at once where no file is non-blocking.
func awaitReadable(*os.File) error { return nil }

// awaitWritable returns at once where no file is non-blocking.
func awaitWritable(*os.File) error { return nil }
