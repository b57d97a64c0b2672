package lang

import (
	"strings"
	"unicode"

	"salon/room/text"
)

// maxIndent is how many blanks a line of what somebody wrote may begin with, as code does;
// the others go.
const maxIndent = 16

// shown is what somebody wrote, as it stands in a line: isolated, and without the blanks
// that could push its end to the next row of a terminal, where it would pass for another's
// line.
func shown(words string) string { return text.Isolate(foldBlanks(words)) }

// foldBlanks keeps the first of several blanks, and maxIndent where the line begins.
func foldBlanks(line string) string {
	if !strings.ContainsFunc(line, isOtherBlank) && !strings.Contains(line, "  ") {
		return line
	}
	n, begun := 0, false
	return strings.Map(func(r rune) rune {
		switch {
		case !isBlank(r):
			n, begun = 0, true
			return r
		case begun && n >= 1, n >= maxIndent:
			return -1
		}
		n++
		return r
	}, line)
}

// isBlank reports whether a character looks like a space, as U+2800 does, which is a
// Braille pattern without dots.
func isBlank(r rune) bool { return unicode.IsSpace(r) || r == '\u2800' }

// isOtherBlank reports whether a character is a blank other than the usual one.
func isOtherBlank(r rune) bool { return r != ' ' && isBlank(r) }
