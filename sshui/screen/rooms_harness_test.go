package screen

import (
	"fmt"
	"strings"
	"time"

	"salon/internal/line/keys"
	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// The rooms of tests, besides the first.
const dev, tp2 state.Seq = 7, 9

var roomNames = map[state.Seq]text.RoomName{0: text.Salon, dev: "#dev", tp2: "#tp2"}

func roomNameOf(id state.Seq) text.RoomName {
	if name, ok := roomNames[id]; ok {
		return name
	}
	return text.RoomName(fmt.Sprintf("#salle-%d", id))
}

// follows has the member follow these rooms besides the first.
func (r *fakeRoom) follows(ids ...state.Seq) {
	if len(ids) == 0 {
		r.rooms = nil
		return
	}
	next := &room.Rooms{}
	for _, id := range append([]state.Seq{0}, ids...) {
		in := room.RoomInfo{ID: id, Name: roomNameOf(id), Follows: true, Here: id == r.looks}
		if was := r.infoOf(id); was != nil {
			in.Unread, in.Named = was.Unread, was.Named
		}
		next.List = append(next.List, in)
	}
	r.rooms = next
}

func (r *fakeRoom) infoOf(id state.Seq) *room.RoomInfo {
	for i := 0; r.rooms != nil && i < len(r.rooms.List); i++ {
		if r.rooms.List[i].ID == id {
			return &r.rooms.List[i]
		}
	}
	return nil
}

// rechecks has the list of rooms be another one, as what is unread has changed.
func (r *fakeRoom) rechecks(change func(*room.RoomInfo)) {
	if r.rooms == nil {
		return
	}
	next := &room.Rooms{List: append([]room.RoomInfo(nil), r.rooms.List...)}
	for i := range next.List {
		change(&next.List[i])
	}
	r.rooms = next
}

// in says something in another room than the one that is looked at: it is to be counted there,
// and told of if it names the member.
func (st *testScreen) in(id state.Seq, from, words string) {
	st.t.Helper()
	r := st.room
	r.where = id
	it := r.happens(state.Said{From: text.Pseudo(from), Text: text.Clean(words, true), Room: id, In: roomNameOf(id)})
	r.where = r.looks
	named := strings.Contains(words, "@"+string(r.me))
	r.rechecks(func(in *room.RoomInfo) {
		if in.ID == id {
			in.Unread, in.Named = in.Unread+1, in.Named || named
		}
	})
	if named {
		st.shows(replied(room.Elsewhere{Event: it.Event}))
	}
	st.frame()
}

// enters is what the session of a member is shown who goes to a room.
func (r *fakeRoom) enters(w room.Entered) room.Item {
	w.Name = roomNameOf(w.Room)
	_, w.Place = r.Held()
	r.looks, r.where = w.Room, w.Room
	if in := r.infoOf(w.Room); in != nil && w.Missed == 0 {
		w.Missed = in.Unread
	}
	r.rechecks(func(in *room.RoomInfo) {
		if in.Here = in.ID == w.Room; in.Here {
			in.Unread, in.Named = 0, false
		}
	})
	r.rosters(func(next *room.Roster) { next.Room, next.Name, next.Topic = w.Room, w.Name, w.Topic })
	w.Present = r.roster.Present
	for _, p := range r.roster.People {
		w.Names = append(w.Names, p.Pseudo)
	}
	return replied(w)
}

// around is a page of what was said in the room that is looked at, also before what the ring
// holds.
func (r *fakeRoom) around(asked room.Around) room.Past {
	p := room.Past{Around: asked.Seq, Asked: asked}
	for i := range 3 {
		b := state.Said{From: "ann", Text: fmt.Sprint("ancien ", i), Room: r.looks, In: roomNameOf(r.looks)}
		p.Events = append(p.Events, state.Event{Seq: state.Seq(i + 1), Time: opening.Add(-time.Hour), Body: b})
	}
	for i, e := range r.events {
		if r.in[i] == r.looks && state.KindOf(e.Body).Spoken && e.Seq > 3 {
			p.Events = append(p.Events, *e)
		}
	}
	return p
}

// joins has the member go to a room that they did not follow.
func (st *testScreen) joins(id state.Seq, w room.Entered) {
	st.t.Helper()
	var ids []state.Seq
	for i := 1; st.room.rooms != nil && i < len(st.room.rooms.List); i++ {
		ids = append(ids, st.room.rooms.List[i].ID)
	}
	st.room.follows(append(ids, id)...)
	w.Room = id
	st.shows(st.room.enters(w))
}

// goes presses a key, and has the session look at the room that it asks for.
func (st *testScreen) goes(key string) {
	st.t.Helper()
	st.obeys(st.input(keys.Key{Name: key}))
	st.frame()
}

// obeys has the session look at the room that a key asks for.
func (st *testScreen) obeys(a Action) {
	if a.Look && a.Room != st.room.looks {
		st.Show([]room.Item{st.room.enters(room.Entered{Room: a.Room, Again: true})}, st.room.now)
	}
}

// wanders follows three rooms, in one of which somebody calls.
func wanders(st *testScreen) {
	talks(st)
	st.types(st.either("pas fini", "not done"))
	topic := state.Topic{Text: st.either("la version 2", "version 2"), By: "ann", Set: opening}
	st.joins(tp2, room.Entered{Made: true})
	st.joins(dev, room.Entered{Topic: topic})
	st.shows(st.room.said("ann", st.either("ça compile", "it builds")))
	st.in(tp2, "bob", st.either("@eve, tu viens ?", "@eve, are you coming?"))
	st.in(0, "ann", st.either("bonjour", "hello"))
	st.in(0, "bob", st.either("bonjour", "hello"))
	st.types(st.either("bravo", "well done"))
}

// comesBack finds the first room as it was left.
func comesBack(st *testScreen) {
	wanders(st)
	st.in(0, "cléo", "@eve ?")
	st.goes("alt+1")
}

func followsMany(st *testScreen) {
	var ids []state.Seq
	for i := range state.Seq(20) {
		ids = append(ids, 100+i)
	}
	st.room.follows(ids...)
	st.joins(dev, room.Entered{})
	st.in(ids[18], "ann", "a")
	for range 120 {
		st.in(ids[17], "ann", "a")
	}
}
