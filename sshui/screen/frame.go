package screen

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"salon/sshui/rows"
)

// Frame appends to dst what brings the terminal up to date, nothing if it already is. The
// previous frame must have been sent completely. Events that the room has forgotten stay
// in view until they are repainted for another reason. One more message costs one pass
// over its rows, and no memory.
func (s *Screen) Frame(dst []byte) []byte {
	s.refresh()
	layout := s.layOut()
	if s.copying && s.stale != everything { // nothing disturbs what is being copied
		s.stale = 0
	}
	p := frameWriter{dst}
	if s.stale == 0 && !s.hasNew() {
		s.notify(&p)
		return p.b
	}
	if s.sync {
		p.text(ansi.SetModeSynchronizedOutput)
	}
	p.text(ansi.HideCursor)
	s.paint(&p, layout)
	s.notify(&p)
	if !s.copying {
		p.at(s.painted.row, s.painted.column)
		p.text(ansi.ShowCursor)
	}
	if s.sync {
		p.text(ansi.ResetModeSynchronizedOutput)
	}
	s.stale, s.painted.upTo = 0, s.transcript.end
	return p.b
}

// layOut lays out what is typed, if that has changed, and then what is shown: that may
// have become shorter, or less.
func (s *Screen) layOut() (l promptLayout) {
	if s.stale&staleInput != 0 {
		height := s.input.rows
		l = s.layOutInput()
		if s.input.rows != height {
			s.stale = everything
		}
		s.painted.row, s.painted.column = s.term.Height-s.input.rows+l.Row, l.Column
	}
	if s.stale&staleRows != 0 {
		s.fillView()
	}
	return l
}

// paint paints the parts that are stale, and what is new.
func (s *Screen) paint(p *frameWriter, layout promptLayout) {
	if s.copying {
		s.paintCopyView(p)
		return
	}
	if s.stale == everything {
		s.prepareTerminal(p)
	}
	switch {
	case s.tiny():
		s.paintTiny(p)
	case s.overlay != nil:
		s.paintUnderBox(p)
	default:
		s.paintTranscript(p)
	}
	if s.stale&staleHeader != 0 && s.headerRows() > 0 {
		p.row(0, s.headerRow())
	}
	if s.stale&staleInput != 0 {
		s.paintInput(p, layout)
	}
}

// paintUnderBox paints the overlay, and the transcript if something of it is to be seen.
// What scrolls would take the box with it, so all rows are painted whatever has changed.
func (s *Screen) paintUnderBox(p *frameWriter) {
	s.layOutBox(s.overlay)
	if s.stale&(staleRows|staleNames|staleBar) == 0 && !s.hasNew() {
		return
	}
	if !s.coversAll() {
		s.stale |= staleRows
		s.paintTranscript(p)
	}
	s.paintOverlay(p)
}

// prepareTerminal resets the style, wrapping and scrolling region before a full repaint.
func (s *Screen) prepareTerminal(p *frameWriter) {
	if s.painted.wrapping {
		p.text(ansi.ResetModeAutoWrap)
		s.painted.wrapping = false
	}
	p.text(ansi.ResetStyle)
	if s.tiny() {
		p.text(wholeScroll)
		return
	}
	end := s.headerRows() + s.transcriptRows()
	p.region(s.headerRows(), end)
	if s.lineRows() > 0 {
		p.row(end, s.class.Palette.Paint(rows.Line, strings.Repeat(s.class.Signs().Line, s.term.Width)))
	}
}

// hasNew reports whether the view shows entries that the last frame did not.
func (s *Screen) hasNew() bool {
	return s.painted.upTo != s.transcript.end && s.view.follow && !s.coversAll() && !s.copying && !s.tiny()
}

// paintTranscript paints the transcript's part: all of it, or what is new at its end.
func (s *Screen) paintTranscript(p *frameWriter) {
	switch {
	case s.stale&staleRows != 0 || s.hasNew() && !s.appendNew(p):
		s.paintRows(p)
	case s.stale&staleNames != 0:
		s.paintBeside(p, 0, s.transcriptRows())
	}
	s.updateMarker(p)
	if !s.view.follow && s.stale&(staleRows|staleBar) != 0 {
		s.paintBar(p)
	}
}

// maxAppended is how many events, in rows of the transcript's part, are looked
// through for what can be appended. Most of them have a row at least.
const maxAppended = 4

// appendNew scrolls what is new into view, unless there are more rows of it than there
// is room for. It then reports false, and has written nothing.
func (s *Screen) appendNew(p *frameWriter) bool {
	height := s.transcriptRows()
	if s.transcript.end.place > s.painted.upTo.place+uint64(maxAppended*height) {
		return false
	}
	begin := len(p.b)
	s.retellLast(p)
	start := len(p.b)
	p.at(s.headerRows()+height-1, 0)
	added, marker := 0, -1
	for b := range s.blocksFrom(s.painted.upTo) {
		s.appendBlock(p, &b)
		if b.unread {
			marker = added
			if b.newDay {
				marker++
			}
		}
		if added += b.height(); added > height {
			p.b = p.b[:begin]
			return false
		}
	}
	if added == 0 {
		p.b = p.b[:start]
	}
	s.painted.marker = max(s.painted.marker-added, -1)
	if marker >= 0 {
		s.painted.marker, s.painted.markerCount = height-added+marker, s.unread.markerCount
	}
	if added > 0 && s.stale&staleNames == 0 {
		s.repairNames(p, added)
		s.paintRooms(p, added)
	}
	return true
}

