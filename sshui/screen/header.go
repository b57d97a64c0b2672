package screen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"salon/room/lang"
	"salon/room/text"
	"salon/sshui/rows"
)

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
	return notes
}

func (s *Screen) seconds() string {
	if s.prefs.Hour12 {
		return "3:04:05 PM"
	}
	return "15:04:05"
}

// paintBar says what is below the view.
func (s *Screen) paintBar(p *pen) {
	p.at(s.headerRows()+s.scriptRows()-1, 0)
	p.text(s.class.Rule(rows.Marker, s.barText(s.class.Width-ruleEnds)))
}

// ruleEnds is the least of a rule around its text.
const ruleEnds = len("- ") + len(" -")

// barText says what is below the view in a number of columns: with few, only how
// much.
func (s *Screen) barText(columns int) string {
	t, n := s.texts(), s.news
	if n.below == 0 {
		if end := "↓ " + t.BelowEnd; ansi.StringWidth(end) <= columns {
			return end
		}
		return "↓ " + t.BelowEndShort
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
