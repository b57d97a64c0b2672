//go:build !unix

package main

import "os"

func foreground(*os.File) bool { return true }

// runInBackground does nothing where terminals stop nobody.
func runInBackground() {}

// onResize does nothing where a terminal does not tell that it was resized.
func (t *terminal) onResize(func(width, height int)) {}
