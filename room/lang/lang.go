// Package lang turns what happens in a room into French and English: events,
// replies and errors into lines of text, and events into JSON for programs.
//
// It owns every word that people are shown in line mode, on the console and by
// the command line. It does no input or output. A text missing in one language
// does not compile unnoticed: a test requires every field of [Texts] in both.
package lang

import (
	"fmt"
	"strings"
	"time"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// Of returns a language's texts.
func Of(l state.Lang) *Texts {
	if l == state.English {
		return &english
	}
	return &french
}

// FromLocale returns the language that a session's locale asks for, by the
// precedence of POSIX (LC_ALL, LC_MESSAGES, LANG); C and POSIX count as unset.
// Without any, it is the one given.
func FromLocale(getenv func(string) string, otherwise state.Lang) state.Lang {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if l, ok := room.ParseLang(getenv(name)); ok {
			return l
		}
	}
	return otherwise
}

// View is through whose eyes something is told.
type View struct {
	Lang     state.Lang
	Zone     *time.Location // nil: the server's
	Hour12   bool
	Me       text.Pseudo // "" before there is one
	Operator bool        // is shown addresses and keys
	Console  bool        // types commands without a slash
	Screen   bool        // has a terminal that can show a screen
}

// ViewOf returns the view of a session as it is now.
func ViewOf(s *room.Session) View {
	p := s.Prefs()
	return View{
		Lang: p.Lang, Zone: p.Zone, Hour12: p.Hour12, Me: s.Pseudo(),
		Operator: s.Role() >= state.Operator, Console: s.Role() == state.Console, Screen: s.Screen(),
	}
}

// may reports whether a command is for whoever the view is of.
func (v View) may(c *room.Command) bool {
	switch c.Need {
	case room.Members:
		return !v.Console
	case room.Operators:
		return v.Operator
	case room.Screens:
		return v.Screen
	case room.Lines:
		return !v.Console && !v.Screen
	}
	return true
}

func (v View) texts() *Texts { return Of(v.Lang) }

// in returns t in the view's time zone.
func (v View) in(t time.Time) time.Time {
	if v.Zone != nil {
		return t.In(v.Zone)
	}
	return t.Local()
}

// Clock writes the time of day.
func (v View) Clock(t time.Time) string {
	if v.Hour12 {
		return v.in(t).Format("3:04 PM")
	}
	return v.in(t).Format("15:04")
}

// Moment writes a time with its day when that is not today's.
func (v View) Moment(t, now time.Time) string {
	if !v.sameDay(t, now) {
		return v.figures(t) + " " + v.Clock(t)
	}
	return v.Clock(t)
}

// Duration writes a length of time in its largest whole unit, rounded up, since
// all that is told this way is a wait.
func Duration(d time.Duration, l state.Lang) string {
	day := "j"
	if l == state.English {
		day = "d"
	}
	units := []struct {
		size time.Duration
		name string
	}{{24 * time.Hour, day}, {time.Hour, "h"}, {time.Minute, "min"}}
	seconds := (max(d, 0) + time.Second - 1) / time.Second * time.Second
	for _, u := range units {
		if seconds >= u.size && seconds%u.size == 0 || seconds >= 2*u.size {
			return fmt.Sprintf("%d %s", (seconds+u.size-1)/u.size, u.name)
		}
	}
	return fmt.Sprintf("%d s", seconds/time.Second)
}

// by names an operator who acted; the console has no pseudo.
func (v View) by(p text.Pseudo) string {
	if p == "" {
		return v.texts().TheOperator
	}
	return text.Isolate(string(p))
}

// named fills in a form whose first verb is a name. In French « de » before it loses
// its vowel to that of the name: « Expulsion d'ann ».
func (v View) named(form, name string, others ...any) string {
	if v.Lang == state.French && startsWithVowel(name) {
		form = strings.Replace(form, "de %s", "d'%s", 1)
	}
	return fmt.Sprintf(form, append([]any{name}, others...)...)
}

func startsWithVowel(name string) bool {
	first := text.FirstRunes(text.Fold(name), 1)
	return first != "" && strings.Contains("aeiouy", first)
}

// names joins pseudos with commas.
func names(list []text.Pseudo) string {
	var b strings.Builder
	for i, p := range list {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(text.Isolate(string(p)))
	}
	return b.String()
}

// withReason adds what somebody gave as a reason.
func (v View) withReason(words, reason string) string {
	if reason == "" {
		return words
	}
	return words + v.texts().Colon + text.Isolate(reason)
}
