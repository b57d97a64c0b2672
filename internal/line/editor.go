// Package line edits the line that somebody types at a terminal. An Editor holds its
// text and cursor, does the keys that edit it as in a shell, completes words and lays
// the text out in rows; a History holds what was entered before. A Prompt puts both
// on the bottom line of a terminal, below text that scrolls; the full screen draws
// them itself. Package keys decodes what a terminal sends.
//
// What is one character is a grapheme of UAX 29, and how wide it is what
// ansi.StringWidth says. The terminal's raw mode and what a line means are for others.
package line

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Max is the most bytes that an Editor holds. Typing beyond it changes nothing; Insert
// returns how much was dropped.
const Max = 16 << 10

// keptKill is the most bytes of killed text that outlive Set("", 0), as after Enter:
// the longest message. A longer kill is dropped then, so that idle editors are small.
const keptKill = 4 << 10

// Editor is a text being typed, of one line or several. The zero value is empty
// and ready. It belongs to one goroutine at a time.
//
// The text is always valid UTF-8 of at most Max bytes whose only control
// character is the newline, and the cursor always stands between two graphemes.
type Editor struct {
	text   string
	cursor int

	killed     string // what ctrl+y brings back, at most Max bytes
	goal       int    // the column that up and down aim for
	action     action // what this key does
	lastAction action // what the one before did
	top        int    // the first row that Layout showed last
	completion *completion
	selected   bool // see Select
}

// action is what a key does, for those that go on with what the key before did.
type action uint8

const (
	anyAction action = iota
	killing          // kills in a row gather in one
	vertical         // moves up and down in a row keep one column
)

// Text returns what is typed.
func (e *Editor) Text() string { return e.text }

// Empty reports whether nothing is typed.
func (e *Editor) Empty() bool { return e.text == "" }

// Cursor returns where the cursor is, in bytes of Text, between graphemes.
func (e *Editor) Cursor() int { return e.cursor }

// Select marks all of the text as selected, until the next change or key: Insert and what
// else types something replace it, as in any field of a form. An arrow or a key that
// deletes only ends that, and edits. An empty text cannot be selected.
func (e *Editor) Select() {
	e.Set(e.text, len(e.text))
	e.selected = e.text != ""
}

// Selected reports whether the text is selected.
func (e *Editor) Selected() bool { return e.selected }

// Set replaces the text, cleaned as by Insert and cut at Max, and puts the cursor
// at a byte of it, or at the nearest end, or after the grapheme it falls in.
// Set("", 0) frees all memory but a kill of 4 KiB at most.
func (e *Editor) Set(text string, cursor int) {
	cursor = min(max(cursor, 0), len(text))
	for cursor < len(text) && !utf8.RuneStart(text[cursor]) {
		cursor++
	}
	before := clean(text[:cursor])
	e.begin()
	e.top = 0
	e.splice(0, len(e.text), clean(text))
	e.cursor = boundary(e.text, min(len(before), len(e.text)))
	if e.text == "" && len(e.killed) > keptKill {
		e.killed = ""
	}
}

// Insert types text at the cursor, cleaned of control characters (newlines stay,
// tabs become spaces), and reports how many bytes of it, clean, did not fit below
// Max: those of its end. CR LF, CR, U+2028 and U+2029 are newlines; invalid bytes
// in a row become one U+FFFD; bidi controls and U+FEFF go; joiners and variation
// selectors stay. A selected text is replaced, unless nothing is left of the new one.
func (e *Editor) Insert(text string) (left int) {
	if text = clean(text); e.selected {
		if text == "" {
			return 0
		}
		e.Set("", 0)
	}
	e.begin()
	return e.splice(e.cursor, e.cursor, text)
}

// begin begins an action, and ends a completion and a selection.
func (e *Editor) begin() {
	e.lastAction, e.action, e.completion, e.selected = e.action, anyAction, nil, false
}

// Replace puts text, cleaned as by Insert, in the place of the bytes from start to
// end, and the cursor after it. Bytes outside of the text are left out, a grapheme
// touched is replaced whole, and what exceeds Max is dropped.
func (e *Editor) Replace(start, end int, with string) {
	e.begin()
	start = min(max(start, 0), len(e.text))
	end = min(max(end, start), len(e.text))
	e.splice(floor(e.text, start), boundary(e.text, end), clean(with))
}

// splice puts clean text in the place of what stands between two boundaries, as
// much as fits, and the cursor after it. The new text shares no memory with
// anything, so that it never keeps alive what was cut out of it.
func (e *Editor) splice(start, end int, with string) (left int) {
	fits := with
	if most := Max - len(e.text) + end - start; len(fits) > most {
		fits = strings.ToValidUTF8(fits[:most], "") // without the rune that is cut
	}
	e.text = strings.Join([]string{e.text[:start], fits, e.text[end:]}, "")
	e.cursor = boundary(e.text, start+len(fits))
	return len(with) - len(fits)
}

// clean returns what of an untrusted text an Editor may hold. The room cleans more, such
// as towers of combining marks, when the line is sent.
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

// Completer returns what the word that ends at byte pos of a line may become, best
// first, and where that word starts. The Editor keeps the slice.
type Completer func(line string, pos int) (start int, candidates []string)

// completion is a word being completed.
type completion struct {
	start, end int // of the candidate in its place, in bytes of the text
	candidates []string
	at         int
}

// Complete puts the first candidate for the word before the cursor in its place, or the
// last one when it goes backwards. Called again at once it goes on to the next one,
// round and round; after a sole candidate it asks for others. It reports whether it
// changed anything.
func (e *Editor) Complete(forward bool, complete Completer) bool {
	by, before := 1, -1
	if !forward {
		by, before = -1, 0
	}
	c := e.completion
	if c == nil {
		start, candidates := complete(e.text, e.cursor)
		if len(candidates) == 0 || start < 0 || start > e.cursor {
			return false
		}
		c = &completion{start: start, end: e.cursor, candidates: candidates, at: before}
	}
	n := len(c.candidates)
	c.at = (c.at + by + n) % n
	with := c.candidates[c.at]
	if strings.HasPrefix(e.text[c.end:], " ") {
		with = strings.TrimSuffix(with, " ")
	}
	e.Replace(c.start, c.end, with)
	if c.end = e.cursor; n > 1 {
		e.completion = c
	}
	return true
}

// Candidates returns those that Complete goes through, and which of them comes next;
// none when no word is being completed.
func (e *Editor) Candidates() (all []string, next int) {
	if e.completion == nil {
		return nil, 0
	}
	all = e.completion.candidates
	return all, (e.completion.at + 1) % len(all)
}

// EndCompletion leaves the word as it is, as any key does, and reports whether one was
// being completed.
func (e *Editor) EndCompletion() bool {
	ended := e.completion != nil
	e.completion = nil
	return ended
}
