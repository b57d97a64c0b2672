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

// lastParts drops the first of the parts that " · " separates until the rest fits a
// number of columns; the last part always stays.
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

// fitting returns the first text that fits a number of columns, or else the last.
func fitting(columns int, texts ...string) string {
	for _, text := range texts {
		if ansi.StringWidth(text) <= columns {
			return text
		}
	}
	return texts[len(texts)-1]
}

func counted(n int, one, several string) string {
	if n == 1 {
		return one
	}
	return fmt.Sprintf(several, n)
}

// keysColumn is how wide the left of two columns is, where there is room for two.
const keysColumn = 30

// twoColumns returns a key or command and its explanation side by side, or one below the
// other where the terminal is narrow.
func twoColumns(what, does string, width int) []string {
	if width < 2*keysColumn {
		return append(wrapped(what, width, 1), wrapped(does, width, 3)...)
	}
	if ansi.StringWidth(what) > keysColumn-3 {
		return append(wrapped(what, width, 2), wrapped(does, width-1, keysColumn)...)
	}
	lines := wrapped(does, width-1, keysColumn)
	lines[0] = "  " + rows.Fit(what, keysColumn-2) + lines[0][keysColumn:]
	return lines
}

// tie replaces blanks and hyphens at which ansi.Wrap must not break by no-break ones:
// beside French punctuation and in the names of keys. untie undoes it.
var (
	tie   = strings.NewReplacer(" :", "\u00a0:", " ;", "\u00a0;", " ?", "\u00a0?", " !", "\u00a0!", " ·", "\u00a0·", "« ", "«\u00a0", " »", "\u00a0»", "-", "\u2011")
	untie = strings.NewReplacer("\u00a0", " ", "\u2011", "-")
)

// wrapped breaks a text of ours into rows of at most width columns, each after indent
// blanks.
func wrapped(text string, width, indent int) []string {
	lines := strings.Split(untie.Replace(ansi.Wrap(tie.Replace(text), max(1, width-indent), "|")), "\n")
	for i, line := range lines {
		lines[i] = strings.Repeat(" ", indent) + line
	}
	return lines
}
