//go:build unix

package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// Scripts wait for what somebody would see, by looking again every glance, and
// for no longer than patience.
const (
	patience = 30 * time.Second
	glance   = 20 * time.Millisecond
)

// TestConversations holds conversations between the real salon, ssh, telnet and
// nc, in real terminals where it matters. See testdata/script/README.
func TestConversations(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"), Setup: stage(t), Cmds: commands, RequireExplicitExec: true, RequireUniqueNames: true,
	})
}

// commands are those that scripts have besides testscript's own.
var commands = map[string]func(ts *testscript.TestScript, neg bool, args []string){
	"need": need, "serve": serve, "start": start, "type": typeLine, "eof": endInput, "signal": sendSignal, "ends": ends, "quick": quick, "alive": alive,
	"see": see, "exits": exits, "calm": calm, "ports": ports, "free": free,
	"pane": openPane, "resize": resizePane, "keys": pressKeys, "enter": enterText, "golden": awaitGolden, "wipe": wipe,
}

// scene is what one script has on stage.
type scene struct {
	t      testscript.T
	actors map[string]*actor
	tmux   *tmux // nil before the first terminal
}

// onStage is the key of a script's scene.
type onStage struct{}

func sceneOf(ts *testscript.TestScript) *scene { return ts.Value(onStage{}).(*scene) }

// clear ends all that a script started.
func (sc *scene) clear() {
	if sc.tmux != nil {
		sc.tmux.close()
	}
	for _, a := range sc.actors {
		syscall.Kill(-a.cmd.Process.Pid, syscall.SIGKILL) // its children too, who may outlive it
		<-a.done
	}
}

// actor is a program that runs beside the script. Its input stays open until the
// script closes it; what it says goes to NAME.out and NAME.err.
type actor struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	done chan struct{} // closed once it has ended
}

func (a *actor) ended() bool {
	select {
	case <-a.done:
		return true
	default:
		return false
	}
}

func (sc *scene) actor(ts *testscript.TestScript, name string) *actor {
	a := sc.actors[name]
	if a == nil {
		ts.Fatalf("nobody called %s was started", name)
	}
	return a
}

// start NAME PROGRAM [ARG...]
func start(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: start name program [arg...]")
	}
	sc, name := sceneOf(ts), args[0]
	if old := sc.actors[name]; old != nil && !old.ended() {
		ts.Fatalf("%s still runs", name)
	}
	a := &actor{cmd: exec.Command("env", args[1:]...), done: make(chan struct{})}
	a.cmd.Dir, a.cmd.Env = ts.Getenv("WORK"), environ(ts)
	a.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := os.Create(ts.MkAbs(name + ".out"))
	ts.Check(err)
	defer out.Close()
	errs, err := os.Create(ts.MkAbs(name + ".err"))
	ts.Check(err)
	defer errs.Close()
	a.cmd.Stdout, a.cmd.Stderr = out, errs
	a.in, err = a.cmd.StdinPipe()
	ts.Check(err)
	ts.Check(a.cmd.Start())
	sc.actors[name] = a
	go func() {
		a.cmd.Wait()
		close(a.done)
	}()
}

// environ is the script's environment.
func environ(ts *testscript.TestScript) []string {
	var list []string
	for _, name := range []string{"WORK", "PATH", "HOME", "TMPDIR", "TESTDATA", "TERM", "LANG", "LC_ALL", "TZ", "PS1", "GORACE", "GOCOVERDIR", "SSH_PORT", "TCP_PORT"} {
		if v := ts.Getenv(name); v != "" {
			list = append(list, name+"="+v)
		}
	}
	return list
}

// serve [FLAG...] starts a room on free ports, as the actor salon, and waits
// until it can be joined. Its console is its input.
func serve(ts *testscript.TestScript, neg bool, args []string) {
	start(ts, false, append([]string{"salon", "salon", "serve", "--ssh", "127.0.0.1:0", "--tcp", "127.0.0.1:0", "--data", "data"}, args...))
	ports(ts, false, []string{"salon"})
}

// ports FILE|NAME reads the ports that a room says it listens on.
func ports(ts *testscript.TestScript, neg bool, args []string) {
	found := awaitMatch(ts, args[0], looker(ts, args[0]), `(?s)^  ssh  \S+:(\d+)$.*^  tcp  \S+:(\d+)$.*telnet`)
	ts.Setenv("SSH_PORT", found[1])
	ts.Setenv("TCP_PORT", found[2])
	ts.Check(sshConfig(ts.Getenv("HOME"), found[1]))
}

// free VAR finds a port that nobody listens on, and that nobody is given meanwhile.
func free(ts *testscript.TestScript, neg bool, args []string) {
	port, err := lastingPort()
	ts.Check(err)
	ts.Setenv(args[0], port)
}

// type NAME [LINE...] types lines to an actor.
func typeLine(ts *testscript.TestScript, neg bool, args []string) {
	a := sceneOf(ts).actor(ts, args[0])
	for _, line := range args[1:] {
		_, err := io.WriteString(a.in, line+"\n")
		ts.Check(err)
	}
}

// eof NAME closes an actor's input.
func endInput(ts *testscript.TestScript, neg bool, args []string) {
	if err := sceneOf(ts).actor(ts, args[0]).in.Close(); !errors.Is(err, os.ErrClosed) { // it has ended
		ts.Check(err)
	}
}

