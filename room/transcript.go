package room

import (
	"salon/room/state"
)

// Arrived returns the ring's place where this session's reading began: what is
// held before it was shown before the session came, and never comes from Follow.
// Any goroutine may call it, as the methods below.
func (s *Session) Arrived() uint64 { return s.arrived }

// Held returns the oldest place that the ring still holds and the place of the
// next event to come; they are equal when it holds none. What is held at one
// moment may be dropped at the next: At then returns nil.
func (s *Session) Held() (first, next uint64) { return s.room.ring.bounds() }

// At returns what the room showed at a place of the ring, to this session or
// before it came; nil when it was dropped or has not come yet. It is shared by
// every session: never to be changed. Private messages have no place.
func (s *Session) At(place uint64) *state.Event { return s.room.ring.at(place) }

// PlaceOf returns the place in the ring of the event with a sequence number. ok is
// false when it was dropped, was never shown by itself, or has not come yet. It
// looks through the whole ring if it must.
func (s *Session) PlaceOf(seq state.Seq) (place uint64, ok bool) { return s.room.ring.find(seq) }

// After returns the first event of a room that is not before a place of the ring, and its own
// place; a nil event when the ring holds none. Before returns the last one before a place.
func (s *Session) After(room state.Seq, place uint64) (uint64, *state.Event) {
	return s.room.ring.after(room, place)
}

// Before returns the last event of a room before a place of the ring, and its own place; a
// nil event when the ring holds none.
func (s *Session) Before(room state.Seq, place uint64) (uint64, *state.Event) {
	return s.room.ring.before(room, place)
}

// Hides reports whether this session ignores whom an event comes from, now:
// Follow then leaves it out.
func (s *Session) Hides(e *state.Event) bool {
	if len(s.own.ignored.get()) == 0 {
		return false
	}
	s.mu.Lock()
	me := s.memberID
	s.mu.Unlock()
	return s.own.ignored.hides(e, me)
}

// Roster returns who is in the room that the session looks at. Two calls return the same pointer if and only if
// nothing in it has changed between them. A session that has read an event finds here what it
// changed. Joins and leaves that are gathered are in it no later than their
// [state.Gathered] is shown. What is not shown as an event, such as who is away,
// changes it without waking anybody.
//
// Unchanged it costs one atomic load; the first call after a change looks at MaxRoster
// members.
func (s *Session) Roster() *Roster {
	r, c := s.room, s.roster.Load()
	if shown := c.current.Load(); shown != nil {
		return shown
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return s.roster.Load().refresh(r.state, s.Looks(), r.epoch.Load(), r.readOnly)
}
