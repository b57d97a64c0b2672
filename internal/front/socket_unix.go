//go:build unix

package front

import (
	"net"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// unackedTimeout is how long sent bytes may stay unacknowledged before the kernel
	// gives the connection up.
	unackedTimeout = 30 * time.Second
	// userTimeout is Linux's TCP_USER_TIMEOUT (RFC 5482).
	userTimeout = 0x12
)

// NoticeVanished makes the kernel notice a peer that has vanished, where it can;
// elsewhere that is left to keepalives, which take a little longer.
func NoticeVanished(c net.Conn) {
	if runtime.GOOS == "linux" {
		setOption(c, unix.IPPROTO_TCP, userTimeout, int(unackedTimeout/time.Millisecond))
	}
}

// KeepUrgentInline leaves a byte sent as urgent in its place among the others.
// Telnet sends the last of IAC DM so (RFC 854, the Synch signal); taken out of
// the stream, it would leave half a command behind.
func KeepUrgentInline(c net.Conn) { setOption(c, unix.SOL_SOCKET, unix.SO_OOBINLINE, 1) }

// setOption sets an option of a socket, as far as that is possible.
func setOption(c net.Conn, level, option, value int) {
	sc, ok := c.(syscall.Conn)
	if !ok {
		return
	}
	if raw, err := sc.SyscallConn(); err == nil {
		raw.Control(func(fd uintptr) { unix.SetsockoptInt(int(fd), level, option, value) })
	}
}
