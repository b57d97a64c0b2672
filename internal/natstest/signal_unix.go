//go:build unix

package natstest

import "syscall"

// Stop halts a server, whose connections stay open, until Continue.
func (c *Cluster) Stop(i int) { c.signal(i, syscall.SIGSTOP) }

// Continue lets a server that Stop halted go on.
func (c *Cluster) Continue(i int) { c.signal(i, syscall.SIGCONT) }

func (c *Cluster) signal(i int, s syscall.Signal) {
	c.t.Helper()
	if err := c.servers[i].process.cmd.Process.Signal(s); err != nil {
		c.t.Fatalf("server %d: %v", i, err)
	}
}
