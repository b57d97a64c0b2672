package screen

import (
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"salon/room"
	"salon/room/state"
	"salon/sshui/rows"
)

// view is what part of the transcript the terminal shows: its end, or up to a
// point that stays where it is whatever is said meanwhile.
type view struct {
	follow bool
	bottom pos // the point after the last entry shown, when not following
	hidden int // rows of that entry that are below the terminal's edge
}

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

// block makes an entry's rows. prev is the entry before it, if there is one.
func (s *Screen) block(e entry, prev entry, hasPrev bool) block {
	return block{
		entry: e, Fragment: s.pointedOut(e, s.fragment(e)), unread: s.news.marker.is(e),
		newDay: !hasPrev || !s.sameDay(prev.day(), e.day()),
	}
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

// pointedOut returns an entry's rows, as chosen ones if the view has just gone to it.
func (s *Screen) pointedOut(e entry, f *rows.Fragment) *rows.Fragment {
	if !s.input.pointer.is(e) {
		return f
	}
	chosen := *f
	chosen.Bytes = nil
	for _, row := range f.All() {
		chosen.Bytes = append(append(chosen.Bytes, eol...), s.chosen(string(row), s.class.Width)...)
	}
	return &chosen
}

// chosen dresses a row as the one of several that was chosen, whatever it was
// dressed in.
func (s *Screen) chosen(row string, width int) string {
	return s.class.Palette.Paint(rows.Selected, rows.Fit(ansi.Strip(row), width))
}

// helpOn explains one command, as help does.
func (s *Screen) helpOn(command *room.Command) *rows.Fragment {
	v := s.viewer()
	usage, does := v.Explain(command)
	if also := v.Also(command); also != "" {
		does += "\n" + also
	}
	lines := twoColumns(usage, does, s.class.Width)
	return &rows.Fragment{Bytes: []byte(eol + strings.Join(lines, eol)), Rows: len(lines)}
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

// atTop reports whether nothing that the transcript holds is above the view.
func (s *Screen) atTop() bool {
	bottom, hidden := s.foot()
	rows := -hidden
	s.back(bottom, func(b block) bool {
		rows += b.height()
		return rows <= s.shownRows()
	})
	return rows <= s.shownRows()
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

// point shows which entry begins at a point, until the next key.
func (s *Screen) point(p pos) {
	e, _, ok := s.script.after(p)
	s.input.pointer = spot{e.pos, ok, e.local != nil}
	s.stale |= staleRows
}

// unpoint shows the entry as the others again.
func (s *Screen) unpoint() {
	if s.input.pointer.set {
		s.input.pointer.set = false
		s.stale |= staleRows
	}
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
