package room

import (
	"maps"
	"slices"

	"salon/internal/wait"
	"salon/room/state"
)

// Look has the session look at a room that its member follows, 0 for the first: what happens
// there comes after an [Entered] without messages. It does not block. Other rooms are
// [state.ErrNoRoom].
func (s *Session) Look(room state.Seq) error {
	s.room.mu.Lock()
	defer s.room.mu.Unlock()
	m := s.room.state.Member(s.id)
	if m == nil || !m.Follows(room) || s.room.state.Room(room) == nil {
		return state.ErrNoRoom
	}
	if s.Looks() != room {
		s.room.enterLocked(s, Entered{Room: room, Place: s.room.ring.end(), Again: true})
	}
	return nil
}

// enterLocked has a session look at the room of an Entered, which is completed, from its
// Place on. What it did not read of the room that it leaves is noted.
func (r *Room) enterLocked(s *Session, w Entered) {
	in := r.state.Room(w.Room)
	w.Name, w.Topic, w.Present, w.Names = in.Name, in.Topic, r.presentLocked(in.ID), r.namesLocked(in.ID)
	if left := s.Looks(); left != w.Room {
		r.readLocked(s, left)
	}
	if w.Last == nil && w.Again {
		w.Missed = r.unreadLocked(s, in)
		if !s.onScreen() {
			w.Last = s.withoutIgnored(r.ring.last(w.Room, w.Place, min(w.Missed, r.limits.Load().Replay)))
			w.Missed = len(w.Last)
		}
	}
	r.readLocked(s, w.Room)
	r.moveLocked(s, w.Room)
	s.rooms.current.Store(nil)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inbox = append(s.inbox, pending{item: Item{Reply: w}, at: r.ring.end(), enter: true})
	s.replies++
	wait.Signal(s.wake)
}

// moveLocked has a session be woken by what happens in another room than before.
func (r *Room) moveLocked(s *Session, room state.Seq) {
	s.looks.Store(uint64(room))
	s.roster.Store(r.rosterOfLocked(room))
	r.seatLocked(s)
}

// seatLocked puts a session among those that are shown the same as it.
func (r *Room) seatLocked(s *Session) {
	a := &r.watching
	if !s.readsAll() {
		a = r.audienceLocked(s.Looks())
	}
	if s.audience == a {
		return
	}
	if s.audience != nil {
		s.audience.remove(s)
	}
	a.add(s)
	s.audience = a
}

// reseatLocked has a session whose role has changed be shown all rooms, or one, from where it
// has read to.
func (r *Room) reseatLocked(s *Session) {
	r.seatLocked(s)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch all := s.cursor.room == everyRoom; {
	case all && !s.readsAll():
		s.cursor = r.ring.readingAt(s.Looks(), s.cursor.place)
	case !all && s.readsAll():
		s.cursor = r.ring.readingAt(everyRoom, s.cursor.place)
	}
}

// openLocked keeps the events of a room apart from the others.
func (r *Room) openLocked(room state.Seq) {
	r.apart = true
	r.ring.open(room)
}

// audienceLocked returns the sessions that look at a room.
func (r *Room) audienceLocked(room state.Seq) *audience {
	if room == 0 {
		return &r.audience
	}
	a := r.audiences[room]
	if a == nil {
		a = &audience{}
		r.audiences[room] = a
	}
	return a
}

// readersLocked appends to list, once, the audiences that are shown what happens in some rooms,
// none: in all.
func (r *Room) readersLocked(list []*audience, rooms []state.Seq) []*audience {
	if len(rooms) == 0 {
		return slices.AppendSeq(append(list[:0], &r.watching, &r.audience), maps.Values(r.audiences))
	}
	add := func(a *audience) {
		if a != nil && !slices.Contains(list, a) {
			list = append(list, a)
		}
	}
	add(&r.watching)
	for _, room := range rooms {
		if room == 0 {
			add(&r.audience)
		} else {
			add(r.audiences[room])
		}
	}
	return list
}

// everyoneLocked returns all sessions, for the caller to keep.
func (r *Room) everyoneLocked() (all []*Session) {
	for _, a := range r.readersLocked(nil, nil) {
		all = append(all, a.everyone()...)
	}
	return all
}

// evictLocked has the sessions here of a member look at the first room where they looked at
// one that they do not follow any more.
func (r *Room) evictLocked(m *state.Member, room state.Seq, why Why) {
	for _, s := range r.sessionsLocked(m) {
		r.expireRoomsLocked(s)
		if s.own.marks != nil {
			delete(s.own.marks, room)
		}
		if s.Looks() == room {
			r.enterLocked(s, Entered{Place: r.ring.end(), Again: true, Why: why})
		}
	}
}

// followsLocked has the sessions here follow what an accepted event says of who follows a
// room.
func (r *Room) followsLocked(b state.Body) {
	room, _ := state.RoomOf(b)
	switch b := b.(type) {
	case state.RoomMade:
		r.expireRoomsOfLocked(r.state.Member(b.Session))
	case state.RoomJoined:
		r.expireRoomsOfLocked(r.state.Member(b.Session))
	case state.RoomLeft:
		if m := r.state.Member(b.Session); m != nil {
			r.evictLocked(m, room, Asked)
		}
		r.closeUnusedLocked([]state.Seq{room})
	case state.RoomClosed:
		for s := range r.several {
			if m := r.state.Member(s.id); m != nil {
				r.evictLocked(m, room, RoomGone)
			}
		}
		r.ring.close(room)
		delete(r.rosters, room)
		if a := r.audiences[room]; a != nil {
			a.close()
			delete(r.audiences, room)
		}
	case state.Invited:
		if !b.Off {
			return
		}
		for s := range r.several {
			if m := r.state.Member(s.id); m != nil && !m.Follows(room) && (s.Looks() == room || s.own.marks[room] != mark{}) {
				r.evictLocked(m, room, PutOut)
			}
		}
	}
}

func (r *Room) expireRoomsOfLocked(m *state.Member) {
	if m == nil {
		return
	}
	for _, s := range r.sessionsLocked(m) {
		r.expireRoomsLocked(s)
	}
}
