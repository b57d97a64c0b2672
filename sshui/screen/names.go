package screen

import (
	"fmt"

	"salon/room"
	"salon/room/text"
	"salon/sshui/rows"
)

// header is what a roster looks like: the first row, and the list of names beside the
// transcript. It is never changed once made.
type header struct {
	look
	roster *room.Roster
	row    []byte // nil where there is no room for it
	names  strips // each row of the list
	beside strips // the same without its edge, where that stands already
}

// strips are parts of rows, each with what moves the cursor there.
type strips struct {
	b      []byte
	starts []int // where each starts, and the end
}

// of returns those of rows from, up to but not including to.
func (s *strips) of(from, to int) []byte { return s.b[s.starts[from]:s.starts[to]] }

// add appends the strip of a row: nothing up to the end of the row from a column on,
// then what is painted there.
func (s *strips) add(row, column int, painted ...string) {
	p := pen{s.b}
	if s.starts == nil {
		s.starts = []int{0}
	}
	p.at(row, column)
	p.text(eraseRight)
	for _, text := range painted {
		p.text(text)
	}
	s.b, s.starts = p.b, append(s.starts, len(p.b))
}

// newHeader makes the header of the screen as it is now.
func (s *Screen) newHeader(l look) *header {
	h := &header{look: l, roster: s.roster}
	if s.headerRows() > 0 {
		h.row = []byte(s.headerText())
	}
	if s.names() > 0 {
		s.list(h)
	}
	return h
}

// list writes the list of names, as many as there is room for.
func (s *Screen) list(h *header) {
	people, height := s.roster.People, h.height
	shown := min(len(people), height)
	if s.roster.Present > shown && shown == height {
		shown--
	}
	edge := s.class.Palette.Paint(rows.Quiet, "│")
	for i := range height {
		name := ""
		switch others := s.roster.Present - shown; {
		case i < shown:
			name = s.name(people[i])
		case i == shown && others > 0:
			name = " " + s.class.Palette.Paint(rows.Quiet, cut(fmt.Sprintf(s.texts().MoreNames, others), namesWidth-2))
		}
		h.names.add(s.headerRows()+i, s.scriptWidth(), edge, name)
		h.beside.add(s.headerRows()+i, s.scriptWidth()+1, name)
	}
}

// name is somebody in the list of names, after the mark that says what is special.
func (s *Screen) name(a room.Attendee) string {
	palette, name := s.class.Palette, text.Isolate(cut(string(a.Pseudo), namesWidth-3))
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
	p.bytes(s.headerNow().names.of(from, to))
}

// straighten puts the list of names back in its place when rows have scrolled it
// away: the names of the rows whose edge came from another, and what is new below.
// Between its end and that there was nothing but its edge.
func (s *Screen) straighten(p *pen, scrolled int) {
	if s.names() == 0 {
		return
	}
	height := s.scriptRows()
	kept := height - scrolled
	p.bytes(s.headerNow().beside.of(0, min(kept, len(s.roster.People)+1)))
	s.paintNames(p, kept, height)
}
