// Package picture draws the cells of an emulated terminal as an SVG image, so that a
// screen can be looked at without a terminal: in the documentation, and by whoever
// changes its look. Tests use it; no program does.
//
// Each word, and each character that a font may lack, stands at its own column: text
// is aligned in whatever font a viewer has. Lines and boxes are drawn, not written.
package picture

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image/color"

	uv "github.com/charmbracelet/ultraviolet"
)

// Sizes, in pixels.
const (
	cellWidth, cellHeight = 9, 18
	fontSize              = 15
	baseline              = 14 // below the top of a cell
	underline             = 16
	strike                = 9
	margin                = 12 // around the cells
)

const fonts = `ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace`

// Page is the colours of a terminal where a cell has none of its own.
type Page struct{ Text, Background color.RGBA }

// The pages of a terminal with a dark and with a light background.
var (
	Dark  = Page{color.RGBA{0xd0, 0xd0, 0xd0, 0xff}, color.RGBA{0x16, 0x18, 0x1d, 0xff}}
	Light = Page{color.RGBA{0x26, 0x26, 0x26, 0xff}, color.RGBA{0xfd, 0xfd, 0xfd, 0xff}}
)

// Screen is what is drawn, such as a vt.Emulator.
type Screen interface {
	Width() int
	Height() int
	// CellAt returns the cell in a column and row from 0, nil for one that is blank. The
	// second cell of a wide character is of no width.
	CellAt(x, y int) *uv.Cell
	CursorPosition() uv.Position
}

// SVG returns a screen as an SVG document. The title says what is to be seen, for those
// who cannot see it. The cursor is a bar before its cell, where it is visible. The same
// cells give the same bytes.
func SVG(s Screen, p Page, title string, cursor bool) []byte {
	d := drawing{page: p}
	width, height := s.Width()*cellWidth+2*margin, s.Height()*cellHeight+2*margin
	d.printf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" `, width, height, width, height)
	d.printf(`font-family="%s" font-size="%d" fill="%s">`+"\n", fonts, fontSize, hex(p.Text))
	d.printf("<title>%s</title>\n", escaped(title))
	d.printf(`<rect width="%d" height="%d" rx="6" fill="%s"/>`+"\n", width, height, hex(p.Background))
	d.printf(`<g transform="translate(%d %d)">`+"\n", margin, margin)
	for y := range s.Height() {
		d.row(d.cells(s, y), y*cellHeight)
	}
	if at := s.CursorPosition(); cursor {
		d.printf(`<rect x="%d" y="%d" width="2" height="%d"/>`+"\n", at.X*cellWidth, at.Y*cellHeight+1, cellHeight-2)
	}
	d.printf("</g>\n</svg>\n")
	return d.Bytes()
}

// drawing is an SVG document that is being written.
type drawing struct {
	bytes.Buffer
	page Page
}

func (d *drawing) printf(format string, args ...any) { fmt.Fprintf(&d.Buffer, format, args...) }

// row draws a row whose top is at y.
func (d *drawing) row(cells []cell, y int) {
	for _, r := range runs(cells, func(a, b cell) bool { return a.back == b.back }) {
		if c := cells[r.from]; c.back != d.page.Background {
			d.printf(`<rect x="%d" y="%d" width="%d" height="%d" fill="%s" shape-rendering="crispEdges"/>`+"\n", r.x(), y, r.width(), cellHeight, hex(c.back))
		}
	}
	for _, r := range runs(cells, oneWord) {
		d.text(cells[r.from:r.to], r, y)
	}
	d.boxes(cells, y)
	d.rule(cells, y+underline, func(c cell) bool { return c.underlined })
	d.rule(cells, y+strike, func(c cell) bool { return c.struck })
}

// run is neighbouring cells, up to but not with to.
type run struct{ from, to int }

func (r run) x() int     { return r.from * cellWidth }
func (r run) width() int { return (r.to - r.from) * cellWidth }

// runs cuts a row into runs of cells that belong together, each with the one before.
func runs(cells []cell, together func(a, b cell) bool) (list []run) {
	for i := range cells {
		if i > 0 && (cells[i].rest || together(cells[i-1], cells[i])) {
			list[len(list)-1].to++
			continue
		}
		list = append(list, run{i, i + 1})
	}
	return list
}

// text writes the characters of a run, which is a word or one character.
func (d *drawing) text(cells []cell, r run, y int) {
	c := cells[0]
	if c.blank() || c.box() != nil {
		return
	}
	var words bytes.Buffer
	for _, c := range cells {
		words.WriteString(c.text)
	}
	place := fmt.Sprintf(`x="%d" y="%d" textLength="%d"`, r.x(), y+baseline, r.width())
	if !c.plain() { // in the middle of its cells, however wide a font has it
		place = fmt.Sprintf(`x="%g" y="%d" text-anchor="middle"`, float64(r.x())+float64(r.width())/2, y+baseline)
	}
	d.printf("<text %s%s>%s</text>\n", place, d.style(c), escaped(words.String()))
}

// style writes the attributes that differ from those of plain text.
func (d *drawing) style(c cell) (attributes string) {
	if c.front != d.page.Text {
		attributes += fmt.Sprintf(` fill="%s"`, hex(c.front))
	}
	if c.bold {
		attributes += ` font-weight="bold"`
	}
	if c.italic {
		attributes += ` font-style="italic"`
	}
	return attributes
}

// rule draws a line at y through those cells that have one.
func (d *drawing) rule(cells []cell, y int, has func(cell) bool) {
	for _, r := range runs(cells, func(a, b cell) bool { return has(a) == has(b) && a.front == b.front }) {
		if has(cells[r.from]) {
			d.printf(`<path d="M%d %g h%d" stroke="%s"/>`+"\n", r.x(), float64(y)+.5, r.width(), hex(cells[r.from].front))
		}
	}
}

func hex(c color.RGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

func escaped(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a buffer takes all
	return b.String()
}
