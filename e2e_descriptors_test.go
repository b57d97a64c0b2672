//go:build linux

package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestTheServerRunsOutOfDescriptors: with 64, of which connections take all that they may,
// those inside talk on, the operator's files are read and written, the server rests, and
// whoever comes is let in once somebody goes.
func TestTheServerRunsOutOfDescriptors(t *testing.T) {
	dir := t.TempDir()
	data, motd := filepath.Join(dir, "data"), filepath.Join(dir, "motd")
	if err := os.WriteFile(motd, []byte("bonjour\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := runServer(t, "sh", "-c", fmt.Sprintf("ulimit -n 64; exec salon serve --ssh 127.0.0.1:0 --tcp 127.0.0.1:0 --data %s --motd %s --lang fr", data, motd))
	ann := &guest{T: t, name: "ann"}
	ann.join(s)
	var strangers []net.Conn
	for i := range 100 {
		c, err := net.Dial("tcp", []string{s.tcp, s.ssh}[i%2])
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		strangers = append(strangers, c)
	}
	open := func() int {
		files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", s.cmd.Process.Pid))
		if err != nil {
			t.Fatal(err)
		}
		return len(files)
	}
	s.await("descriptors run out", func() bool { return open() >= 47 })
	s.checkRest()
	io.WriteString(ann.conn, "toujours là\n/chercher toujours\n")
	ann.until("Résultats (1)")
	io.WriteString(s.in, "reload\ntopic rien ne manque\n")
	ann.until("Nouveau sujet, par l'opérateur : rien ne manque")
	s.await("what the operator did is written", func() bool {
		acts, _ := os.ReadFile(filepath.Join(data, "audit.log"))
		return strings.Count(string(acts), `"outcome":"done"`) == 2
	})
	if out, err := exec.Command("salon", "export", "--data", data).CombinedOutput(); err != nil || !strings.Contains(string(out), "toujours là") {
		t.Errorf("the export is %s, %v", out, err)
	}
	s.checkLog()
	for _, c := range strangers {
		c.Close()
	}
	bob := &guest{T: t, name: "bob"}
	bob.join(s)
	ann.until("bob arrive")
	s.cmd.Process.Signal(syscall.SIGTERM)
	if code := s.wait(stopWithin); code != 0 {
		t.Errorf("the server ended with %d", code)
	}
}

// checkRest wants the server to use less than a tenth of a processor for a second.
func (s *runningServer) checkRest() {
	before, err := processorTime(s.cmd.Process.Pid)
	time.Sleep(time.Second) // what is observed is the time that passes
	after, again := processorTime(s.cmd.Process.Pid)
	if used := after - before; err != nil || again != nil || used > time.Second/10 {
		s.Errorf("without descriptors the server uses %v a second, %v, %v", used, err, again)
	}
}

// checkLog wants the log to have said that nobody more is let in, and to have said it once
// for each front.
func (s *runningServer) checkLog() {
	const what = "too many open files"
	s.await("the log says so", func() bool { return strings.Contains(s.read(s.err), what) })
	if n := strings.Count(s.read(s.err), what); n > 2 {
		s.Errorf("the log says %d times: %s", n, what)
	}
}