// retellLast repaints the last row if it tells of what is new too: of one more who came, or
// left, after others.
func (s *Screen) retellLast(p *frameWriter) {
	next, _, more := s.transcript.after(s.painted.upTo)
	if !more || next.event == nil {
		return
	}
	if _, isRun := rows.RunOf(next.event); !isRun {
		return
	}
	last, found := s.transcript.before(s.painted.upTo)
	if !found || !s.continues(last, next) {
		return
	}
	for {
		prev, ok := s.transcript.before(last.pos)
		if !ok || !s.continues(prev, last) {
			break
		}
		last = prev
	}
	row := s.transcriptRows() - 1
	for _, text := range s.highlighted(last, s.fragment(last, 0)).All() {
		p.clearFrom(s.headerRows()+row, s.left())
		p.bytes(text)
	}
	s.paintNames(p, row, row+1)
}

// appendBlock paints a block's rows, each after a line feed, as they come to the bottom of
// a terminal that scrolls.
func (s *Screen) appendBlock(p *frameWriter, b *block) {
	left := s.left()
	if b.newDay {
		p.text(eol)
		p.forward(left)
		p.text(s.class.Day(b.dayTime()))
	}
	if b.unread {
		p.text(eol)
		p.forward(left)
		s.paintMarker(p)
	}
	if left == 0 {
		p.bytes(b.Bytes)
		return
	}
	for _, text := range b.All() {
		p.text(eol)
		p.forward(left)
		p.bytes(text)
	}
}

// updateMarker makes the unread marker say how many messages there are now.
func (s *Screen) updateMarker(p *frameWriter) {
	if s.painted.marker >= 0 && s.painted.markerCount != s.unread.markerCount {
		p.at(s.headerRows()+s.painted.marker, s.left())
		s.paintMarker(p)
		s.painted.markerCount = s.unread.markerCount
	}
}

// paintRows paints the whole of the transcript's part.
func (s *Screen) paintRows(p *frameWriter) {
	bottom, hidden := s.viewEnd()
	height := s.shownRows()
	blocks := make([]block, 0, 64)
	have := -hidden
	for b := range s.blocksBefore(bottom) {
		blocks = append(blocks, b)
		if have += b.height(); have >= height {
			break
		}
	}
	if top := len(blocks) - 1; !s.view.follow && top >= 0 && have <= height {
		s.showHead(&blocks[top])
	}
	s.painted.marker = -1
	row := height - have // of the first row of the block, from the top; may be above it
	for i := range max(0, row) {
		p.clearFrom(s.headerRows()+i, s.left())
	}
	for i := len(blocks) - 1; i >= 0; i-- {
		row = s.paintBlock(p, &blocks[i], row, height)
	}
	s.paintBeside(p, 0, s.transcriptRows())
}

// showHead has the first message of a page say when and by whom it was written, unless it
// takes more rows then.
func (s *Screen) showHead(b *block) {
	if b.event == nil || b.Rows == 0 {
		return
	}
	f := s.fragment
	if b.local != nil {
		f = s.localFragment
	}
	if full := s.highlighted(b.entry, f(b.entry, 0)); full.Rows == b.Rows {
		b.Fragment = full
	}
}

// paintBlock paints the rows of a block that are in view, the first at row, and
// returns the row after the last.
func (s *Screen) paintBlock(p *frameWriter, b *block, row, height int) int {
	begin := func() bool {
		row++
		if row <= 0 || row > height {
			return false
		}
		p.clearFrom(s.headerRows()+row-1, s.left())
		return true
	}
	if b.newDay && begin() {
		p.text(s.class.Day(b.dayTime()))
	}
	if b.unread && begin() {
		s.paintMarker(p)
		s.painted.marker, s.painted.markerCount = row-1, s.unread.markerCount
	}
	for _, text := range b.All() {
		if begin() {
			p.bytes(text)
		}
	}
	return row
}

// paintTiny says that the terminal is too small for more than typing.
func (s *Screen) paintTiny(p *frameWriter) {
	if s.stale&staleRows == 0 {
		return
	}
	for i := range s.transcriptRows() {
		p.clear(i)
		if i == 0 {
			p.text(rows.Fit(s.texts().TooSmall, s.term.Width))
		}
	}
}

// paintCopyView paints what the transcript showed as plain lines, for copying with the
// terminal's own selection: no columns, no rules, and long lines wrapped by the
// terminal itself, so that they are copied as one. It stands still until a key.
func (s *Screen) paintCopyView(p *frameWriter) {
	p.text(ansi.ResetStyle + wholeScroll + ansi.EraseEntireScreen + ansi.SetModeAutoWrap)
	s.painted.wrapping = true
	height := s.term.Height - 1
	var lines []string
	have := 0
	bottom, _ := s.viewEnd()
	for b := range s.blocksBefore(bottom) {
		text := strings.Split(s.plainText(b.entry), "\n")
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

// plainText is an entry as line mode shows it.
func (s *Screen) plainText(e entry) string {
	if e.event != nil {
		return s.viewer().Event(e.event)
	}
	return s.viewer().Reply(e.local.reply, e.local.when)
}
