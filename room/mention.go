package room

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"salon/room/state"
	"salon/room/text"
)

// tellMentionedLocked tells the members here whom a message names, and who follow the room and
// do not look at it.
func (r *Room) tellMentionedLocked(e *state.Event) {
	b := e.Body.(state.Said)
	for _, id := range b.Mentions {
		m := r.state.ByID(id)
		if m == nil || m.ID == b.Member {
			continue
		}
		for _, s := range r.sessionsLocked(m) {
			if s.Looks() == b.Room || s.readsAll() || s.Hides(e) {
				continue
			}
			at := s.own.marks[b.Room]
			if at.named = true; s.own.marks == nil {
				s.own.marks = map[state.Seq]mark{}
			}
			s.own.marks[b.Room] = at
			s.rooms.current.Store(nil)
			s.post(Item{Reply: Elsewhere{e}})
		}
	}
}

// mostNames is how many different words of a message are looked up as names; those behind them
// name nobody who does not look at the room.
const mostNames = 200

// mentions returns the members whom a text names, who follow a room: none where there is but
// one room, as those who look at it see their name.
func (r *Room) mentions(said string, room state.Seq) (list []state.ID) {
	r.mu.Lock()
	alone := r.state.Rooms() == 0
	r.mu.Unlock()
	if alone {
		return nil
	}
	keys := namesIn(said)
	r.mu.Lock()
	defer r.mu.Unlock()
	for k := range keys {
		if m, ok := r.state.Find(k); ok && m.Follows(room) {
			list = append(list, m.ID)
		}
	}
	slices.SortFunc(list, func(a, b state.ID) int { return cmp.Or(cmp.Compare(a.Origin, b.Origin), cmp.Compare(a.N, b.N)) })
	return list[:min(len(list), state.MaxMentions)]
}

// namesIn returns the keys of the words of a text that may be pseudos.
func namesIn(said string) map[text.Key]bool {
	words := map[string]bool{}
	for w := range strings.FieldsFuncSeq(said, func(c rune) bool { return unicode.IsSpace(c) || strings.ContainsRune(",;:!?()\"«»", c) }) {
		w = strings.TrimRight(strings.TrimLeft(w, "@"), ".'’")
		if w != "" && len(w) <= text.MaxQuoted*4 && len(words) < mostNames {
			words[w] = true
		}
	}
	keys := map[text.Key]bool{}
	for w := range words {
		keys[text.Pseudo(w).Key()] = true
	}
	return keys
}
