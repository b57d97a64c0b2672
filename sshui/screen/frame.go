package screen

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"salon/sshui/rows"
)

// Frame appends what brings the terminal up to date, nothing if it is. The frame
// before must have been sent, all of it. What the room has forgotten stays in view
// until it is painted anew for some other reason.
func (s *Screen) Frame(dst []byte) []byte {
	s.refresh()
	layout := s.lay()
	if s.bare && s.stale != everything { // nothing disturbs what is being copied
		s.stale = 0
	}
	p := pen{dst}
	if s.stale == 0 && !s.behind() {
		s.notify(&p)
		return p.b
	}
	if s.sync {
		p.text(ansi.SetModeSynchronizedOutput)
	}
	p.text(ansi.HideCursor)
	s.paint(&p, layout)
	s.notify(&p)
	if !s.bare {
		p.at(s.painted.row, s.painted.column)
		p.text(ansi.ShowCursor)
	}
	if s.sync {
		p.text(ansi.ResetModeSynchronizedOutput)
	}
	s.stale, s.painted.upTo = 0, s.script.end
	return p.b
}

// lay lays out what is typed, if that has changed, and then what is shown: that may
// have become shorter, or less.
func (s *Screen) lay() (l promptLayout) {
	if s.stale&staleInput != 0 {
		height := s.input.rows
		l = s.layInput()
		if s.input.rows != height {
			s.stale = everything
		}
		s.painted.row, s.painted.column = s.term.Height-s.input.rows+l.Row, l.Column
	}
	if s.stale&staleRows != 0 {
		s.settle()
	}
	return l
}

// paint paints the parts that are stale, and what is new.
func (s *Screen) paint(p *pen, layout promptLayout) {
	if s.bare {
		s.paintBare(p)
		return
	}
	if s.stale == everything {
		s.prepare(p)
	}
	switch {
	case s.tiny():
		s.paintTiny(p)
	case s.overlay != nil:
		if s.stale&staleRows != 0 {
			s.paintOverlay(p)
		}
	default:
		s.paintScript(p)
	}
	if s.stale&staleHeader != 0 && s.headerRows() > 0 {
		p.row(0, s.headerNow().row)
	}
	if s.stale&staleInput != 0 {
		s.paintInput(p, layout)
	}
}

// prepare makes the terminal ready for a whole picture.
func (s *Screen) prepare(p *pen) {
	if s.painted.wrapping {
		p.text(ansi.ResetModeAutoWrap)
		s.painted.wrapping = false
	}
	p.text(ansi.ResetStyle)
	if s.tiny() {
		p.text(wholeScroll)
		return
	}
	p.region(s.headerRows(), s.headerRows()+s.scriptRows())
}

// behind reports whether the transcript has gone on since the last frame, in view.
func (s *Screen) behind() bool {
	return s.painted.upTo != s.script.end && s.view.follow && s.overlay == nil && !s.bare && !s.tiny()
}

// paintScript paints the transcript's part: all of it, or what is new at its end.
func (s *Screen) paintScript(p *pen) {
	switch {
	case s.stale&staleRows != 0 || s.behind() && !s.append(p):
		s.paintRows(p)
	case s.stale&staleNames != 0:
		s.paintNames(p, 0, s.scriptRows())
	}
	s.recount(p)
	if !s.view.follow && s.stale&(staleRows|staleBar) != 0 {
		s.paintBar(p)
	}
}

// maxAppended is how many events, in rows of the transcript's part, are looked
// through for what can be appended. Most of them have a row at least.
const maxAppended = 4

