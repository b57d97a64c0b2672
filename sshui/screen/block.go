package screen

import (
	"slices"
	"time"

	"salon/room"
	"salon/room/state"
	"salon/sshui/rows"
)

// block is an entry as rows: the rules that come before it, then its own.
type block struct {
	entry
	newDay bool // it begins a day
	unread bool // the unread marker stands before it
	*rows.Fragment
}

func (b *block) height() int {
	n := b.Rows
	if b.newDay {
		n++
	}
	if b.unread {
		n++
	}
	return n
}

// block makes an entry's rows. prev is the entry before it, if there is one.
func (s *Screen) block(e entry, prev entry, hasPrev bool) block {
	return block{
		entry: e, Fragment: s.pointedOut(e, s.fragment(e)), unread: s.news.marker.is(e),
		newDay: !hasPrev || !s.sameDay(prev.day(), e.day()),
	}
}

func (s *Screen) sameDay(a, b time.Time) bool {
	a, b = s.local(a), s.local(b)
	return a.YearDay() == b.YearDay() && a.Year() == b.Year()
}

func (s *Screen) local(t time.Time) time.Time {
	if s.prefs.Zone != nil {
		return t.In(s.prefs.Zone)
	}
	return t.Local()
}

// fragment makes an entry's own rows: for most events those that all of the class
// share. Its Mentions are there for those that everyone was told.
func (s *Screen) fragment(e entry) *rows.Fragment {
	switch {
	case e.local != nil && e.local.reply != nil:
		if h, ok := e.local.reply.(room.Help); ok && h.One != nil {
			return s.helpOn(h.One)
		}
		return s.class.Reply(e.local.reply, s.viewer(), e.local.when)
	case e.local != nil || s.room.Role() >= state.Operator:
		return s.class.Event(e.event, s.viewer())
	}
	shared := s.shared.rows.Event(s.class, e.place, e.event)
	if s.calls(shared) {
		return s.class.Event(e.event, s.viewer())
	}
	return shared
}

// calls reports whether a message mentions this member; one's own never does.
func (s *Screen) calls(f *rows.Fragment) bool {
	return slices.Contains(f.Mentions, s.key) && f.Event.Author().Key() != s.key
}

// concerns reports whether an entry is for this member: a mention, or a private
// message of somebody else.
func (s *Screen) concerns(e entry) bool {
	if e.event == nil {
		return false
	}
	if _, private := e.event.Body.(state.Whispered); private {
		return e.event.Author() != s.me
	}
	return hasMentions(e.event) && s.calls(s.fragment(e))
}

// marker returns which of a block's rows is the unread marker, -1 for none.
func (b *block) marker() int {
	switch {
	case !b.unread:
		return -1
	case b.newDay:
		return 1
	}
	return 0
}

// put paints a block's rows, each after a line feed, as they come to the bottom of
// a terminal that scrolls.
func (s *Screen) put(p *pen, b *block) {
	if b.newDay {
		p.text(eol)
		p.text(s.class.Day(b.day()))
	}
	if b.unread {
		p.text(eol)
		s.paintMarker(p)
	}
	p.bytes(b.Bytes)
}

// view is what part of the transcript the terminal shows: its end, or up to a
// point that stays where it is whatever is said meanwhile.
type view struct {
	follow bool
	bottom pos // the point after the last entry shown, when not following
	hidden int // rows of that entry that are below the terminal's edge
}

// foot returns where what is shown ends.
func (s *Screen) foot() (bottom pos, hidden int) {
	if s.view.follow {
		return s.script.end, 0
	}
	return s.view.bottom, s.view.hidden
}

// back calls yield with the blocks that end at p, the last first, until it
// returns false.
func (s *Screen) back(p pos, yield func(b block) bool) {
	e, ok := s.script.before(p)
	for ok {
		prev, hasPrev := s.script.before(e.pos)
		b := s.block(e, prev, hasPrev)
		if !yield(b) {
			return
		}
		e, ok = prev, hasPrev
	}
}

// forth calls yield with the blocks that begin at p and the point after each.
func (s *Screen) forth(p pos, yield func(b block, next pos) bool) {
	prev, hasPrev := s.script.before(p)
	for {
		e, next, ok := s.script.after(p)
		if !ok {
			return
		}
		b := s.block(e, prev, hasPrev)
		if !yield(b, next) {
			return
		}
		p, prev, hasPrev = next, e, true
	}
}
