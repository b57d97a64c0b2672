package sshui

import (
	"strings"
	"testing"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/vt"
	gossh "golang.org/x/crypto/ssh"
)

// desk is a seat with a terminal on it: an emulated screen.
type desk struct {
	*seat
	screen *vt.Emulator // guarded by out.mu
}

// atTerminal opens a session on a terminal of that size, without waiting to be in.
func (h *house) atTerminal(user string, w, height int, keys ...gossh.Signer) *desk {
	h.t.Helper()
	screen := vt.NewEmulator(w, height)
	d := &desk{sitBefore(h.t, h.dial(user, keys...), screen), screen}
	d.must("pty-req", ptyRequest{Term: "xterm-256color", Columns: uint32(w), Rows: uint32(height)})
	d.must("shell", nil)
	return d
}

// rows returns all that is to be seen, what has scrolled away first, without the
// empty rows at the end.
func (d *desk) rows() []string {
	d.out.mu.Lock()
	defer d.out.mu.Unlock()
	var rows []string
	for y := range d.screen.ScrollbackLen() {
		rows = append(rows, row(d.screen.Width(), func(x int) *uv.Cell { return d.screen.ScrollbackCellAt(x, y) }))
	}
	for y := range d.screen.Height() {
		rows = append(rows, row(d.screen.Width(), func(x int) *uv.Cell { return d.screen.CellAt(x, y) }))
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

// column is the cursor's.
func (d *desk) column() int {
	d.out.mu.Lock()
	defer d.out.mu.Unlock()
	return d.screen.CursorPosition().X
}

func (d *desk) awaitBottom(t testing.TB, want string) {
	t.Helper()
	d.out.await(t, func() string {
		return "the last row is never " + want + ", but all is\n" + strings.Join(d.rows(), "\n")
	},
		func() bool { return d.bottom() == want })
}

func (d *desk) awaitRow(t testing.TB, end string) {
	t.Helper()
	d.out.await(t, func() string { return "never a row that ends " + end + ", but\n" + strings.Join(d.rows(), "\n") },
		func() bool { return d.showing(end) > 0 })
}

// resize changes the terminal's size, as somebody who drags its corner.
func (d *desk) resize(w, height int) {
	d.t.Helper()
	d.out.mu.Lock()
	d.screen.Resize(w, height)
	d.out.mu.Unlock()
	d.must("window-change", windowChange{Columns: uint32(w), Rows: uint32(height)})
}
