package screen

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"salon/room"
	"salon/room/lang"
	"salon/sshui/rows"
)

// headerRow is the first row: the room, how many are here, what is out of the
// ordinary, its topic, and how to get help.
func (s *Screen) headerRow() string {
	p, help := s.class.Palette, s.texts().HelpKey+" "
	text := " salon · " + lang.Count(s.roster.Present, s.prefs.Lang)
	space := s.term.Width - ansi.StringWidth(help) - 1
	if ansi.StringWidth(text) > space { // who is here goes before the hint
		help, space = "", s.term.Width
	}
	for _, note := range s.notes() {
		left := space - ansi.StringWidth(text)
		if note = " · " + note; ansi.StringWidth(note) > left && left < leastNote {
			break
		}
		text += note
	}
	if text = rows.Fit(text, space); help != "" {
		text += " " + help
	}
	return p.Paint(rows.Heading, text)
}

// leastNote is how many columns the beginning of a note is worth showing in.
const leastNote = 12

// notes are what is out of the ordinary, then the topic.
func (s *Screen) notes() []string {
	t := s.texts()
	var notes []string
	if plan := s.roster.Shutdown; plan != nil {
		notes = append(notes, fmt.Sprintf(t.ClosesAt, s.local(plan.At).Format(s.seconds())))
	}
	if s.roster.Slow > 0 {
		notes = append(notes, fmt.Sprintf(t.Slow, lang.Duration(s.roster.Slow, s.prefs.Lang)))
	}
	for _, a := range s.roster.People {
		if a.Pseudo == s.me && a.Away {
			notes = append(notes, t.YouAreAway)
		}
	}
	if topic := s.roster.Topic.Text; topic != "" {
		notes = append(notes, isolate(strings.ReplaceAll(topic, "\n", " ")))
	}
	return notes
}

func (s *Screen) seconds() string {
	if s.prefs.Hour12 {
		return "3:04:05 PM"
	}
	return "15:04:05"
}

// isolate keeps right-to-left text from reordering what stands around it (Unicode
// Annex 9).
func isolate(text string) string {
	if room.HasRTL(text) {
		return "\u2068" + text + "\u2069"
	}
	return text
}

// paintBar says what is below the view.
func (s *Screen) paintBar(p *pen) {
	p.at(s.header()+s.scriptRows()-1, 0)
	p.text(s.class.Rule(rows.Marker, s.barText(s.class.Width-ruleEnds)))
}

// ruleEnds is the least of a rule around its text.
const ruleEnds = len("- ") + len(" -")

// barText says what is below the view in a number of columns: with few, only how
// much.
func (s *Screen) barText(columns int) string {
	t, n := s.texts(), s.news
	if n.below == 0 {
		return "↓ " + t.BelowEnd
	}
	text, short := fmt.Sprintf(t.BelowSome, counted(n.below, t.BelowOne, t.Below)), fmt.Sprintf("↓ %d", n.below)
	if n.belowCalls > 0 {
		text = fmt.Sprintf(t.BelowCalls, counted(n.below, t.BelowOne, t.Below), counted(n.belowCalls, t.MentionOne, t.Mentions))
		short += fmt.Sprintf(" · ! %d", n.belowCalls)
	}
	for _, fits := range []string{text + " · " + t.BelowEnd, text} {
		if ansi.StringWidth(fits) <= columns {
			return fits
		}
	}
	return short
}

func counted(n int, one, several string) string {
	if n == 1 {
		return one
	}
	return fmt.Sprintf(several, n)
}
