package screen

import (
	"strings"
	"sync"

	"salon/room"
	"salon/sshui/rows"
)

// Shared is what the screens of one server that look alike have in common: rows of
// events, headers with their lists of names, unread markers. Each is made once, by the
// first screen that asks for it. A [rows.ClassCache] bounds each of the three. The
// zero value is ready and is safe for concurrent use.
type Shared struct {
	rows    rows.Cache
	headers rows.ClassCache[look, latest]
	markers rows.ClassCache[rows.Class, markers]
}

// look is all that a header depends on besides the roster.
type look struct {
	class         rows.Class
	width, height int // of the terminal; of the transcript's part
	away          bool
}

// latest is the header of the roster that was painted last in one look.
type latest struct {
	mu     sync.Mutex
	header *header
}

// of returns the header of the screen's roster, which s makes if nobody has.
func (k *latest) of(s *Screen, l look) *header {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.header == nil || k.header.roster != s.roster {
		k.header = s.newHeader(l)
	}
	return k.header
}

// markers are the unread markers of one class, by how many digits their number has:
// an int has 19 at most. At 0 is the one without a number.
type markers struct {
	mu   sync.Mutex
	made [20]marker
}

// marker is an unread marker for any number of so many digits.
type marker struct {
	text string // "" until it is made
	at   int    // where the number stands, in bytes; -1 when the row has no room for it
}

// of returns a marker that says what form says, and makes it if nobody has.
func (k *markers) of(c rows.Class, digits int, form string) marker {
	k.mu.Lock()
	defer k.mu.Unlock()
	m := &k.made[digits]
	if m.text == "" {
		*m = newMarker(c, digits, form)
	}
	return *m
}

// newMarker finds where the number stands by writing two that differ in all digits.
func newMarker(c rows.Class, digits int, form string) marker {
	ones, twos := strings.Repeat("1", digits), strings.Repeat("2", digits)
	m := marker{text: c.Rule(rows.Marker, strings.ReplaceAll(form, "%d", ones)), at: -1}
	other := c.Rule(rows.Marker, strings.ReplaceAll(form, "%d", twos))
	for i := range min(len(m.text), len(other)) {
		if m.text[i] != other[i] {
			if strings.HasPrefix(m.text[i:], ones) && strings.HasPrefix(other[i:], twos) {
				m.at = i
			}
			break
		}
	}
	return m
}

// header is what a roster looks like: the first row, and the list of names beside the
// transcript. It is never changed once made.
type header struct {
	look
	roster *room.Roster
	row    string // "" where there is no room for it
	names  strips // each row of the list
	beside strips // the same without its edge, where that stands already
}

// strips are parts of rows, each with what moves the cursor there.
type strips struct {
	b      []byte
	starts []int // where each starts, and the end
}

// of returns those of rows from, up to but not including to.
func (s *strips) of(from, to int) []byte { return s.b[s.starts[from]:s.starts[to]] }

// add appends the strip of a row: nothing up to the end of the row from a column on,
// then what is painted there.
func (s *strips) add(row, column int, painted ...string) {
	p := pen{s.b}
	if s.starts == nil {
		s.starts = []int{0}
	}
	p.at(row, column)
	p.text(eraseRight)
	for _, text := range painted {
		p.text(text)
	}
	s.b, s.starts = p.b, append(s.starts, len(p.b))
}
