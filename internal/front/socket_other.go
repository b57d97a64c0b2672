//go:build !unix

package front

import "net"

// NoticeVanished does nothing here: a vanished peer is left to keepalives.
func NoticeVanished(net.Conn) {}

// KeepUrgentInline does nothing where there is no SO_OOBINLINE to ask for.
func KeepUrgentInline(net.Conn) {}
