package screen

import (
	"fmt"
	"strings"
	"sync"

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

// headerNow returns the header for the screen as it is now.
func (s *Screen) headerNow() *header {
	l := look{class: s.class, width: s.term.Width, height: s.scriptRows(), away: s.away}
	if h := s.header; h == nil || h.roster != s.roster || h.look != l {
		s.header = s.shared.headers.Get(l).of(s, l)
	}
	return s.header
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

// paintMarker paints the unread marker where the cursor is.
func (s *Screen) paintMarker(p *pen) {
	n, t, made := s.news.marks, s.texts(), s.shared.markers.Get(s.class)
	if n <= 1 {
		p.text(made.of(s.class, 0, t.NewMessage).text)
		return
	}
	digits := 1
	for rest := n; rest >= 10; rest /= 10 {
		digits++
	}
	m := made.of(s.class, digits, t.NewMessages)
	if m.at < 0 { // cut short
		p.text(s.class.Rule(rows.Marker, fmt.Sprintf(t.NewMessages, n)))
		return
	}
	p.text(m.text[:m.at])
	p.number(n)
	p.text(m.text[m.at+digits:])
}
