package line

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// face draws one line at the bottom of a terminal. Its methods append to dst what the terminal is to be sent.
type face interface {
	// draw shows a text, which has no newline, with the cursor at a byte of it.
	draw(dst []byte, text string, cursor int) []byte
	// lift puts the cursor where other lines can be written, at the left edge, and nothing is drawn.
	lift(dst []byte) []byte
	// clear takes all off the screen, if that can be, and nothing is drawn.
	clear(dst []byte) []byte
	// resize tells the terminal's size.
	resize(width, height int)
}

// redrawn is a terminal that is drawn anew each time.
type redrawn struct {
	width, height int
	drawn         bool
	text          string // drawn
	cursor        int    // where
	row           int    // of the cursor, from the first that was drawn
}

func (f *redrawn) draw(dst []byte, text string, cursor int) []byte {
	if f.drawn && f.text == text && f.cursor == cursor {
		return dst
	}
	dst = f.lift(dst)
	line := Editor{text: text, cursor: boundary(text, cursor)}
	l := line.Layout(f.width, 0, f.height)
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
	f.drawn, f.text, f.cursor, f.row = true, text, cursor, l.Row
	return dst
}

func (f *redrawn) lift(dst []byte) []byte {
	if !f.drawn {
		return dst
	}
	if f.row > 0 {
		dst = append(dst, ansi.CursorUp(f.row)...)
	}
	f.drawn = false
	return append(dst, "\r"+ansi.EraseScreenBelow...)
}

func (f *redrawn) clear(dst []byte) []byte {
	f.drawn = false
	return append(dst, ansi.EraseEntireScreen+ansi.CursorHomePosition...)
}

func (f *redrawn) resize(width, height int) {
	f.width, f.height = side(width, 80, 500), side(height, 24, 200)
	f.cursor = -1 // to be drawn anew
}

func side(n, unknown, most int) int {
	if n <= 0 {
		return unknown
	}
	return min(n, most)
}

// appended is a terminal that only appends: it goes back by Backspace, and cannot to the row above.
type appended struct {
	text   string // drawn
	cursor int
}

func (f *appended) draw(dst []byte, text string, cursor int) []byte {
	same := cursor
	if text != f.text {
		same = commonPrefix(text, f.text)
	}
	if same < f.cursor {
		dst = back(dst, f.text[same:f.cursor])
	} else {
		dst = append(dst, f.text[f.cursor:same]...)
	}
	if text != f.text {
		gone := strings.Repeat(" ", max(0, ansi.StringWidth(f.text[same:])-ansi.StringWidth(text[same:])))
		dst = append(dst, text[same:]+gone...)
		dst = back(dst, text[cursor:]+gone)
	}
	f.text, f.cursor = text, cursor
	return dst
}

// back goes back over a text.
func back(dst []byte, text string) []byte {
	return append(dst, strings.Repeat("\b", ansi.StringWidth(text))...)
}

// commonPrefix returns how many bytes two texts begin alike with, up to a boundary of graphemes in both.
func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return min(floor(a, n), floor(b, n))
}

func (f *appended) lift(dst []byte) []byte {
	if f.text != "" {
		dst = append(dst, "\r\n"...)
	}
	f.text, f.cursor = "", 0
	return dst
}

func (f *appended) clear(dst []byte) []byte { return f.lift(dst) }

func (f *appended) resize(int, int) {}
