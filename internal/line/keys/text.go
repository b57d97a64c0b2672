package keys

import (
	"unicode"
	"unicode/utf8"
)

// printable returns how many bytes of p, from its beginning, are whole runes
// and no control characters. An invalid byte is a rune.
func printable(p []byte) int {
	n := 0
	for n < len(p) {
		r, size := utf8.DecodeRune(p[n:])
		if unicode.IsControl(r) || r == utf8.RuneError && !utf8.FullRune(p[n:]) {
			break
		}
		n += size
	}
	return n
}

// valid returns text with U+FFFD for each invalid byte.
func valid(p []byte) string {
	if utf8.Valid(p) {
		return string(p)
	}
	return string([]rune(string(p)))
}
