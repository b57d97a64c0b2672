package screen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"salon/room"
	"salon/room/lang"
	"salon/room/text"
	"salon/sshui/rows"
)

// headerNow returns the header for the screen as it is now.
func (s *Screen) headerNow() *header {
	l := look{class: s.class, width: s.term.Width, height: s.scriptRows(), away: s.away}
	if h := s.header; h == nil || h.roster != s.roster || h.look != l {
		s.header = s.shared.headers.Get(l).of(s, l)
	}
	return s.header
}

// newHeader makes the header of the screen as it is now.
func (s *Screen) newHeader(l look) *header {
	h := &header{look: l, roster: s.roster}
	if s.headerRows() > 0 {
		h.row = s.headerText()
	}
	if s.names() > 0 {
		s.list(h)
	}
	return h
}

// headerText is the first row: the room, how many are here, what is out of the
// ordinary, its topic, and how to get help. Only the topic is cut. Where there is no
// room the hint on help goes, then the topic, the name of the room, how many are here,
// and of what is out of the ordinary all but the first.
func (s *Screen) headerText() string {
	help := s.texts().HelpKey + " "
	space := s.term.Width - ansi.StringWidth(help) - 1
	words := s.heading()
	if ansi.StringWidth(words) > space {
		help, space = "", s.term.Width
		words = s.shortHeading()
	}
	if topic := text.Isolate(strings.ReplaceAll(s.roster.Topic.Text, "\n", " ")); topic != "" {
		left := space - ansi.StringWidth(words)
		if topic = " · " + topic; ansi.StringWidth(topic) <= left || left >= leastTopic {
			words += topic
		}
	}
	if words = rows.Fit(words, space); help != "" {
		words += " " + help
	}
	return s.class.Palette.Paint(rows.Heading, words)
}

// leastTopic is how many columns the beginning of a topic is worth showing in.
const leastTopic = 12

// heading is the room, how many are here and what is out of the ordinary.
func (s *Screen) heading() string {
	return " " + strings.Join(slices.Concat(s.ordinary(), s.notes()), " · ")
}

// ordinary is what there always is to say.
func (s *Screen) ordinary() []string {
	return []string{"salon", lang.Count(s.roster.Present, s.prefs.Lang)}
}

// shortHeading is the heading without what the terminal has no room for.
func (s *Screen) shortHeading() string {
	ordinary, notes := s.ordinary(), s.notes()
	var forms []string
	for n := len(notes); n > 0; n-- {
		for i := range len(ordinary) + 1 {
			forms = append(forms, " "+strings.Join(slices.Concat(ordinary[i:], notes[:n]), " · "))
		}
	}
	if len(notes) > 0 {
		forms = append(forms, notes[0])
	}
	return s.fitting(append(forms, " "+strings.Join(ordinary, " · "), " "+ordinary[1])...)
}

// notes are what is out of the ordinary, what matters most first.
func (s *Screen) notes() []string {
	t := s.texts()
	var notes []string
	if s.roster.ReadOnly {
		notes = append(notes, t.ReadOnly)
	}
	if plan := s.roster.Shutdown; plan != nil {
		notes = append(notes, fmt.Sprintf(t.ClosesAt, s.class.Local(plan.At).Format(s.seconds())))
	}
	if s.roster.Slow > 0 {
		notes = append(notes, fmt.Sprintf(t.Slow, lang.Duration(s.roster.Slow, s.prefs.Lang)))
	}
	for _, a := range s.roster.People {
		if a.Pseudo == s.me && a.Away {
			notes = append(notes, t.YouAreAway)
		}
	}
	return notes
}

func (s *Screen) seconds() string {
	if s.prefs.Hour12 {
		return "3:04:05 PM"
	}
	return "15:04:05"
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
