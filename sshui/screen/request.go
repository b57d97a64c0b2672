package screen

import "salon/room"

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
