//go:build unix

package owned

import (
	"io/fs"
	"os"
	"syscall"
)

const (
	hasModes = true
	noWait   = syscall.O_NONBLOCK // opening a pipe does not wait for its other end
	noFollow = syscall.O_NOFOLLOW
)

// mine reports whether a file belongs to the user who runs this process, or to root.
func mine(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && (stat.Uid == 0 || int(stat.Uid) == os.Geteuid())
}
