//go:build !unix

package rawtcp

import "net"

// keepUrgentInline does nothing where there is no SO_OOBINLINE to ask for.
func keepUrgentInline(net.Conn) {}
