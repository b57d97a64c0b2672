package screen

import (
	"iter"
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
	b := block{entry: e, unread: s.unread.marker.is(e)}
	b.newDay = !hasPrev || !s.class.SameDay(prev.dayTime(), e.dayTime())
	if b.newDay || b.unread {
		prev = entry{}
	}
	switch {
	case s.continues(prev, e):
		b.Fragment = &nothing
	case e.local == nil:
		b.Fragment = s.highlighted(e, s.fragment(e, s.headAfter(prev, e)))
	default:
		b.Fragment = s.highlighted(e, s.localFragment(e, s.headAfter(prev, e)))
	}
	return b
}

// nothing is an entry that the row of the one above it tells of.
var nothing rows.Fragment

// A row tells of fewer than 2*longRun who come or leave: once longRun do on end, another row
// begins at the next place of the ring that longRun divides. Each who comes has all entries
// of the row looked at again.
const longRun = 64

// continues reports whether the row of the entry above an entry tells of both: several who
// come, or who leave, are shown as one row, which is that of the first.
func (s *Screen) continues(prev, e entry) bool {
	return s.isAlike(prev, e) && (e.place%longRun != 0 || !s.goesOn(prev, longRun, s.isAlike))
}

// isAlike reports whether an entry tells of the same as the one above it.
func (s *Screen) isAlike(prev, e entry) bool {
	return prev.event != nil && e.event != nil && prev.local == nil && e.local == nil &&
		rows.Continues(prev.event, e.event) && s.class.SameDay(prev.event.Time, e.event.Time)
}

// run returns what the row of an entry tells of besides it.
func (s *Screen) run(e entry) (rows.Run, bool) {
	r, ok := rows.RunOf(e.event)
	for prev := e; ok; {
		_, behind, _ := s.transcript.after(prev.pos)
		next, _, more := s.transcript.after(behind)
		if !more || !s.continues(prev, next) {
			break
		}
		r.Add(next.event)
		prev = next
	}
	return r, ok
}

// A name is written again at a place of the ring that repeatEvery divides, once its author
// has said longTalk messages on end: what fills a terminal shows whose it is.
const (
	repeatEvery = 16
	longTalk    = 8
)

// headAfter returns what stands before a message, below the entry above it.
func (s *Screen) headAfter(prev, e entry) rows.Head {
	if e.event == nil || prev.event == nil {
		return 0
	}
	h := rows.HeadAfter(prev.event, e.event)
	if h&rows.SameAuthor != 0 && e.local == nil && e.place%repeatEvery == 0 && s.goesOn(prev, longTalk, isTalk) {
		return 0
	}
	return h
}

// isTalk reports whether a message stands together with the one above it.
func isTalk(prev, e entry) bool {
	return prev.event != nil && e.event != nil && rows.HeadAfter(prev.event, e.event)&rows.SameAuthor != 0
}

// goesOn reports whether each of the last n entries up to one stands together with the one
// above it.
func (s *Screen) goesOn(e entry, n int, together func(prev, e entry) bool) bool {
	for range n - 1 {
		prev, ok := s.transcript.before(e.pos)
		if !ok || !together(prev, e) {
			return false
		}
		e = prev
	}
	return true
}

// fragment returns the rows of an event of the room: for most those that the whole class
// shares.
func (s *Screen) fragment(e entry, h rows.Head) *rows.Fragment {
	if run, ok := s.run(e); ok {
		return s.shared.rows.Run(s.class, e.place, run)
	}
	said, ok := e.event.Body.(state.Said)
	if ok && said.From == s.me || !ok && s.room.Role() >= state.Operator {
		return s.class.Event(e.event, s.viewer(), h)
	}
	if ok && s.shared.rows.MayMention(e.place, e.event, s.word) {
		return s.class.Event(e.event, s.viewer(), h)
	}
	return s.shared.rows.Event(s.class, e.place, e.event, h)
}

// localFragment returns the rows of something shown to this session alone.
func (s *Screen) localFragment(e entry, h rows.Head) *rows.Fragment {
	if e.event != nil {
		return s.class.Event(e.event, s.viewer(), h)
	}
	switch r := e.local.reply.(type) {
	case room.Help:
		if r.One != nil {
			return s.helpOn(r.One)
		}
	case room.Elsewhere:
		return s.class.Elsewhere(r.Event, s.viewer())
	}
	return s.class.Reply(e.local.reply, s.viewer(), e.local.when)
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

// mentionsMe reports whether an entry is a message to everyone that mentions this member;
// one's own never does.
func (s *Screen) mentionsMe(e entry) bool {
	said, ok := e.event.Body.(state.Said)
	if !ok || said.From == s.me {
		return false
	}
	may := e.local != nil || s.shared.rows.MayMention(e.place, e.event, s.word)
	return may && rows.Mentions(said.Text, s.key)
}

// isForMe reports whether an entry is a mention of this member, or a private message from
// somebody else.
func (s *Screen) isForMe(e entry) bool {
	if e.event == nil {
		_, elsewhere := e.local.reply.(room.Elsewhere)
		return elsewhere
	}
	if _, private := e.event.Body.(state.Whispered); private {
		return e.event.Author() != s.me
	}
	return s.mentionsMe(e)
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
