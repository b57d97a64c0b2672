package screen

import (
	"slices"
	"time"

	"salon/internal/line"
	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// conversation is what the screen keeps of one room: what was said, how far it is read, and
// what is being typed to whom. A member has one for each room that they follow and have looked
// at here, so there are no more than a member may follow.
type conversation struct {
	transcript transcript
	view       view
	unread     unreadState
	beginning  state.Seq // the first event in the room's memory, when nothing was said before it

	draft  line.Editor // the line being typed
	unsure bool        // input.unsure, while another conversation is shown
	target target      // of lines that name nobody
}

// newConversation returns that of a room which is read from a place of the ring on.
func newConversation(r Room, id state.Seq, from uint64) *conversation {
	return &conversation{
		transcript: transcript{room: r, id: id, arrived: from, end: pos{place: from}},
		view:       view{follow: true},
		target:     target{stale: true},
	}
}

// Looks returns the ID of the room that is shown.
func (s *Screen) Looks() state.Seq { return s.transcript.id }

// readRooms reads which rooms the member follows. What was kept of others is gone, with what
// was being typed there.
func (s *Screen) readRooms() {
	rooms := s.room.Rooms()
	if rooms == s.rooms {
		return
	}
	if s.rooms == nil || rooms == nil {
		s.stale |= everything // what says where one is, or no longer
		if s.overlay != nil {
			s.overlay.items = nil
		}
	}
	s.rooms = rooms
	s.stale |= staleHeader | staleNames
	s.dropOthers()
}

// dropOthers forgets what was kept of rooms that the member does not follow any more.
func (s *Screen) dropOthers() {
	for id := range s.others {
		if id != 0 && s.infoOf(id) == nil {
			delete(s.others, id)
		}
	}
}

// infoOf returns what is known of a room that the member follows; nil for others.
func (s *Screen) infoOf(id state.Seq) *room.RoomInfo {
	if s.rooms == nil {
		return nil
	}
	if i := slices.IndexFunc(s.rooms.List, func(in room.RoomInfo) bool { return in.ID == id }); i >= 0 {
		return &s.rooms.List[i]
	}
	return nil
}

// roomName returns the name of the room that is shown.
func (s *Screen) roomName() text.RoomName {
	if s.transcript.id == 0 {
		return text.Salon
	}
	return s.roster.Name
}

// entered shows another room from here on: as it was left, or from its beginning.
// What was said there and the ring does not hold any more is asked for.
func (s *Screen) entered(w room.Entered, now time.Time) (left Action) {
	s.stale |= everything
	known, stays := w.Made || w.Last != nil, w.Room == s.transcript.id
	isNew := !stays && s.turnTo(w)
	switch {
	case isNew:
		s.transcript.entered(w, now)
		found := s.markUnread(w.Missed)
		known = known || found >= w.Missed && s.transcript.firstSeq() != 0
	case stays, w.Why != room.Asked:
		s.catchUp(w.Place)
		w.Last, known = nil, true
		s.noteFailure(w)
		s.transcript.add(local{when: now, reply: w})
	default:
		first, _ := s.room.Held()
		known = known || first <= s.transcript.end.place
		known = s.catchUp(w.Place) >= w.Missed || known
	}
	if !known {
		_, held := s.transcript.firstHeld()
		s.asking = asking{request: room.Around{Seq: held}, fills: w.Missed + 1, isNew: isNew}
		left = Action{Request: s.asking.request}
	}
	if s.isLooking(now) {
		s.markSeen()
	}
	return left
}

// fill adds messages of the room that is shown which the ring does not hold.
func (s *Screen) fill(events []state.Event, a asking) {
	s.transcript.fill(events, a.isNew)
	if a.fills > 1 {
		s.markUnread(a.fills - 1)
	}
	s.stale |= staleRows
}

// turnTo puts the conversation that is shown aside, and shows that of another room. What was
// being typed stays where it was. It reports whether that conversation is a new one.
func (s *Screen) turnTo(w room.Entered) (isNew bool) {
	s.endMode()
	s.close()
	s.asking = asking{}
	in, left := &s.input, s.conversation
	in.highlighted, in.quitPending, in.hint = entryRef{}, false, ""
	left.unsure = in.unsure
	if s.others == nil {
		s.others = map[state.Seq]*conversation{}
	}
	if w.Why == room.Asked || left.transcript.id == 0 {
		s.others[left.transcript.id] = left
	} else {
		in.moved = !left.draft.Empty()
	}
	next := s.others[w.Room]
	delete(s.others, w.Room)
	if isNew = next == nil; isNew {
		next = newConversation(s.room, w.Room, w.Place)
	}
	next.unread.lastKey, next.unread.bell = left.unread.lastKey, left.unread.bell
	next.target.stale = true
	if in.moving && w.Why == room.Asked && !left.draft.Selected() {
		next.draft.Insert(left.draft.Text())
		left.draft.Set("", 0)
	}
	in.moving = false
	s.conversation, in.line, in.unsure = next, &next.draft, next.unsure
	s.dropOthers()
	s.refresh()
	return isNew
}

// catchUp adds what was said in the room that is shown while another one was: up to a place.
// The unread marker stands before it. It returns how many messages by others these were.
func (s *Screen) catchUp(upTo uint64) (came int) {
	t, n := &s.transcript, &s.unread
	from := t.end
	t.end.place = max(t.end.place, upTo)
	for e, next, ok := t.after(from); ok; e, next, ok = t.after(next) {
		if e.local == nil {
			s.takeBack(e.event)
		}
		if e.local != nil || !isMessage(e.event) || e.event.Author() == s.me {
			continue
		}
		s.setMarker(entryRef{e.pos, true, false})
		came++
		n.count++
		n.markerCount++
		if s.view.follow {
			continue
		}
		n.below++
		if s.mentionsMe(e) {
			n.mentionsBelow++
		}
	}
	return came
}

// markUnread sets the unread marker before the last messages by others: so many, or as many as
// there are. It returns how many messages it found.
func (s *Screen) markUnread(missed int) (found int) {
	at := entryRef{}
	for e, ok := s.transcript.before(s.transcript.end); ok && found < missed; e, ok = s.transcript.before(e.pos) {
		if e.event != nil && isMessage(e.event) && e.event.Author() != s.me {
			at, found = entryRef{e.pos, true, e.local != nil}, found+1
		}
	}
	if found > 0 {
		s.unread.markerSeen = true
		s.setMarker(at)
		s.unread.markerCount, s.unread.markerSeen = missed, true
	}
	return found
}

// mentionedElsewhere tells of a message that names the member in a room that is not shown.
func (s *Screen) mentionedElsewhere(m room.Elsewhere, now time.Time) {
	s.takeBack(m.Event)
	if in, _ := state.RoomOf(m.Event.Body); in == s.transcript.id || m.Event.Erases() {
		return
	}
	s.noteMention()
	if s.prefs.Bell != state.BellNone {
		s.unread.bell = true
	}
	s.transcript.add(local{when: m.Event.Time, reply: m})
	if !s.view.follow {
		s.unread.below++
		s.unread.mentionsBelow++
		s.stale |= staleBar
	}
}

// unreadElsewhere is how many messages there are to read in the rooms that are not shown.
func (s *Screen) unreadElsewhere() (n int) {
	if s.rooms == nil {
		return 0
	}
	for _, in := range s.rooms.List {
		if in.ID != s.transcript.id {
			n += in.Unread
		}
	}
	return n
}

// all yields all conversations: the one that is shown, and the others.
func (s *Screen) all(yield func(*conversation) bool) {
	if !yield(s.conversation) {
		return
	}
	for _, c := range s.others {
		if !yield(c) {
			return
		}
	}
}

// roomKeys are the keys of the first rooms of the list: of the digits, and on a French keyboard
// of the signs that these keys have without Shift.
var roomKeys = map[string]int{
	"alt+1": 0, "alt+2": 1, "alt+3": 2, "alt+4": 3, "alt+5": 4, "alt+6": 5, "alt+7": 6, "alt+8": 7, "alt+9": 8,
	"alt+&": 0, "alt+é": 1, `alt+"`: 2, "alt+'": 3, "alt+(": 4, "alt+-": 5, "alt+è": 6, "alt+_": 7, "alt+ç": 8,
}

// roomKey goes to another room where there are several, and reports whether the key is one that
// does. Alt with Left and Right is then no key of the line: Ctrl with them moves by words too.
func (s *Screen) roomKey(name string) (a Action, ok bool) {
	if s.rooms == nil {
		return Action{}, false
	}
	list := s.rooms.List
	here := slices.IndexFunc(list, func(in room.RoomInfo) bool { return in.ID == s.transcript.id })
	to, ok := roomKeys[name]
	switch {
	case name == "alt+left":
		to, ok = (max(here, 0)+len(list)-1)%len(list), true
	case name == "alt+right":
		to, ok = (here+1)%len(list), true
	}
	if s.input.moving = s.input.moving && !ok; ok && to < len(list) && to != here {
		a = Action{Look: true, Room: list[to].ID}
	}
	return a, ok
}
