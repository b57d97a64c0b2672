package front

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// Refuses reports whether the peer has no room for what it was sent (a window of zero,
// RFC 9293 §3.8.6.1), and how many bytes it has taken in all. A peer that cannot be
// reached does not refuse.
func Refuses(c net.Conn) (taken uint64, refuses bool) {
	sc, ok := c.(syscall.Conn)
	if !ok {
		return 0, false
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return 0, false
	}
	raw.Control(func(fd uintptr) {
		info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
		if err == nil {
			taken, refuses = info.Bytes_acked, info.Snd_wnd == 0 && (info.Notsent_bytes > 0 || info.Unacked > 0)
		}
	})
	return taken, refuses
}
