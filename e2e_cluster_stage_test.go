//go:build unix

package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"salon/internal/natstest"
)

// breath is how long somebody who talks pauses between two messages.
const breath = 25 * time.Millisecond

// hall is one salon on three machines, over three NATS servers with the users of deploy/.
type hall struct {
	*testing.T
	home     string
	admin    string // the file of the key that begins the cluster
	nats     *natstest.Cluster
	machines []*machine
	tally    *natstest.Tally
	silence  chan struct{} // closed when nobody is to talk any more
	talking  sync.WaitGroup
}

// machine is one salon process, in all its lives.
type machine struct {
	name, ssh, tcp, data string
	key                  string // a file
	program              string // "": salon as it is
	cmd                  *exec.Cmd
	done                 <-chan struct{} // closed once it has ended
	stdin                io.WriteCloser
	console, errs        *ear
}

// newHall begins a cluster and starts the machines.
func newHall(t *testing.T) *hall {
	if lacking := missing("ssh"); lacking != "" {
		if os.Getenv("SALON_E2E") == "required" {
			t.Fatalf("%s, and SALON_E2E=required", lacking)
		}
		t.Skip(lacking + " (SALON_E2E=required makes this a failure)")
	}
	h := &hall{T: t, home: t.TempDir(), tally: natstest.NewTally(), silence: make(chan struct{})}
	h.ok(makeHome(h.home))
	h.nats = natstest.Start(t, natstest.Options{Servers: 3, Sync: true, Config: h.users()})
	if out, err := salon("cluster", "init", "--nats", h.urls(), "--nats-nkey", h.admin).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, m := range h.machines {
		h.start(m)
	}
	for _, m := range h.machines {
		h.greeted(m)
	}
	return h
}

// salon is the program, which under the race detector would take a second to end.
func salon(args ...string) *exec.Cmd {
	cmd := exec.Command("salon", args...)
	cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0")
	return cmd
}

// users makes the machines and their keys, and returns the users as deploy/ has them.
func (h *hall) users() string {
	h.Helper()
	users, err := os.ReadFile(filepath.Join("deploy", "cluster", "users.conf"))
	h.ok(err)
	h.admin = filepath.Join(h.home, "admin.seed")
	var keys strings.Builder
	keys.WriteString(h.key("admin", h.admin))
	for _, name := range []string{"salon-1", "salon-2", "salon-3"} {
		m := h.machine(name)
		keys.WriteString(h.key(name, m.key))
		h.machines = append(h.machines, m)
	}
	const include = "\ninclude ./keys.conf\n"
	if !strings.Contains(string(users), include) {
		h.Fatalf("users.conf has no line %q", include)
	}
	return strings.Replace(string(users), include, "\n"+keys.String(), 1)
}

// key makes a user's key, and returns the line for the servers.
func (h *hall) key(name, file string) string {
	h.Helper()
	public, err := salon("cluster", "key", file).Output()
	h.ok(err)
	return fmt.Sprintf("%s = %s\n", name, bytes.TrimSpace(public))
}

// machine returns one that has not been started.
func (h *hall) machine(name string) *machine {
	h.Helper()
	m := &machine{name: name, data: filepath.Join(h.home, name), key: filepath.Join(h.home, name+".seed")}
	var err error
	m.ssh, err = lastingPort()
	h.ok(err)
	m.tcp, err = lastingPort()
	h.ok(err)
	return m
}

func (h *hall) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *hall) urls() string { return strings.Join(h.nats.URLs(), ",") }

// start starts a machine, and does not wait. What it says counts from here.
func (h *hall) start(m *machine) {
	h.Helper()
	m.cmd = salon("serve", "--ssh", "127.0.0.1:"+m.ssh, "--tcp", "127.0.0.1:"+m.tcp, "--data", m.data, "--rate", "0", "--lang", "fr",
		"--nats", h.urls(), "--nats-nkey", m.key, "--node", m.name)
	m.cmd.Path = cmp.Or(m.program, m.cmd.Path)
	m.console, m.errs = newEar(m.name+"'s console"), newEar(m.name+"'s log")
	m.cmd.Stdout, m.cmd.Stderr = m.console, m.errs
	var err error
	m.stdin, err = m.cmd.StdinPipe()
	h.ok(err)
	m.done, err = natstest.Run(m.cmd)
	h.ok(err)
	h.Cleanup(func() {
		m.cmd.Process.Kill()
		<-m.done
		if said := m.errs.String(); h.Failed() {
			h.Logf("[%s, at last]\n%s", m.errs.name, said[max(0, len(said)-2000):])
		}
	})
}

// greeted waits until a machine lets people in.
func (h *hall) greeted(m *machine) {
	h.Helper()
	h.await(m.name+" lets people in", func() bool {
		c, err := net.Dial("tcp", "127.0.0.1:"+m.tcp)
		if err != nil {
			return false
		}
		defer c.Close()
		c.SetReadDeadline(time.Now().Add(time.Second))
		got := make([]byte, len("Pseudo : "))
		_, err = io.ReadFull(c, got)
		return err == nil && string(got) == "Pseudo : "
	})
}

// await looks until something is so, and returns how long that took.
func (h *hall) await(what string, ok func() bool) time.Duration {
	h.Helper()
	begun := time.Now()
	for ; !ok(); time.Sleep(glance) {
		if time.Since(begun) > 2*patience {
			h.Fatalf("not so after %v: %s; %v", 2*patience, what, h.tally.Count())
		}
	}
	return time.Since(begun)
}

// kill ends a machine as kill -9 does.
func (h *hall) kill(m *machine) {
	h.Helper()
	h.ok(m.cmd.Process.Kill())
	<-m.done
}

