package line

import (
	"strings"
	"unicode"
)

// clean keeps of a stranger's text what an Editor may hold. What the room minds
// besides, such as towers of combining marks, it cleans when the line is said.
func clean(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	return strings.Map(keep, strings.ReplaceAll(text, "\r\n", "\n"))
}

// keep returns what becomes of a rune, negative if it goes.
func keep(r rune) rune {
	switch {
	case ' ' <= r && r <= '~', r == '\n':
		return r
	case r == '\t':
		return ' '
	case r == '\r', r == '\u2028', r == '\u2029':
		return '\n'
	case unicode.IsControl(r), r == '\uFEFF', unicode.Is(unicode.Bidi_Control, r):
		return -1
	}
	return r
}
