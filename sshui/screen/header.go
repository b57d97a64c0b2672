package screen

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"salon/room"
	"salon/room/lang"
	"salon/room/text"
	"salon/sshui/rows"
)

// currentHeader returns the header for the screen as it is now.
func (s *Screen) currentHeader() *header {
	l := headerLook{class: s.class, room: s.transcript.id, width: s.term.Width, height: s.transcriptRows(), away: s.away}
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

// headerRow returns the first row. That of whoever follows several rooms is theirs alone: it
// says what is unread in the others, unless a list beside the transcript does.
func (s *Screen) headerRow() string {
	if s.rooms == nil || s.left() > 0 {
		return s.currentHeader().row
	}
	return s.headerText()
}

// headerText returns the first row: the room, how many are here, warnings, the topic, and
// how to get help. Only the topic is cut. Where there is no room, these are left out in
// order: the hint on help, the topic, the name of the room, how many are here, and all
// warnings but the first.
func (s *Screen) headerText() string {
	help := s.texts().HelpKey + " "
	always, warnings := []string{text.Isolate(string(s.roomName())), fmt.Sprintf(s.texts().Online, s.roster.Present)}, s.warnings()
	words := heading(always, warnings)
	rooms := s.headerRooms(ansi.StringWidth(heading(always, nil)))
	columns := s.term.Width - ansi.StringWidth(rooms)
	space := columns - ansi.StringWidth(help) - 1
	if ansi.StringWidth(words) > space {
		help, space = "", columns
		words = shortHeading(space, always, warnings)
	}
	if topic := text.Isolate(strings.ReplaceAll(s.roster.Topic.Text, "\n", " ")); topic != "" {
		left := space - ansi.StringWidth(words)
		if len(warnings) > 0 {
			topic = " · " + topic
		} else {
			topic = "  " + topic
		}
		if ansi.StringWidth(topic) <= left || left >= leastTopic {
			words += topic
		}
	}
	if words = rows.Fit(words, space); help != "" {
		help = " " + help
	}
	return s.bar(words, always, rooms, help)
}

// bar paints the header over the whole width: the room stands out, how many are here and
// the hint on help do not.
func (s *Screen) bar(words string, always []string, rooms, help string) string {
	palette, painted := s.class.Palette, ""
	for i, style := range []rows.Style{rows.BarRoom, rows.BarQuiet} {
		if rest, ok := strings.CutPrefix(words, " "+always[i]+" "); ok {
			painted += palette.Paint(style, " "+always[i])
			words = " " + rest
		}
	}
	return painted + palette.Paint(rows.Bar, words) + rooms + palette.Paint(rows.BarQuiet, help)
}

// heading is what always stands in the header, then what is unusual.
func heading(always, warnings []string) string {
	words := " " + strings.Join(always, " ")
	if len(warnings) == 0 {
		return words
	}
	if len(always) > 0 {
		words += "  "
	}
	return words + strings.Join(warnings, " · ")
}

// shortHeading returns the heading without what the terminal has no room for.
func shortHeading(space int, always, warnings []string) string {
	var forms []string
	for n := len(warnings); n > 0; n-- {
		for i := range len(always) + 1 {
			forms = append(forms, heading(always[i:], warnings[:n]))
		}
	}
	if len(warnings) > 0 {
		forms = append(forms, warnings[0])
	}
	return fitting(space, append(forms, heading(always, nil), heading(always[1:], nil))...)
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
	shown := max(0, min(len(people), height-namesTitle))
	if s.roster.Present > shown && shown == height-namesTitle {
		shown--
	}
	edge := s.class.Palette.Paint(rows.Line, s.class.Signs().Gutter)
	for i := range height {
		name := ""
		switch others := s.roster.Present - shown; {
		case i < namesTitle:
			title := s.texts().NamesTitle
			name = " " + s.class.Palette.Paint(rows.Heading, title) + s.class.Palette.Paint(rows.Quiet, cut(fmt.Sprintf(" %d", s.roster.Present), namesWidth-2-ansi.StringWidth(title)))
		case i < shown+namesTitle:
			name = s.nameLabel(people[i-namesTitle])
		case i == shown+namesTitle && others > 0:
			name = "   " + s.class.Palette.Paint(rows.Quiet, cut(fmt.Sprintf(s.texts().MoreNames, others), namesWidth-4))
		}
		h.names.add(s.headerRows()+i, s.term.Width-namesWidth, edge+name)
		h.edgeless.add(s.headerRows()+i, s.term.Width-namesWidth+1, name)
	}
}

// namesTitle is how many rows the list of names has for its title.
const namesTitle = 1

// nameLabel returns a name for the list, with a mark for operators and for those away.
func (s *Screen) nameLabel(a room.Attendee) string {
	palette, mark, space := s.class.Palette, " ", namesWidth-4
	if a.Operator {
		mark = s.class.Signs().Operator
	}
	if !a.Away {
		return " " + palette.Name(a.Hue, mark+" "+text.Isolate(cut(string(a.Pseudo), space)))
	}
	away := " " + s.texts().Absent
	name := text.Isolate(cut(string(a.Pseudo), space-ansi.StringWidth(away)))
	return " " + palette.Paint(rows.Quiet, mark+" "+name+away)
}

// paintMine paints the member's own name again, in the text's colour, if it is in the list
// between rows from and to: what screens share has it in its hue.
func (s *Screen) paintMine(p *frameWriter, from, to int) {
	row := s.mine + namesTitle
	last := s.transcriptRows() - 1
	if s.mine < 0 || s.away || row < from || row >= to || row > last || row == last && s.roster.Present > s.mine+1 {
		return
	}
	p.at(s.headerRows()+row, s.term.Width-namesWidth+4)
	p.text(s.class.Palette.Paint(rows.Own, text.Isolate(cut(string(s.me), namesWidth-4))))
}

// paintNames paints the list of names beside rows from, up to but not including to,
// of the transcript.
func (s *Screen) paintNames(p *frameWriter, from, to int) {
	if s.listWidth() > 0 && from < to {
		p.bytes(s.currentHeader().names.of(from, to))
		s.paintMine(p, from, to)
	}
}

// repairNames repaints the list of names that scrolling has moved up: the names, beside an
// edge that is right because it looks alike on every row, and the new rows at the bottom.
func (s *Screen) repairNames(p *frameWriter, scrolled int) {
	if s.listWidth() == 0 {
		return
	}
	kept := s.transcriptRows() - scrolled
	names := min(kept, namesTitle+len(s.roster.People)+1)
	p.bytes(s.currentHeader().edgeless.of(0, names))
	s.paintMine(p, 0, names)
	s.paintNames(p, kept, s.transcriptRows())
}
