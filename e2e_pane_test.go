//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
)

// tmux is a script's own tmux server: terminals in which shells run, whose
// screens can be read.
type tmux struct {
	dir string // of its socket: short, for the path of one is bounded
	env []string

	panes map[string]bool
	wiped int // how many times a terminal was
}

// tmuxConfig leaves every row to the shell.
const tmuxConfig = "set -g status off\nset -g default-shell /bin/sh\nset -g default-terminal screen\nset -sg escape-time 0\n"

func newTmux(env []string) (*tmux, error) {
	dir, err := os.MkdirTemp("", "salon")
	if err != nil {
		return nil, err
	}
	return &tmux{dir: dir, env: append(env, "TMUX_TMPDIR="+dir), panes: map[string]bool{}}, os.WriteFile(filepath.Join(dir, "conf"), []byte(tmuxConfig), 0o600)
}

// run runs a tmux command and returns what it says. -u: the terminals are UTF-8
// whatever the locale here is.
func (x *tmux) run(args ...string) (string, error) {
	cmd := exec.Command("tmux", append([]string{"-u", "-L", "salon", "-f", filepath.Join(x.dir, "conf")}, args...)...)
	cmd.Env = x.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("tmux %s: %w: %s", args[0], err, out)
	}
	return string(out), nil
}

// close ends the terminals and all that was started in them, in the background
// too: those have the shell's session (setsid(2)).
func (x *tmux) close() {
	shells, _ := x.run("list-panes", "-a", "-F", "#{pane_pid}")
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // none but on Linux
	for _, name := range stats {
		stat, _ := os.ReadFile(name) // gone meanwhile: ended by itself
		_, after, _ := strings.Cut(string(stat), ") ")
		if f := strings.Fields(after); len(f) > 3 && slices.Contains(strings.Fields(shells), f[3]) {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(name)))
			syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	x.run("kill-server")
	os.RemoveAll(x.dir)
}

// pane NAME [COLUMNSxROWS] opens a terminal with a shell in it.
func openPane(ts *testscript.TestScript, neg bool, args []string) {
	sc, width, height := sceneOf(ts), "80", "24"
	if len(args) == 2 {
		width, height, _ = strings.Cut(args[1], "x")
	}
	if sc.tmux == nil {
		var err error
		sc.tmux, err = newTmux(environ(ts))
		ts.Check(err)
	}
	_, err := sc.tmux.run("new-session", "-d", "-c", ts.Getenv("WORK"), "-s", args[0], "-x", width, "-y", height, "exec sh -i")
	ts.Check(err)
	sc.tmux.panes[args[0]] = true
	see(ts, false, []string{args[0], `^shell\$`})
}

// resize NAME COLUMNSxROWS
func resizePane(ts *testscript.TestScript, neg bool, args []string) {
	width, height, _ := strings.Cut(args[1], "x")
	_, err := sceneOf(ts).tmux.run("resize-window", "-t", args[0], "-x", width, "-y", height)
	ts.Check(err)
}

// keys NAME KEY... presses keys, by tmux's names for them.
func pressKeys(ts *testscript.TestScript, neg bool, args []string) {
	_, err := sceneOf(ts).tmux.run(append([]string{"send-keys", "-t", args[0], "--"}, args[1:]...)...)
	ts.Check(err)
}

// enter NAME TEXT types a text and Enter.
func enterText(ts *testscript.TestScript, neg bool, args []string) {
	_, err := sceneOf(ts).tmux.run("send-keys", "-l", "-t", args[0], "--", args[1])
	ts.Check(err)
	pressKeys(ts, false, []string{args[0], "Enter"})
}

// wipe NAME clears a terminal in which only the shell runs, what has scrolled away
// too, so that see does not look at the past.
func wipe(ts *testscript.TestScript, neg bool, args []string) {
	x := sceneOf(ts).tmux
	x.wiped++
	title := fmt.Sprint("wiped ", x.wiped) // says that all that was typed before has been done
	enterText(ts, false, []string{args[0], `clear; printf '\033]2;` + title + `\007'`})
	awaitMatch(ts, args[0], func() string { return x.screen(ts, args[0]) + "\n" + x.title(ts, args[0]) }, `\Ashell\$\n`+title+`\z`)
	_, err := x.run("clear-history", "-t", args[0])
	ts.Check(err)
}

// title is what a terminal's window is called.
func (x *tmux) title(ts *testscript.TestScript, name string) string {
	title, err := x.run("display-message", "-p", "-t", name, "#{pane_title}")
	ts.Check(err)
	return strings.TrimSpace(title)
}

// text is what a terminal shows, and what has scrolled away; a wrapped line
// counts as one, and what lines end with in spaces does not count.
func (x *tmux) text(ts *testscript.TestScript, name string) string {
	text, err := x.run("capture-pane", "-p", "-J", "-S", "-", "-t", name)
	ts.Check(err)
	return strings.TrimRight(trailing.ReplaceAllString(text, "\n"), "\n") + "\n"
}

var trailing = regexp.MustCompile(` +\n`)

// screen is what a terminal shows now, row by row.
func (x *tmux) screen(ts *testscript.TestScript, name string) string {
	text, err := x.run("capture-pane", "-p", "-t", name)
	ts.Check(err)
	return strings.TrimRight(trailing.ReplaceAllString(text, "\n"), "\n")
}

// What differs from one run to the next in a screen: times, which stand before messages
// where the minute changes.
var (
	clock     = regexp.MustCompile(`\b\d\d:\d\d\b`)
	newMinute = regexp.MustCompile(`(?m)^ \d\d:\d\d `)
)

// withoutMinutes blanks the times before messages.
func withoutMinutes(screen string) string {
	return newMinute.ReplaceAllString(screen, "       ")
}

// golden NAME FILE waits until a terminal's screen is exactly the file's, without the
// times before messages, and others shown as HH:MM.
func awaitGolden(ts *testscript.TestScript, neg bool, args []string) {
	want := regexp.QuoteMeta(strings.TrimRight(ts.ReadFile(args[1]), "\n"))
	awaitMatch(ts, args[0], func() string {
		return clock.ReplaceAllString(withoutMinutes(sceneOf(ts).tmux.screen(ts, args[0])), "HH:MM")
	}, `\A`+want+`\z`)
}
