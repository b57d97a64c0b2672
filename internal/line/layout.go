package line

import (
	"strings"
	"unicode"
)

// tooWide is shown for a grapheme of two columns where there is only one.
const tooWide = "?"

// Layout lays the text out after a prompt.
type Layout struct {
	// Rows is what each row shows after its indent, without styles, controls or
	// the blanks of the indent: at least one row.
	Rows []string
	Row  int // of the cursor, an index of Rows
	// Column is that of the cursor on the screen, from 0, the indent counted: less
	// than width whenever width is more than indent.
	Column int
}

// Layout breaks the text into rows at most width columns wide, the first after
// indent columns that are left to the prompt, the others too, and returns at most
// height of them: those around the cursor, the same as long as it stays within
// them.
//
// One column is left to the text whatever width and indent are, and one row
// whatever height is. A line breaks behind the last blank of a row that is full; where
// it has none, or a blank comes next, where the row is full, never inside of a grapheme;
// where the only column is too narrow for one it shows as "?". The cursor behind a full
// row stands on the next one, empty if need be.
func (e *Editor) Layout(width, indent, height int) Layout {
	return e.layOut(width, indent, height, true)
}

// layOut is Layout, with words kept whole or as a terminal breaks what is written to it.
func (e *Editor) layOut(width, indent, height int, words bool) Layout {
	indent = max(indent, 0)
	columns := max(width-indent, 1)
	rows, cursor := e.window(columns, min(max(height, 1), Max+2), words)
	l := Layout{Rows: make([]string, len(rows)), Row: cursor, Column: indent + rows[cursor].cursor}
	for i, r := range rows {
		l.Rows[i] = show(e.text[r.start:r.end], columns)
	}
	return l
}

// row is one row of a layout, in bytes of the text.
type row struct {
	start, end int
	next       int // where the next row starts, -1 after the last one
	cursor     int // its column, -1 if it is on another row
}

// row breaks off the row that starts at a byte of the text.
func (e *Editor) row(start, columns int, words bool) row {
	r := row{start: start, end: start, next: -1, cursor: -1}
	word := start // where the last word of the row begins, behind a blank
	for filled := 0; ; {
		n, width := 0, 0
		if r.end < len(e.text) && e.text[r.end] != '\n' {
			n, width = step(e.text, r.end)
			width = min(width, columns)
		}
		atCursor := r.end == e.cursor
		if filled+width > columns || atCursor && filled == columns {
			if words && n > 0 && word > start && e.text[r.end] != ' ' { // in a word: all of it goes to the next row
				if r.end = word; e.cursor >= word {
					r.cursor = -1
				}
			}
			r.next = r.end
			return r
		}
		if atCursor {
			r.cursor = filled
		}
		if n == 0 {
			if r.end < len(e.text) {
				r.next = r.end + 1
			}
			return r
		}
		if r.end, filled = r.end+n, filled+width; n == 1 && e.text[r.end-1] == ' ' {
			word = r.end
		}
	}
}

// window returns the rows to show, height of them if there are that many, and
// which of them has the cursor. It keeps the first row where it was if the cursor
// and the end of the text let it. The rows above and below are not kept.
func (e *Editor) window(columns, height int, words bool) (rows []row, cursor int) {
	first, at, next := 0, -1, 0 // the row rows[0] is, the cursor's
	for next >= 0 && (at < 0 || first+len(rows) < at+height) {
		if at < 0 && len(rows) == 2*height {
			rows, first = append(rows[:0], rows[height:]...), first+height
		}
		r := e.row(next, columns, words)
		if r.cursor >= 0 {
			at = first + len(rows)
		}
		rows, next = append(rows, r), r.next
	}
	e.top = min(max(e.top, at-height+1), at)
	e.top = max(min(e.top, first+len(rows)-height), 0)
	rows = rows[e.top-first:]
	return rows[:min(height, len(rows))], at - e.top
}

// show returns a row's text, which has no newline, as it is shown.
func show(text string, columns int) string {
	if columns > 1 {
		return text
	}
	var shown strings.Builder
	for len(text) > 0 {
		n, width := step(text, 0)
		if width > columns {
			shown.WriteString(tooWide)
		} else {
			shown.WriteString(text[:n])
		}
		text = text[n:]
	}
	return shown.String()
}

// Masked returns an Editor to show in place of this one while it holds a secret: stars
// stand for all that follows the first word and the space behind it.
func (e *Editor) Masked() *Editor {
	m := &Editor{cursor: e.cursor, top: e.top}
	var shown strings.Builder
	at := e.firstWordEnd()
	for shown.WriteString(e.text[:at]); at < len(e.text); {
		n, width := step(e.text, at)
		if e.text[at] == '\n' {
			shown.WriteByte('\n')
		}
		shown.WriteString(strings.Repeat("*", width))
		if at += n; at <= e.cursor {
			m.cursor = shown.Len()
		}
	}
	m.text = shown.String()
	return m
}

// firstWordEnd returns where the grapheme of space behind the first word ends.
func (e *Editor) firstWordEnd() int {
	word := len(e.text) - len(strings.TrimLeftFunc(e.text, unicode.IsSpace))
	if space := strings.IndexFunc(e.text[word:], unicode.IsSpace); space >= 0 {
		return next(e.text, floor(e.text, word+space))
	}
	return len(e.text)
}
