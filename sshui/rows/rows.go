// Package rows is what things look like on a terminal's screen: events, replies and
// rules as rows of a given width, styled with the colours that the terminal has.
//
// What looks the same to many is made once, see Cache. It does no input or output.
package rows

import (
	"bytes"
	"iter"
	"time"

	"salon/room/lang"
	"salon/room/state"
	"salon/room/text"
)

// Class is all that the look of a public event depends on besides the event. It is
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
}

// Fragment is something as rows. It is never changed once made.
type Fragment struct {
	Event    *state.Event // nil for what is not one
	Bytes    []byte       // each row, preceded by "\r\n"; a row leaves no style behind
	Rows     int          // 0 for events that are not shown
	Mentions []text.Key   // whom the text calls with an @, in its order, without repeats; 16 at most
}

// eol stands before each row of a Fragment, and nowhere in one.
const eol = "\r\n"

// All returns the rows by their index, without what precedes them. It allocates
// nothing; the rows are the Fragment's own bytes and must not be changed.
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

// Row returns one row, nil if there is no such row. It takes time in proportion to
// the rows before: walk through All for several.
func (f *Fragment) Row(i int) []byte {
	for n, row := range f.All() {
		if n == i {
			return row
		}
	}
	return nil
}

// view is v in the class's language, zone and clock.
func (c Class) view(v lang.View) lang.View {
	v.Lang, v.Zone, v.Hour12 = c.Lang, c.Zone, c.Hour12
	return v
}
