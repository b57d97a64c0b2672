//go:build unix

package main

import (
	"cmp"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// leaks is a room on whose fronts everything is typed, and those who must not hear it.
type leaks struct {
	*testing.T
	home, data, ssh, tcp string
	env                  []string

	salon              *exec.Cmd
	stdin              io.WriteCloser
	console, log       string       // what the console and the log say: files
	turn               sync.RWMutex // whoever has it alone, types alone
	typed              atomic.Int64
	orders             int      // so far
	lines              sync.Map // what was typed, by word
	observers, people  []*ear   // who see what all see, as JSON; who are typed about
	zoé                *ear     // gets private messages too
	own                []*ear   // what the fronts themselves show
	said               words    // to all, who must see them
	whispered, allowed words    // to zoé; what all may see
}

func newLeaks(t *testing.T) *leaks {
	if missing := cmp.Or(missing("ssh"), missing("telnet"), missing("nc")); missing != "" {
		if os.Getenv("SALON_E2E") == "required" {
			t.Fatalf("%s, and SALON_E2E=required", missing)
		}
		t.Skip(missing + " (SALON_E2E=required makes this a failure)")
	}
	home := t.TempDir()
	l := &leaks{T: t, home: home, data: filepath.Join(home, "data")}
	l.ok(makeHome(home))
	l.env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "TERM=xterm", "LANG=C.UTF-8", "TZ=" + noon(), "GORACE=atexit_sleep_ms=0", "GOCOVERDIR=" + os.Getenv("GOCOVERDIR")}
	l.serve()
	l.zoé = l.listener("zoé")
	for i := range 2 {
		l.observers = append(l.observers, l.listener(fmt.Sprintf("temoin-%d", i)))
	}
	l.observers = append(l.observers, l.run("robot", nil, "ssh", "-T", "-o", "PubkeyAuthentication=no", "robot@127.0.0.1", "--", "--json").out)
	l.await(l.observers[2], `"type":"welcome"`)
	return l
}

func (l *leaks) ok(err error) {
	l.Helper()
	if err != nil {
		l.Fatal(err)
	}
}

// serve opens the room, with both ssh identities as operators'.
func (l *leaks) serve() {
	var keys []byte
	for _, name := range []string{"id_ed25519.pub", "other.pub"} {
		key, err := os.ReadFile(filepath.Join(l.home, ".ssh", name))
		l.ok(err)
		keys = append(keys, key...)
	}
	operators := filepath.Join(l.home, "operators")
	l.ok(os.WriteFile(operators, keys, 0o600))
	l.console, l.log = filepath.Join(l.home, "console"), filepath.Join(l.home, "log")
	out, err := os.Create(l.console)
	l.ok(err)
	defer out.Close()
	errs, err := os.Create(l.log)
	l.ok(err)
	defer errs.Close()
	l.salon = exec.Command("salon", "serve", "--ssh", "127.0.0.1:0", "--tcp", "127.0.0.1:0", "--data", l.data, "--lang", "fr", "--rate", "0", "--operators", operators)
	l.salon.Env, l.salon.Stdout, l.salon.Stderr = l.env, out, errs
	l.stdin, err = l.salon.StdinPipe()
	l.ok(err)
	l.ok(l.salon.Start())
	l.Cleanup(func() { l.salon.Process.Kill(); l.salon.Wait() })
	ports := regexp.MustCompile(`(?ms)^  ssh  \S+:(\d+)$.*^  tcp  (\S+:\d+)$.*telnet`)
	for late := time.Now().Add(patience); ; time.Sleep(glance) {
		text, _ := os.ReadFile(l.console)
		if found := ports.FindStringSubmatch(string(text)); found != nil {
			l.ssh, l.tcp = found[1], found[2]
			break
		}
		if time.Now().After(late) {
			l.Fatalf("the server does not start:\n%s", text)
		}
	}
	l.ok(sshConfig(l.home, l.ssh))
}

// caller is a program, or a connection, at whose other end somebody types.
type caller struct {
	in   io.WriteCloser
	out  *ear
	done chan struct{} // closed when it has ended
}