// append scrolls what is new into view, unless there are more rows of it than there
// is room for. It then reports false, and has written nothing.
func (s *Screen) append(p *pen) bool {
	height := s.scriptRows()
	if s.script.end.place > s.painted.upTo.place+uint64(maxAppended*height) {
		return false
	}
	start := len(p.b)
	p.at(s.headerRows()+height-1, 0)
	added, marker := 0, -1
	for b := range s.forth(s.painted.upTo) {
		s.put(p, &b)
		if i := b.marker(); i >= 0 {
			marker = added + i
		}
		if added += b.height(); added > height {
			break
		}
	}
	if added == 0 || added > height {
		p.b = p.b[:start]
	}
	if added > height {
		return false
	}
	s.painted.marker = max(s.painted.marker-added, -1)
	if marker >= 0 {
		s.painted.marker, s.painted.marks = height-added+marker, s.news.marks
	}
	if added > 0 && s.stale&staleNames == 0 {
		s.straighten(p, added)
	}
	return true
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

// recount makes the unread marker say how many messages there are now.
func (s *Screen) recount(p *pen) {
	if s.painted.marker >= 0 && s.painted.marks != s.news.marks {
		p.at(s.headerRows()+s.painted.marker, 0)
		s.paintMarker(p)
		s.painted.marks = s.news.marks
	}
}

// paintRows paints the whole of the transcript's part.
func (s *Screen) paintRows(p *pen) {
	bottom, hidden := s.foot()
	height := s.shownRows()
	blocks := make([]block, 0, 64)
	have := -hidden
	for b := range s.back(bottom) {
		blocks = append(blocks, b)
		if have += b.height(); have >= height {
			break
		}
	}
	s.painted.marker = -1
	row := height - have // of the first row of the block, from the top; may be above it
	for i := range max(0, row) {
		p.clear(s.headerRows() + i)
	}
	for i := len(blocks) - 1; i >= 0; i-- {
		row = s.paintBlock(p, &blocks[i], row, height)
	}
	s.paintNames(p, 0, s.scriptRows())
}

// paintBlock paints the rows of a block that are in view, the first at row, and
// returns the row after the last.
func (s *Screen) paintBlock(p *pen, b *block, row, height int) int {
	begin := func() bool {
		row++
		if row <= 0 || row > height {
			return false
		}
		p.clear(s.headerRows() + row - 1)
		return true
	}
	if b.newDay && begin() {
		p.text(s.class.Day(b.day()))
	}
	if b.unread && begin() {
		s.paintMarker(p)
		s.painted.marker, s.painted.marks = row-1, s.news.marks
	}
	for _, text := range b.All() {
		if begin() {
			p.bytes(text)
		}
	}
	return row
}

// paintTiny says that the terminal is too small for more than typing.
func (s *Screen) paintTiny(p *pen) {
	if s.stale&staleRows == 0 {
		return
	}
	for i := range s.scriptRows() {
		p.clear(i)
		if i == 0 {
			p.text(rows.Fit(s.texts().TooSmall, s.term.Width))
		}
	}
}

// paintBare paints what the transcript showed as plain lines, for copying with the
// terminal's own selection: no columns, no rules, and long lines wrapped by the
// terminal itself, so that they are copied as one. It stands still until a key.
func (s *Screen) paintBare(p *pen) {
	p.text(ansi.ResetStyle + wholeScroll + ansi.EraseEntireScreen + ansi.SetModeAutoWrap)
	s.painted.wrapping = true
	height := s.term.Height - 1
	var lines []string
	have := 0
	bottom, _ := s.foot()
	for b := range s.back(bottom) {
		text := strings.Split(s.bareText(b.entry), "\n")
		n := 0
		for _, line := range text {
			n += max(1, (ansi.StringWidth(line)+s.term.Width-1)/s.term.Width)
		}
		if have += n; have > height {
			break
		}
		lines = append(text, lines...)
	}
	p.at(0, 0)
	p.text(strings.Join(lines, eol))
	p.row(height, s.class.Palette.Paint(rows.Quiet, cut(lastParts(s.texts().BareFoot, s.term.Width), s.term.Width)))
}

// bareText is an entry as line mode shows it.
func (s *Screen) bareText(e entry) string {
	if e.event != nil {
		return s.viewer().Event(e.event)
	}
	return s.viewer().Reply(e.local.reply, e.local.when)
}
