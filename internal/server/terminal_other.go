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
