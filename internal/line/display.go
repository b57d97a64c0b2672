package line

import (
	"cmp"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// display draws one line at the bottom of a terminal. Its methods append to dst what the
// terminal is to be sent.
type display interface {
	// draw shows a text, which has no newline, with the cursor at a byte of it.
	draw(dst []byte, text string, cursor int) []byte
	// suspend leaves the line, erased or ended, with the cursor at the left edge, where
	// other lines can be written.
	suspend(dst []byte) []byte
	// clear empties the screen, or does as suspend where that cannot be.
	clear(dst []byte) []byte
	// resize tells the terminal's size.
	resize(width, height int)
}

// ansiDisplay is a terminal that understands escape sequences: the line is drawn anew each time.
type ansiDisplay struct {
	width, height int
	drawn         bool
	text          string // drawn
	cursor        int    // where
	row           int    // of the cursor, from the first that was drawn
}

func (d *ansiDisplay) draw(dst []byte, text string, cursor int) []byte {
	if d.drawn && d.text == text && d.cursor == cursor {
		return dst
	}
	dst = d.suspend(dst)
	line := Editor{text: text, cursor: boundary(text, cursor)}
	l := line.layOut(d.width, 0, d.height, false)
	dst = append(dst, strings.Join(l.Rows, "\r\n")...)
	if up := len(l.Rows) - 1 - l.Row; up > 0 {
		dst = append(dst, ansi.CursorUp(up)...)
	}
	if cursor < len(text) {
		dst = append(dst, '\r')
		if l.Column > 0 {
			dst = append(dst, ansi.CursorForward(l.Column)...)
		}
	}
	d.drawn, d.text, d.cursor, d.row = true, text, cursor, l.Row
	return dst
}

func (d *ansiDisplay) suspend(dst []byte) []byte {
	if !d.drawn {
		return dst
	}
	if d.row > 0 {
		dst = append(dst, ansi.CursorUp(d.row)...)
	}
	d.drawn = false
	return append(dst, "\r"+ansi.EraseScreenBelow...)
}

func (d *ansiDisplay) clear(dst []byte) []byte {
	d.drawn = false
	return append(dst, ansi.EraseEntireScreen+ansi.CursorHomePosition...)
}

func (d *ansiDisplay) resize(width, height int) {
	d.width, d.height = min(cmp.Or(max(width, 0), 80), 500), min(cmp.Or(max(height, 0), 24), 200)
	d.cursor = -1 // to be drawn anew
}

// plainDisplay is a terminal that understands no escape sequence: the cursor goes back by
// Backspace, and never to the row above.
type plainDisplay struct {
	text   string // drawn
	cursor int
}

func (d *plainDisplay) draw(dst []byte, text string, cursor int) []byte {
	same := cursor
	if text != d.text {
		same = commonPrefix(text, d.text)
	}
	if same < d.cursor {
		dst = back(dst, d.text[same:d.cursor])
	} else {
		dst = append(dst, d.text[d.cursor:same]...)
	}
	if text != d.text {
		gone := strings.Repeat(" ", max(0, ansi.StringWidth(d.text[same:])-ansi.StringWidth(text[same:])))
		dst = append(dst, text[same:]+gone...)
		dst = back(dst, text[cursor:]+gone)
	}
	d.text, d.cursor = text, cursor
	return dst
}

// back goes back over a text.
func back(dst []byte, text string) []byte {
	return append(dst, strings.Repeat("\b", ansi.StringWidth(text))...)
}

// commonPrefix returns how many bytes two texts begin alike with, up to a boundary of
// graphemes in both.
func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return min(floor(a, n), floor(b, n))
}

func (d *plainDisplay) suspend(dst []byte) []byte {
	if d.text != "" {
		dst = append(dst, "\r\n"...)
	}
	d.text, d.cursor = "", 0
	return dst
}

func (d *plainDisplay) clear(dst []byte) []byte { return d.suspend(dst) }

func (d *plainDisplay) resize(int, int) {}