// place asks a machine how far it is, and for the hash of what is true there.
func (h *hall) place(m *machine) string {
	h.Helper()
	from := m.console.len()
	fmt.Fprintln(m.stdin, "stats")
	var found []byte
	m.console.awaits(func(heard []byte) bool {
		found = hashLine.Find(heard[min(from, len(heard)):])
		return found != nil
	})
	return string(found)
}

var hashLine = regexp.MustCompile(`\d+[^\n]*[0-9a-f]{16}`)

// visitor is somebody on one of the machines.
type visitor struct {
	*ear
	hall    *hall
	in      io.Writer
	enter   string // what ends a line
	line    []byte // the one that is not whole yet
	reader  *natstest.Reader
	speaker *natstest.Speaker
	own     chan string     // own messages that came back; of others, why they were refused
	gone    <-chan struct{} // closed when the connection has ended
}

// Write keeps what somebody is sent, and counts the messages in it.
func (g *visitor) Write(p []byte) (int, error) {
	g.line = append(g.line, p...)
	for {
		line, rest, whole := bytes.Cut(g.line, []byte("\n"))
		if !whole {
			break
		}
		g.take(line)
		g.line = rest
	}
	return g.ear.Write(p)
}

// take looks at a line.
func (g *visitor) take(line []byte) {
	mark, back := markLine.FindSubmatch(line), ""
	switch {
	case mark == nil && refusalLine.Match(line):
		back = string(line)
	case mark == nil:
		return
	default:
		if back = string(mark[2]); g.reader != nil {
			g.reader.Read(back)
		}
		if string(mark[1]) != g.name {
			return
		}
	}
	select {
	case g.own <- back:
	default: // nobody waits for it any more
	}
}

// markLine is a message of a tally, and refusalLine why one was not sent.
var (
	markLine    = regexp.MustCompile(`^\d\d:\d\d (\pL+): (\pL+\.\d+)\s*$`)
	refusalLine = regexp.MustCompile(`^(\d\d:\d\d )?x `)
)

func (h *hall) visitor(name string, reads bool) *visitor {
	g := &visitor{ear: newEar(name), hall: h, own: make(chan string, 64)}
	if reads {
		g.reader = h.tally.Reader(name)
	}
	return g
}

// visit has somebody come in over TCP.
func (h *hall) visit(m *machine, name string, reads bool) *visitor {
	h.Helper()
	g := h.visitor(name, reads)
	c, err := net.Dial("tcp", "127.0.0.1:"+m.tcp)
	h.ok(err)
	gone := make(chan struct{})
	go func() { io.Copy(g, c); close(gone) }()
	h.Cleanup(func() { c.Close(); <-gone })
	g.in, g.enter, g.gone = c, "\n", gone
	fmt.Fprintln(c, name)
	h.welcomed(g)
	return g
}

// out waits until somebody's connection has ended.
func (h *hall) out(g *visitor) {
	h.Helper()
	select {
	case <-g.gone:
	case <-time.After(patience):
		h.Fatalf("%s is not out:\n%s", g.name, g)
	}
}

// exited waits until a machine has ended as it should.
func (h *hall) exited(m *machine) {
	h.Helper()
	select {
	case <-m.done:
	case <-time.After(patience):
		h.Fatalf("%s still runs", m.name)
	}
	if code := m.cmd.ProcessState.ExitCode(); code != 0 {
		h.Errorf("%s ended with code %d", m.name, code)
	}
}

// log has somebody come in with ssh, on a terminal that shows lines.
func (h *hall) log(m *machine, name string, reads bool) *visitor {
	h.Helper()
	g := h.visitor(name, reads)
	ssh := exec.Command("ssh", "-F", filepath.Join(h.home, ".ssh", "config"), "-tt", "-p", m.ssh, name+"@127.0.0.1")
	ssh.Env = append(os.Environ(), "TERM=dumb", "LC_ALL=C.UTF-8")
	ssh.Stdout = g
	in, err := ssh.StdinPipe()
	h.ok(err)
	g.gone, err = natstest.Run(ssh)
	h.ok(err)
	h.Cleanup(func() { ssh.Process.Kill(); <-g.gone })
	g.in, g.enter = in, "\r"
	h.welcomed(g)
	return g
}

func (h *hall) welcomed(g *visitor) {
	h.Helper()
	if !g.hears("Bienvenue, "+g.name, 0) {
		h.Fatalf("%s is not welcomed:\n%s", g.name, g)
	}
}

// talk has somebody talk until hush, or until their connection ends.
func (h *hall) talk(g *visitor) {
	if g.speaker == nil {
		g.speaker = h.tally.Speaker(g.name)
	}
	h.talking.Go(func() {
		for {
			text := g.speaker.Next()
			io.WriteString(g.in, text+g.enter)
			switch back := g.answer(text); {
			case back == "":
				return
			case back == text:
				g.speaker.Acked()
			case strings.Contains(back, "rien n'a été envoyé"):
				g.speaker.Refused()
			}
			select {
			case <-h.silence:
				return
			case <-g.gone:
				return
			case <-time.After(breath):
			}
		}
	})
}

// answer waits until a message that was just said came back, or was refused. Lines are answered
// in order, and each is. Others may come back besides: those of unknown outcome, and what somebody
// who has come back said before. "": the connection has ended.
func (g *visitor) answer(text string) string {
	for late := time.After(2 * patience); ; {
		select {
		case back := <-g.own:
			if back == text || refusalLine.MatchString(back) {
				return back
			}
		case <-late:
			g.hall.Errorf("%s is not answered:\n%s", g.name, g)
			return ""
		case <-g.gone:
			return ""
		}
	}
}

// hush ends the talk.
func (h *hall) hush() {
	close(h.silence)
	h.talking.Wait()
}
