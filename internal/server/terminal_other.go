//go:build !unix

package server

import (
	"context"
	"os"
)

func foreground(*os.File) bool { return true }

// runInBackground does nothing where terminals stop nobody.
func runInBackground() {}

// followSize returns at once where a terminal does not tell that it was resized.
func (t *terminal) followSize(context.Context, func(width, height int)) {}
