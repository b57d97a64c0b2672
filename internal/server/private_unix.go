//go:build unix

package server

import "syscall"

// privately does something whose new files nobody else may use (umask(2)). Nothing else makes
// files meanwhile.
func privately(do func()) {
	defer syscall.Umask(syscall.Umask(0o177))
	do()
}
