//go:build unix

package main

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
)

var update = flag.Bool("update", false, "rewrite testdata/screens with what the terminals show, and what TestGenerated holds")

// TestAConversationOnAScreen holds one with the stock ssh client in a real terminal
// (tmux), against the built program, and compares what is to be seen at each step
// with testdata/screens, cursor and all.
func TestAConversationOnAScreen(t *testing.T) {
	p := newPlay(t, "tmux", "ssh", "ssh-keygen")
	bob := p.voice("bob")
	p.console("sujet la démo est à 15 h")
	bob.hears("Nouveau sujet")
	p.keys("stty -g >before; clear")
	p.await(`clear\z`) // the prompt alone, to be seen after it, is what was there before it too
	p.press("Enter")
	p.await(`\Ashell\$\z`)
	p.enter("ssh ann@127.0.0.1")
	p.shot("arrivee", `^  #salon  `)

	cléo := p.talk(bob)
	p.scroll(bob, cléo)
	p.askBack(bob)

	p.press("C-d")
	p.shot("adieu", `^shell\$$`)
	p.enter("stty -g >after; clear; cmp before after && echo sane")
	p.await(`\Asane\nshell\$\z`)
	bob.hears("ann s'en va")
}

// talk has ann and bob, then cléo, say things, of one line and of several.
func (p *play) talk(bob *voice) (cléo *voice) {
	bob.say("bonjour ann, prête pour la démo ?")
	p.keys("bonjour bob, pres")
	p.await(`bonjour bob, pres`)
	bob.say("cléo apporte le projecteur")
	p.shot("frappe", `le projecteur`)
	p.keys("que")
	p.press("Enter")
	p.await(`ann │ bonjour bob, presque`)
	cléo = p.voice("cléo")
	cléo.say("bonjour à tous 🙂 le plan : https://exemple.org/plan")
	p.keys("@c")
	p.shot("tab", `Tab : @cléo`)
	p.press("Tab")
	p.await(`^  @cléo  @cléo`)
	p.keys("merci !")
	p.press("Enter")
	cléo.hears("[privé] ann -> moi: merci !")
	cléo.say("@ann à tout de suite")
	p.await(`à tout de suite`)
	for i, line := range []string{"il reste deux choses :", "- les badges", "- le café"} {
		if i > 0 {
			p.press("M-Enter")
		}
		p.keys(line)
	}
	p.shot("lignes", `- le café`)
	p.press("Enter")
	p.await(`^ +│ - le café$`)
	bob.say("/me lève la main")
	bob.say("le café, c'est pour moi ; il y a une machine au deuxième, à côté de la salle 3")
	cléo.say("les badges sont imprimés, je les apporte")
	bob.say("et qui parle en premier ?")
	cléo.say("ann, comme la dernière fois ! tu as cinq minutes, puis les questions")
	p.await(`^ +┃ questions$`)
	return cléo
}

// scroll goes back while others talk, to the end again, and to other sizes.
func (p *play) scroll(bob, cléo *voice) {
	p.press("PPage")
	p.await(`Fin pour descendre`)
	bob.say("on t'attend en salle 3, @ann")
	cléo.say("j'ai le projecteur")
	bob.say("et moi le café ☕")
	p.shot("remonte", `↓ 3 nouveaux`)
	p.title("salon (3)")
	p.press("End")
	p.title("salon")
	p.keys("@b")
	p.shot("salon", `Tab : @bob`)
	p.resize(20, 5)
	p.shot("petit", `^> @b`)
	p.resize(80, 24)
	p.shot("salon", `Tab : @bob`) // as before
}

// askBack looks for what was typed, pastes, and opens what may lie over the screen.
func (p *play) askBack(bob *voice) {
	p.press("C-u", "C-r")
	p.keys("bonj")
	p.shot("retrouver", `bonjour bob, presque$`)
	p.press("Escape")
	p.await(`^  #salon  Écrire à tous…`)

	p.paste(numberedLines(12))
	p.shot("coller", `^Coller 12 lignes`)
	p.press("Enter")
	p.shot("colle", `ligne 12 sur 12$`)
	p.press("Enter")
	bob.hears("ann: ligne 12 sur 12")
	p.await(`^ +│ ligne 12 sur 12$`)

	p.press("F1")
	p.shot("aide", `─ Aide ─`)
	p.press("F1")
	p.await(`^ +│ ligne 12 sur 12$`)
	p.press("M-l")
	p.shot("nu", `^Vue nue`)
	p.press("Escape")
	p.await(`^ +│ ligne 12 sur 12$`)
	p.resize(120, 40)
	p.shot("large", `│   cléo$`)
	p.resize(80, 24)
	p.await(`^ +│ ligne 12 sur 12$`)
}