// connect lets somebody in over raw TCP.
func (l *leaks) connect(name string) *caller {
	l.Helper()
	conn, err := net.Dial("tcp", l.tcp)
	l.ok(err)
	l.Cleanup(func() { conn.Close() })
	c := &caller{conn, newEar(name), make(chan struct{})}
	go func() { io.Copy(c.out, conn); close(c.done) }()
	fmt.Fprintln(conn, name)
	l.await(c.out, "Bienvenue, "+name)
	return c
}

// listener is somebody over raw TCP who gets JSON.
func (l *leaks) listener(name string) *ear {
	c := l.connect(name)
	fmt.Fprintln(c.in, "/json")
	l.await(c.out, "Un objet JSON par ligne")
	return c.out
}

// run runs a program; ssh goes to the room.
func (l *leaks) run(name string, env []string, program string, args ...string) *caller {
	l.Helper()
	if program == "ssh" {
		args = append([]string{"-F", filepath.Join(l.home, ".ssh", "config")}, args...)
	}
	cmd := exec.Command(program, args...)
	c := &caller{out: newEar(name), done: make(chan struct{})}
	cmd.Env, cmd.Stdout, cmd.Stderr = append(slices.Clone(l.env), env...), c.out, c.out
	var err error
	c.in, err = cmd.StdinPipe()
	l.ok(err)
	l.ok(cmd.Start())
	l.Cleanup(func() { cmd.Process.Kill(); <-c.done })
	go func() { cmd.Wait(); close(c.done) }()
	return c
}

// How a screen looks, to know that it is there: its prompt, and the foot of what covers it.
const (
	screenPrompt = `#salon`
	coverFoot    = "Une touche : retour"
)

// fronts are all ways to type something to the room.
func (l *leaks) fronts() []*typist {
	host, port, err := net.SplitHostPort(l.tcp)
	l.ok(err)
	list := []*typist{
		l.screenFront("ecran", true), l.screenFront("invite", false), l.plainFront("texte"),
		l.lineFront("dumb", []string{"TERM=dumb"}, "-tt", "-o", "PubkeyAuthentication=no"), l.lineFront("tuyau", nil, "-T"),
		l.tcpFront("telnet", "telnet", host, port), l.tcpFront("netcat", "nc", host, port), l.tcpFront("client", "salon", "client", host, port),
		l.jsonFront("json"), l.singleFront("coup"), l.consoleFront("konsole"),
	}
	for _, f := range list {
		f.brief = !slices.Contains([]string{"ecran", "tuyau", "netcat", "konsole"}, f.front)
		for _, name := range []string{"muet-", "victime-"} {
			l.people = append(l.people, l.connect(name+f.front).out)
		}
	}
	return list
}

// screenFront is ssh on a terminal of 80x24: without a terminal of its own, ssh leaves the size to the server.
func (l *leaks) screenFront(name string, operator bool) *typist {
	args := []string{"-tt", "-e", "none", name + "@127.0.0.1"}
	if !operator {
		args = append([]string{"-o", "PubkeyAuthentication=no"}, args...)
	}
	c := l.run(name, nil, "ssh", args...)
	l.await(c.out, screenPrompt)
	f := l.typist(name, c)
	f.operator, f.screen = operator, true
	f.enter = func(line string) { io.WriteString(c.in, line+"\r") }
	f.cover = func(line string) {
		from := c.out.len()
		f.enter(line)
		if f.lost = !c.out.hears(coverFoot, from); f.lost {
			l.Errorf("%s: %q covers nothing", name, line)
		}
		f.enter("") // ends it
	}
	return f
}

// plainFront is a screen that is turned into plain text.
func (l *leaks) plainFront(name string) *typist {
	f := l.screenFront(name, false)
	f.enter("/texte")
	l.await(l.own[len(l.own)-1], "Mode texte")
	f.cover = nil
	return f
}

// lineFront is ssh without a screen.
func (l *leaks) lineFront(name string, env []string, args ...string) *typist {
	c := l.run(name, env, "ssh", append(args, name+"@127.0.0.1")...)
	l.await(c.out, "Bienvenue, "+name)
	f := l.typist(name, c)
	f.operator = env == nil
	if env != nil { // a terminal
		f.english = true
		f.enter = func(line string) { io.WriteString(c.in, line+"\r") }
	}
	return f
}

