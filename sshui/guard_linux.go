package sshui

import (
	"net"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// unackedTimeout is how long sent bytes may stay unacknowledged before the
// kernel gives the connection up (TCP_USER_TIMEOUT, RFC 5482).
const unackedTimeout = 30 * time.Second

// guardTCP makes the kernel notice a peer that has vanished.
func guardTCP(c net.Conn) {
	sc, ok := c.(syscall.Conn)
	if !ok {
		return
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return
	}
	raw.Control(func(fd uintptr) { // best effort: without it, keepalives take a little longer
		unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(unackedTimeout/time.Millisecond))
	})
}