// signal NAME INT|TERM|KILL
func sendSignal(ts *testscript.TestScript, neg bool, args []string) {
	number, ok := map[string]syscall.Signal{"INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "KILL": syscall.SIGKILL}[args[1]]
	if !ok {
		ts.Fatalf("unknown signal %s", args[1])
	}
	ts.Check(sceneOf(ts).actor(ts, args[0]).cmd.Process.Signal(number))
}

// ends NAME CODE [WITHIN] waits until an actor ends by itself, with that code.
func ends(ts *testscript.TestScript, neg bool, args []string) {
	a, within := sceneOf(ts).actor(ts, args[0]), patience
	if len(args) > 2 {
		var err error
		within, err = time.ParseDuration(args[2])
		ts.Check(err)
	}
	select {
	case <-a.done:
	case <-time.After(within):
		ts.Fatalf("%s still runs after %v", args[0], within)
	}
	if code := fmt.Sprint(a.cmd.ProcessState.ExitCode()); code != args[1] {
		ts.Logf("[err]\n%s", ts.ReadFile(args[0]+".err"))
		ts.Fatalf("%s ended with code %s (%v), not %s", args[0], code, a.cmd.ProcessState, args[1])
	}
}

// quick NAME CODE WITHIN PROGRAM [ARG...] starts an actor and waits until it ends by
// itself, with that code and in that time. What any program takes on a busy machine, or
// under the race detector, is not the actor's; and of a few times, the quickest counts.
func quick(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 4 {
		ts.Fatalf("usage: quick name code within program [arg...]")
	}
	within, err := time.ParseDuration(args[2])
	ts.Check(err)
	for range 5 {
		begun := time.Now()
		ts.Check(ts.Exec("salon", "version"))
		loaded := time.Now()
		start(ts, false, append([]string{args[0]}, args[3:]...))
		ends(ts, false, args[:2])
		took := time.Since(loaded) - loaded.Sub(begun)
		if took <= within {
			return
		}
		ts.Logf("%s ended after %v", args[0], took)
	}
	ts.Fatalf("%s took longer than %v, five times", args[0], within)
}

// alive NAME
func alive(ts *testscript.TestScript, neg bool, args []string) {
	if sceneOf(ts).actor(ts, args[0]).ended() {
		ts.Fatalf("%s has ended", args[0])
	}
}

// exits CODE PROGRAM [ARG...] runs a program to its end.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	code, err := 0, ts.Exec(args[1], args[2:]...)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		code = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if want := args[0]; fmt.Sprint(code) != want {
		ts.Fatalf("exit code %d, not %s", code, want)
	}
}

// see NAME[,NAME...] REGEXP waits until each of them, terminal, actor or file,
// shows it. With ! it looks once: none of them may show it.
func see(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: see name[,name...] regexp")
	}
	for name := range strings.SplitSeq(args[0], ",") {
		look := looker(ts, name)
		if !neg {
			awaitMatch(ts, name, look, args[1])
		} else if text := look(); regexp.MustCompile("(?m)" + args[1]).MatchString(text) {
			ts.Logf("[%s]\n%s", name, text)
			ts.Fatalf("%s shows %#q", name, args[1])
		}
	}
}

// looker returns what reads a terminal's screen, an actor's output, or a file.
func looker(ts *testscript.TestScript, name string) func() string {
	sc := sceneOf(ts)
	if sc.tmux != nil && sc.tmux.panes[name] {
		return func() string { return sc.tmux.text(ts, name) }
	}
	if sc.actors[name] != nil {
		name += ".out"
	}
	return func() string {
		text, err := os.ReadFile(ts.MkAbs(name))
		if !errors.Is(err, fs.ErrNotExist) { // it may be about to be made
			ts.Check(err)
		}
		return string(text)
	}
}

// awaitMatch looks until it sees what the expression says.
func awaitMatch(ts *testscript.TestScript, what string, look func() string, expr string) []string {
	re, err := regexp.Compile("(?m)" + expr)
	ts.Check(err)
	deadline := time.Now().Add(patience)
	for {
		text := look()
		if found := re.FindStringSubmatch(text); found != nil {
			return found
		}
		if time.Now().After(deadline) {
			ts.Logf("[%s]\n%s", what, text)
			sceneOf(ts).log(ts)
			ts.Fatalf("%s does not match %#q", what, expr)
		}
		time.Sleep(glance)
	}
}

// calm NAME waits until an actor, for half a second, uses less than a fifth of the
// processor: one that spins uses all it can get.
func calm(ts *testscript.TestScript, neg bool, args []string) {
	pid := sceneOf(ts).actor(ts, args[0]).cmd.Process.Pid
	deadline := time.Now().Add(patience)
	for {
		before, since := cpuTime(ts, pid), time.Now()
		time.Sleep(time.Second / 2) // what is observed is the time that passes
		used, passed := cpuTime(ts, pid)-before, time.Since(since)
		if used < passed/5 {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%s used %v of processor time in %v", args[0], used, passed)
		}
	}
}

// log shows, when something is missed, what the actors said last.
func (sc *scene) log(ts *testscript.TestScript) {
	for name := range sc.actors {
		for _, file := range []string{name + ".out", name + ".err"} {
			text := strings.TrimRight(ts.ReadFile(file), "\n")
			lines := strings.Split(text, "\n")
			ts.Logf("[%s]\n%s", file, strings.Join(lines[max(0, len(lines)-12):], "\n"))
		}
	}
}

// cpuTime is what a process has used of the processor so far.
func cpuTime(ts *testscript.TestScript, pid int) time.Duration {
	used, err := processorTime(pid)
	ts.Check(err)
	return used
}

func processorTime(pid int) (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	_, after, _ := strings.Cut(string(stat), ") ") // proc(5): the name before it may hold anything
	var ticks [2]int
	fields := strings.Fields(after)
	_, err = fmt.Sscan(fields[11]+" "+fields[12], &ticks[0], &ticks[1])
	return time.Duration(ticks[0]+ticks[1]) * 10 * time.Millisecond, err // USER_HZ is 100 wherever Linux runs
}
