package room

import (
	"slices"
	"time"

	"salon/room/text"
)

// Arg is what one argument of a command takes, for completion.
type Arg uint8

// The kinds of argument.
const (
	ArgText Arg = iota // anything: nothing is offered
	ArgMember
	ArgIgnored
	ArgCommand
	ArgLang
	ArgClock
	ArgBan
	ArgShutdown
	ArgTheme
	ArgBell
	ArgSwitch
	ArgWhere
	ArgKey
	ArgAccount
)

// choice is how one value of an argument is typed: a word for each language, by
// [state.Lang], then others that are understood. All are folded.
type choice []string

func (c choice) is(typed string) bool { return slices.Contains(c, text.Fold(typed)) }

// pick returns the index of the choice that was typed, in either language.
func pick(among []choice, typed string) (i int, ok bool) {
	i = slices.IndexFunc(among, func(c choice) bool { return c.is(typed) })
	return i, i >= 0
}

var (
	onWords       = choice{"oui", "on", "yes"}
	offWords      = choice{"non", "off", "no"}
	cancelWords   = choice{"annuler", "cancel"}                                                                 // a planned shutdown
	everyoneWords = choice{"tous", "all", "everyone"}                                                           // after an @
	clocks        = []choice{{"24", "24"}, {"12", "12"}}                                                        // hours of the clock
	themes        = []choice{{"auto", "auto"}, {"clair", "light"}, {"sombre", "dark"}, {"mono", "mono"}}        // by state.Theme
	bells         = []choice{{"mention", "mention", "mentions"}, {"non", "off", "no"}, {"tout", "all", "tous"}} // by state.Bell
	wheres        = []choice{{"haut", "up"}, {"bas", "down"}, {"debut", "top"}, {"fin", "bottom"}, {"nonlu", "unread", "non-lu"},
		{"precedente", "previous"}, {"suivante", "next"}} // by Where, from TurnUp
	days = []choice{{"aujourd'hui", "today", "aujourdhui"}, {"hier", "yesterday"}, {"avant-hier"}} // by how many days ago

	// choices are the arguments that are one of a few words.
	choices = map[Arg][]choice{
		ArgLang: {{"fr", "fr"}, {"en", "en"}}, ArgClock: clocks, ArgShutdown: {cancelWords},
		ArgTheme: themes, ArgBell: bells, ArgSwitch: {onWords, offWords}, ArgWhere: wheres,
	}
)

// dayForms are the other ways to write a day: as in ISO 8601, and the French one.
var dayForms = []string{"2006-01-02", "2/1/2006"}

// parseDay understands a day in a time zone: it returns when it begins, and when the
// next one does.
func parseDay(word string, zone *time.Location) (from, to time.Time, ok bool) {
	ago, ok := pick(days, word)
	from = time.Now().In(zone)
	for _, form := range dayForms {
		if t, err := time.ParseInLocation(form, word, zone); err == nil {
			from, ago, ok = t, 0, true
		}
	}
	if !ok {
		return time.Time{}, time.Time{}, false
	}
	y, m, d := from.Date()
	return time.Date(y, m, d-ago, 0, 0, 0, 0, zone), time.Date(y, m, d-ago+1, 0, 0, 0, 0, zone), true
}
