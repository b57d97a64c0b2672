package screen

import (
	"salon/room"
	"salon/room/state"
)

// takeBack shows no more what an event takes back, if it is one that does: in the ring there is
// something else in its place by now, and what only this screen keeps is replaced.
func (s *Screen) takeBack(by *state.Event) {
	if !by.Erases() {
		return
	}
	s.shared.rows.TakeBack(by)
	for c := range s.all {
		for i := range c.transcript.locals {
			c.transcript.locals[i].takeBack(by)
		}
	}
	if p, found := s.overlay.page(); found {
		for i := range p.Events {
			if left, taken := by.Takes(&p.Events[i]); taken {
				p.Events[i].Body = left
			}
		}
	}
	if s.overlay != nil {
		s.overlay.items = nil
	}
	s.stale = everything
}

// takeBack replaces a message that an event takes back by what is left of it.
func (l *local) takeBack(by *state.Event) {
	if l.event != nil {
		l.event = without(l.event, by)
	}
	switch r := l.reply.(type) {
	case room.Elsewhere:
		l.reply = room.Elsewhere{Event: without(r.Event, by)}
	case room.Done:
		l.reply = room.Done{Event: without(r.Event, by)}
	}
}

// without returns an event, or what is left of it if another one takes it back: events are
// shared, and never changed.
func without(e, by *state.Event) *state.Event {
	left, taken := by.Takes(e)
	if !taken {
		return e
	}
	next := *e
	next.Body = left
	return &next
}
