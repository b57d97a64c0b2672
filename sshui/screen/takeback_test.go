package screen

import (
	"testing"

	"salon/room"
	"salon/room/state"
)

// takesBack has the room take a message back: in its ring there is what is left of it.
func (r *fakeRoom) takesBack(it room.Item, by string) room.Item {
	b := state.Deleted{Message: it.Event.Seq, Own: by == "", By: "bob"}
	gone := r.happens(b)
	for i, e := range r.events {
		if left, taken := gone.Event.Takes(e); taken {
			next := *e
			next.Body = left
			r.events[i] = &next
		}
	}
	return gone
}

// TestWordsThatWereTakenBackAreGone from the conversation, from what only this screen keeps and
// from what lies over it; and from the rows that screens share.
func TestWordsThatWereTakenBackAreGone(t *testing.T) {
	st := newStage(t, 80, 24)
	it := st.room.said("bob", "@eve le mot de passe")
	st.shows(it, replied(room.Elsewhere{Event: &state.Event{Seq: it.Event.Seq, Time: it.Event.Time, Body: state.Said{From: "bob", Text: "mot de passe", Room: dev, In: "#dev"}}}))
	st.shows(found(it))
	st.joins(tp2, room.Entered{})
	st.goes("alt+1")
	st.has("@eve le mot de passe")
	st.has("#dev mot de passe")
	st.shows(found(it))
	st.shows(st.room.takesBack(it, ""))
	st.hasNot("passe")
	st.keys("esc")
	st.hasNot("passe")
	st.has("bob │ message supprimé")
	st.has("┃ #dev message supprimé")

	st.joins(dev, room.Entered{Again: true, Last: []state.Event{{Seq: 90, Time: opening, Body: state.Said{From: "ann", Text: "un vieux mot de passe"}}}})
	st.has("vieux mot")
	st.in(0, "bob", "@eve le mot secret")
	st.goes("alt+1")
	st.room.where, st.room.seq = dev, 100
	st.room.happens(state.Deleted{Message: 90, By: "bob", Room: dev})
	st.room.where = 0
	st.goes("alt+3")
	st.hasNot("vieux mot")
	st.has("@eve le mot")
	st.shows(replied(room.Elsewhere{Event: &state.Event{Seq: 200, Body: state.Deleted{Message: st.room.events[len(st.room.events)-2].Seq}}}))
	st.hasNot("@eve le mot")
	st.goes("alt+1")

	other := st.room.said("bob", "autre mot de passe")
	st.shows(other)
	st.keys("alt+l")
	st.has("autre")
	st.shows(st.room.takesBack(other, "ann"))
	st.hasNot("passe")
	st.keys("enter")
	st.has("message supprimé par bob")
}