func numberedLines(n int) string {
	var lines []string
	for i := range n {
		lines = append(lines, fmt.Sprintf("ligne %d sur %d", i+1, n))
	}
	return strings.Join(lines, "\n")
}

// play is one terminal, and the room that it goes to.
type play struct {
	*testing.T
	*tmux
	tcp   string
	stdin *os.File // the console's
}

// newPlay opens a room, and a terminal of 80x24 with a shell in it, if there are the
// programs for it.
func newPlay(t *testing.T, programs ...string) *play {
	t.Helper()
	for _, name := range programs {
		switch missing := missing(name); {
		case missing == "":
		case os.Getenv("SALON_E2E") == "required":
			t.Fatalf("%s, and SALON_E2E=required", missing)
		default:
			t.Skip(missing + " (SALON_E2E=required makes this a failure)")
		}
	}
	work := t.TempDir()
	home := filepath.Join(work, "home")
	if err := makeHome(home); err != nil {
		t.Fatal(err)
	}
	p := &play{T: t}
	p.serve(work, home)
	bin := filepath.Join(work, "bin")
	p.ok(os.Mkdir(bin, 0o700))
	p.ok(wrapSSH(bin))
	var err error
	p.tmux, err = newTmux([]string{"PATH=" + bin + ":" + os.Getenv("PATH"), "HOME=" + home, "TERM=xterm", "LANG=C.UTF-8", "TZ=" + noon(), "PS1=shell$ "})
	p.ok(err)
	t.Cleanup(p.tmux.close)
	p.tell("new-session", "-d", "-c", work, "-s", "ann", "-x", "80", "-y", "24", "exec sh -i")
	p.await(`^shell\$`)
	return p
}

func (p *play) ok(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

// serve opens the room on ports of its own.
func (p *play) serve(work, home string) {
	p.Helper()
	in, stdin, err := os.Pipe()
	p.ok(err)
	log, err := os.Create(filepath.Join(work, "salon.out"))
	p.ok(err)
	cmd := exec.Command("salon", "serve", "--ssh", "127.0.0.1:0", "--tcp", "127.0.0.1:0", "--data", "data", "--lang", "fr", "--rate", "0")
	cmd.Dir, cmd.Env = work, []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "TZ=" + noon(), "GORACE=atexit_sleep_ms=0", "GOCOVERDIR=" + os.Getenv("GOCOVERDIR")}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, log, log
	p.ok(cmd.Start())
	in.Close()
	log.Close()
	p.stdin = stdin
	p.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
		stdin.Close()
	})
	found := p.until(`(?s)^  ssh  \S+:(\d+)$.*^  tcp  (\S+:\d+)$.*telnet`, func() string {
		text, _ := os.ReadFile(log.Name())
		return string(text)
	})
	p.tcp = found[2]
	p.ok(sshConfig(home, found[1]))
}

// console does an operator's command.
func (p *play) console(line string) {
	p.Helper()
	_, err := p.stdin.WriteString(line + "\n")
	p.ok(err)
}

// until looks until what it sees matches.
func (p *play) until(expr string, look func() string) []string {
	p.Helper()
	re := regexp.MustCompile("(?m)" + expr)
	for late := time.Now().Add(patience); ; time.Sleep(glance) {
		text := look()
		if found := re.FindStringSubmatch(text); found != nil {
			return found
		}
		if time.Now().After(late) {
			p.Fatalf("never %#q, but\n%s", expr, text)
		}
	}
}

// await waits until the terminal shows something.
func (p *play) await(expr string) {
	p.Helper()
	p.until(expr, func() string {
		return strings.TrimRight(trailing.ReplaceAllString(strings.ReplaceAll(p.screen(), cursor, ""), "\n"), "\n")
	})
}

