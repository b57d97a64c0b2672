package room

import (
	"cmp"
	"slices"
	"strings"
	"time"

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
		return start, s.completeMember(word, "@", start == 0)
	case s.Role() == state.Console || strings.HasPrefix(before, "/"):
		return start, s.completeArg(word, before)
	}
	return start, s.completeMember(word, "", false)
}

// completeCommand offers one word of each command, in the session's language; in
// the other only when that has none.
func (s *Session) completeCommand(word string) []string {
	slash := "/"
	if s.Role() == state.Console {
		slash = ""
	}
	typed := text.Fold(strings.TrimLeft(word, "/"))
	own := s.Prefs().Lang
	for _, l := range []state.Lang{own, state.French, state.English} {
		var found []string
		for _, c := range s.Available() {
			begins := func(w string) bool { return strings.HasPrefix(text.Fold(w), typed) }
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
		return s.completeMember(word, "", false)
	}
	switch arg := c.Args[place]; arg {
	case ArgMember:
		return s.members(word, "", false)
	case ArgIgnored:
		return matching(word, names(s.ignoredNames()))
	case ArgCommand:
		return s.completeCommand(word)
	case ArgLang:
		return matching(word, []string{"fr", "en"})
	case ArgClock:
		return matching(word, []string{"24", "12"})
	case ArgBan:
		return matching(word, s.room.banned())
	case ArgKey:
		return matching(word, s.ownKeys())
	case ArgAccount:
		return s.room.completeAccount(word)
	case ArgShutdown:
		return matching(word, cancelWords)
	default:
		return s.completeChoice(word, choices[arg])
	}
}

// completeChoice offers the words of the session's language; others only when
// none of those begins so.
func (s *Session) completeChoice(word string, among []choice) []string {
	own, others := []string{}, []string{}
	l := s.Prefs().Lang
	for _, c := range among {
		own, others = append(own, c[l]), append(others, c...)
	}
	if found := matching(word, own); len(found) > 0 {
		return found
	}
	return matching(word, others)
}

func (r *Room) banned() []string {
	view, now := r.view()
	var list []string
	for b := range view.Bans(now) {
		list = append(list, b.Target.String())
	}
	slices.Sort(list)
	return list
}

// ownKeys are those of the account whose owner this is.
func (s *Session) ownKeys() []string {
	if a := s.room.owned(s.id); a != nil {
		return slices.Clone(a.Keys)
	}
	return nil
}

// completeAccount offers registered pseudos.
func (r *Room) completeAccount(word string) []string {
	found := matching(word, names(r.registered()))
	slices.Sort(found)
	return found[:min(len(found), maxCandidates)]
}

func names(list []text.Pseudo) []string {
	var s []string
	for _, p := range list {
		s = append(s, string(p))
	}
	return s
}

func matching(word string, among []string) []string {
	var found []string
	for _, w := range among {
		if strings.HasPrefix(text.Fold(w), text.Fold(word)) {
			found = append(found, w+" ")
		}
	}
	return found
}

// completeMember offers members within a text, where nothing says that a name comes
// next: once a letter is typed, or an @.
func (s *Session) completeMember(word, sign string, everyoneToo bool) []string {
	if word == "" {
		return nil
	}
	return s.members(word, sign, everyoneToo)
}

// members offers those present, but oneself, and the word for everyone where a line
// may begin with it.
func (s *Session) members(word, sign string, everyoneToo bool) []string {
	type speaker struct {
		name string
		said time.Duration
	}
	typed := text.Fold(strings.TrimPrefix(word, sign))
	me := s.Pseudo()
	view, _ := s.room.view()
	found := make([]speaker, 0, view.Count())
	for m := range view.Present() {
		if m.Pseudo != me {
			found = append(found, speaker{string(m.Pseudo), m.Spoke})
		}
	}
	found = slices.DeleteFunc(found, func(f speaker) bool { return !strings.HasPrefix(text.Fold(f.name), typed) })
	slices.SortFunc(found, func(a, b speaker) int {
		if c := cmp.Compare(b.said, a.said); c != 0 {
			return c
		}
		return strings.Compare(a.name, b.name)
	})
	var list []string
	for _, f := range found[:min(len(found), maxCandidates)] {
		list = append(list, sign+f.name+" ")
	}
	if all := everyone[s.Prefs().Lang]; everyoneToo && strings.HasPrefix(all, typed) {
		list = append(list, sign+all+" ")
	}
	return list
}
