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
	if line == "" {
		return 0, s.completePeers()
	}
	pos = min(max(pos, 0), len(line))
	start = strings.LastIndexAny(line[:pos], " ,\n") + 1
	word, before := line[start:pos], line[:start]
	switch {
	case start == 0 && (s.Role() == state.Console || strings.HasPrefix(word, "/")):
		return start, s.completeCommand(word)
	case strings.HasPrefix(word, "@"):
		return start, s.completeName(word, "@", start == 0)
	case strings.HasPrefix(word, "#"):
		return start, s.completeRoom(word)
	case isEmojiName(word):
		return start, emojiLike(word)
	case s.Role() == state.Console || strings.HasPrefix(before, "/"):
		return start, s.completeArg(word, before)
	}
	return start, s.completeName(word, "", false)
}

// completePeers offers, on an empty line, those with whom the member last exchanged a
// private message.
func (s *Session) completePeers() []string {
	var names []string
	for _, p := range s.Peers() {
		names = append(names, string(p))
	}
	if !s.from.Screen || names == nil {
		return nil
	}
	return []string{"@" + strings.Join(names, ",") + " "}
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
	if c := s.room.table.byWord[text.Fold(fields[0])]; c != nil && c.inRoom && place > 0 && isRoomName(fields[1]) && (len(c.Args) == 0 || c.Args[0] != ArgRoom) {
		place--
	}
	if place > 0 && strings.HasSuffix(before, ",") { // one more name of a list
		place--
	}
	c, ok := s.room.table.byWord[text.Fold(fields[0])]
	if ok && c.may(s) && slices.Contains(c.Args, ArgWords) {
		return append(matchingSome(word, dayWords(s.Prefs().Lang)), s.completeName(word, "", false)...)
	}
	if !ok || !c.may(s) || place >= len(c.Args) {
		return s.completeName(word, "", false)
	}
	return s.completeKind(c.Args[place], word)
}

// completeKind offers arguments of one kind.
func (s *Session) completeKind(arg Arg, word string) []string {
	switch arg {
	case ArgMember, ArgTarget:
		return s.completeMember(word, "", false)
	case ArgMuted:
		return matching(word, s.mutedPseudos())
	case ArgDuration:
		return append(durationsLike(word, s.Prefs().Lang), s.completeName(word, "", false)...)
	case ArgNodes:
		return append(s.completeChoice(word, choices[arg]), s.completeName(word, "", false)...)
	case ArgSeconds:
		return matching(word, []string{"0", "5", "10", "30", "60"})
	case ArgDay:
		return matching(word, dayWords(s.Prefs().Lang))
	case ArgZone:
		return zonesLike(word)
	case ArgIgnored:
		return matching(word, s.ignoredNames())
	case ArgCommand:
		return s.completeCommand(word)
	case ArgBan:
		return matching(word, s.bannedTargets())
	case ArgKey:
		return matching(word, s.ownKeys())
	case ArgRoom:
		return s.completeRoom(word)
	case ArgAccount:
		found := matching(word, s.registeredPseudos())
		return found[:min(len(found), maxCandidates)]
	default:
		return s.completeChoice(word, choices[arg])
	}
}

// completeRoom offers the rooms that the session may know of, once there are others than the
// first, those that its member follows before the rest.
func (s *Session) completeRoom(word string) []string {
	typed := text.Fold(strings.TrimPrefix(word, "#"))
	s.room.mu.Lock()
	rooms := s.visibleLocked()
	s.room.mu.Unlock()
	if len(rooms) < 2 {
		return nil
	}
	slices.SortStableFunc(rooms, func(a, b RoomInfo) int {
		switch {
		case a.Follows == b.Follows:
			return 0
		case a.Follows:
			return -1
		}
		return 1
	})
	var list []string
	for _, in := range rooms[:min(len(rooms), maxCandidates)] {
		if strings.HasPrefix(text.Fold(strings.TrimPrefix(string(in.Name), "#")), typed) {
			list = append(list, string(in.Name)+" ")
		}
	}
	return list
}

// dayWords returns the words for days in a language.
func dayWords(l state.Lang) (words []string) {
	for _, d := range days {
		if l == state.French || d.word(l) != d[0] { // English has no word for the day before yesterday
			words = append(words, d.word(l))
		}
	}
	return words
}

// durationsLike offers some durations, or with a number typed its units.
func durationsLike(word string, l state.Lang) []string {
	units := []string{"s", "m", "h", "d", "w"}
	if l == state.French {
		units = []string{"s", "m", "h", "j", "sem"}
	}
	number := strings.TrimRightFunc(word, func(r rune) bool { return r < '0' || r > '9' })
	if word == "" {
		return []string{"10" + units[1] + " ", "1" + units[2] + " ", "1" + units[3] + " ", "1" + units[4] + " "}
	}
	if number == "" {
		return nil
	}
	var all []string
	for _, u := range units {
		all = append(all, number+u)
	}
	return matching(word, all)
}

// matchingSome is matching once something is typed.
func matchingSome(word string, among []string) []string {
	if word == "" {
		return nil
	}
	return matching(word, among)
}

// mutedPseudos returns whose mutes are in force, sorted.
func (s *Session) mutedPseudos() []text.Pseudo {
	view, now := s.room.view()
	var list []text.Pseudo
	for m := range view.Mutes(now) {
		list = append(list, m.Pseudo)
	}
	return byName(list, func(p text.Pseudo) text.Pseudo { return p })
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
	byName(found, func(m *state.Member) text.Pseudo { return m.Pseudo })
	slices.SortStableFunc(found, func(a, b *state.Member) int { return cmp.Compare(b.Spoke, a.Spoke) })
	var list []string
	for _, m := range found[:min(len(found), maxCandidates)] {
		list = append(list, sign+string(m.Pseudo)+" ")
	}
	if all := everyoneWords.word(s.Prefs().Lang); everyone && strings.HasPrefix(all, typed) {
		list = append(list, sign+all+" ")
	}
	return list
}
