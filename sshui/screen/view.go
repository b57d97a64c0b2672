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

// view is the part of the transcript that the terminal shows: its end, or up to a fixed
// point.
type view struct {
	follow bool
	bottom pos // the point after the last entry shown, when not following
	hidden int // rows of that entry that are below the terminal's edge
}

// block is an entry as rows: the rules before it, then its own.
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
func (s *Screen) block(e, prev entry, hasPrev bool) block {
	return block{
		entry: e, Fragment: s.highlighted(e, s.fragment(e)), unread: s.unread.marker.is(e),
		newDay: !hasPrev || !s.class.SameDay(prev.dayTime(), e.dayTime()),
	}
}

// fragment returns an entry's own rows: for most events those that the whole class
// shares. Its Mentions are set for messages to everyone.
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
	if s.mentionsMe(shared) {
		return s.class.Event(e.event, s.viewer())
	}
	return shared
}

// helpOn returns the rows of the help on one command.
func (s *Screen) helpOn(command *room.Command) *rows.Fragment {
	v := s.viewer()
	usage, does := v.Explain(command)
	lines := twoColumns(usage, does+"\n"+strings.Join(v.More(command), "\n"), s.class.Width)
	return &rows.Fragment{Bytes: []byte(eol + strings.Join(lines, eol)), Rows: len(lines)}
}

// highlighted returns an entry's rows, styled as selected if the view has just gone to
// it.
func (s *Screen) highlighted(e entry, f *rows.Fragment) *rows.Fragment {
	if !s.input.highlighted.is(e) {
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

// mentionsMe reports whether a message mentions this member; one's own never does.
func (s *Screen) mentionsMe(f *rows.Fragment) bool {
	return slices.Contains(f.Mentions, s.key) && f.Event.Author().Key() != s.key
}

// isForMe reports whether an entry is a mention of this member, or a private message from
// somebody else.
func (s *Screen) isForMe(e entry) bool {
	if e.event == nil {
		return false
	}
	if _, private := e.event.Body.(state.Whispered); private {
		return e.event.Author() != s.me
	}
	return mayMention(e.event) && s.mentionsMe(s.fragment(e))
}

// mayMention reports whether a message may mention anybody.
func mayMention(e *state.Event) bool {
	said, ok := e.Body.(state.Said)
	return ok && strings.Contains(said.Text, "@")
}

// viewEnd returns where what is shown ends.
func (s *Screen) viewEnd() (bottom pos, hidden int) {
	if s.view.follow {
		return s.transcript.end, 0
	}
	return s.view.bottom, s.view.hidden
}

// blocksBefore yields the blocks that end at p, the last first.
func (s *Screen) blocksBefore(p pos) iter.Seq[block] {
	return func(yield func(block) bool) {
		e, ok := s.transcript.before(p)
		for ok {
			prev, hasPrev := s.transcript.before(e.pos)
			if !yield(s.block(e, prev, hasPrev)) {
				return
			}
			e, ok = prev, hasPrev
		}
	}
}

// blocksFrom yields the blocks that begin at p and the point after each.
func (s *Screen) blocksFrom(p pos) iter.Seq2[block, pos] {
	return func(yield func(block, pos) bool) {
		prev, hasPrev := s.transcript.before(p)
		for {
			e, next, ok := s.transcript.after(p)
			if !ok || !yield(s.block(e, prev, hasPrev), next) {
				return
			}
			p, prev, hasPrev = next, e, true
		}
	}
}

// rowsAbove returns how many rows the transcript has above the end of the view, or any
// number above most if there are more than that.
func (s *Screen) rowsAbove(most int) int {
	bottom, hidden := s.viewEnd()
	n := -hidden
	for b := range s.blocksBefore(bottom) {
		if n += b.height(); n > most {
			break
		}
	}
	return n
}

// atTop reports whether the view shows the beginning of the transcript.
func (s *Screen) atTop() bool { return s.rowsAbove(s.shownRows()) <= s.shownRows() }

// toBottom makes the view follow the end of the transcript.
func (s *Screen) toBottom() {
	if !s.view.follow {
		s.view = view{follow: true}
		s.stale |= staleRows
	}
	s.unread.below, s.unread.mentionsBelow = 0, 0
}

// scroll moves the view by rows, up when negative. It stops at the ends, and at the
// bottom follows again.
func (s *Screen) scroll(by int) {
	s.stale |= staleRows
	if by > 0 {
		s.scrollDown(by)
		return
	}
	bottom, hidden := s.viewEnd()
	s.view = view{bottom: bottom, hidden: hidden - by}
	s.fillView()
}

// fillView normalizes the view: hidden is less than the height of the last entry, and the
// view moves down where there are not enough rows above to fill it.
func (s *Screen) fillView() {
	if s.view.follow {
		return
	}
	for b := range s.blocksBefore(s.view.bottom) {
		h := b.height()
		if s.view.hidden < h {
			break
		}
		s.view.hidden -= h
		s.view.bottom = b.pos
	}
	if missing := s.shownRows() - s.rowsAbove(s.shownRows()); missing > 0 {
		s.scrollDown(missing)
	}
}

// scrollDown moves the view down by n rows; at the bottom it follows again.
func (s *Screen) scrollDown(n int) {
	if s.view.follow {
		return
	}
	n -= s.view.hidden
	s.view.hidden = max(0, -n)
	for b, next := range s.blocksFrom(s.view.bottom) {
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
	s.scrollDown(s.shownRows())
	s.stale |= staleRows
}

// showAt shows the entry that begins at a point in the middle, highlighted until the
// next key.
func (s *Screen) showAt(p pos) {
	e, _, ok := s.transcript.after(p)
	s.input.highlighted = entryRef{e.pos, ok, e.local != nil}
	s.view = view{bottom: p}
	s.scrollDown(s.shownRows()/2 + 1)
	s.fillView()
	s.stale |= staleRows
}

// toMention goes to the mention before, or after, the one it went to last; at
// first, before the end of what is shown.
func (s *Screen) toMention(older bool) {
	from, _ := s.viewEnd()
	if s.unread.lastMention != nil {
		from = *s.unread.lastMention
	}
	if at, found := s.nextMention(from, older); found && (older || s.unread.lastMention != nil) {
		s.unread.lastMention = &at
		s.showAt(at)
		return
	}
	s.hint(s.texts().NoMention)
}

// nextMention returns the nearest entry for this member above or below a point, except
// one that begins there.
func (s *Screen) nextMention(from pos, older bool) (at pos, found bool) {
	for p, e, ok := from, (entry{}), true; ok; {
		if older {
			e, ok = s.transcript.before(p)
			p = e.pos
		} else {
			e, p, ok = s.transcript.after(p)
		}
		if ok && e.pos != from && s.isForMe(e) {
			return e.pos, true
		}
	}
	return pos{}, false
}
