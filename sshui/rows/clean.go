package rows

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// First Strong Isolate and its end keep right-to-left text from reordering what
// stands around it (Unicode Annex 9).
const (
	fsi = '\u2068'
	pdi = '\u2069'
)

// cleanText drops from what somebody wrote all that could move a cursor or reorder
// a row, and the marks at its start, which have nothing to stand on. The room has
// done so before; this protects the terminal whatever the room does.
func cleanText(s string) string { return strings.TrimLeftFunc(strings.Map(harmless, s), isMark) }

func isMark(r rune) bool { return r >= 0x300 && (r == '\u200D' || unicode.Is(unicode.M, r)) }

// cleanSentence does the same to a line of package lang, whose isolates stay: each
// is closed on the line, and none stands in another. Marks at the start of one go too.
func cleanSentence(s string) string {
	depth, start := 0, true
	s = strings.Map(func(r rune) rune {
		switch {
		case r == fsi:
			depth++
			start = true
			return keepIf(depth == 1, r)
		case r == pdi && depth > 0:
			depth--
			return keepIf(depth == 0, r)
		case start && isMark(r):
			return -1
		}
		r = harmless(r)
		start = start && r < 0
		return r
	}, s)
	if depth > 0 {
		s += string(pdi)
	}
	return s
}

// keepIf is r, or what makes strings.Map drop it.
func keepIf(keep bool, r rune) rune {
	if keep {
		return r
	}
	return -1
}

// harmless maps controls (C0, DEL and C1), and what controls direction or ends a line,
// to nothing, and a tab to a blank. An invalid byte becomes U+FFFD.
func harmless(r rune) rune {
	switch {
	case ' ' <= r && r <= '~', 0xA0 <= r && r < 0x600, r == utf8.RuneError:
		return r
	case r == '\t':
		return ' '
	}
	return keepIf(r >= 0x600 && r != '\u2028' && r != '\u2029' && !unicode.Is(unicode.Bidi_Control, r), r)
}

// withoutIsolates drops those that a row needs no more.
func withoutIsolates(s string) string {
	return strings.Map(func(r rune) rune { return keepIf(r != fsi && r != pdi, r) }, s)
}
