package room

import (
	"salon/room/state"
)

// Arrived returns the ring's place where this session's reading began: what is
// held before it was shown before the session came, and never comes from Follow.
// Any goroutine may call it, as all of this file.
func (s *Session) Arrived() uint64 { return s.arrived }

// Held returns the oldest place that the ring still holds and the place of the
// next event to come; they are equal when it holds none. What is held at one
// moment may be forgotten at the next: At says so.
func (s *Session) Held() (first, next uint64) { return s.room.ring.bounds() }

// At returns what the room showed at a place of the ring, be it to this session or
// before it came; nil when it is forgotten or has not come yet. It is shared by
// every session: never to be changed. Private messages have no place.
func (s *Session) At(place uint64) *state.Event { return s.room.ring.at(place) }

// PlaceOf returns where the ring holds the event of a place in the log. ok is
// false when it is forgotten, was never shown by itself, or has not come yet. It
// looks through the whole ring if it must.
func (s *Session) PlaceOf(seq state.Seq) (place uint64, ok bool) { return s.room.ring.find(seq) }

// Hides reports whether this session ignores whom an event comes from, now:
// Follow does not hand it out then.
func (s *Session) Hides(e *state.Event) bool { return s.own.ignored.hides(e, s.memberID) }
