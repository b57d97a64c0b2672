package sshui

import (
	"fmt"
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

// drawing reports whether a frame has come in part: it ends by showing the cursor.
func (g *glass) drawing() bool {
	shown, set := g.modes[ansi.ModeTextCursorEnable]
	return g.alt && set && !shown
}

// rows returns all that is to be seen, once the frame that is coming is whole.
func (d *desk) rows() (rows []string) {
	d.t.Helper()
	d.is(d.t, "draws to the end", func(g *glass) bool { rows = g.look(); return true })
	return rows
}

// now is what is to be seen this moment, for a test that fails.
func (d *desk) now() string {
	d.out.mu.Lock()
	defer d.out.mu.Unlock()
	return strings.Join(d.glass.look(), "\n")
}

// picture is all that is to be seen, as one text.
func (d *desk) picture() string { return strings.Join(d.rows(), "\n") }

// bottom is the last row with something on it.
func (d *desk) bottom() string { return lastOf(d.rows()) }

func lastOf(rows []string) string {
	if len(rows) == 0 {
		return ""
	}
	return rows[len(rows)-1]
}

// showing counts the rows that end so.
func (d *desk) showing(end string) int { return ending(d.rows(), end) }

func ending(rows []string, end string) (n int) {
	for _, r := range rows {
		if strings.HasSuffix(r, end) {
			n++
		}
	}
	return n
}

// column is the cursor's.
func (d *desk) column() (column int) {
	d.t.Helper()
	d.is(d.t, "draws to the end", func(g *glass) bool { column = g.CursorPosition().X; return true })
	return column
}

// is waits until something holds of the terminal, between two frames.
func (d *desk) is(t testing.TB, what string, ok func(g *glass) bool) {
	t.Helper()
	d.out.Await(t, func() string { return "never " + what + ":\n" + d.now() }, func() bool {
		d.out.mu.Lock()
		defer d.out.mu.Unlock()
		return !d.glass.drawing() && ok(d.glass)
	})
}

// awaitTypingIn waits until what is typed stands in a row.
func (d *desk) awaitTypingIn(t testing.TB, row int) {
	t.Helper()
	d.is(t, fmt.Sprint("types in row ", row), func(g *glass) bool { return g.CursorPosition().Y == row })
}

func (d *desk) awaitBottom(t testing.TB, want string) {
	t.Helper()
	d.is(t, "has a last row "+want, func(g *glass) bool { return lastOf(g.look()) == want })
}

func (d *desk) awaitRow(t testing.TB, end string) {
	t.Helper()
	d.is(t, "has a row that ends "+end, func(g *glass) bool { return ending(g.look(), end) > 0 })
}

// awaitMatch waits for a row that an expression matches.
func (d *desk) awaitMatch(t testing.TB, expr string) {
	t.Helper()
	re := regexp.MustCompile("(?m)" + expr)
	d.is(t, "matches "+expr, func(g *glass) bool { return re.MatchString(strings.Join(g.look(), "\n")) })
}

// resize changes the terminal's size, as somebody who drags its corner.
func (d *desk) resize(w, height int) {
	d.t.Helper()
	d.out.mu.Lock()
	d.glass.Resize(w, height)
	d.out.mu.Unlock()
	d.must("window-change", windowChange{Columns: uint32(w), Rows: uint32(height)})
}
