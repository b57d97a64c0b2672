//go:build unix

package main

import (
	"bytes"
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
	console, log       string // what the console and the log say: files
	typing             sync.WaitGroup
	turn               sync.RWMutex // whoever has it alone, types alone
	typed              atomic.Int64
	lines              sync.Map // what was typed, by word
	observers, people  []*ear   // who see what all see, as JSON; who are typed about
	zoé                *ear     // gets private messages too
	own                []*ear   // what the fronts themselves show
	said               words    // to all, who must see them
	whispered, allowed words    // to zoé; what all may see
}

// words are what was meant to be seen.
type words struct {
	mu   sync.Mutex
	list []string
}

func (w *words) add(word string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.list = append(w.list, word)
}

func (w *words) all() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.list)
}

// ear keeps all that somebody is sent.
type ear struct {
	name  string
	mu    sync.Mutex
	heard bytes.Buffer
	news  chan struct{} // cap 1: more was heard
}

func newEar(name string) *ear { return &ear{name: name, news: make(chan struct{}, 1)} }

func (e *ear) Write(p []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	select {
	case e.news <- struct{}{}:
	default:
	}
	return e.heard.Write(p)
}

func (e *ear) String() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.heard.String()
}

func (e *ear) has(text string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return bytes.Contains(e.heard.Bytes(), []byte(text))
}

// await waits until something was heard that matches.
func (l *leaks) await(e *ear, expr string) []string {
	l.Helper()
	re := regexp.MustCompile("(?m)" + expr)
	for late := time.After(patience); ; {
		if found := re.FindStringSubmatch(e.String()); found != nil {
			return found
		}
		select {
		case <-e.news:
		case <-late:
			l.Fatalf("%s never hears %#q, but\n%s", e.name, expr, e)
		}
	}
}

func newLeaks(t *testing.T) *leaks {
	if missing := missing("ssh"); missing != "" {
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

// fronts are all ways to type something to the room.
func (l *leaks) fronts() []*typist {
	list := []*typist{
		l.screenFront("ecran", true), l.screenFront("invite", false),
		l.lineFront("dumb", []string{"TERM=dumb"}, "-tt", "-o", "PubkeyAuthentication=no"), l.lineFront("tuyau", nil, "-T"),
		l.rawFront("brut"), l.singleFront("coup"), l.consoleFront("konsole"),
	}
	for _, f := range list {
		for _, name := range []string{"muet-", "victime-"} {
			l.people = append(l.people, l.connect(name+f.front).out)
		}
	}
	return list
}

// quiet is for how long nothing comes from a front that has answered: what is observed is that it is still.
const quiet = 15 * time.Millisecond

// still waits until something was heard, and then nothing for a while. One that answers later than that is typed ahead of.
func (e *ear) still() {
	wait := time.Second
	for {
		select {
		case <-e.news:
			wait = quiet
		case <-time.After(wait):
			return
		}
	}
}

// screenFront is ssh on a terminal of 80x24: without a terminal of its own, ssh leaves the size to the server.
func (l *leaks) screenFront(name string, operator bool) *typist {
	args := []string{"-tt", "-e", "none", name + "@127.0.0.1"}
	if !operator {
		args = append([]string{"-o", "PubkeyAuthentication=no"}, args...)
	}
	c := l.run(name, nil, "ssh", args...)
	l.await(c.out, `\[tous\]`)
	f := l.typist(name, c)
	f.operator, f.screen, f.settle = operator, true, c.out.still
	f.keys = func(keys string) { io.WriteString(c.in, keys) }
	f.enter = func(line string) { f.keys(line + "\r") }
	return f
}

// lineFront is ssh without a screen.
func (l *leaks) lineFront(name string, env []string, args ...string) *typist {
	c := l.run(name, env, "ssh", append(args, name+"@127.0.0.1")...)
	l.await(c.out, "Bienvenue, "+name)
	f := l.typist(name, c)
	f.operator = env == nil
	if env != nil { // a terminal
		f.english, f.settle = true, c.out.still
		f.enter = func(line string) { io.WriteString(c.in, line+"\r") }
	}
	return f
}

func (l *leaks) rawFront(name string) *typist { return l.typist(name, l.connect(name)) }

// typist types lines to a caller, until it has ended.
func (l *leaks) typist(name string, c *caller) *typist {
	l.own = append(l.own, c.out)
	f := &typist{leaks: l, pseudo: name, front: name, slash: "/"}
	f.enter = func(line string) { fmt.Fprintln(c.in, line) }
	f.done = func() {
		select {
		case <-c.done:
		case <-time.After(heardWithin):
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
	word := "fin-de-tout"
	fmt.Fprintln(l.stdin, "wall "+word)
	l.allowed.add(word)
	for _, e := range append(slices.Clone(l.observers), l.zoé) {
		l.await(e, word)
	}
}

// stop stops the server and waits for it.
func (l *leaks) stop() {
	l.Helper()
	l.ok(l.salon.Process.Signal(syscall.SIGTERM))
	l.ok(l.salon.Wait())
}
