package line

import (
	"unicode"
	"unicode/utf8"
)

// inWord reports whether a grapheme is part of a word, as a shell sees it: a
// letter or a digit, with its accents.
func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

// notInWord is what stands between words.
func notInWord(r rune) bool { return !inWord(r) }

// notSpace is what ctrl+w takes for a word.
func notSpace(r rune) bool { return !unicode.IsSpace(r) }

// wordStart returns where the word before the cursor begins.
func (e *Editor) wordStart() int { return e.back(e.back(e.cursor, notInWord), inWord) }

// wordEnd returns where the word after the cursor ends.
func (e *Editor) wordEnd() int { return e.ahead(e.ahead(e.cursor, notInWord), inWord) }

// fieldStart returns where what stands between white space begins, before the
// cursor.
func (e *Editor) fieldStart() int { return e.back(e.back(e.cursor, unicode.IsSpace), notSpace) }

// back goes from a boundary over the graphemes before it whose first runes are
// such.
func (e *Editor) back(at int, such func(rune) bool) int {
	for at > 0 {
		i := previous(e.text, at)
		if r, _ := utf8.DecodeRuneInString(e.text[i:]); !such(r) {
			break
		}
		at = i
	}
	return at
}

// ahead goes from a boundary over the graphemes after it whose first runes are
// such.
func (e *Editor) ahead(at int, such func(rune) bool) int {
	for at < len(e.text) {
		if r, _ := utf8.DecodeRuneInString(e.text[at:]); !such(r) {
			break
		}
		at = next(e.text, at)
	}
	return at
}
