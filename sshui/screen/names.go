package screen

import (
	"fmt"

	"salon/room"
	"salon/sshui/rows"
)

// board is what a roster looks like: the header, and the list of names beside the
// transcript. It is never changed once made.
type board struct {
	look
	roster *room.Roster
	header []byte // the row, where there is one
	names  []byte // each row of the list, with what moves the cursor there
	starts []int  // where each of them starts in names, and the end
}

// newBoard makes the board of the screen as it is now.
func (s *Screen) newBoard(l look) *board {
	b := &board{look: l, roster: s.roster}
	if s.header() > 0 {
		b.header = []byte(s.headerRow())
	}
	if s.names() > 0 {
		s.list(b)
	}
	return b
}

// list writes the list of names, as many as there is room for.
func (s *Screen) list(b *board) {
	people, height := s.roster.People, b.height
	shown := min(len(people), height)
	if s.roster.Present > shown && shown == height {
		shown--
	}
	var p pen
	edge := s.class.Palette.Paint(rows.Quiet, "│")
	for i := range height {
		b.starts = append(b.starts, len(p.b))
		p.at(s.header()+i, s.scriptWidth())
		p.text(eraseRight)
		p.text(edge)
		switch others := s.roster.Present - shown; {
		case i < shown:
			p.text(s.name(people[i]))
		case i == shown && others > 0:
			p.text(" " + s.class.Palette.Paint(rows.Quiet, cut(fmt.Sprintf(s.texts().MoreNames, others), namesWidth-2)))
		}
	}
	b.names, b.starts = p.b, append(b.starts, len(p.b))
}

// name is somebody in the list of names, after the mark that says what is special.
func (s *Screen) name(a room.Attendee) string {
	palette, name := s.class.Palette, isolate(cut(string(a.Pseudo), namesWidth-3))
	switch {
	case a.Away:
		return "~" + palette.Paint(rows.Quiet, name)
	case a.Operator:
		return "&" + palette.Pseudo(a.Pseudo, name)
	}
	return " " + palette.Pseudo(a.Pseudo, name)
}

// paintNames paints the list of names beside rows from, up to but not including to,
// of the transcript.
func (s *Screen) paintNames(p *pen, from, to int) {
	if s.names() == 0 || from >= to {
		return
	}
	b := s.boarded()
	p.bytes(b.names[b.starts[from]:b.starts[to]])
}
