package lang

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// roomName is the name of a room as it stands in a sentence.
func roomName(n text.RoomName) string { return text.Isolate(string(n)) }

// inRooms writes what happened to a room in one sentence; "" for anything else.
func (v View) inRooms(body state.Body) string {
	t := v.texts()
	switch b := body.(type) {
	case state.RoomMade:
		return fmt.Sprintf(t.RoomMade, roomName(b.Name), v.by(b.By))
	case state.RoomClosed:
		return fmt.Sprintf(t.RoomClosed, roomName(b.In), v.by(b.By))
	case state.RoomJoined:
		return fmt.Sprintf(t.RoomJoined, name(b.Pseudo), roomName(b.In))
	case state.RoomLeft:
		return fmt.Sprintf(t.RoomLeft, name(b.Pseudo), roomName(b.In))
	case state.Invited:
		return v.named(pick(b.Off, t.Uninvited, t.Invited), name(b.Who.Pseudo), v.by(b.By))
	case state.ModeratorSet:
		return fmt.Sprintf(pick(b.Off, t.ModeratorRemoved, t.ModeratorAdded), name(b.Who.Pseudo), v.by(b.By))
	case state.PrivateSet:
		return fmt.Sprintf(pick(b.Private, t.NowPrivate, t.NowPublic), v.by(b.By))
	}
	return ""
}

func pick[T any](first bool, one, other T) T {
	if first {
		return one
	}
	return other
}

// entered is what somebody reads first who goes to a room, or who is back in the first one.
func (v View) entered(w room.Entered, now time.Time) []string {
	t := v.texts()
	v.Room = w.Room
	why := map[room.Why]string{room.RoomGone: t.RoomGone, room.PutOut: t.PutOutOfRoom, room.RoomKicked: t.KickedFromRoom}[w.Why]
	switch {
	case w.Made:
		why = t.RoomIsNew
	case why == "" && w.Room == 0:
		why = t.FirstRoom
	case why == "":
		why = t.InRoom
	}
	lines := []string{fmt.Sprintf(why, roomName(w.Name)), v.topic(w.Topic, now), v.present(w.Present, w.Names)}
	if w.Made {
		lines = lines[:1] // the rest follows from it
	}
	if len(w.Last) > 0 {
		lines = append(lines, t.LastMessages)
	}
	return append(starred(lines), v.lastOf(w, now)...)
}

// elsewhere writes an event of a room that the reader did not look at when it happened: with its
// room, although they may look at it by now.
func (v View) elsewhere(e *state.Event) []string {
	v.Room = noRoom
	return strings.Split(v.Event(e), "\n")
}

// noRoom is the ID of no room.
const noRoom state.Seq = 1<<64 - 1

// lastOf writes the last messages of a room, and where what others said meanwhile begins.
func (v View) lastOf(w room.Entered, now time.Time) []string {
	first, unread, missed := len(w.Last), 0, 0
	for first > 0 && unread < w.Missed {
		if first--; said(w.Last[first]) {
			unread++
			if w.Last[first].Author() != v.Me {
				missed++
			}
		}
	}
	if missed == 0 {
		return v.events(w.Last, now)
	}
	return v.marked(w.Last, first, missed, now)
}

func said(e state.Event) bool {
	_, ok := e.Body.(state.Said)
	return ok
}

// rooms is a list of rooms, a line for each: its name, how many are there, what the reader has
// to do with it, and its topic.
func (v View) rooms(r room.RoomList) []string {
	width := 0
	for _, in := range r.Rooms {
		width = max(width, utf8.RuneCountInString(string(in.Name)))
	}
	lines := []string{fmt.Sprintf(v.texts().RoomsCount, len(r.Rooms))}
	for _, in := range r.Rooms {
		pad := strings.Repeat(" ", width-utf8.RuneCountInString(string(in.Name)))
		lines = append(lines, "  "+strings.Join(append([]string{roomName(in.Name) + pad}, v.aboutRoom(in)...), "  "))
	}
	return lines
}

func (v View) aboutRoom(in room.RoomInfo) []string {
	t := v.texts()
	about := []string{fmt.Sprintf(t.Screen.Online, in.Present)}
	switch {
	case in.Here:
		about = append(about, t.HereMark)
	case in.Named:
		about = append(about, fmt.Sprintf(t.UnreadNamed, in.Unread))
	case in.Unread > 0:
		about = append(about, fmt.Sprintf(t.Unread, in.Unread))
	case in.Follows:
		about = append(about, t.FollowedMark)
	}
	if in.Private {
		about = append(about, t.PrivateMark)
	}
	if in.Topic.Text != "" {
		about = append(about, fmt.Sprintf(t.TopicIs, shown(in.Topic.Text)))
	}
	return about
}
