package picture

import (
	"fmt"
	"strings"
)

// box is a character that draws lines: from the middle of its cell to the sides that
// are named.
type box struct {
	left, right, up, down bool
	stroke                int  // how thick, in pixels
	round                 bool // the corner
}

const thin, thick = 1, 2

// boxes are the characters of the block "Box Drawing" that screens use.
var boxes = map[string]*box{
	"─": {left: true, right: true, stroke: thin}, "━": {left: true, right: true, stroke: thick},
	"│": {up: true, down: true, stroke: thin}, "┃": {up: true, down: true, stroke: thick},
	"╭": {right: true, down: true, stroke: thin, round: true}, "╮": {left: true, down: true, stroke: thin, round: true},
	"╰": {right: true, up: true, stroke: thin, round: true}, "╯": {left: true, up: true, stroke: thin, round: true},
	"┌": {right: true, down: true, stroke: thin}, "┐": {left: true, down: true, stroke: thin},
	"└": {right: true, up: true, stroke: thin}, "┘": {left: true, up: true, stroke: thin},
	"├": {right: true, up: true, down: true, stroke: thin}, "┤": {left: true, up: true, down: true, stroke: thin},
	"┬": {left: true, right: true, down: true, stroke: thin}, "┴": {left: true, right: true, up: true, stroke: thin},
	"┼": {left: true, right: true, up: true, down: true, stroke: thin},
}

// box returns how a character is drawn; nil for one that is written.
func (c cell) box() *box { return boxes[c.text] }

// boxes draws the lines of a row whose top is at y.
func (d *drawing) boxes(cells []cell, y int) {
	for _, r := range runs(cells, func(a, b cell) bool {
		return a.box() != nil && b.box() != nil && a.front == b.front && a.box().stroke == b.box().stroke
	}) {
		c := cells[r.from]
		if c.box() == nil {
			continue
		}
		var path strings.Builder
		for i := r.from; i < r.to; i++ {
			n := 1
			for i+n < r.to && cells[i+n].text == cells[i].text && !cells[i].box().up && !cells[i].box().down {
				n++
			}
			cells[i].box().trace(&path, i*cellWidth, y, n)
			i += n - 1
		}
		d.printf(`<path d="%s" stroke="%s" stroke-width="%d" fill="none"/>`+"\n", path.String(), hex(c.front), c.box().stroke)
	}
}

// trace writes the lines of a character as a path; n of them if it is a line across.
func (b *box) trace(path *strings.Builder, x, y, n int) {
	midX, midY := float64(x)+cellWidth/2.0, float64(y)+cellHeight/2.0
	if b.stroke == thin { // in the middle of a pixel, or it is blurred
		midY += .5
	}
	switch {
	case b.round:
		end, side := y, x
		if b.down {
			end += cellHeight
		}
		if b.right {
			side += cellWidth
		}
		fmt.Fprintf(path, "M%g %dQ%g %g %d %g", midX, end, midX, midY, side, midY)
		return
	case b.left && b.right:
		fmt.Fprintf(path, "M%d %gh%d", x, midY, n*cellWidth)
	case b.left:
		fmt.Fprintf(path, "M%d %gH%g", x, midY, midX)
	case b.right:
		fmt.Fprintf(path, "M%g %gH%d", midX, midY, x+cellWidth)
	}
	switch {
	case b.up && b.down:
		fmt.Fprintf(path, "M%g %dv%d", midX, y, cellHeight)
	case b.up:
		fmt.Fprintf(path, "M%g %dV%g", midX, y, midY)
	case b.down:
		fmt.Fprintf(path, "M%g %gV%d", midX, midY, y+cellHeight)
	}
}