// tcpFront is a program that talks to the raw TCP port.
func (l *leaks) tcpFront(name, program string, args ...string) *typist {
	c := l.run(name, nil, program, args...)
	fmt.Fprintln(c.in, name)
	l.await(c.out, "Bienvenue, "+name)
	f := l.typist(name, c)
	ended := f.done
	f.done = func() {
		c.out.hears("Au revoir", 0)
		c.in.Close() // nc waits for that
		ended()
	}
	return f
}

// jsonFront is a bot over raw TCP.
func (l *leaks) jsonFront(name string) *typist {
	c := l.connect(name)
	fmt.Fprintln(c.in, "/json")
	l.await(c.out, "Un objet JSON par ligne")
	return l.typist(name, c)
}

// typist types lines to a caller, until it has ended.
func (l *leaks) typist(name string, c *caller) *typist {
	l.own = append(l.own, c.out)
	f := &typist{leaks: l, pseudo: name, front: name, slash: "/", ear: c.out}
	f.enter = func(line string) { fmt.Fprintln(c.in, line) }
	f.done = func() {
		select {
		case <-c.done:
		case <-time.After(patience):
			l.Errorf("%s does not end after /quit", name)
		}
	}
	return f
}

// singleFront does each line as a command of its own, over one connection.
func (l *leaks) singleFront(name string) *typist {
	dir, err := os.MkdirTemp("", "salon") // short: it holds a socket
	l.ok(err)
	l.Cleanup(func() { os.RemoveAll(dir) })
	socket := filepath.Join(dir, "mux")
	l.run(name, nil, "ssh", "-N", "-M", "-S", socket, "-i", filepath.Join(l.home, ".ssh", "other"), name+"@127.0.0.1")
	for late := time.Now().Add(patience); ; time.Sleep(glance) {
		if _, err := os.Stat(socket); err == nil {
			break
		} else if time.Now().After(late) {
			l.Fatal(err)
		}
	}
	f := &typist{leaks: l, pseudo: name, front: name, slash: "/", operator: true, single: true, english: true}
	out := newEar(name)
	l.own = append(l.own, out)
	config := filepath.Join(l.home, ".ssh", "config")
	f.enter = func(line string) {
		cmd := exec.Command("ssh", "-F", config, "-S", socket, name+"@127.0.0.1", line)
		cmd.Env, cmd.Stdout, cmd.Stderr = l.env, out, out
		err := cmd.Run()
		if word, _, _ := strings.Cut(strings.TrimLeft(line, " /"), " "); strings.Contains(word, "/") && err == nil {
			l.Errorf("ssh host %q succeeds", line)
		}
	}
	f.done = func() {}
	return f
}

// consoleFront is the operator's console, from a pipe.
func (l *leaks) consoleFront(name string) *typist {
	f := &typist{leaks: l, pseudo: name, front: name, operator: true, english: true}
	f.enter = func(line string) { fmt.Fprintln(l.stdin, line) }
	f.done = func() {}
	return f
}

// mayEnd waits until the console has done what was typed there.
func (l *leaks) mayEnd() {
	word := l.order("stats")
	for _, e := range append(slices.Clone(l.observers), l.zoé) {
		l.await(e, word)
	}
}

// order has the console do something, and waits until it is done: then all hear the word that is returned.
func (l *leaks) order(line string) (word string) {
	l.Helper()
	l.orders++
	word = fmt.Sprintf("ordre-%d.", l.orders)
	l.allowed.add(word)
	from := l.observers[0].len()
	fmt.Fprintf(l.stdin, "%s\nwall %s\n", line, word)
	if !l.observers[0].hears(word, from) {
		l.Fatalf("the console does not do %q", line)
	}
	return word
}

// stop stops the server and waits for it.
func (l *leaks) stop() {
	l.Helper()
	l.ok(l.salon.Process.Signal(syscall.SIGTERM))
	l.ok(l.salon.Wait())
}
