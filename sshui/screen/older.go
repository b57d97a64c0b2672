package screen

import (
	"fmt"
	"slices"
	"time"

	"salon/room"
	"salon/room/state"
)

// older is the way to what was said before all that the transcript holds.
type older struct {
	asked     state.Seq // the first event held, when what was said around it is on its way; else 0
	beginning state.Seq // the first event held, when nothing was said before it
}

// atTop reports whether nothing that the transcript holds is above the view.
func (s *Screen) atTop() bool {
	bottom, hidden := s.foot()
	rows := -hidden
	s.back(bottom, func(b block) bool {
		rows += b.height()
		return rows <= s.shownRows()
	})
	return rows <= s.shownRows()
}

// earlier asks for what was said before all that the transcript holds: once, until it
// comes or cannot. What the room has forgotten of what was in view goes.
func (s *Screen) earlier() Action {
	s.stale |= staleRows
	first := s.script.first()
	switch {
	case s.older.asked != 0:
	case first <= 1, first == s.older.beginning:
		s.hint(s.texts().Beginning)
	default:
		s.older.asked = first
		return Action{Line: around(first)}
	}
	return Action{}
}

// around is the line that asks for what was said around a place.
func around(seq state.Seq) string {
	return fmt.Sprintf("/historique #%d", seq) // understood in every language
}

// foundOlder shows what was said around the first event held, or that it is the
// first of all. It chooses that event, or the nearest that was said.
func (s *Screen) foundOlder(r room.Past, now time.Time) {
	first := s.older.asked
	s.older.asked = 0
	if !r.More && (len(r.Events) == 0 || r.Events[0].Seq >= first) {
		s.older.beginning = first
		s.hint(s.texts().Beginning)
		return
	}
	if len(r.Events) == 0 { // those whom the member ignores have said it all
		s.hint(s.texts().NotHeld)
		return
	}
	chosen := slices.IndexFunc(r.Events, func(e state.Event) bool { return e.Seq >= first })
	if chosen < 0 {
		chosen = len(r.Events) - 1
	}
	s.open(&overlay{kind: finding, reply: r, asked: now, chosen: chosen})
}
