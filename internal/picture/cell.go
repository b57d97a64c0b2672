package picture

import (
	"image/color"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/rivo/uniseg"
)

// cell is what is to be drawn of one cell: its colours are those that are seen, after
// reverse and faint.
type cell struct {
	text                             string
	front, back                      color.RGBA
	bold, italic, underlined, struck bool
	rest                             bool // of the wide character before it
}

// cells returns a row of a screen.
func (d *drawing) cells(s Screen, y int) []cell {
	row := make([]cell, s.Width())
	for x := range row {
		row[x] = cell{front: d.page.Text, back: d.page.Background}
		if c := s.CellAt(x, y); c != nil {
			row[x] = d.cell(c)
		}
		if x > 0 && !row[x-1].rest && row[x].text == "" && uniseg.StringWidth(row[x-1].text) > 1 {
			row[x] = row[x-1]
			row[x].text, row[x].rest = "", true
		}
	}
	return row
}

func (d *drawing) cell(c *uv.Cell) cell {
	has := func(attribute uint8) bool { return c.Style.Attrs&attribute != 0 }
	drawn := cell{
		text: c.Content, front: rgb(c.Style.Fg, d.page.Text), back: rgb(c.Style.Bg, d.page.Background),
		bold: has(uv.AttrBold), italic: has(uv.AttrItalic), underlined: c.Style.Underline != 0, struck: has(uv.AttrStrikethrough),
	}
	if has(uv.AttrReverse) {
		drawn.front, drawn.back = drawn.back, drawn.front
	}
	if has(uv.AttrFaint) {
		drawn.front = between(drawn.front, drawn.back)
	}
	if has(uv.AttrConceal) {
		drawn.text = ""
	}
	return drawn
}

func rgb(c color.Color, otherwise color.RGBA) color.RGBA {
	if c == nil {
		return otherwise
	}
	r, g, b, _ := c.RGBA()
	return color.RGBA{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8), 0xff}
}

// between is where terminals have faint text: about halfway to what it stands on.
func between(a, b color.RGBA) color.RGBA {
	mean := func(a, b uint8) uint8 { return uint8((int(a)*5 + int(b)*4) / 9) }
	return color.RGBA{mean(a.R, b.R), mean(a.G, b.G), mean(a.B, b.B), 0xff}
}

func (c cell) blank() bool { return c.text == "" || c.text == " " }

// plain reports whether any font has the character, as wide as the others: Latin
// letters, digits and signs.
func (c cell) plain() bool {
	for _, r := range c.text {
		if r < '!' || r > 'ɏ' {
			return false
		}
	}
	return true
}

// oneWord reports whether two neighbours are written as one.
func oneWord(a, b cell) bool {
	if a.blank() || b.blank() {
		return a.blank() && b.blank() && !a.rest
	}
	return a.plain() && b.plain() && a.front == b.front && a.bold == b.bold && a.italic == b.italic
}
