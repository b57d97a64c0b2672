package room

import (
	"cmp"
	"slices"
	"sync/atomic"
	"time"

	"salon/internal/wait"
	"salon/room/state"
	"salon/room/text"
)

// readEvery is how often the log notes at most how far a member has read a room: when they
// turn away from it. After a crash what they read since counts as unread.
const readEvery = 10 * time.Second

// countsEvery is how often a session is told at most that there is more unread in rooms that
// it follows and does not look at.
const countsEvery = time.Second

// Rooms is what a screen shows of the rooms that its member follows. It is never changed once
// made.
type Rooms struct {
	List []RoomInfo // the first room first, the others in the order in which they were joined
}

// shownRooms is the Rooms of a session as it was last asked for them.
type shownRooms struct {
	current atomic.Pointer[Rooms] // nil: something has changed since
}

// Rooms returns the rooms that the session's member follows, nil while that is only the
// first. Two calls return the same pointer if nothing in it has changed between them. What
// is unread changes it, and wakes the session, once a second at most.
func (s *Session) Rooms() *Rooms {
	if shown := s.rooms.current.Load(); shown != nil {
		return shown.orNil()
	}
	r := s.room
	r.mu.Lock()
	defer r.mu.Unlock()
	shown := r.roomsLocked(s)
	s.rooms.current.Store(shown)
	return shown.orNil()
}

func (rs *Rooms) orNil() *Rooms {
	if len(rs.List) < 2 {
		return nil
	}
	return rs
}

// onScreen reports whether the session shows a screen now.
func (s *Session) onScreen() bool { return s.from.Screen && !s.Prefs().Plain }

// Looks returns the room that the session looks at, 0 for the first: its lines go there. It
// shows it once it is shown an [Entered] of it.
func (s *Session) Looks() state.Seq { return state.Seq(s.looks.Load()) }

// Shows returns the room whose events Take takes now: until an [Entered] was taken, the one that
// the session looked at before.
func (s *Session) Shows() state.Seq {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cursor.room == everyRoom {
		return s.Looks()
	}
	return s.cursor.room
}

// readsAll reports whether a session is shown what happens in all rooms.
func (s *Session) readsAll() bool {
	return s.Role() == state.Console || s.Role() >= state.Operator && s.from.Prefs.JSON
}

// roomsLocked returns the rooms that a session's member follows.
func (r *Room) roomsLocked(s *Session) *Rooms {
	shown := &Rooms{}
	m := r.state.Member(s.id)
	if m == nil || len(m.Rooms) < 2 {
		return shown
	}
	for _, f := range m.Rooms {
		if in := r.state.Room(f.Room); in != nil {
			shown.List = append(shown.List, r.infoLocked(s, m, in))
		}
	}
	return shown
}

// infoLocked describes a room as a session's member may see it.
func (r *Room) infoLocked(s *Session, m *state.Member, in *state.Room) RoomInfo {
	info := RoomInfo{
		ID: in.ID, Name: in.Name, Topic: in.Topic, Present: r.presentLocked(in.ID), Private: in.Private, Owner: in.Owner.Pseudo,
		Here: s.member && s.Looks() == in.ID,
	}
	if m == nil || !m.Follows(in.ID) {
		return info
	}
	info.Follows = true
	if info.Here {
		return info
	}
	info.Unread = r.unreadLocked(s, in)
	info.Named = info.Unread > 0 && s.own.marks[in.ID].named
	return info
}

// unreadLocked returns how many messages of a room a session's member has not read.
func (r *Room) unreadLocked(s *Session, in *state.Room) int {
	m := r.state.Member(s.id)
	if m == nil || !m.Follows(in.ID) {
		return 0
	}
	return int(in.Messages - min(in.Messages, max(s.own.marks[in.ID].read, m.Read(in.ID))))
}

// mark is how far a member has read a room on this node, and whether they were named in it
// since.
type mark struct {
	read  uint64
	named bool
	noted time.Time // when the log was last told
}

// presentLocked returns how many are in a room.
func (r *Room) presentLocked(room state.Seq) int {
	if room == 0 {
		return r.state.Count()
	}
	return r.state.Followers(room)
}

// readLocked notes that a session's member has read all of a room.
func (r *Room) readLocked(s *Session, room state.Seq) {
	in, m := r.state.Room(room), r.state.Member(s.id)
	if in == nil || m == nil || !m.Follows(room) || len(m.Rooms) < 2 && room == 0 {
		return
	}
	if s.own.marks == nil {
		s.own.marks = map[state.Seq]mark{}
	}
	was := s.own.marks[room]
	next := mark{read: in.Messages, noted: was.noted}
	if next.read > max(m.Read(room), was.read) && time.Since(was.noted) >= readEvery && r.closing == nil {
		next.noted = time.Now()
		b := state.RoomRead{Session: s.id, Room: room, Read: in.Messages}
		r.running.Go(func() { r.note(b) })
	}
	s.own.marks[room] = next
}

