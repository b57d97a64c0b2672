//go:build unix

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// stopWithin is how long the server may take to end.
const stopWithin = 5 * time.Second

// TestTheServerStopsThoughMembersHang: of 60 members, or SALON_MEMBERS, in lines over raw
// TCP and ssh and on screens, each tenth reads no more, and an ssh client is stopped.
// Everybody else is told, screens are left, and the server ends in time with 0.
func TestTheServerStopsThoughMembersHang(t *testing.T) {
	members := 60
	if n, err := strconv.Atoi(os.Getenv("SALON_MEMBERS")); err == nil {
		members = n
	}
	s := runServer(t, "salon", "serve", "--ssh", "127.0.0.1:0", "--tcp", "127.0.0.1:0", "--data", filepath.Join(t.TempDir(), "data"), "--rate", "0", "--lang", "fr")
	stopped := s.stoppedClient()
	var guests []*guest
	for i := range members {
		g := &guest{T: t, name: fmt.Sprintf("m%d", i), kind: i % 3, hung: i%30 < 3}
		g.join(s)
		guests = append(guests, g)
	}
	fillHungBuffers(t, s)
	begun := time.Now()
	s.cmd.Process.Signal(syscall.SIGTERM)
	for _, g := range guests {
		g.checkGoodbye(begun)
	}
	told := time.Since(begun)
	code := s.wait(stopWithin)
	took := time.Since(begun)
	if stopped != nil {
		stopped.Process.Kill()
	}
	if code != 0 || took > stopWithin {
		t.Errorf("the server ended after %v with %d", took, code)
	}
	t.Logf("%d members: all who read are told after %v, the end after %v", members, told.Round(time.Millisecond), took.Round(time.Millisecond))
}

// fillHungBuffers says so much that whoever does not read is behind by more than sockets
// hold, and waits until it is said.
func fillHungBuffers(t *testing.T, s *runningServer) {
	g := &guest{T: t, name: "bavard"}
	g.join(s)
	for n := range 100 {
		fmt.Fprintf(g.conn, "%04d%s\n", n, strings.Repeat("x", 3900))
	}
	io.WriteString(g.conn, "fini\n")
	g.until("bavard: fini")
}

// runningServer is a salon that a test runs.
type runningServer struct {
	*testing.T
	cmd      *exec.Cmd
	in       io.WriteCloser
	out, err string // files
	ssh, tcp string // addresses
	ended    chan struct{}
}

// runServer runs a command that serves both fronts, and waits until it says where.
func runServer(t *testing.T, name string, args ...string) *runningServer {
	return runCommand(t, exec.Command(name, args...))
}

func runCommand(t *testing.T, cmd *exec.Cmd) *runningServer {
	dir := t.TempDir()
	s := &runningServer{T: t, cmd: cmd, out: filepath.Join(dir, "out"), err: filepath.Join(dir, "err"), ended: make(chan struct{})}
	for file, to := range map[string]*io.Writer{s.out: &s.cmd.Stdout, s.err: &s.cmd.Stderr} {
		f, err := os.Create(file)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		*to = f
	}
	var err error
	if s.in, err = s.cmd.StdinPipe(); err == nil {
		err = s.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	go func() { s.cmd.Wait(); close(s.ended) }()
	t.Cleanup(func() {
		s.cmd.Process.Kill()
		<-s.ended
		if t.Failed() {
			t.Logf("[salon]\n%s", lastOf(s.read(s.err), 3000))
		}
	})
	greeting := regexp.MustCompile(`(?s)  ssh  (\S+)\n.*  tcp  (\S+)\n.*telnet.*\n`)
	s.await("it serves", func() bool { return greeting.MatchString(s.read(s.out)) })
	found := greeting.FindStringSubmatch(s.read(s.out))
	s.ssh, s.tcp = found[1], found[2]
	return s
}

func (s *runningServer) read(file string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		s.Fatal(err)
	}
	return string(text)
}

func lastOf(text string, n int) string { return text[max(0, len(text)-n):] }

// await looks again and again until something is so.
func (s *runningServer) await(what string, so func() bool) {
	s.Helper()
	for deadline := time.Now().Add(patience); !so(); time.Sleep(glance) {
		if time.Now().After(deadline) {
			s.Fatalf("waited in vain until %s", what)
		}
	}
}

// wait waits for the end of the server and returns its exit code.
func (s *runningServer) wait(within time.Duration) int {
	s.Helper()
	select {
	case <-s.ended:
	case <-time.After(within):
		s.Fatalf("the server still runs after %v", within)
	}
	return s.cmd.ProcessState.ExitCode()
}

// stoppedClient is an ssh client that joined and was then stopped; nil without ssh.
func (s *runningServer) stoppedClient() *exec.Cmd {
	if missing("ssh") != "" || missing("ssh-keygen") != "" {
		return nil
	}
	home, out := s.TempDir(), filepath.Join(s.TempDir(), "out")
	_, port, _ := net.SplitHostPort(s.ssh)
	f, err := os.Create(out)
	if err == nil {
		defer f.Close()
		if err = makeHome(home); err == nil {
			err = sshConfig(home, port)
		}
	}
	client := exec.Command("ssh", "-F", filepath.Join(home, ".ssh", "config"), "-T", "stopped@127.0.0.1")
	client.Stdout = f
	if err == nil {
		_, err = client.StdinPipe()
	}
	if err == nil {
		err = client.Start()
	}
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { client.Process.Kill(); client.Wait() })
	s.await("the client is in", func() bool { return strings.Contains(s.read(out), "Bienvenue") })
	client.Process.Signal(syscall.SIGSTOP)
	return client
}

