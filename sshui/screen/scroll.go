package screen

import "salon/room"

// wheelRows is how many rows one step of a mouse wheel turns.
const wheelRows = 3

// turn moves the view, or does another thing that a key does too. Above the top is
// what was said before.
func (s *Screen) turn(to room.Where) Action {
	page := max(1, s.shownRows()-1)
	if to != room.TurnPreviousMention && to != room.TurnNextMention {
		s.news.visited = nil
	}
	if (to == room.TurnUp || to == room.TurnTop) && s.atTop() {
		return s.earlier()
	}
	switch to {
	case room.TurnUp:
		s.scroll(-page)
	case room.TurnDown:
		s.scroll(page)
	case room.TurnTop:
		s.showFrom(s.script.start())
	case room.TurnBottom:
		s.toBottom()
	case room.TurnUnread:
		s.toUnread()
	case room.TurnPreviousMention:
		s.toMention(true)
	case room.TurnNextMention:
		s.toMention(false)
	case room.TurnBare:
		s.bare = true
		s.stale |= everything
	case room.TurnRedraw:
		s.stale |= everything
	case room.TurnKeys:
		s.help()
	}
	return Action{}
}

// turns are the keys that move the view or do what else a command does too.
var turns = map[string]room.Where{
	"pgup": room.TurnUp, "pgdn": room.TurnDown,
	"alt+home": room.TurnTop, "home": room.TurnTop, "alt+end": room.TurnBottom, "end": room.TurnBottom,
	"alt+u": room.TurnUnread, "alt+p": room.TurnPreviousMention, "alt+n": room.TurnNextMention,
	"alt+l": room.TurnBare, "ctrl+l": room.TurnRedraw, "f1": room.TurnKeys,
}

// turnKey returns what a key does to the view, if it does anything. Home and End
// are the line's while there is one.
func (s *Screen) turnKey(name string) (to room.Where, ok bool) {
	to, ok = turns[name]
	switch name {
	case "home":
		ok = s.input.line.Empty()
	case "end":
		ok = !s.view.follow || s.input.line.Empty()
	}
	return to, ok
}

// wheel turns what is shown by a step of the mouse's wheel.
func (s *Screen) wheel(up bool) Action {
	by := wheelRows
	if up {
		by = -by
	}
	switch {
	case s.bare:
	case s.overlay != nil:
		return s.choose(by)
	case up && s.atTop():
		return s.earlier()
	default:
		s.input.pendingReplies = 0
		s.scroll(by)
	}
	return Action{}
}

// toBottom follows what is said again.
func (s *Screen) toBottom() {
	if !s.view.follow {
		s.view = view{follow: true}
		s.stale |= staleRows
	}
	s.news.below, s.news.belowCalls = 0, 0
}

// scroll moves the view by rows, up when negative. It stops at the ends, and at the
// bottom follows again.
func (s *Screen) scroll(by int) {
	if by < 0 {
		s.up(-by)
		s.fill()
	} else {
		s.down(by)
	}
	s.stale |= staleRows
}

// up turns n rows more out of view below.
func (s *Screen) up(n int) {
	bottom, hidden := s.foot()
	s.view = view{bottom: bottom, hidden: hidden + n}
	s.settle()
}

// settle makes hidden less than the height of the last entry shown.
func (s *Screen) settle() {
	s.back(s.view.bottom, func(b block) bool {
		if h := b.height(); s.view.hidden >= h {
			s.view.hidden -= h
			s.view.bottom = b.pos
			return true
		}
		return false
	})
}

// fill brings the view down until it is full of rows, when there are not enough
// above.
func (s *Screen) fill() {
	rows := -s.view.hidden
	s.back(s.view.bottom, func(b block) bool {
		rows += b.height()
		return rows < s.shownRows()
	})
	if missing := s.shownRows() - rows; missing > 0 {
		s.down(missing)
	}
}

// down turns n rows more into view below.
func (s *Screen) down(n int) {
	if s.view.follow {
		return
	}
	n -= s.view.hidden
	s.view.hidden = max(0, -n)
	last := true
	s.forth(s.view.bottom, func(b block, next pos) bool {
		h := b.height()
		if n <= 0 && h > 0 {
			last = false
			return false
		}
		s.view.bottom, s.view.hidden = next, max(0, h-max(0, n))
		n -= h
		return true
	})
	if last && s.view.hidden == 0 {
		s.toBottom()
	}
}

// showFrom shows what begins at a point, at the top.
func (s *Screen) showFrom(p pos) {
	s.view = view{bottom: p}
	s.down(s.shownRows())
	s.stale |= staleRows
}

// showAt shows an entry in the middle, and points it out.
func (s *Screen) showAt(p pos) {
	s.point(p)
	s.view = view{bottom: p}
	s.down(s.shownRows()/2 + 1)
	if !s.view.follow {
		s.fill()
	}
	s.stale |= staleRows
}

func (s *Screen) toUnread() {
	if !s.news.marker.set {
		s.hint(s.texts().NothingUnread)
		return
	}
	s.showFrom(s.news.marker.pos)
}

// toMention goes to the mention before, or after, the one it went to last; at
// first, before the end of what is shown.
func (s *Screen) toMention(older bool) {
	from, _ := s.foot()
	if s.news.visited != nil {
		from = *s.news.visited
	}
	var at pos
	found := false
	switch {
	case older:
		at, found = s.mentionBefore(from)
	case s.news.visited != nil:
		at, found = s.mentionAfter(from)
	}
	if !found {
		s.hint(s.texts().NoMention)
		return
	}
	s.news.visited = &at
	s.showAt(at)
}

func (s *Screen) mentionBefore(p pos) (pos, bool) {
	for e, ok := s.script.before(p); ok; e, ok = s.script.before(e.pos) {
		if s.concerns(e) {
			return e.pos, true
		}
	}
	return pos{}, false
}

// mentionAfter looks behind the entry that begins at p.
func (s *Screen) mentionAfter(p pos) (pos, bool) {
	_, next, ok := s.script.after(p)
	for e := (entry{}); ok; {
		if e, next, ok = s.script.after(next); ok && s.concerns(e) {
			return e.pos, true
		}
	}
	return pos{}, false
}
