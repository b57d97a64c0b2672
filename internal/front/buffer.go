package front

import "net"

// SendBuffer is how many bytes the kernel keeps of what was sent on a connection and not taken; beyond it a write
// waits, and whoever does not read is noticed by the time limit on writes. Somebody 100 ms away still gets 300 KB/s.
const SendBuffer = 32 << 10

// BoundSendBuffer keeps the kernel from buffering megabytes, as it would for a client that once read fast.
func BoundSendBuffer(c net.Conn) {
	if b, ok := c.(interface{ SetWriteBuffer(bytes int) error }); ok {
		b.SetWriteBuffer(SendBuffer)
	}
}
