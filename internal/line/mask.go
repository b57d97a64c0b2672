package line

import (
	"strings"
	"unicode"
)

// Masked returns an Editor to show in place of this one while it holds a secret: stars
// stand for all that follows the first word and the space behind it.
func (e *Editor) Masked() *Editor {
	m := &Editor{cursor: e.cursor, top: e.top}
	var shown strings.Builder
	at := e.firstWordEnd()
	for shown.WriteString(e.text[:at]); at < len(e.text); {
		n, width := step(e.text, at)
		if e.text[at] == '\n' {
			shown.WriteByte('\n')
		}
		shown.WriteString(strings.Repeat("*", width))
		if at += n; at <= e.cursor {
			m.cursor = shown.Len()
		}
	}
	m.text = shown.String()
	return m
}

// firstWordEnd returns where the grapheme of space behind the first word ends.
func (e *Editor) firstWordEnd() int {
	word := len(e.text) - len(strings.TrimLeftFunc(e.text, unicode.IsSpace))
	if space := strings.IndexFunc(e.text[word:], unicode.IsSpace); space >= 0 {
		return next(e.text, floor(e.text, word+space))
	}
	return len(e.text)
}
