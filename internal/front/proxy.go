package front

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"time"

	"github.com/pires/go-proxyproto"
)

const (
	// headerTimeout is how long a proxy may take for its header; then the connection is
	// closed.
	headerTimeout = 5 * time.Second
	// headerBuffer holds the usual headers; longer ones, up to 4 KiB, are read through it.
	headerBuffer = 256
)

// errHealthCheck is the error of a connection that a proxy opened and closed without a
// word, to see whether somebody listens.
var errHealthCheck = errors.New("front: health check")

// readHeader reads the header of the PROXY protocol, version 1 or 2, that a proxy begins
// with. It returns the client's address; own is true when the proxy comes for itself, by
// the command LOCAL or UNKNOWN, with its own address. What the client sent after the
// header is read from conn.
func readHeader(raw *net.TCPConn) (conn net.Conn, addr netip.Addr, own bool, err error) {
	raw.SetReadDeadline(time.Now().Add(headerTimeout))
	in := bufio.NewReaderSize(raw, headerBuffer)
	if _, err := in.Peek(1); errors.Is(err, io.EOF) {
		return nil, addr, false, errHealthCheck
	}
	header, err := proxyproto.Read(in)
	if err != nil {
		return nil, addr, false, fmt.Errorf("PROXY header: %w", err)
	}
	raw.SetReadDeadline(time.Time{})
	if addr = AddrOf(header.SourceAddr); header.Command.IsLocal() {
		addr, own = AddrOf(raw.RemoteAddr()), true
	} else if !addr.IsValid() {
		return nil, addr, false, errors.New("PROXY header: no TCP address")
	}
	if in.Buffered() == 0 {
		return raw, addr, own, nil
	}
	begun, _ := in.Peek(in.Buffered())
	return &begunConn{raw, begun}, addr, own, nil
}

// begunConn is a connection whose first bytes were read with the header.
type begunConn struct {
	*net.TCPConn
	begun []byte // not yet read
}

// Read implements net.Conn.
func (c *begunConn) Read(b []byte) (int, error) {
	if len(c.begun) == 0 {
		return c.TCPConn.Read(b)
	}
	n := copy(b, c.begun)
	if c.begun = c.begun[n:]; len(c.begun) == 0 {
		c.begun = nil
	}
	return n, nil
}

// WriteTo implements io.WriterTo, in place of the socket's, which skips what was read.
func (c *begunConn) WriteTo(w io.Writer) (int64, error) { return io.Copy(w, struct{ io.Reader }{c}) }
