package room

import (
	"slices"
	"time"

	"salon/room/state"
)

// showLocked puts an event on the ring, if it is shown. The roster expires first:
// a session that reads the event finds the roster that it made.
func (r *Room) showLocked(woken []*audience, out state.Outcome, left []state.Following) []*audience {
	body, roster := out.Event.Body, out.Err == nil && state.KindOf(out.Event.Body).Roster
	if !roster && !out.Shown {
		return woken
	}
	rooms := r.roomsOfLocked(body, left)
	if roster {
		r.expireRostersLocked(rooms)
	}
	if made, ok := body.(state.RoomMade); ok && out.Err == nil {
		r.openLocked(made.Room)
		rooms = r.roomsOfLocked(body, nil)
	}
	if !out.Shown || r.crowdedLocked(body) {
		return woken
	}
	r.ring.push(&out.Event, rooms...)
	return r.readersLocked(woken, rooms)
}

// followedLocked returns the rooms that whoever an event has leave follows until then.
func (r *Room) followedLocked(b state.Body) []state.Following {
	left, ok := b.(state.Left)
	if !ok {
		return nil
	}
	if m := r.state.Member(left.Session); m != nil {
		return m.Rooms
	}
	return nil
}

// crowdedLocked reports whether an event says that somebody goes to a room, or leaves it, that
// is too full to name each.
func (r *Room) crowdedLocked(b state.Body) bool {
	switch b.(type) {
	case state.RoomJoined, state.RoomLeft:
		room, _ := state.RoomOf(b)
		return r.cfg.GatherAbove != 0 && r.state.Followers(room) > r.cfg.GatherAbove
	}
	return false
}

// gatherLocked counts a join or a leave instead of showing it, once the room is
// full enough, and reports whether it did.
func (r *Room) gatherLocked(b state.Body) bool {
	if r.cfg.GatherAbove == 0 || r.gathering == nil && r.state.Count() <= r.cfg.GatherAbove {
		return false
	}
	switch b.(type) {
	case state.Joined:
		r.gathered.In++
	case state.Left:
		r.gathered.Out++
	default:
		return false
	}
	if r.gathering == nil {
		r.gathering = time.AfterFunc(r.cfg.GatherEvery, r.showGathered)
	}
	return true
}

func (r *Room) showGathered() {
	r.mu.Lock()
	sum := r.gathered
	sum.Present = r.state.Count()
	r.gathered, r.gathering = state.Gathered{}, nil
	r.mu.Unlock()
	r.showHere(sum)
}

// showHere shows something on this node that is not in the log.
func (r *Room) showHere(b state.Body) {
	now := r.log.Now().Time
	r.mu.Lock()
	rooms := r.roomsOfLocked(b, nil)
	r.expireRostersLocked(rooms) // before the event, as in showLocked
	r.ring.push(&state.Event{Time: now, Body: b}, rooms...)
	woken := r.readersLocked(nil, rooms)
	r.mu.Unlock()
	for _, a := range woken {
		a.wake()
	}
}

// roomsOfLocked returns the rooms in which an event is shown; none: in all. left are the rooms
// that whoever left followed.
func (r *Room) roomsOfLocked(b state.Body, left []state.Following) []state.Seq {
	if !r.apart {
		return nil
	}
	followed := left
	switch b := b.(type) {
	case state.Joined:
		if m, ok := r.state.Find(b.Forms.Key); ok {
			followed = m.Rooms
		}
	case state.Renamed:
		if m := r.state.ByID(b.Member); m != nil {
			followed = m.Rooms
		}
	case state.Left:
	case state.Walled, state.Forgotten, state.Banned, state.Unbanned, state.ShutdownPlanned, state.ShutdownCountdown,
		state.ShutdownCancelled, state.NodeUp, state.NodeDown, state.LogLost, state.LogFound:
		return nil
	case state.Kicked:
		if b.Room == 0 {
			return nil
		}
		return []state.Seq{b.Room}
	default:
		room, _ := state.RoomOf(b)
		return []state.Seq{room}
	}
	list := []state.Seq{0}
	for _, f := range followed {
		if f.Room != 0 {
			list = append(list, f.Room)
		}
	}
	return list
}

// shows reports whether an event is shown to those who look at a room.
func (r *Room) shows(b state.Body, room state.Seq) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	rooms := r.roomsOfLocked(b, nil)
	return rooms == nil || slices.Contains(rooms, room)
}
