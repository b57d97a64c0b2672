//go:build !linux

package natstest

import "syscall"

// endsWithUs needs what only Linux has: elsewhere servers stay when the tests are killed.
func endsWithUs() *syscall.SysProcAttr { return nil }
