package screen

import (
	"fmt"
	"strings"
	"sync"

	"salon/room"
	"salon/sshui/rows"
)

// Bounds of a Shared. What is asked for beyond them takes the place of all that was
// there: it is made again for who asks again.
const (
	maxBoards = 64 // of one roster
	maxRules  = 256
)

// Shared is what the screens of one server that look alike have in common besides
// the rows of their transcripts: headers, lists of names, unread markers. It is made
// once, by the first who asks. The zero value is ready and is safe for concurrent
// use.
type Shared struct {
	mu     sync.Mutex
	roster *room.Roster // of the boards
	boards map[look]*board
	rules  map[ruleLook]rule
}

// Share has the screen share with others what looks the same on them. It must come
// before the first Frame; a screen that it was not called for shares with nobody.
func (s *Screen) Share(with *Shared) { s.shared = with }

// look is all that a board depends on besides the roster.
type look struct {
	class         rows.Class
	width, height int // of the terminal; of the transcript's part
	away          bool
}

// boarded returns the board for the screen as it is now.
func (s *Screen) boarded() *board {
	l := look{class: s.class, width: s.term.Width, height: s.scriptRows(), away: s.away}
	if b := s.board; b == nil || b.roster != s.roster || b.look != l {
		s.board = s.shared.board(s, l)
	}
	return s.board
}

// board returns a board, which s makes if nobody has.
func (k *Shared) board(s *Screen, l look) *board {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.roster != s.roster || len(k.boards) >= maxBoards {
		k.roster, k.boards = s.roster, map[look]*board{}
	}
	b := k.boards[l]
	if b == nil {
		b = s.newBoard(l)
		k.boards[l] = b
	}
	return b
}

// rule is an unread marker for any number of so many digits.
type rule struct {
	text string
	at   int // where the number stands, in bytes; -1 when the row has no room for it
}

type ruleLook struct {
	class  rows.Class
	digits int
}

// rule returns an unread marker, which is made if nobody has.
func (k *Shared) rule(l ruleLook, t string) rule {
	k.mu.Lock()
	defer k.mu.Unlock()
	r, ok := k.rules[l]
	if !ok {
		if k.rules == nil || len(k.rules) >= maxRules {
			k.rules = map[ruleLook]rule{}
		}
		r = newRule(l, t)
		k.rules[l] = r
	}
	return r
}

// newRule finds where the number stands by writing two that differ in all digits.
func newRule(l ruleLook, t string) rule {
	ones, twos := strings.Repeat("1", l.digits), strings.Repeat("2", l.digits)
	r := rule{text: l.class.Rule(rows.Marker, strings.ReplaceAll(t, "%d", ones)), at: -1}
	other := l.class.Rule(rows.Marker, strings.ReplaceAll(t, "%d", twos))
	for i := range min(len(r.text), len(other)) {
		if r.text[i] != other[i] {
			if strings.HasPrefix(r.text[i:], ones) && strings.HasPrefix(other[i:], twos) {
				r.at = i
			}
			break
		}
	}
	return r
}

// paintMarker paints the unread marker where the cursor is.
func (s *Screen) paintMarker(p *pen) {
	n, t := s.news.marks, s.texts()
	if n <= 1 {
		p.text(s.shared.rule(ruleLook{s.class, 0}, t.NewMessage).text)
		return
	}
	digits := 1
	for rest := n; rest >= 10; rest /= 10 {
		digits++
	}
	r := s.shared.rule(ruleLook{s.class, digits}, t.NewMessages)
	if r.at < 0 { // cut short
		p.text(s.class.Rule(rows.Marker, fmt.Sprintf(t.NewMessages, n)))
		return
	}
	p.text(r.text[:r.at])
	p.number(n)
	p.text(r.text[r.at+digits:])
}
