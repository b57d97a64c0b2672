package front

import (
	"net"
	"testing"

	"golang.org/x/sys/unix"
)

// option reads an option of a socket.
func option(t *testing.T, c net.Conn, level, name int) (value int) {
	t.Helper()
	raw, err := c.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	raw.Control(func(fd uintptr) { value, err = unix.GetsockoptInt(int(fd), level, name) })
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func TestSocketsAreBounded(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	NoticeVanished(c)
	if got := option(t, c, unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT); got != int(unackedTimeout.Milliseconds()) {
		t.Errorf("gives up what is not acknowledged after %d ms, want %v", got, unackedTimeout)
	}
	BoundBuffers(c)
	if got := option(t, c, unix.SOL_SOCKET, unix.SO_SNDBUF); got != 2*SendBuffer { // socket(7): the kernel doubles it
		t.Errorf("keeps %d bytes, want %d", got, 2*SendBuffer)
	}
}
