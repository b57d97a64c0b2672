package state_test

import (
	"testing"

	"salon/room/state"
)

// TestWhatIsTakenBack: one message, or all that somebody said until then.
func TestWhatIsTakenBack(t *testing.T) {
	s := newStory(t)
	ann, bob := s.comes("ann"), s.comes("bob")
	first := s.happens(state.Said{Session: ann, Text: "un", Action: true})
	second := s.happens(state.Said{Session: ann, Text: "deux"})
	other := s.happens(state.Said{Session: bob, Text: "trois"})
	deleted := s.happens(state.Deleted{Session: bob, Message: second.Seq, Author: "ann", By: "forged"})
	forgotten := s.happens(state.Forgotten{Session: ann})
	later := s.happens(state.Said{Session: ann, Text: "quatre"})
	for _, c := range []struct {
		what     string
		by, said state.Event
		want     *state.Removal
	}{
		{"that message", deleted, second, &state.Removal{By: "bob"}},
		{"another", deleted, first, nil},
		{"all of hers", forgotten, first, &state.Removal{By: "ann", Own: true}},
		{"somebody else's", forgotten, other, nil},
		{"what was said later", forgotten, later, nil},
		{"by a message", first, second, nil},
		{"an event that is none", forgotten, deleted, nil},
	} {
		left, ok := c.by.Takes(&c.said)
		if ok != (c.want != nil) || ok && (*left.Removed != *c.want || left.Text != "" || left.Action || left.From != "ann") {
			t.Errorf("%s: %+v, %v", c.what, left, ok)
		}
		c.said.Body = left
		if _, again := c.by.Takes(&c.said); ok && again {
			t.Errorf("%s: it is taken back twice", c.what)
		}
	}
}

// TestForgettingGivesUpTheAccount of whoever owns it.
func TestForgettingGivesUpTheAccount(t *testing.T) {
	s := newStory(t)
	const key = "SHA256:ann"
	ann := s.happens(join("ann", key, "192.0.2.1")).ID
	account := s.happens(register("ann", key, "")).Seq
	first := s.happens(state.Said{Session: ann, Text: "un"})
	forgotten := s.happens(state.Forgotten{Session: ann})
	if b := forgotten.Body.(state.Forgotten); b.Account != account || b.Pseudo != "ann" {
		t.Errorf("it is %+v", b)
	}
	if s.st.Owned(ann) != nil || s.st.Accounts() != 0 {
		t.Error("the account is still there")
	}
	said := first.Body.(state.Said)
	said.Member = state.ID{Origin: 1, N: 1} // in another visit
	if _, ok := forgotten.Takes(&state.Event{Seq: first.Seq, Body: said}); !ok {
		t.Error("what was said in another visit stays")
	}
}