// unnotedRoomLocked returns what the log does not know of how far the owner of an account has
// read the room that their session looks at: they find the rooms that they follow again.
func (r *Room) unnotedRoomLocked(s *Session) []state.Body {
	m, in := r.state.Member(s.id), r.state.Room(s.Looks())
	if s.account == 0 || m == nil || in == nil || len(m.Rooms) < 2 || m.Read(in.ID) >= in.Messages {
		return nil
	}
	return []state.Body{state.RoomRead{Session: s.id, Room: in.ID, Read: in.Messages}}
}

// noteRoom has the log note what unnotedRoomLocked returns, and waits for it.
func (r *Room) noteRoom(s *Session) {
	r.mu.Lock()
	list := r.unnotedRoomLocked(s)
	r.mu.Unlock()
	for _, b := range list {
		r.note(b)
	}
}

// roomsIn returns the rooms of a list.
func roomsIn(list []state.Following) (rooms []state.Seq) {
	for _, f := range list {
		rooms = append(rooms, f.Room)
	}
	return rooms
}

// readOwnLocked has what somebody said in a room that they do not look at, and had read, not
// count as unread for them.
func (r *Room) readOwnLocked(b state.Said) {
	s := r.sessions[b.Session]
	if s == nil {
		return
	}
	if at, ok := s.own.marks[b.Room]; ok && at.read+1 == r.state.Room(b.Room).Messages {
		at.read++
		s.own.marks[b.Room] = at
	}
}

// expireRoomsLocked has a session find the rooms that it follows anew.
func (r *Room) expireRoomsLocked(s *Session) {
	s.rooms.current.Store(nil)
	if m := r.state.Member(s.id); m != nil && len(m.Rooms) > 1 {
		r.several[s] = struct{}{}
	} else {
		delete(r.several, s)
	}
}

// countedLocked has the sessions that follow a room and do not look at it be told, soon, how
// much there is unread.
func (r *Room) countedLocked(room state.Seq) {
	if len(r.several) == 0 {
		return
	}
	if r.counts.changed == nil {
		r.counts.changed = map[state.Seq]struct{}{}
	}
	r.counts.changed[room] = struct{}{}
	if r.counts.timer == nil {
		r.counts.timer = time.AfterFunc(max(0, countsEvery-time.Since(r.counts.told)), r.tellCounts)
	}
}

// counts is when sessions are told what is unread elsewhere.
type counts struct {
	changed map[state.Seq]struct{} // rooms in which something was said since
	told    time.Time
	timer   *time.Timer // nil: nothing is to be told
}

func (r *Room) tellCounts() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for s := range r.several {
		shown := s.rooms.current.Load()
		if shown == nil || !s.onScreen() {
			continue
		}
		for _, in := range shown.List {
			if _, changed := r.counts.changed[in.ID]; changed && !in.Here {
				s.rooms.current.Store(nil)
				wait.Signal(s.wake)
				break
			}
		}
	}
	r.counts = counts{told: time.Now()}
}

// findRoomLocked returns the room with a name typed by somebody, if the session may know of
// it; else state.ErrNoRoom.
func (s *Session) findRoomLocked(name string) (*state.Room, error) {
	st, m := s.room.state, s.room.state.Member(s.id)
	parsed, err := text.ParseRoomName(name)
	if err != nil {
		return nil, state.ErrNoRoom
	}
	in := st.RoomNamed(parsed.Key())
	switch {
	case in == nil:
	case in.ID == 0, s.Role() >= state.Operator:
		return in, nil
	case m != nil && st.MayEnter(m, in):
		return in, nil
	}
	return nil, state.ErrNoRoom
}

// seesRoomsLocked reports whether a newcomer may know of a room besides the first: a public one,
// or one that they follow.
func (r *Room) seesRoomsLocked(s *Session) bool {
	if r.state.Rooms() == 0 {
		return false
	}
	if m := r.state.Member(s.id); m != nil && len(m.Rooms) > 1 {
		return true
	}
	for in := range r.state.View().Rooms() {
		if !in.Private {
			return true
		}
	}
	return false
}

// visibleLocked returns the rooms that a session may know of, the first one first, the others
// by their names.
func (s *Session) visibleLocked() []RoomInfo {
	r := s.room
	m := r.state.Member(s.id)
	list := []RoomInfo{r.infoLocked(s, m, r.state.Room(0))}
	for in := range r.state.View().Rooms() {
		if s.Role() >= state.Operator || m != nil && r.state.MayEnter(m, in) {
			list = append(list, r.infoLocked(s, m, in))
		}
	}
	slices.SortStableFunc(list[1:], func(a, b RoomInfo) int {
		return cmp.Compare(text.Fold(string(a.Name)), text.Fold(string(b.Name)))
	})
	return list
}
