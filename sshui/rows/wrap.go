package rows

import (
	"strings"
	"unicode/utf8"

	"salon/room/lang"

	"github.com/charmbracelet/x/ansi"
	"github.com/rivo/uniseg"
)

// maxStep is the widest that a character may be by the sum of its parts and still
// be kept on one row: a family of four emoji, where they are not joined.
const maxStep = 8

// maxBytes is how many bytes of a character are looked at, so that time stays in
// proportion to the text where no character ends. Families with skin tones have 41.
const maxBytes = 64

// emojiStyle is the variation selector that makes the character before it two columns wide.
const emojiStyle = '\uFE0F'

// step measures the character (grapheme) at the start of s, which is not empty: its
// bytes, and its columns on whichever terminal shows it widest. Terminals disagree
// about what joins, so that is the most of its own width and those of its parts
// together. One wider than limit is taken apart.
func step(s string, limit int) (size, columns int) {
	if n := latin(s); n > 0 {
		return n, 1
	}
	cluster, columns := ansi.FirstGraphemeCluster(head(s), ansi.GraphemeWidth)
	r, n := utf8.DecodeRuneInString(cluster)
	if r == emojiStyle { // what stands before it joins nothing, but a terminal may not see that
		columns = max(columns, 1)
	}
	if n == len(cluster) {
		return n, columns
	}
	limit = min(limit, maxStep)
	for i, sum := 0, 0; i < len(cluster) && columns <= limit; columns = max(columns, sum) {
		size, wide := first(cluster[i:])
		i, sum = i+size, sum+wide
	}
	if columns > limit {
		return part(cluster)
	}
	return len(cluster), columns
}

// first measures the first rune of s by itself.
func first(s string) (size, columns int) {
	_, size = utf8.DecodeRuneInString(s)
	return size, ansi.StringWidth(s[:size])
}

// head returns the first maxBytes of a text, without a rune that they cut.
func head(s string) string {
	if len(s) <= maxBytes {
		return s
	}
	n := maxBytes
	for n > maxBytes-utf8.UTFMax && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// part measures the first rune of a character that is taken apart, with what has no
// width behind it.
func part(cluster string) (size, columns int) {
	for size < len(cluster) {
		n, wide := first(cluster[size:])
		if wide > 0 && columns > 0 {
			break
		}
		size, columns = size+n, columns+wide
	}
	return size, max(columns, ansi.StringWidth(cluster[:size]))
}

// latin returns the length of a letter or sign below U+0300 that nothing joins, as
// nearly all are; 0 for any other.
func latin(s string) int {
	n := 1
	if s[0] >= utf8.RuneSelf {
		if n = 2; s[0] >= 0xCC || len(s) < n {
			return 0
		}
	}
	if len(s) > n && s[n] >= 0xCC { // U+0300 and up
		return 0
	}
	return n
}

// columnsOf measures a text without escape sequences as step does.
func columnsOf(s string) (columns int) {
	for len(s) > 0 {
		size, wide := step(s, maxStep)
		s, columns = s[size:], columns+wide
	}
	return columns
}

// narrowed replaces the wide characters of a text that is to stand in one column,
// and drops what would make one of a narrow one (the emoji selector, UTS 51).
func narrowed(s string) string {
	return strings.Map(func(r rune) rune {
		if ansi.StringWidth(string(r)) > 1 {
			return utf8.RuneError
		}
		return keepIf(r != emojiStyle, r)
	}, s)
}

// wrapper breaks one line of text into rows: at blanks, which go, and between
// characters of scripts that are written without blanks, where Unicode Annex 14
// allows it; a longer word between any two characters. Blanks that begin the line
// stay with its first word, as code needs.
type wrapper struct {
	text  string
	room  int  // columns of this row
	rest  int  // columns of each row after it
	dense bool // may hold text written without blanks

	from, at int  // the row begins here and was read up to here
	columns  int  // how wide text[from:at] is
	worded   bool // the row has a word
	last     rune // what was read last: a blank or something else, 0 at the start
	wide     bool // it was a wide character
	word     int  // where the last word ended
	end      int  // where the row can end, and
	next     int  // the one after it begin, at most from if it cannot

	segment int // how far text is segmented by Annex 14
	state   int
	done    bool
}

// wrap returns a wrapper for a first row of first columns and others of rest, at least 1
// each.
func wrap(text string, first, rest int) wrapper {
	dense := false
	for i := range len(text) {
		dense = dense || text[i] >= 0xE1 // U+1000 and up
	}
	return wrapper{text: text, room: first, rest: rest, dense: dense, state: -1}
}

// row returns the next row as a piece of the text, and false after the last. An
// empty text has one row.
func (w *wrapper) row() (from, to int, ok bool) {
	if w.done {
		return 0, 0, false
	}
	for w.at < len(w.text) {
		size, columns := step(w.text[w.at:], min(w.room, w.rest))
		blank := size == 1 && w.text[w.at] == ' '
		w.look(blank, columns)
		if !blank && w.columns > 0 && w.columns+columns > w.room {
			from, to = w.split()
			return from, to, true
		}
		w.at += size
		w.columns += columns
	}
	w.done = true
	return w.from, w.trimmed(len(w.text)), true
}

// look notes whether the row can end before the next character.
func (w *wrapper) look(blank bool, columns int) {
	switch {
	case blank && w.last == 'x':
		w.word, w.worded = w.at, true
	case !blank && w.last == ' ' && w.worded && !lang.Tied(w.text[:w.word], w.text[w.at:]):
		w.end, w.next = w.word, w.at
	case !blank && w.last == 'x' && w.dense && (w.wide || columns == 2) && w.allowed():
		w.end, w.next = w.at, w.at
	}
	w.last, w.wide = 'x', columns == 2
	if blank {
		w.last = ' '
	}
}

// allowed reports whether Annex 14 allows a break here.
func (w *wrapper) allowed() bool {
	for w.segment < w.at {
		segment, _, _, state := uniseg.FirstLineSegmentInString(w.text[w.segment:], w.state)
		w.segment += len(segment)
		w.state = state
	}
	return w.segment == w.at
}

// split ends the row, where it best can.
func (w *wrapper) split() (from, to int) {
	from, to = w.from, w.trimmed(w.at)
	if w.next > w.from {
		to = w.end
		w.at = w.next
		w.segment, w.state = w.at, -1
	}
	w.from, w.columns, w.room = w.at, 0, w.rest
	w.worded, w.last, w.wide = false, 0, false
	return from, to
}

// trimmed leaves out the blanks that would end the row.
func (w *wrapper) trimmed(to int) int {
	return w.from + len(strings.TrimRight(w.text[w.from:to], " "))
}
