package screen

import (
	"pgregory.net/rapid"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// looks has the session look at the room that a key asks for, to be shown later.
func (a *actor) looks(do Action) {
	if do.Look && do.Room != a.room.looks {
		a.coming = append(a.coming, a.room.enters(room.Entered{Room: do.Room, Again: true}))
	}
}

// wander follows other rooms, and goes to one of them or is put there.
func (a *actor) wander() {
	r := a.room
	r.follows(rapid.SampledFrom([][]state.Seq{nil, {dev}, {dev, tp2}, {tp2, dev, 11}}).Draw(a.T, "follows")...)
	w := room.Entered{Why: rapid.SampledFrom([]room.Why{room.Asked, room.Asked, room.RoomGone}).Draw(a.T, "why")}
	if r.rooms != nil {
		w.Room = rapid.SampledFrom(r.rooms.List).Draw(a.T, "to").ID
	}
	if w.Again = rapid.Bool().Draw(a.T, "again"); !w.Again {
		for i := range r.events {
			if r.in[i] == w.Room && state.KindOf(r.events[i].Body).Spoken {
				w.Last = append(w.Last, *r.events[i])
			}
		}
	}
	a.coming = append(a.coming, r.enters(w))
}

// elsewhere says something in a room that is not looked at.
func (a *actor) elsewhere() {
	r := a.room
	if r.rooms == nil {
		return
	}
	id := rapid.SampledFrom(r.rooms.List).Draw(a.T, "in").ID
	if id == r.looks {
		return
	}
	r.where = id
	it := r.happens(state.Said{From: text.Pseudo(a.who("who")), Text: text.Clean(a.text(), true), Room: id, In: roomNameOf(id)})
	r.where = r.looks
	named := rapid.Bool().Draw(a.T, "named")
	r.rechecks(func(in *room.RoomInfo) {
		if in.ID == id {
			in.Unread, in.Named = in.Unread+1, in.Named || named
		}
	})
	if named {
		a.coming = append(a.coming, replied(room.Elsewhere{Event: it.Event}))
	}
}
