package screen

import (
	"strings"
	"sync/atomic"

	"github.com/charmbracelet/x/ansi"

	"salon/internal/classcache"
	"salon/room"
	"salon/room/state"
	"salon/sshui/rows"
)

// Shared caches what screens that look alike have in common: rows of events, headers with
// their lists of names, unread markers. A screen that finds one missing makes it for all.
// Each of the three is bounded by a [classcache.Cache]. The zero value is ready and safe
// for concurrent use.
type Shared struct {
	rows    rows.Cache
	headers classcache.Cache[headerLook, atomic.Pointer[header]] // of the roster painted last
	markers classcache.Cache[markerLook, atomic.Pointer[marker]]
}

// Count has counted which rows were found, and which were made. It is called before the first
// screen shows anything.
func (s *Shared) Count(c *classcache.Counts) { s.rows.Counts = c }

// headerLook is everything that a header depends on besides the roster.
type headerLook struct {
	class         rows.Class
	room          state.Seq
	width, height int // of the terminal; of the transcript's part
	away          bool
}

// header is what a roster looks like: the first row, and the list of names beside the
// transcript. It is never changed once made.
type header struct {
	look     headerLook
	roster   *room.Roster
	row      string // "" where there is no room for it
	names    strips // each row of the list
	edgeless strips // the same without its edge, where that stands already
}

// strips are the right ends of rows, each after what moves the cursor there.
type strips struct {
	b      []byte
	starts []int // where each starts, and the end
}

// of returns those of rows from, up to but not including to.
func (s *strips) of(from, to int) []byte { return s.b[s.starts[from]:s.starts[to]] }

// add appends the strip of a row: nothing up to the end of the row from a column on,
// then what is painted there.
func (s *strips) add(row, column int, painted string) {
	p := frameWriter{s.b}
	if s.starts == nil {
		s.starts = []int{0}
	}
	p.at(row, column)
	p.text(ansi.EraseLineRight + painted)
	s.b, s.starts = p.b, append(s.starts, len(p.b))
}

// markerLook is everything that an unread marker depends on besides its number.
type markerLook struct {
	class  rows.Class
	digits int // of the number; 0 for the marker without one
}

// marker is an unread marker for any number of so many digits.
type marker struct {
	before, after string // the number, if it has one
	numbered      bool   // false too when the row has no room for the number
}

// someDigit stands for a digit: as wide as one, and in no text and no style.
const someDigit = "\uE000"

// newMarker makes the marker that says what form says.
func newMarker(l markerLook, form string) *marker {
	digits := strings.Repeat(someDigit, l.digits)
	text := l.class.Rule(rows.Marker, strings.ReplaceAll(form, "%d", digits))
	before, after, found := strings.Cut(text, digits)
	if l.digits == 0 || !found {
		return &marker{before: text}
	}
	return &marker{before, after, true}
}
