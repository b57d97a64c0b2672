package line

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// inWord reports whether a grapheme is part of a word, as a shell sees it: a
// letter or a digit, with its accents.
func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

// lineStart returns where the line that the cursor is on begins.
func (e *Editor) lineStart() int { return strings.LastIndexByte(e.text[:e.cursor], '\n') + 1 }

// lineEnd returns where the line that the cursor is on ends, before its newline.
func (e *Editor) lineEnd() int {
	if n := strings.IndexByte(e.text[e.cursor:], '\n'); n >= 0 {
		return e.cursor + n
	}
	return len(e.text)
}

// wordStart returns where the word before the cursor begins.
func (e *Editor) wordStart() int { return e.back(e.back(e.cursor, inWord, false), inWord, true) }

// wordEnd returns where the word after the cursor ends.
func (e *Editor) wordEnd() int { return e.ahead(e.ahead(e.cursor, inWord, false), inWord, true) }

// fieldStart returns where what stands between white space begins, before the
// cursor: what ctrl+w takes for a word.
func (e *Editor) fieldStart() int {
	return e.back(e.back(e.cursor, unicode.IsSpace, true), unicode.IsSpace, false)
}

// back goes from a boundary over the graphemes before it whose first runes are
// such, or are not.
func (e *Editor) back(at int, such func(rune) bool, want bool) int {
	for at > 0 {
		i := previous(e.text, at)
		if r, _ := utf8.DecodeRuneInString(e.text[i:]); such(r) != want {
			break
		}
		at = i
	}
	return at
}

// ahead goes from a boundary over the graphemes after it whose first runes are
// such, or are not.
func (e *Editor) ahead(at int, such func(rune) bool, want bool) int {
	for at < len(e.text) {
		if r, _ := utf8.DecodeRuneInString(e.text[at:]); such(r) != want {
			break
		}
		at = next(e.text, at)
	}
	return at
}
