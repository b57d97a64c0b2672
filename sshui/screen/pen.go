package screen

import "strconv"

// pen writes a frame.
type pen struct{ b []byte }

func (p *pen) text(s string) { p.b = append(p.b, s...) }

func (p *pen) bytes(b []byte) { p.b = append(p.b, b...) }

func (p *pen) number(n int) { p.b = strconv.AppendInt(p.b, int64(n), 10) }

// at moves the cursor to a row and a column, from 0 (CUP).
func (p *pen) at(row, column int) {
	p.text("\x1b[")
	p.number(row + 1)
	p.text(";")
	p.number(column + 1)
	p.text("H")
}

// clear empties a row and goes to its start.
func (p *pen) clear(row int) {
	p.at(row, 0)
	p.text(eraseRight)
}

// row empties a row and writes text on it.
func (p *pen) row(row int, text string) {
	p.clear(row)
	p.text(text)
}

// region sets which rows scroll (DECSTBM), from first up to, not including, end. It
// moves the cursor.
func (p *pen) region(first, end int) {
	p.text("\x1b[")
	p.number(first + 1)
	p.text(";")
	p.number(end)
	p.text("r")
}

// What a frame and a terminal's modes are made of (ECMA-48, and xterm's private
// modes).
const (
	eol        = "\r\n"
	eraseRight = "\x1b[K"
	eraseAll   = "\x1b[2J"
	hideCursor = "\x1b[?25l"
	showCursor = "\x1b[?25h"
	beginSync  = "\x1b[?2026h"
	endSync    = "\x1b[?2026l"
	wrapOn     = "\x1b[?7h"
	wrapOff    = "\x1b[?7l"
	wholeRoll  = "\x1b[r" // the whole screen scrolls

	altScreen, mainScreen = "\x1b[?1049h", "\x1b[?1049l"
	pasteOn, pasteOff     = "\x1b[?2004h", "\x1b[?2004l"
	focusOn, focusOff     = "\x1b[?1004h", "\x1b[?1004l"
	mouseOn, mouseOff     = "\x1b[?1000h\x1b[?1006h", "\x1b[?1006l\x1b[?1000l"
	kittyOn, kittyOff     = "\x1b[>1u", "\x1b[<u"
	keepTitle, oldTitle   = "\x1b[22;0t", "\x1b[23;0t"
	noStyle               = "\x1b[m"

	askSync       = "\x1b[?2026$p"
	askKitty      = "\x1b[?u"
	askBackground = "\x1b]11;?\x1b\\"
)
