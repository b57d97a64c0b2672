package prompt

import (
	"github.com/charmbracelet/x/ansi"
	"github.com/rivo/uniseg"
)

// cursorRow returns how many rows below the first of the prompt a terminal of so many columns has its cursor, once
// x/term has written text there. The terminal goes on to the next row when a character does not fit, and wide ones
// take two columns; x/term counts every character as one, and breaks the line where it believes the row is full.
func cursorRow(text string, width int) int {
	row, column, believed := 0, 0, 0
	text = ansi.Strip(text)
	for graphemes := uniseg.NewGraphemes(text); graphemes.Next(); {
		wide := ansi.StringWidth(graphemes.Str())
		if column+wide > width {
			row, column = row+1, 0
		}
		column += wide
		for range graphemes.Runes() {
			if believed++; believed == width {
				row, column, believed = row+1, 0, 0
			}
		}
	}
	return row
}
