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

	"salon/room/lang"
	"salon/room/state"
)

// emulator is an emulated terminal: what is written to it can be looked at, and what it
// is asked it answers.
type emulator struct {
	*vt.Emulator
	modes map[ansi.Mode]bool
	alt   bool
	bells int
	title string
}

func newEmulator(width, height int) *emulator {
	g := &emulator{Emulator: vt.NewEmulator(width, height), modes: map[ansi.Mode]bool{}}
	g.SetCallbacks(vt.Callbacks{
		Bell: func() { g.bells++ }, Title: func(s string) { g.title = s }, AltScreen: func(on bool) { g.alt = on },
		EnableMode: func(m ansi.Mode) { g.modes[m] = true }, DisableMode: func(m ansi.Mode) { g.modes[m] = false },
	})
	return g
}

// answering sends what the terminal answers, until it is broken.
func (g *emulator) answering(to io.Writer) {
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
func (g *emulator) breaks() { g.InputPipe().(io.Closer).Close() }

// sane reports whether it is as a shell expects a terminal to be.
func (g *emulator) sane() bool {
	on := func(m ansi.Mode) bool { return g.modes[m] }
	off := func(m ansi.Mode) bool { set, ok := g.modes[m]; return ok && !set }
	return !g.alt && !off(ansi.ModeAutoWrap) && !off(ansi.ModeTextCursorEnable) && !on(ansi.ModeBracketedPaste) && !on(ansi.ModeFocusEvent) &&
		!on(ansi.ModeMouseNormal) && !on(ansi.ModeMouseExtSgr) && !on(ansi.ModeSynchronizedOutput)
}

// look returns all that is to be seen, what has scrolled away from the main screen
// first, without the empty rows at the end.
func (g *emulator) look() []string {
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

// terminalClient is a clientChannel with a terminal on it.
type terminalClient struct {
	*clientChannel
	emulator *emulator // guarded by out.mu
}

// atTerminal opens a session on a terminal of that size, without waiting to be in.
func (h *harness) atTerminal(user string, w, height int, keys ...gossh.Signer) *terminalClient {
	h.T.Helper()
	d := h.terminalChannel(user, w, height, keys...)
	d.must("pty-req", ptyRequest{Term: "xterm-256color", Columns: uint32(w), Rows: uint32(height)})
	d.must("shell", nil)
	return d
}

// terminalChannel opens a session that a terminal shows, and asks for nothing yet.
func (h *harness) terminalChannel(user string, w, height int, keys ...gossh.Signer) *terminalClient {
	h.T.Helper()
	g := newEmulator(w, height)
	d := &terminalClient{openChannelOn(h.T, h.dial(user, keys...), g), g}
	var answering sync.WaitGroup
	answering.Go(func() { g.answering(d) })
	h.T.Cleanup(func() { g.breaks(); answering.Wait() })
	return d
}

// drawing reports whether a frame has come in part: it ends by showing the cursor.
func (g *emulator) drawing() bool {
	shown, set := g.modes[ansi.ModeTextCursorEnable]
	return g.alt && set && !shown
}

// rows returns all that is to be seen, once the frame that is coming is whole.
func (d *terminalClient) rows() (rows []string) {
	d.t.Helper()
	d.is(d.t, "draws to the end", func(g *emulator) bool { rows = g.look(); return true })
	return rows
}

// now is what is to be seen this moment, for a test that fails.
func (d *terminalClient) now() string {
	d.out.mu.Lock()
	defer d.out.mu.Unlock()
	return strings.Join(d.emulator.look(), "\n")
}

// picture is all that is to be seen, as one text.
func (d *terminalClient) picture() string { return strings.Join(d.rows(), "\n") }

// bottom is the last row with something on it.
func (d *terminalClient) bottom() string { return lastOf(d.rows()) }

func lastOf(rows []string) string {
	if len(rows) == 0 {
		return ""
	}
	return rows[len(rows)-1]
}

// typedIn is a last row without what stands in an empty line.
func typedIn(row string) string {
	row, _, _ = strings.Cut(row, lang.ScreenOf(state.French).WriteToAll)
	return strings.TrimRight(row, " ")
}

// showing counts the rows that end so.
func (d *terminalClient) showing(end string) int { return ending(d.rows(), end) }

func ending(rows []string, end string) (n int) {
	for _, r := range rows {
		if strings.HasSuffix(r, end) {
			n++
		}
	}
	return n
}

// column is the cursor's.
func (d *terminalClient) column() (column int) {
	d.t.Helper()
	d.is(d.t, "draws to the end", func(g *emulator) bool { column = g.CursorPosition().X; return true })
	return column
}

// is waits until something holds of the terminal, between two frames.
func (d *terminalClient) is(t testing.TB, what string, ok func(g *emulator) bool) {
	t.Helper()
	d.out.Await(t, func() string { return "never " + what + ":\n" + d.now() }, func() bool {
		d.out.mu.Lock()
		defer d.out.mu.Unlock()
		return !d.emulator.drawing() && ok(d.emulator)
	})
}

// awaitTypingIn waits until what is typed stands in a row.
func (d *terminalClient) awaitTypingIn(t testing.TB, row int) {
	t.Helper()
	d.is(t, fmt.Sprint("types in row ", row), func(g *emulator) bool { return g.CursorPosition().Y == row })
}

func (d *terminalClient) awaitBottom(t testing.TB, want string) {
	t.Helper()
	d.is(t, "has a last row "+want, func(g *emulator) bool { return typedIn(lastOf(g.look())) == strings.TrimRight(want, " ") })
}

func (d *terminalClient) awaitRow(t testing.TB, end string) {
	t.Helper()
	d.is(t, "has a row that ends "+end, func(g *emulator) bool { return ending(g.look(), end) > 0 })
}

// awaitMatch waits for a row that an expression matches.
func (d *terminalClient) awaitMatch(t testing.TB, expr string) {
	t.Helper()
	re := regexp.MustCompile("(?m)" + expr)
	d.is(t, "matches "+expr, func(g *emulator) bool { return re.MatchString(strings.Join(g.look(), "\n")) })
}

// resize changes the terminal's size, as somebody who drags its corner.
func (d *terminalClient) resize(w, height int) {
	d.t.Helper()
	d.out.mu.Lock()
	d.emulator.Resize(w, height)
	d.out.mu.Unlock()
	d.must("window-change", windowChange{Columns: uint32(w), Rows: uint32(height)})
}
