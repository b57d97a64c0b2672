package screen

import "strconv"

// pen writes a frame.
type pen struct{ b []byte }

func (p *pen) text(s string)  { p.b = append(p.b, s...) }
func (p *pen) bytes(b []byte) { p.b = append(p.b, b...) }
func (p *pen) number(n int)   { p.b = strconv.AppendInt(p.b, int64(n), 10) }

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
func (p *pen) row(row int, text []byte) {
	p.clear(row)
	p.bytes(text)
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
