package front

import "net"

// SendBuffer is how many bytes the kernel keeps of what was sent on a connection and not
// taken; beyond it a write waits, and whoever does not read is noticed by the time limit on
// writes. Somebody 100 ms away still gets 300 KB/s.
const SendBuffer = 32 << 10

// receiveBuffer is how many bytes the kernel keeps of what a client sent and the server has
// not read. More would only be read later, at the pace of the connection, and its end with
// it.
const receiveBuffer = 64 << 10

// BoundBuffers keeps the kernel from buffering megabytes for a connection, as it would for
// one that once was fast.
func BoundBuffers(c net.Conn) {
	if b, ok := c.(interface {
		SetReadBuffer(bytes int) error
		SetWriteBuffer(bytes int) error
	}); ok {
		b.SetReadBuffer(receiveBuffer)
		b.SetWriteBuffer(SendBuffer)
	}
}
