package logtest

import (
	"reflect"
	"testing"

	"salon/room"
	"salon/room/state"
)

// testErase takes messages back: one by one, and all that somebody said.
func testErase(t *testing.T, s room.Store) {
	ann, later := state.ID{Origin: 5, N: 1}, state.ID{Origin: 6, N: 1}
	bodies := []state.Body{
		state.Said{From: "ann", Member: ann, Account: 17, Text: "un secret", Action: true, Mentions: []state.ID{later}},
		state.Said{From: "bob", Text: "deux secrets"},
		state.Said{Room: 40, In: "#dev", From: "anna", Member: later, Account: 17, Text: "trois secrets"},
		state.Said{From: "ann", Member: ann, Text: "quatre secrets"},
		state.TopicSet{By: "ann", Text: "les secrets"},
	}
	events := spoken(1, bodies...)
	apply(s, events)
	wantFound(t, s, "secret", 1, 2, 3, 4, 5)
	deleted := spoken(6, state.Deleted{Message: 4, Author: "ann", By: "bob"})[0]
	apply(s, []state.Event{deleted})
	for range 2 { // again changes nothing
		s.Erase(deleted)
		wantTakenBack(t, s, events, deleted)
		wantFound(t, s, "secret", 1, 2, 3, 5)
		wantFound(t, s, "quatre")
	}
	after := spoken(7, state.Said{From: "ann", Member: ann, Account: 17, Text: "sept secrets"})
	forgotten := spoken(8, state.Forgotten{Pseudo: "ann", Member: ann, Account: 17})[0]
	apply(s, append(after, forgotten))
	s.Erase(forgotten)
	wantTakenBack(t, s, append(events, after...), deleted, forgotten)
	wantFound(t, s, "secret", 2, 5)
	wantFound(t, s, "bob", 2)
	apply(s, spoken(9, state.Said{From: "ann", Member: ann, Account: 17, Text: "encore un secret"}))
	wantFound(t, s, "secret", 2, 5, 9)
	s.Erase(spoken(10, says("ann", "nothing"))[0]) // which takes nothing back
	wantFound(t, s, "secret", 2, 5, 9)
}

// wantTakenBack checks that of some events what others leave of them is there.
func wantTakenBack(t *testing.T, s room.Store, events []state.Event, by ...state.Event) {
	t.Helper()
	got, err := s.Last(limited(t), nil, len(events), 0)
	if err != nil || len(got) != len(events) {
		t.Fatalf("there are %d, %v", len(got), err)
	}
	for i, want := range events {
		for _, b := range by {
			if left, ok := b.Takes(&want); ok {
				want.Body = left
			}
		}
		if !reflect.DeepEqual(got[i], want) {
			t.Errorf("of event %d there is %+v, want %+v", want.Seq, got[i].Body, want.Body)
		}
	}
}
