//go:build linux

package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// manager plays systemd: it opens the sockets, gives them to the server, and is told what the
// server does.
type manager struct {
	*testing.T
	told    *net.UnixConn
	env     []string
	names   []string
	sockets []*os.File
}

func newManager(t *testing.T) *manager {
	path := filepath.Join(t.TempDir(), "notify")
	told, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { told.Close() })
	return &manager{T: t, told: told, env: append(os.Environ(), "NOTIFY_SOCKET="+path)}
}

// listen opens a socket, and returns its address.
func (m *manager) listen(name string) string {
	m.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		m.Fatal(err)
	}
	m.Cleanup(func() { l.Close() })
	m.give(name, l.(*net.TCPListener))
	return l.Addr().String()
}

// give has the server get a socket under a name.
func (m *manager) give(name string, socket interface{ File() (*os.File, error) }) {
	m.Helper()
	f, err := socket.File()
	if err != nil {
		m.Fatal(err)
	}
	m.Cleanup(func() { f.Close() })
	m.sockets, m.names = append(m.sockets, f), append(m.names, name)
}

// command is one that systemd starts: LISTEN_PID is its own.
func (m *manager) command(flags ...string) *exec.Cmd {
	cmd := exec.Command("sh", append([]string{"-c", `LISTEN_PID=$$; export LISTEN_PID; exec salon serve "$@"`, "salon"}, flags...)...)
	cmd.ExtraFiles = m.sockets
	cmd.Env = append(m.env, fmt.Sprintf("LISTEN_FDS=%d", len(m.sockets)), "LISTEN_FDNAMES="+strings.Join(m.names, ":"))
	return cmd
}

// isTold waits for the next message, which must match an expression, and returns what it finds.
func (m *manager) isTold(expr string) []string {
	m.Helper()
	m.told.SetReadDeadline(time.Now().Add(patience))
	message := make([]byte, 4096)
	n, err := m.told.Read(message)
	if err != nil {
		m.Fatalf("instead of %#q: %v", expr, err)
	}
	found := regexp.MustCompile("^" + expr + "$").FindStringSubmatch(string(message[:n]))
	if found == nil {
		m.Fatalf("systemd is told %q, not %#q", message[:n], expr)
	}
	return found
}

// monotonic is the clock of MONOTONIC_USEC.
func (m *manager) monotonic() int64 {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		m.Fatal(err)
	}
	return now.Nano() / 1000
}

// TestUnderSystemd: the server uses the sockets that it is given, says when it is ready, reloads
// and stops, and while it is started again nobody is refused.
func TestUnderSystemd(t *testing.T) {
	m := newManager(t)
	ssh, tcp := m.listen("ssh"), m.listen("tcp")
	operators := filepath.Join(t.TempDir(), "operators")
	write := func(text string) {
		if err := os.WriteFile(operators, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("")
	flags := []string{"--lang", "en", "--data", filepath.Join(t.TempDir(), "data"), "--operators", operators}
	serving := regexp.QuoteMeta("READY=1\nSTATUS=ssh " + ssh + ", tcp " + tcp)

	s := runCommand(t, m.command(flags...))
	m.isTold(serving)
	if s.ssh != ssh || s.tcp != tcp {
		t.Errorf("it says that it listens on %s and %s, not %s and %s", s.ssh, s.tcp, ssh, tcp)
	}
	ann, bob := &guest{T: t, name: "ann", kind: 1}, &guest{T: t, name: "bob"}
	ann.join(s)
	bob.join(s)
	fmt.Fprintln(bob.conn, "hello over a socket that was given")
	ann.until("bob: hello over a socket that was given")

	m.reload(s, serving)
	write("no key\n")
	m.reload(s, "READY=1\nSTATUS=.*operators.*line 1.*")
	write("")
	m.reload(s, serving)

	s.cmd.Process.Signal(syscall.SIGTERM)
	m.isTold("STOPPING=1")
	if code := s.wait(stopWithin); code != 0 {
		t.Errorf("it ends with %d", code)
	}
	early, err := net.Dial("tcp", ssh) // nobody serves it
	if err != nil {
		t.Fatal(err)
	}
	defer early.Close()
	runCommand(t, m.command(flags...))
	m.isTold(serving)
	early.SetReadDeadline(time.Now().Add(patience))
	banner := make([]byte, 8)
	if _, err := early.Read(banner); string(banner) != "SSH-2.0-" {
		t.Errorf("who came meanwhile reads %q, %v", banner, err)
	}
}

// reload sends a SIGHUP, and waits for what systemd is told in the end.
func (m *manager) reload(s *runningServer, want string) {
	m.Helper()
	before := m.monotonic()
	s.cmd.Process.Signal(syscall.SIGHUP)
	at := m.isTold(`RELOADING=1\nMONOTONIC_USEC=(\d+)`)[1]
	var began int64
	if fmt.Sscan(at, &began); began < before || began > m.monotonic() {
		m.Errorf("it reloads at %d, not between %d and %d", began, before, m.monotonic())
	}
	m.isTold(want)
}

// TestOneSocketIsAllThereIs: a front that no socket is given for is not served.
func TestOneSocketIsAllThereIs(t *testing.T) {
	m := newManager(t)
	ssh := m.listen("ssh")
	tcp, err := lastingPort()
	if err != nil {
		t.Fatal(err)
	}
	cmd := m.command("--data", "off", "--tcp", "127.0.0.1:"+tcp)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cmd.Process.Kill(); cmd.Wait() }()
	m.isTold(regexp.QuoteMeta("READY=1\nSTATUS=ssh " + ssh))
	if conn, err := net.Dial("tcp", "127.0.0.1:"+tcp); err == nil {
		conn.Close()
		t.Error("raw TCP is served all the same")
	}
}

// TestSocketsThatAreForNothing are refused, with what to do.
func TestSocketsThatAreForNothing(t *testing.T) {
	udp, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	for _, c := range []struct {
		name, want string
		give       func(m *manager)
		flags      []string
	}{
		{name: "no name", give: func(m *manager) { m.listen("") }, want: `called "LISTEN_FD_3".*FileDescriptorName=ssh`},
		{name: "the unit's name", give: func(m *manager) { m.listen("salon.socket") }, want: `called "salon.socket".*FileDescriptorName=ssh`},
		{name: "a front that is off", give: func(m *manager) { m.listen("tcp") }, flags: []string{"--tcp", "off"}, want: `for tcp, which --tcp turns off.*Disable`},
		{name: "no TCP", give: func(m *manager) { m.give("ssh", udp) }, want: `for ssh takes no TCP.*ListenStream=`},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := newManager(t)
			c.give(m)
			cmd := m.command(append(c.flags, "--data", "off", "--lang", "en")...)
			said, _ := cmd.CombinedOutput()
			if code := cmd.ProcessState.ExitCode(); code != exitFailure || !regexp.MustCompile(c.want).Match(said) {
				t.Errorf("it ends with %d and %q, not with %d and %#q", code, said, exitFailure, c.want)
			}
		})
	}
}
