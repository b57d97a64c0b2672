package screen

import (
	"slices"
	"time"

	"salon/room"
	"salon/room/state"
)

// older is the way to what was said before all that the transcript holds.
type older struct {
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
	if s.asking.request == nil && (first <= 1 || first == s.older.beginning) {
		s.hint(s.texts().Beginning)
		return Action{}
	}
	return s.request(asking{room.Around{Seq: first}, true})
}

// foundOlder shows what was said around the first event held, or that it is the
// first of all. It chooses that event, or the nearest that was said.
func (s *Screen) foundOlder(r room.Past, now time.Time) {
	first := r.Around
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
