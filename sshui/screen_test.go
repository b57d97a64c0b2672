package sshui

import (
	"io"
	"regexp"
	"strings"
	"sync"
	"testing"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	gossh "golang.org/x/crypto/ssh"
)

// glass is an emulated terminal: what is written to it can be looked at, and what it
// is asked it answers.
type glass struct {
	*vt.Emulator
	modes map[ansi.Mode]bool
	alt   bool
	bells int
	title string
}

func newGlass(width, height int) *glass {
	g := &glass{Emulator: vt.NewEmulator(width, height), modes: map[ansi.Mode]bool{}}
	g.SetCallbacks(vt.Callbacks{
		Bell: func() { g.bells++ }, Title: func(s string) { g.title = s }, AltScreen: func(on bool) { g.alt = on },
		EnableMode: func(m ansi.Mode) { g.modes[m] = true }, DisableMode: func(m ansi.Mode) { g.modes[m] = false },
	})
	return g
}

// answering sends what the terminal answers, until it is broken.
func (g *glass) answering(to io.Writer) {
	buf := make([]byte, 256)
	for {
		n, err := g.Read(buf)
		if err != nil {
			return
		}
		to.Write(buf[:n]) // fails once nobody asks any more
	}
}

// breaks makes it answer no more.
func (g *glass) breaks() { g.InputPipe().(io.Closer).Close() }

// sane reports whether it is as a shell expects a terminal to be.
func (g *glass) sane() bool {
	on := func(m ansi.Mode) bool { return g.modes[m] }
	off := func(m ansi.Mode) bool { set, ok := g.modes[m]; return ok && !set }
	return !g.alt && !off(ansi.ModeAutoWrap) && !off(ansi.ModeTextCursorEnable) && !on(ansi.ModeBracketedPaste) && !on(ansi.ModeFocusEvent) &&
		!on(ansi.ModeMouseNormal) && !on(ansi.ModeMouseExtSgr) && !on(ansi.ModeSynchronizedOutput)
}

// look returns all that is to be seen, what has scrolled away from the main screen
// first, without the empty rows at the end.
func (g *glass) look() []string {
	var rows []string
	for y := range g.ScrollbackLen() {
		if !g.alt {
			rows = append(rows, row(g.Width(), func(x int) *uv.Cell { return g.ScrollbackCellAt(x, y) }))
		}
	}
	for y := range g.Height() {
		rows = append(rows, row(g.Width(), func(x int) *uv.Cell { return g.CellAt(x, y) }))
	}
	for len(rows) > 0 && rows[len(rows)-1] == "" {
		rows = rows[:len(rows)-1]
	}
	return rows
}

func row(width int, cell func(x int) *uv.Cell) string {
	var text strings.Builder
	for x := range width {
		if c := cell(x); c != nil {
			text.WriteString(c.Content)
		}
	}
	return strings.TrimRight(text.String(), " ")
}

// desk is a seat with a terminal on it.
type desk struct {
	*seat
	glass *glass // guarded by out.mu
}

// atTerminal opens a session on a terminal of that size, without waiting to be in.
func (h *house) atTerminal(user string, w, height int, keys ...gossh.Signer) *desk {
	h.T.Helper()
	d := h.chair(user, w, height, keys...)
	d.must("pty-req", ptyRequest{Term: "xterm-256color", Columns: uint32(w), Rows: uint32(height)})
	d.must("shell", nil)
	return d
}

// chair opens a session that a terminal shows, and asks for nothing yet.
func (h *house) chair(user string, w, height int, keys ...gossh.Signer) *desk {
	h.T.Helper()
	g := newGlass(w, height)
	d := &desk{sitBefore(h.T, h.dial(user, keys...), g), g}
	var answering sync.WaitGroup
	answering.Go(func() { g.answering(d) })
	h.T.Cleanup(func() { g.breaks(); answering.Wait() })
	return d
}

func (d *desk) rows() []string {
	d.out.mu.Lock()
	defer d.out.mu.Unlock()
	return d.glass.look()
}

// picture is all that is to be seen, for a test that fails.
func (d *desk) picture() string { return strings.Join(d.rows(), "\n") }

// bottom is the last row with something on it.
func (d *desk) bottom() string {
	rows := d.rows()
	if len(rows) == 0 {
		return ""
	}
	return rows[len(rows)-1]
}

// showing counts the rows that end so.
func (d *desk) showing(end string) int {
	n := 0
	for _, r := range d.rows() {
		if strings.HasSuffix(r, end) {
			n++
		}
	}
	return n
}

// at is where the cursor is.
func (d *desk) at() (column, row int) {
	d.out.mu.Lock()
	defer d.out.mu.Unlock()
	p := d.glass.CursorPosition()
	return p.X, p.Y
}

func (d *desk) column() int {
	column, _ := d.at()
	return column
}

// is waits until something holds of the terminal.
func (d *desk) is(t testing.TB, what string, ok func(g *glass) bool) {
	t.Helper()
	d.out.Await(t, func() string { return "never " + what + ":\n" + d.picture() }, func() bool {
		d.out.mu.Lock()
		defer d.out.mu.Unlock()
		return ok(d.glass)
	})
}

func (d *desk) awaitBottom(t testing.TB, want string) {
	t.Helper()
	d.out.Await(t, func() string { return "the last row is never " + want + ", but all is\n" + d.picture() },
		func() bool { return d.bottom() == want })
}

func (d *desk) awaitRow(t testing.TB, end string) {
	t.Helper()
	d.out.Await(t, func() string { return "never a row that ends " + end + ", but\n" + d.picture() },
		func() bool { return d.showing(end) > 0 })
}

// awaitMatch waits for a row that an expression matches.
func (d *desk) awaitMatch(t testing.TB, expr string) {
	t.Helper()
	re := regexp.MustCompile("(?m)" + expr)
	d.out.Await(t, func() string { return "never " + expr + ", but\n" + d.picture() },
		func() bool { return re.MatchString(d.picture()) })
}

// resize changes the terminal's size, as somebody who drags its corner.
func (d *desk) resize(w, height int) {
	d.t.Helper()
	d.out.mu.Lock()
	d.glass.Resize(w, height)
	d.out.mu.Unlock()
	d.must("window-change", windowChange{Columns: uint32(w), Rows: uint32(height)})
}
