package screen

import (
	"salon/room"
	"salon/room/state"
)

// asking is what a key asked the room for, until it is answered or has failed. Keys ask
// for one page at a time, so that one that is held does not ask again and again; a
// search, whose text was typed, waits for no other.
type asking struct {
	request room.Request // nil: nothing
	above   bool         // it is what was said before all that the transcript holds
}

// request asks the room for a page, unless it has not answered for another yet.
func (s *Screen) request(a asking) Action {
	if s.asking.request != nil {
		return Action{}
	}
	s.asking = a
	return Action{Request: a.request}
}

// answered notes that a request has come to its end, and returns what a key asked with
// it; the zero asking for a request of no key.
func (s *Screen) answered(r room.Request) (a asking) {
	if r == nil || r != s.asking.request {
		return asking{}
	}
	a, s.asking = s.asking, asking{}
	return a
}

// Failed tells that a request could not be done: a key may ask again. What was to be
// searched for is given back, unless something else is being typed already.
func (s *Screen) Failed(r room.Request) {
	s.answered(r)
	search, typed := r.(room.Search)
	switch {
	case !typed:
		s.hint(s.texts().Failed)
	case s.input.line.Empty() && s.input.mode == talking:
		s.lookFor(searching)
		s.input.line.Set(search.Text, len(search.Text))
	}
}

// older is the way to what was said before all that the transcript holds.
type older struct {
	beginning state.Seq // the first event held, when nothing was said before it
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

// goTo shows a message that was found where it was said: in the transcript, or, when
// it is too old for that, among those around it.
func (s *Screen) goTo(e *state.Event) Action {
	place, ok := s.room.PlaceOf(e.Seq)
	if !ok {
		return s.request(asking{request: room.Around{Seq: e.Seq}})
	}
	s.close()
	if e, _, ok := s.script.after(s.script.point(place)); ok {
		s.showAt(e.pos)
	}
	return Action{}
}
