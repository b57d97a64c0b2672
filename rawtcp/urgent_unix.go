//go:build unix

package rawtcp

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// keepUrgentInline leaves a byte sent as urgent in its place among the others.
// Telnet sends the last of IAC DM so (RFC 854, the Synch signal); taken out of
// the stream, it would leave half a command behind.
func keepUrgentInline(c net.Conn) {
	sc, ok := c.(syscall.Conn)
	if !ok {
		return
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return
	}
	raw.Control(func(fd uintptr) { // best effort: few clients send urgent bytes
		unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_OOBINLINE, 1)
	})
}