// title waits for the title of the terminal's window.
func (p *play) title(want string) {
	p.Helper()
	p.until("^"+regexp.QuoteMeta(want)+"$", func() string { return p.tell("display-message", "-p", "-t", "ann", "#{pane_title}") })
}

// tell gives tmux a command.
func (p *play) tell(args ...string) string {
	p.Helper()
	out, err := p.run(args...)
	p.ok(err)
	return strings.TrimRight(out, "\n")
}

func (p *play) keys(text string) { p.Helper(); p.tell("send-keys", "-l", "-t", "ann", "--", text) }

func (p *play) press(keys ...string) {
	p.Helper()
	p.tell(append([]string{"send-keys", "-t", "ann", "--"}, keys...)...)
}

func (p *play) enter(text string) {
	p.Helper()
	p.keys(text)
	p.press("Enter")
}

// paste pastes, in brackets if the terminal was asked for them.
func (p *play) paste(text string) {
	p.Helper()
	p.tell("set-buffer", "--", text)
	p.tell("paste-buffer", "-p", "-t", "ann")
}

func (p *play) resize(width, height int) {
	p.Helper()
	p.tell("resize-window", "-t", "ann", "-x", strconv.Itoa(width), "-y", strconv.Itoa(height))
}

// cursor stands in a picture where the cursor is.
const cursor = "▏"

// screen is what the terminal shows now, row by row, with its cursor.
func (p *play) screen() string {
	p.Helper()
	text := p.tell("capture-pane", "-p", "-t", "ann", ";", "display-message", "-p", "-t", "ann", "#{cursor_flag} #{cursor_x} #{cursor_y} #{pane_width}")
	rows := strings.Split(text, "\n")
	var visible, x, y, width int
	if _, err := fmt.Sscan(rows[len(rows)-1], &visible, &x, &y, &width); err != nil {
		p.Fatalf("%v: %q", err, rows[len(rows)-1])
	}
	rows = rows[:len(rows)-1]
	if visible == 1 {
		row := rows[y] + strings.Repeat(" ", max(0, x-ansi.StringWidth(rows[y])))
		after := ansi.Cut(row, x, width)
		rows[y] = ansi.Cut(row, 0, x) + cursor + strings.TrimPrefix(after, " ")
	}
	return strings.TrimRight(trailing.ReplaceAllString(strings.Join(rows, "\n")+"\n", "\n"), "\n") + "\n"
}

// What differs from one run to the next, and what stands for it in a picture.
var (
	dayRule = regexp.MustCompile(`─+ \p{L}+ \d+(er)? \p{L}+ \d{4} ─+`)
	online  = regexp.MustCompile(`\b\d+ (s|min) en ligne`)
)

const (
	someTime = "14:02"
	someDay  = " dimanche 22 novembre 2026 "
)

// timeless is a screen at some time on some day.
func timeless(screen string) string {
	screen = dayRule.ReplaceAllStringFunc(screen, func(rule string) string {
		dashes := ansi.StringWidth(rule) - ansi.StringWidth(someDay)
		return strings.Repeat("─", dashes/2) + someDay + strings.Repeat("─", dashes-dashes/2)
	})
	return online.ReplaceAllString(clock.ReplaceAllString(withoutMinutes(screen), someTime), "12 min en ligne")
}

// shot waits until the terminal shows what the picture of that name does. To make
// the picture anew, it waits until something is to be seen and the rest is still.
func (p *play) shot(name, expr string) {
	p.Helper()
	file := filepath.Join("testdata", "screens", name+".txt")
	if *update {
		p.await(expr)
		p.ok(os.WriteFile(file, []byte(p.still()), 0o644))
		return
	}
	want, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		p.Fatalf("there is no %s: go test -run %s . -update", file, p.Name())
	}
	p.ok(err)
	got := ""
	for late := time.Now().Add(patience); got != string(want); time.Sleep(glance) {
		if got = timeless(p.screen()); time.Now().After(late) {
			p.Errorf("%s is not what is to be seen:\n%s\nbut\n%s", file, want, got)
			return
		}
	}
}

// still waits until the screen has not changed for a while, and returns it.
func (p *play) still() string {
	p.Helper()
	for last, same := "", 0; ; time.Sleep(glance) {
		now := timeless(p.screen())
		if same++; now != last {
			last, same = now, 0
		}
		if same == 20 {
			return now
		}
	}
}
