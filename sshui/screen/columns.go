package screen

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"salon/sshui/rows"
)

// cut shortens text to a number of columns.
func cut(text string, columns int) string {
	if ansi.StringWidth(text) <= columns {
		return text
	}
	return rows.Fit(text, columns)
}

// lastParts leaves out what a text begins with, part by part, until the rest fits a
// number of columns; the last part stays.
func lastParts(text string, columns int) string {
	for ansi.StringWidth(text) > columns {
		_, rest, more := strings.Cut(text, " · ")
		if !more {
			break
		}
		text = rest
	}
	return text
}

func counted(n int, one, several string) string {
	if n == 1 {
		return one
	}
	return fmt.Sprintf(several, n)
}

// keysColumn is how wide the left of two columns is, where there is room for two.
const keysColumn = 30

// twoColumns writes what and what it does beside each other, or below each other
// where the terminal is narrow.
func twoColumns(what, does string, width int) []string {
	if width < 2*keysColumn {
		return append(wrapped(what, width, 1), wrapped(does, width, 3)...)
	}
	right := broken(does, width-keysColumn-1)
	if ansi.StringWidth(what) > keysColumn-3 {
		return append(wrapped(what, width, 2), indented(right, keysColumn)...)
	}
	lines := indented(right, keysColumn)
	lines[0] = "  " + rows.Fit(what, keysColumn-2) + right[0]
	return lines
}

func wrapped(text string, width, indent int) []string {
	return indented(broken(text, width-indent), indent)
}

// What is not to be broken is said to ansi.Wrap with a no-break space or hyphen:
// the punctuation that French sets apart, and the names of keys.
var (
	tie   = strings.NewReplacer(" :", "\u00a0:", " ;", "\u00a0;", " ?", "\u00a0?", " !", "\u00a0!", " ·", "\u00a0·", "-", "\u2011")
	untie = strings.NewReplacer("\u00a0", " ", "\u2011", "-")
)

// broken breaks a text of ours into rows of so many columns.
func broken(text string, columns int) []string {
	return strings.Split(untie.Replace(ansi.Wrap(tie.Replace(text), max(1, columns), "|")), "\n")
}

func indented(lines []string, by int) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = strings.Repeat(" ", by) + line
	}
	return out
}
