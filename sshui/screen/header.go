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

// currentHeader returns the header for the screen as it is now.
func (s *Screen) currentHeader() *header {
	l := headerLook{class: s.class, width: s.term.Width, height: s.transcriptRows(), away: s.away}
	if h := s.header; h != nil && h.roster == s.roster && h.look == l {
		return h
	}
	shared := s.shared.headers.Get(l)
	h := shared.Load()
	if h == nil || h.roster != s.roster {
		h = &header{look: l, roster: s.roster}
		if s.headerRows() > 0 {
			h.row = s.headerText()
		}
		if s.listWidth() > 0 {
			s.listNames(h)
		}
		shared.Store(h)
	}
	s.header = h
	return h
}

// leastTopic is how many columns the beginning of a topic is worth showing in.
const leastTopic = 12

// headerText returns the first row: the room, how many are here, warnings, the topic, and
// how to get help. Only the topic is cut. Where there is no room, these are left out in
// order: the hint on help, the topic, the name of the room, how many are here, and all
// warnings but the first.
func (s *Screen) headerText() string {
	help := s.texts().HelpKey + " "
	space := s.term.Width - ansi.StringWidth(help) - 1
	always, warnings := []string{"salon", fmt.Sprintf(s.texts().Online, s.roster.Present)}, s.warnings()
	words := heading(always, warnings)
	if ansi.StringWidth(words) > space {
		help, space = "", s.term.Width
		words = s.shortHeading(always, warnings)
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

// shortHeading returns the heading without what the terminal has no room for.
func (s *Screen) shortHeading(always, warnings []string) string {
	var forms []string
	for n := len(warnings); n > 0; n-- {
		for i := range len(always) + 1 {
			forms = append(forms, heading(always[i:], warnings[:n]))
		}
	}
	if len(warnings) > 0 {
		forms = append(forms, warnings[0])
	}
	return fitting(s.term.Width, append(forms, heading(always), heading(always[1:]))...)
}

// warnings returns what is unusual about the room or the member, the most important first.
func (s *Screen) warnings() []string {
	t := s.texts()
	var warnings []string
	if s.roster.ReadOnly {
		warnings = append(warnings, t.ReadOnly)
	}
	if plan := s.roster.Shutdown; plan != nil {
		clock := "15:04:05"
		if s.prefs.Hour12 {
			clock = "3:04:05 PM"
		}
		warnings = append(warnings, fmt.Sprintf(t.ClosesAt, s.class.Local(plan.At).Format(clock)))
	}
	if s.roster.Slow > 0 {
		warnings = append(warnings, fmt.Sprintf(t.Slow, lang.Duration(s.roster.Slow, s.prefs.Lang)))
	}
	if s.away {
		warnings = append(warnings, t.YouAreAway)
	}
	return warnings
}

// listNames writes the list of names, as many as there is room for.
func (s *Screen) listNames(h *header) {
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
			name = s.nameLabel(people[i])
		case i == shown && others > 0:
			name = " " + s.class.Palette.Paint(rows.Quiet, cut(fmt.Sprintf(s.texts().MoreNames, others), namesWidth-2))
		}
		h.names.add(s.headerRows()+i, s.transcriptWidth(), edge+name)
		h.edgeless.add(s.headerRows()+i, s.transcriptWidth()+1, name)
	}
}

// nameLabel returns a name for the list, after a mark for operators and those away.
func (s *Screen) nameLabel(a room.Attendee) string {
	palette, name := s.class.Palette, text.Isolate(cut(string(a.Pseudo), namesWidth-3))
	switch {
	case a.Away:
		return "~" + palette.Paint(rows.Quiet, name)
	case a.Operator:
		return "&" + palette.Name(a.Hue, name)
	}
	return " " + palette.Name(a.Hue, name)
}

// paintNames paints the list of names beside rows from, up to but not including to,
// of the transcript.
func (s *Screen) paintNames(p *frameWriter, from, to int) {
	if s.listWidth() > 0 && from < to {
		p.bytes(s.currentHeader().names.of(from, to))
	}
}

// repairNames repaints the list of names that scrolling has moved up: the names, beside an
// edge that is right because it looks alike on every row, and the new rows at the bottom.
func (s *Screen) repairNames(p *frameWriter, scrolled int) {
	if s.listWidth() == 0 {
		return
	}
	kept := s.transcriptRows() - scrolled
	p.bytes(s.currentHeader().edgeless.of(0, min(kept, len(s.roster.People)+1)))
	s.paintNames(p, kept, s.transcriptRows())
}
