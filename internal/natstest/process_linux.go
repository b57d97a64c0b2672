package natstest

import "syscall"

// endsWithUs has the kernel kill a process when ours ends in any way, a time limit of go test
// for one.
func endsWithUs() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
