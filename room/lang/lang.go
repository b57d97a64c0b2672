// Package lang turns what happens in a room into French and English: events,
// replies and errors into lines of text, and events into JSON for programs.
//
// It owns every word that people are shown: in line mode, on the full screen, on the
// console and by the command line. It does no input or output. A test fails when a text
// is missing in one language. A front begins with [ViewOf], or with a [Printer] that
// writes lines for all its sessions; [Of] returns the texts themselves.
package lang

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/collate"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// languages are the texts by language: another one gets its constant in room/state, a
// file like french.go, and a line here.
var languages = [...]*Texts{state.French: &french, state.English: &english}

// All returns every language that there are texts of.
func All() (all []state.Lang) {
	for l := range languages {
		all = append(all, state.Lang(l))
	}
	return all
}

// Of returns a language's texts; the French ones for a language that a newer version
// of the program knows.
func Of(l state.Lang) *Texts {
	if int(l) < len(languages) {
		return languages[l]
	}
	return &french
}

// ScreenOf returns a language's words for the full screen.
func ScreenOf(l state.Lang) *ScreenTexts { return &Of(l).Screen }

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
	Lang      state.Lang
	Zone      *time.Location // nil: the server's
	Hour12    bool
	Me        text.Pseudo // "" before there is one
	Operator  bool        // is shown addresses and keys
	Moderator bool        // governs the room that they look at
	Room      state.Seq   // that they look at: events in others begin with the name of theirs
	Console   bool        // types commands without a slash
	Screen    bool        // has a terminal that can show a screen
}

// ViewOf returns the view of a session as it is now.
func ViewOf(s *room.Session) View {
	p := s.Prefs()
	return View{
		Lang: p.Lang, Zone: p.Zone, Hour12: p.Hour12, Me: s.Pseudo(), Room: s.Looks(),
		Operator: s.Role() >= state.Operator, Console: s.Role() == state.Console, Screen: s.Screen(), Moderator: s.Role() < state.Operator && s.Moderates(),
	}
}

func (v View) texts() *Texts { return Of(v.Lang) }

// by names an operator who acted; the console has no pseudo.
func (v View) by(p text.Pseudo) string {
	if p == "" {
		return v.texts().TheOperator
	}
	return name(p)
}

// named fills in a form whose first verb is a name.
func (v View) named(form, name string, others ...any) string {
	if contract := v.texts().Contract; contract != nil {
		form = contract(form, name)
	}
	return fmt.Sprintf(form, append([]any{name}, others...)...)
}

// sorted returns pseudos in the order of the reader's language: « carole, élève, zoé ».
func (v View) sorted(list []text.Pseudo) []text.Pseudo {
	return sorted(list, func(p text.Pseudo) text.Pseudo { return p }, v.Lang)
}

// sorted returns a copy of list, ordered by name as a language orders words.
func sorted[T any](list []T, pseudo func(T) text.Pseudo, l state.Lang) []T {
	type keyed struct {
		key  []byte // each name's is made once
		item T
	}
	c, buf := collate.New(Of(l).Tag), &collate.Buffer{} // not safe for concurrent use
	all := make([]keyed, len(list))
	for i, item := range list {
		all[i] = keyed{c.KeyFromString(buf, string(pseudo(item))), item}
	}
	slices.SortStableFunc(all, func(a, b keyed) int { return bytes.Compare(a.key, b.key) })
	ordered := make([]T, len(list))
	for i := range all {
		ordered[i] = all[i].item
	}
	return ordered
}

// name is a pseudo as it stands in a sentence.
func name(p text.Pseudo) string { return text.Isolate(string(p)) }

// names joins pseudos with commas.
func names(list []text.Pseudo) string { return joined(list, name) }

// joined joins the words for the elements of a list with commas.
func joined[T any](list []T, word func(T) string) string {
	words := make([]string, len(list))
	for i, one := range list {
		words[i] = word(one)
	}
	return strings.Join(words, ", ")
}

// withReason adds what somebody gave as a reason.
func (v View) withReason(words, reason string) string {
	if reason == "" {
		return words
	}
	return words + v.texts().Colon + shown(reason)
}

// Question asks a newcomer for a proof, with a space after it for the answer, and says so
// when that will be shown while it is typed.
func Question(l state.Lang, p room.Proof, who text.Pseudo, shown bool) string {
	t := Of(l)
	switch {
	case p == room.RoomPassword && shown:
		return t.AskPasswordShown
	case p == room.RoomPassword:
		return t.AskPassword
	case shown:
		return fmt.Sprintf(t.AskPassShown, who)
	}
	return fmt.Sprintf(t.AskPass, who)
}

// starred begins lines as replies do.
func starred(lines []string) []string {
	for i := range lines {
		lines[i] = "* " + lines[i]
	}
	return lines
}

// wrapWidth is how wide a list of words may become: with its star it fits 80
// columns.
const wrapWidth = 74

// wrap breaks a list of words into indented lines.
func wrap(text string) []string {
	var lines []string
	line := " "
	for _, word := range tiedWords(text) {
		if len(line) > 1 && utf8.RuneCountInString(line+" "+word) > wrapWidth {
			lines = append(lines, line)
			line = " "
		}
		line += " " + word
	}
	return append(lines, line)
}

// tiedWords returns the words of a text, those together that are tied.
func tiedWords(text string) []string {
	var words []string
	for word := range strings.FieldsSeq(text) {
		if last := len(words) - 1; last >= 0 && Tied(words[last], word) {
			words[last] += " " + word
		} else {
			words = append(words, word)
		}
	}
	return words
}

// Tied reports whether words stay on one line although there is a blank between them:
// French sets some of its punctuation apart. There is something after.
func Tied(before, after string) bool {
	if strings.HasSuffix(before, "«") || strings.HasPrefix(after, "»") {
		return true
	}
	return strings.IndexByte("?!:;", after[0]) >= 0 && (len(after) == 1 || after[1] == ' ')
}
