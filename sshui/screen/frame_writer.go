package screen

import (
	"strconv"

	"github.com/charmbracelet/x/ansi"
)

const (
	eol         = "\r\n"
	wholeScroll = "\x1b[r" // the whole screen scrolls (DECSTBM)
)

// frameWriter writes a frame.
type frameWriter struct{ b []byte }

func (p *frameWriter) text(s string)  { p.b = append(p.b, s...) }
func (p *frameWriter) bytes(b []byte) { p.b = append(p.b, b...) }
func (p *frameWriter) number(n int)   { p.b = strconv.AppendInt(p.b, int64(n), 10) }

// pair writes a control sequence of two numbers.
func (p *frameWriter) pair(first, second int, command string) {
	p.text("\x1b[")
	p.number(first)
	p.text(";")
	p.number(second)
	p.text(command)
}

// at moves the cursor to a row and a column, from 0 (CUP).
func (p *frameWriter) at(row, column int) { p.pair(row+1, column+1, "H") }

// region sets which rows scroll (DECSTBM), from first up to, not including, end. It
// moves the cursor.
func (p *frameWriter) region(first, end int) { p.pair(first+1, end, "r") }

// clear empties a row and goes to its start.
func (p *frameWriter) clear(row int) { p.clearFrom(row, 0) }

// clearFrom empties a row from a column on and goes there.
func (p *frameWriter) clearFrom(row, column int) {
	p.at(row, column)
	p.text(ansi.EraseLineRight)
}

// forward moves the cursor by columns (CUF).
func (p *frameWriter) forward(columns int) {
	if columns > 0 {
		p.text("\x1b[")
		p.number(columns)
		p.text("C")
	}
}

// row empties a row and writes text on it.
func (p *frameWriter) row(row int, text string) {
	p.clear(row)
	p.text(text)
}
