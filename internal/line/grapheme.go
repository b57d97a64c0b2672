package line

import (
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// step returns how many bytes the grapheme that begins at a byte of text has and
// how many columns it takes: 0, 1 or 2. A newline takes none.
func step(text string, at int) (n, width int) {
	if text[at] < utf8.RuneSelf && (at+1 == len(text) || text[at+1] < utf8.RuneSelf) {
		if text[at] == '\n' {
			return 1, 0
		}
		return 1, 1
	}
	cluster, width := ansi.FirstGraphemeCluster(text[at:], ansi.GraphemeWidth)
	return len(cluster), width
}

// next returns where the grapheme that begins at a byte of text ends.
func next(text string, at int) int {
	if at == len(text) {
		return at
	}
	n, _ := step(text, at)
	return at + n
}

// previous returns where the grapheme before a byte of text begins, or the one
// that the byte is inside of.
func previous(text string, at int) int {
	if at == 0 {
		return 0
	}
	i := anchor(text, at)
	for {
		n := next(text, i)
		if n >= at {
			return i
		}
		i = n
	}
}

// boundary returns the first boundary of graphemes at a byte of text or after it.
func boundary(text string, at int) int {
	i := anchor(text, at)
	for i < at {
		i = next(text, i)
	}
	return i
}

// floor returns the last boundary of graphemes at a byte of text or before it.
func floor(text string, at int) int {
	if boundary(text, at) == at {
		return at
	}
	return previous(text, at)
}

// anchor returns a boundary of graphemes before a byte of text, near it unless the
// text is made to have none: from there on it can be read without what comes
// before.
func anchor(text string, at int) int {
	for at--; at > 0; at-- {
		if utf8.RuneStart(text[at]) && parts(text, at) {
			return at
		}
	}
	return 0
}

// parts reports whether the runes before and after a byte of text are surely of
// two graphemes. They are if they would be when alone, unless what comes before
// them joins them: in rules GB9c, GB11, GB12 and GB13 of UAX 29, which all want
// the first of the two to extend a grapheme or to be a regional indicator.
func parts(text string, at int) bool {
	if text[at-1] < utf8.RuneSelf && text[at] < utf8.RuneSelf {
		return true
	}
	r, before := utf8.DecodeLastRuneInString(text[:at])
	if extends(r) {
		return false
	}
	_, after := utf8.DecodeRuneInString(text[at:])
	cluster, _ := ansi.FirstGraphemeCluster(text[at-before:at+after], ansi.GraphemeWidth)
	return len(cluster) == before
}

// extends reports whether a rune may belong with what comes after it for the sake
// of what comes before it. It says yes to too many rather than to too few, such as
// to those that the tables at hand do not know yet.
func extends(r rune) bool {
	return unicode.In(r, unicode.Regional_Indicator, unicode.Mn, unicode.Mc, unicode.Me, unicode.Sk, unicode.Other_Grapheme_Extend) || !unicode.IsGraphic(r)
}