// guest is a member that a test plays.
type guest struct {
	*testing.T
	name string
	kind int  // 0: raw TCP, 1: lines over ssh, 2: a screen over ssh
	hung bool // stops reading once it is in

	conn *hangingConn
	mu   sync.Mutex // guards all below
	seen []byte     // the last that was shown
	errs []byte     // the last on standard error, whose reader may be ahead of the other
	code int        // that the session ended with
	all  sync.WaitGroup
}

// hangingConn is a connection whose client may stop reading.
type hangingConn struct {
	net.Conn
	hung atomic.Bool
	gone chan struct{} // closed at the test's end
}

func (c *hangingConn) Read(p []byte) (int, error) {
	if c.hung.Load() {
		<-c.gone
		return 0, io.EOF
	}
	return c.Conn.Read(p)
}

// join lets the guest in.
func (g *guest) join(s *runningServer) {
	g.Helper()
	d := net.Dialer{Control: func(_, _ string, raw syscall.RawConn) error {
		return raw.Control(func(fd uintptr) { syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 16<<10) })
	}}
	addr := []string{s.tcp, s.ssh, s.ssh}[g.kind]
	raw, err := d.Dial("tcp", addr)
	if err != nil {
		g.Fatal(err)
	}
	g.conn = &hangingConn{Conn: raw, gone: make(chan struct{})}
	g.Cleanup(func() { close(g.conn.gone); raw.Close(); g.all.Wait() })
	if g.kind == 0 {
		fmt.Fprintf(raw, "%s\n", g.name)
		g.all.Go(func() { g.look(g.conn, &g.seen) })
	} else {
		g.joinSSH(addr)
	}
	g.until(g.name)
	g.conn.hung.Store(g.hung)
}

func (g *guest) joinSSH(addr string) {
	over, channels, requests, err := gossh.NewClientConn(g.conn, addr, &gossh.ClientConfig{
		User: g.name, HostKeyCallback: gossh.InsecureIgnoreHostKey(), Config: gossh.Config{KeyExchanges: []string{gossh.KeyExchangeCurve25519}},
		Auth: []gossh.AuthMethod{gossh.KeyboardInteractive(func(string, string, []string, []bool) ([]string, error) { return nil, nil })},
	})
	if err != nil {
		g.Fatal(err)
	}
	client := gossh.NewClient(over, channels, requests)
	ch, replies, err := client.OpenChannel("session", nil)
	if err != nil {
		g.Fatal(err)
	}
	g.all.Go(func() {
		for req := range replies {
			if req.Type == "exit-status" {
				g.mu.Lock()
				g.code = int(req.Payload[3])
				g.mu.Unlock()
			}
		}
	})
	if g.kind == 2 {
		ch.SendRequest("pty-req", false, gossh.Marshal(struct {
			Term                         string
			Columns, Rows, Width, Height uint32
			Modes                        string
		}{Term: "xterm", Columns: 80, Rows: 24}))
	}
	ch.SendRequest("shell", false, nil)
	g.all.Go(func() { g.look(ch, &g.seen) })
	g.all.Go(func() { g.look(ch.Stderr(), &g.errs) })
}

// look keeps the last that comes from a stream.
func (g *guest) look(from io.Reader, last *[]byte) {
	for buf, in := make([]byte, 4096), bufio.NewReader(from); ; {
		n, err := in.Read(buf)
		g.mu.Lock()
		*last = append(*last, buf[:n]...)
		*last = slices.Delete(*last, 0, max(0, len(*last)-8192))
		g.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// until waits until the guest is shown a text.
func (g *guest) until(text string) {
	g.Helper()
	for deadline := time.Now().Add(patience); !g.sees(text); time.Sleep(glance) {
		if time.Now().After(deadline) {
			g.Fatalf("%s is not shown %q but %q", g.name, text, lastOf(string(g.seen), 300))
		}
	}
}

func (g *guest) sees(text string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return bytes.Contains(g.seen, []byte(text))
}

// checkGoodbye waits for what somebody who reads is told in the end.
func (g *guest) checkGoodbye(begun time.Time) {
	if g.hung {
		return
	}
	g.all.Wait() // its connection is at its end
	if took := time.Since(begun); took > stopWithin {
		g.Errorf("%s is let out after %v", g.name, took)
	}
	want := [][]string{{"Le salon ferme"}, {"Le salon ferme"}, {"\x1b[?1049l", "Le salon ferme"}}[g.kind]
	rest := string([][]byte{g.seen, g.errs, g.seen}[g.kind])
	for _, text := range want {
		_, after, found := strings.Cut(rest, text)
		if !found {
			g.Errorf("%s, of kind %d, is shown at last %q and %q, without %q", g.name, g.kind, lastOf(string(g.seen), 300), lastOf(string(g.errs), 300), text)
			return
		}
		rest = after
	}
	if code := []int{0, 5, 0}[g.kind]; g.code != code {
		g.Errorf("%s, of kind %d, ends with %d, not %d", g.name, g.kind, g.code, code)
	}
}
