package screen

import (
	"iter"
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
func (s *Screen) block(e, prev entry, hasPrev bool) block {
	return block{
		entry: e, Fragment: s.highlighted(e, s.fragment(e)), unread: s.news.marker.is(e),
		newDay: !hasPrev || !s.class.SameDay(prev.day(), e.day()),
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
	if s.mentioned(shared) {
		return s.class.Event(e.event, s.viewer())
	}
	return shared
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

// highlighted returns an entry's rows, as selected ones if the view has just gone to
// it.
func (s *Screen) highlighted(e entry, f *rows.Fragment) *rows.Fragment {
	if !s.input.pointer.is(e) {
		return f
	}
	selected := *f
	selected.Bytes = nil
	for _, row := range f.All() {
		selected.Bytes = append(append(selected.Bytes, eol...), s.selected(string(row), s.class.Width)...)
	}
	return &selected
}

// selected styles a row as the selected one of several, whatever its style was.
func (s *Screen) selected(row string, width int) string {
	return s.class.Palette.Paint(rows.Selected, rows.Fit(ansi.Strip(row), width))
}

// mentioned reports whether a message mentions this member; one's own never does.
func (s *Screen) mentioned(f *rows.Fragment) bool {
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
	return hasMentions(e.event) && s.mentioned(s.fragment(e))
}

// hasMentions reports whether a message may mention anybody.
func hasMentions(e *state.Event) bool {
	said, ok := e.Body.(state.Said)
	return ok && strings.Contains(said.Text, "@")
}

// foot returns where what is shown ends.
func (s *Screen) foot() (bottom pos, hidden int) {
	if s.view.follow {
		return s.script.end, 0
	}
	return s.view.bottom, s.view.hidden
}

// back yields the blocks that end at p, the last first.
func (s *Screen) back(p pos) iter.Seq[block] {
	return func(yield func(block) bool) {
		e, ok := s.script.before(p)
		for ok {
			prev, hasPrev := s.script.before(e.pos)
			if !yield(s.block(e, prev, hasPrev)) {
				return
			}
			e, ok = prev, hasPrev
		}
	}
}

// forth yields the blocks that begin at p and the point after each.
func (s *Screen) forth(p pos) iter.Seq2[block, pos] {
	return func(yield func(block, pos) bool) {
		prev, hasPrev := s.script.before(p)
		for {
			e, next, ok := s.script.after(p)
			if !ok || !yield(s.block(e, prev, hasPrev), next) {
				return
			}
			p, prev, hasPrev = next, e, true
		}
	}
}

// rowsUp returns how many rows the transcript has down to where what is shown ends,
// or any number above most if there are more than that.
func (s *Screen) rowsUp(most int) int {
	bottom, hidden := s.foot()
	n := -hidden
	for b := range s.back(bottom) {
		if n += b.height(); n > most {
			break
		}
	}
	return n
}

// atTop reports whether nothing that the transcript holds is above the view.
func (s *Screen) atTop() bool { return s.rowsUp(s.shownRows()) <= s.shownRows() }

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
	s.stale |= staleRows
	if by > 0 {
		s.down(by)
		return
	}
	bottom, hidden := s.foot()
	s.view = view{bottom: bottom, hidden: hidden - by}
	s.settle()
}

// settle makes hidden less than the height of the last entry shown, and brings the
// view down until it is full of rows, when there are not enough above.
func (s *Screen) settle() {
	if s.view.follow {
		return
	}
	for b := range s.back(s.view.bottom) {
		h := b.height()
		if s.view.hidden < h {
			break
		}
		s.view.hidden -= h
		s.view.bottom = b.pos
	}
	if missing := s.shownRows() - s.rowsUp(s.shownRows()); missing > 0 {
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
	for b, next := range s.forth(s.view.bottom) {
		h := b.height()
		if n <= 0 && h > 0 {
			return
		}
		s.view.bottom, s.view.hidden = next, max(0, h-max(0, n))
		n -= h
	}
	if s.view.hidden == 0 {
		s.toBottom()
	}
}

// showFrom shows what begins at a point, at the top.
func (s *Screen) showFrom(p pos) {
	s.view = view{bottom: p}
	s.down(s.shownRows())
	s.stale |= staleRows
}

// showAt shows the entry that begins at a point in the middle, highlighted until the
// next key.
func (s *Screen) showAt(p pos) {
	e, _, ok := s.script.after(p)
	s.input.pointer = spot{e.pos, ok, e.local != nil}
	s.view = view{bottom: p}
	s.down(s.shownRows()/2 + 1)
	s.settle()
	s.stale |= staleRows
}

// toMention goes to the mention before, or after, the one it went to last; at
// first, before the end of what is shown.
func (s *Screen) toMention(older bool) {
	from, _ := s.foot()
	if s.news.visited != nil {
		from = *s.news.visited
	}
	if at, found := s.nextMention(from, older); found && (older || s.news.visited != nil) {
		s.news.visited = &at
		s.showAt(at)
		return
	}
	s.hint(s.texts().NoMention)
}

// nextMention returns where the next mention stands from a point on, up or down, but
// for one that begins there.
func (s *Screen) nextMention(from pos, older bool) (at pos, found bool) {
	for p, e, ok := from, (entry{}), true; ok; {
		if older {
			e, ok = s.script.before(p)
			p = e.pos
		} else {
			e, p, ok = s.script.after(p)
		}
		if ok && e.pos != from && s.concerns(e) {
			return e.pos, true
		}
	}
	return pos{}, false
}
