//go:build !linux

package sshui

import "net"

// guardTCP leaves a vanished peer to keepalives where TCP_USER_TIMEOUT is unknown.
func guardTCP(net.Conn) {}
