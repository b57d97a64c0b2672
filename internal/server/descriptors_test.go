//go:build unix

package server

import (
	"errors"
	"net"
	"os"
	"syscall"
	"testing"
)

// TestConnectionsLeaveDescriptorsFree for the server's own files, and are accepted again
// once there are more.
func TestConnectionsLeaveDescriptorsFree(t *testing.T) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	used, err := os.Open(os.DevNull) // the lowest that is free
	if err != nil {
		t.Fatal(err)
	}
	defer used.Close()
	low := limit
	low.Cur = min(limit.Cur, 64)
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &low); err != nil {
		t.Fatal(err)
	}
	defer syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)
	var open []*os.File
	for descriptorsFree(spareDescriptors) {
		f, err := os.Open(os.DevNull)
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, f)
		defer f.Close()
	}
	if _, err := (sparing{l}).Accept(); !errors.Is(err, syscall.EMFILE) {
		t.Errorf("with %d descriptors left, accepting ends with %v", spareDescriptors, err)
	}
	if f, err := os.Open(os.DevNull); err != nil {
		t.Errorf("the server's own file: %v", err)
	} else {
		f.Close()
	}
	open[len(open)-1].Close()
	conn, err := (sparing{l}).Accept()
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
}
