//go:build !linux

package front

import "net"

// Refuses cannot tell here: whoever does not read is noticed once the send buffer is full.
func Refuses(net.Conn) (taken uint64, refuses bool) { return 0, false }
