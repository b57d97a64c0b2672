package room

import (
	"cmp"
	"slices"
	"strings"

	"salon/room/state"
	"salon/room/text"
)

// maxCandidates is how many completions are offered.
const maxCandidates = 50

// Complete returns what the word that ends at byte pos of a line may become, the
// most likely first, and where that word starts. People who spoke last come
// first.
func (s *Session) Complete(line string, pos int) (start int, candidates []string) {
	pos = min(max(pos, 0), len(line))
	start = strings.LastIndexAny(line[:pos], " ,\n") + 1
	word, before := line[start:pos], line[:start]
	switch {
	case start == 0 && (s.Role() == state.Console || strings.HasPrefix(word, "/")):
		return start, s.completeCommand(word)
	case strings.HasPrefix(word, "@"):
		return start, s.completeName(word, "@", start == 0)
	case s.Role() == state.Console || strings.HasPrefix(before, "/"):
		return start, s.completeArg(word, before)
	}
	return start, s.completeName(word, "", false)
}

// completeCommand offers one word of each command, in the session's language; in
// the other only when that has none.
func (s *Session) completeCommand(word string) []string {
	slash := "/"
	if s.Role() == state.Console {
		slash = ""
	}
	typed := text.Fold(strings.TrimLeft(word, "/"))
	begins := func(w string) bool { return strings.HasPrefix(text.Fold(w), typed) }
	for _, l := range []state.Lang{s.Prefs().Lang, state.French, state.English} {
		var found []string
		for _, c := range s.Available() {
			if i := slices.IndexFunc(c.words(l), begins); i >= 0 {
				found = append(found, slash+c.words(l)[i]+" ")
			}
		}
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

func (s *Session) completeArg(word, before string) []string {
	fields := strings.Fields(strings.TrimLeft(before, "/"))
	if len(fields) == 0 {
		return nil
	}
	place := len(fields) - 1
	if place > 0 && strings.HasSuffix(before, ",") { // one more name of a list
		place--
	}
	c, ok := s.room.table.byWord[text.Fold(fields[0])]
	if !ok || !c.may(s) || place >= len(c.Args) {
		return s.completeName(word, "", false)
	}
	switch arg := c.Args[place]; arg {
	case ArgMember:
		return s.completeMember(word, "", false)
	case ArgIgnored:
		return matching(word, s.ignoredNames())
	case ArgCommand:
		return s.completeCommand(word)
	case ArgBan:
		return matching(word, s.bannedTargets())
	case ArgKey:
		return matching(word, s.ownKeys())
	case ArgAccount:
		found := matching(word, s.registeredPseudos())
		return found[:min(len(found), maxCandidates)]
	default:
		return s.completeChoice(word, choices[arg])
	}
}

// completeChoice offers the words of the session's language; others only when
// none of those begins so.
func (s *Session) completeChoice(word string, among []choice) []string {
	var own, others []string
	l := s.Prefs().Lang
	for _, c := range among {
		own, others = append(own, c.word(l)), append(others, c...)
	}
	if found := matching(word, own); len(found) > 0 {
		return found
	}
	return matching(word, others)
}

func (s *Session) bannedTargets() []string {
	view, now := s.room.view()
	var list []string
	for b := range view.Bans(now) {
		list = append(list, b.Target.String())
	}
	slices.Sort(list)
	return list
}

func matching[S ~string](word string, among []S) []string {
	var found []string
	for _, w := range among {
		if strings.HasPrefix(text.Fold(string(w)), text.Fold(word)) {
			found = append(found, string(w)+" ")
		}
	}
	return found
}

// completeName offers members within a text, where a name may come next but need not:
// once a letter is typed, or an @.
func (s *Session) completeName(word, sign string, everyone bool) []string {
	if word == "" {
		return nil
	}
	return s.completeMember(word, sign, everyone)
}

// completeMember offers those present, but oneself, and the word for everyone where a
// line may begin with it.
func (s *Session) completeMember(word, sign string, everyone bool) []string {
	typed, me := text.Fold(strings.TrimPrefix(word, sign)), s.Pseudo()
	view, _ := s.room.view()
	var found []*state.Member
	for m := range view.Present() {
		if m.Pseudo != me && strings.HasPrefix(text.Fold(string(m.Pseudo)), typed) {
			found = append(found, m)
		}
	}
	slices.SortFunc(found, func(a, b *state.Member) int {
		return cmp.Or(cmp.Compare(b.Spoke, a.Spoke), cmp.Compare(a.Pseudo, b.Pseudo))
	})
	var list []string
	for _, m := range found[:min(len(found), maxCandidates)] {
		list = append(list, sign+string(m.Pseudo)+" ")
	}
	if all := everyoneWords.word(s.Prefs().Lang); everyone && strings.HasPrefix(all, typed) {
		list = append(list, sign+all+" ")
	}
	return list
}
