// Package rows turns events, replies and rules into rows of text of a given width, styled
// with the colours that a terminal has, and safe to write to it whatever people typed.
//
// A Class describes terminals that look alike: begin with its methods Event and Reply, or
// with Cache.Event, which makes the rows of an event once for all screens of a class. The
// words are package lang's; where rows stand on the screen is package screen's. It does no
// input or output.
package rows

import (
	"bytes"
	"iter"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"salon/room/lang"
	"salon/room/state"
	"salon/room/text"
)

// Class is everything that the look of a public event depends on besides the event. It is
// comparable.
//
// No row of a Fragment is wider than Width, neither by graphemes nor by adding up the
// widths of its characters, so that it fits on terminals that join emoji and on those
// that do not. No row leaves a style, link or isolate open, or holds a control
// character but in the styles and links that this package writes.
type Class struct {
	Width   int // columns to fill at most, 1 at least
	Lang    state.Lang
	Zone    *time.Location // nil: the server's
	Hour12  bool
	Palette Palette
	Links   bool // http and https links as OSC 8 hyperlinks
	ASCII   bool // the terminal has no signs but those of ASCII, for what we draw
}

// Fragment is an event or reply as rows. It is never changed once made.
type Fragment struct {
	Event     *state.Event // nil for what is not one
	Bytes     []byte       // each row, preceded by "\r\n"; a row leaves no style behind
	Rows      int          // 0 for events that are not shown
	Mentioned bool         // it mentions the reader for whom it was made

	run Run // what it sums up, if it does
}

// eol stands before each row of a Fragment, and nowhere in one.
const eol = "\r\n"

// All returns the rows by their index, without the line ends. It allocates nothing; the
// rows are the Fragment's own bytes and must not be changed.
func (f *Fragment) All() iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		rest := f.Bytes
		for i := range f.Rows {
			row := rest[len(eol):]
			if end := bytes.Index(row, []byte(eol)); end >= 0 {
				row, rest = row[:end:end], row[end:]
			}
			if !yield(i, row) {
				return
			}
		}
	}
}

// view is v in the class's language, zone and clock.
func (c Class) view(v lang.View) lang.View {
	v.Lang, v.Zone, v.Hour12 = c.Lang, c.Zone, c.Hour12
	return v
}

const (
	ellipsis = "…"
	frame    = len("- ") + len(" -") // the least of a rule around its text
)

// Rule returns one row: a line with text in its middle, exactly Width columns wide. Text
// that is too long is cut, with an ellipsis; where there is no room, it is left out. The
// line of a Marker is a MentionLine, any other a Line.
func (c Class) Rule(s Style, words string) string {
	width, lineStyle := max(c.Width, 1), Line
	if s == Marker {
		lineStyle = MentionLine
	}
	paint := func(n int) string { return c.Palette.Paint(lineStyle, strings.Repeat(c.Signs().Line, n)) }
	words = strings.TrimSpace(cleanText(strings.ReplaceAll(words, "\n", " ")))
	for space := width - frame; space > 0 && words != ""; space-- {
		middle := " " + text.Isolate(ansi.Truncate(words, space, c.Signs().Ellipsis)) + " "
		if left := width - ansi.StringWidth(middle); left >= 2 {
			return paint(left/2) + c.Palette.Paint(s, middle) + paint(left-left/2)
		}
	}
	return paint(width)
}

// Day returns the rule that comes before the first event of a day: its date in full,
// or as much of it as there is room for.
func (c Class) Day(t time.Time) string {
	full, date, figures := lang.Of(c.Lang).Day(c.Local(t))
	for _, text := range []string{full, date} {
		if ansi.StringWidth(text) <= c.Width-frame {
			return c.Rule(Quiet, text)
		}
	}
	return c.Rule(Quiet, figures)
}

// Local returns a time in the class's zone.
func (c Class) Local(t time.Time) time.Time {
	if c.Zone == nil {
		return t.Local()
	}
	return t.In(c.Zone)
}

// quarter divides all differences between two zones, so that each day begins with one.
const quarter = 15 * 60

// SameDay reports whether two times are in one day of the class's zone.
func (c Class) SameDay(a, b time.Time) bool {
	if a.Unix()/quarter == b.Unix()/quarter {
		return true
	}
	a, b = c.Local(a), c.Local(b)
	return a.YearDay() == b.YearDay() && a.Year() == b.Year()
}

// Fit cuts text, which may be styled, to a number of columns, with an ellipsis if
// something is lost, and fills it up with blanks. Sequences after the cut stay, so
// that what was open is closed; isolates that were cut open are closed as well.
func Fit(text string, columns int) string {
	if columns <= 0 {
		return ""
	}
	for room := columns; ansi.StringWidth(text) > columns; room-- { // keycaps are cut too wide
		text = ansi.Truncate(text, room, ellipsis)
		cut := strings.Count(text, string(fsi)) - strings.Count(text, string(pdi))
		text += strings.Repeat(string(pdi), max(0, cut))
	}
	for missing := columns - ansi.StringWidth(text); missing > 0; missing = columns - ansi.StringWidth(text) {
		text += strings.Repeat(" ", missing) // a sign that joins what follows may take one of them
	}
	return text
}
