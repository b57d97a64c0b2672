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
	l := headerLook{class: s.class, width: s.term.Width, height: s.scriptRows(), away: s.away}
	if h := s.header; h != nil && h.roster == s.roster && h.look == l {
		return h
	}
	shared := s.shared.headers.Get(l)
	if h := shared.Load(); h != nil && h.roster == s.roster {
		s.header = h
	} else {
		s.header = s.newHeader(l)
		shared.Store(s.header)
	}
	return s.header
}

func (s *Screen) newHeader(l headerLook) *header {
	h := &header{look: l, roster: s.roster}
	if s.headerRows() > 0 {
		h.row = s.headerText()
	}
	if s.listWidth() > 0 {
		s.list(h)
	}
	return h
}

// leastTopic is how many columns the beginning of a topic is worth showing in.
const leastTopic = 12

// headerText is the first row: the room, how many are here, what is out of the
// ordinary, its topic, and how to get help. Only the topic is cut. Where there is no
// room the hint on help goes, then the topic, the name of the room, how many are here,
// and of what is out of the ordinary all but the first.
func (s *Screen) headerText() string {
	help := s.texts().HelpKey + " "
	space := s.term.Width - ansi.StringWidth(help) - 1
	always, notes := []string{"salon", fmt.Sprintf(s.texts().Online, s.roster.Present)}, s.notes()
	words := heading(always, notes)
	if ansi.StringWidth(words) > space {
		help, space = "", s.term.Width
		words = s.shortHeading(always, notes)
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

func heading(parts ...[]string) string { return " " + strings.Join(slices.Concat(parts...), " · ") }

// shortHeading is the heading without what the terminal has no room for.
func (s *Screen) shortHeading(always, notes []string) string {
	var forms []string
	for n := len(notes); n > 0; n-- {
		for i := range len(always) + 1 {
			forms = append(forms, heading(always[i:], notes[:n]))
		}
	}
	if len(notes) > 0 {
		forms = append(forms, notes[0])
	}
	return fitting(s.term.Width, append(forms, heading(always), heading(always[1:]))...)
}

// notes are what is out of the ordinary, what matters most first.
func (s *Screen) notes() []string {
	t := s.texts()
	var notes []string
	if s.roster.ReadOnly {
		notes = append(notes, t.ReadOnly)
	}
	if plan := s.roster.Shutdown; plan != nil {
		clock := "15:04:05"
		if s.prefs.Hour12 {
			clock = "3:04:05 PM"
		}
		notes = append(notes, fmt.Sprintf(t.ClosesAt, s.class.Local(plan.At).Format(clock)))
	}
	if s.roster.Slow > 0 {
		notes = append(notes, fmt.Sprintf(t.Slow, lang.Duration(s.roster.Slow, s.prefs.Lang)))
	}
	if s.away {
		notes = append(notes, t.YouAreAway)
	}
	return notes
}

// list writes the list of names, as many as there is room for.
func (s *Screen) list(h *header) {
	people, height := s.roster.People, h.look.height
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
		h.names.add(s.headerRows()+i, s.scriptWidth(), edge+name)
		h.edgeless.add(s.headerRows()+i, s.scriptWidth()+1, name)
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
	if s.listWidth() > 0 && from < to {
		p.bytes(s.headerNow().names.of(from, to))
	}
}

// straighten puts the list of names back in its place when rows have scrolled it
// away: the names of the rows whose edge came from another, and what is new below.
// Between its end and that there was nothing but its edge.
func (s *Screen) straighten(p *pen, scrolled int) {
	if s.listWidth() == 0 {
		return
	}
	kept := s.scriptRows() - scrolled
	p.bytes(s.headerNow().edgeless.of(0, min(kept, len(s.roster.People)+1)))
	s.paintNames(p, kept, s.scriptRows())
}
