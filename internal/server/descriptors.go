package server

import (
	"fmt"
	"net"
	"os"
	"syscall"
)

const (
	// spareDescriptors are the file descriptors that connections leave to the server's own
	// files: the database, the audit log, what reload reads. While no more are free,
	// connections wait to be accepted, and those that there are go on.
	spareDescriptors = 16
	// minDescriptors is the limit on file descriptors below which the server does not
	// start: it takes about 20 itself.
	minDescriptors = 48
	// fewDescriptors is the limit below which the log warns at the start.
	fewDescriptors = 256
)

// checkDescriptors reports a limit on file descriptors that is too low to serve anybody.
func (s *server) checkDescriptors() error {
	limit := descriptorLimit()
	switch {
	case limit < minDescriptors:
		return fmt.Errorf(s.texts().FewDescriptors, limit, minDescriptors)
	case limit < fewDescriptors:
		s.log.Warn("few file descriptors", "limit", limit, "do", "raise `ulimit -n` or LimitNOFILE: each connection takes one")
	}
	return nil
}

// sparing is a listener that accepts nothing while fewer than spareDescriptors are free:
// then Accept fails with EMFILE.
type sparing struct{ net.Listener }

// Accept implements net.Listener.
func (s sparing) Accept() (net.Conn, error) {
	if !descriptorsFree(spareDescriptors) {
		return nil, &net.OpError{Op: "accept", Net: s.Addr().Network(), Addr: s.Addr(), Err: os.NewSyscallError("accept", syscall.EMFILE)}
	}
	return s.Listener.Accept()
}
