package state

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"salon/room/text"
)

// story applies events one after the other, a second apart.
type story struct {
	*testing.T
	st *State
	at time.Time
}

func newStory(t *testing.T) *story {
	return &story{t, NewState(), time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)}
}

func (s *story) apply(b Body) Outcome {
	s.at = s.at.Add(time.Second)
	seq := s.st.Applied + 1
	return s.st.Apply(Event{Seq: seq, ID: ID{Origin: 1, N: uint64(seq)}, Time: s.at, Body: b})
}

// happens wants an event taken and returns its place.
func (s *story) happens(b Body) Seq {
	s.Helper()
	if out := s.apply(b); out.Err != nil {
		s.Errorf("%#v is refused: %v", b, out.Err)
	}
	return s.st.Applied
}

// fails wants an event refused with an error of the kind of want, or that very one.
func (s *story) fails(b Body, want error) {
	s.Helper()
	if out := s.apply(b); !errors.Is(out.Err, want) && fmt.Sprintf("%T", out.Err) != fmt.Sprintf("%T", want) || out.Err == nil {
		s.Errorf("%#v: %v, want %v", b, out.Err, want)
	}
}

// TestAProofOfAFormerAccountProvesNothing about whoever registered the pseudo after
// it was given up.
func TestAProofOfAFormerAccountProvesNothing(t *testing.T) {
	s := newStory(t)
	former := s.happens(Registered{Pseudo: "ann", KeyID: "A", Pass: "hash"})
	s.happens(Unregistered{Pseudo: "ann", Account: former})
	now := s.happens(Registered{Pseudo: "ann", KeyID: "B"})
	s.fails(Joined{Pseudo: "ann", Passed: former}, &RegisteredError{})
	s.fails(Joined{Pseudo: "ann", KeyID: "A"}, &RegisteredError{})
	s.fails(Joined{Pseudo: "ann", KeyID: "A", Passed: former}, &RegisteredError{})
	for _, late := range []Body{
		Registered{Pseudo: "ann", Account: former, KeyID: "A"}, Registered{Pseudo: "bob", Account: former, KeyID: "A"},
		Unregistered{Pseudo: "ann", Account: former}, Unregistered{Pseudo: "ann", Account: former, KeyID: "B"},
		PrefsKept{Pseudo: "ann", Account: former}, Seen{Pseudo: "ann", Account: former, Upto: 1},
	} {
		s.fails(late, ErrGone)
	}
	s.fails(Registered{Pseudo: "Ann", KeyID: "A"}, &RegisteredError{})
	s.fails(Registered{Pseudo: "ann", Account: now}, ErrGone)
	s.happens(Joined{Pseudo: "ann", KeyID: "B"})
	s.fails(Joined{Pseudo: "ann", Passed: former}, &RegisteredError{})
}

func TestWhatLooksLikeARegisteredPseudoIsNotRegistered(t *testing.T) {
	s := newStory(t)
	s.happens(Registered{Pseudo: "alice", KeyID: "A"})
	for _, alike := range []text.Pseudo{"Alice", "a1ice", "Аlice"} {
		s.fails(Registered{Pseudo: alike, KeyID: "B"}, &RegisteredError{})
	}
	s.fails(Registered{Pseudo: "bob", KeyID: "A"}, &KeyTakenError{})
	s.happens(Registered{Pseudo: "alicia", KeyID: "B"})
}

func TestThereIsAnEndToAccounts(t *testing.T) {
	s := newStory(t)
	ann := s.happens(Registered{Pseudo: "ann", KeyID: "A"})
	for i := range MaxAccounts - 1 {
		s.st.Accounts[text.Key(fmt.Sprint("somebody ", i))] = &Account{}
	}
	s.fails(Registered{Pseudo: "bob", KeyID: "B"}, ErrFull)
	s.happens(Registered{Pseudo: "ann", Account: ann, KeyID: "A2"})
	s.happens(Unregistered{Pseudo: "ann", Account: ann})
	s.happens(Registered{Pseudo: "bob", KeyID: "B"})
}

// TestTheOwnerTakesTheirPseudoBack from a guest who came in just before it became
// theirs.
func TestTheOwnerTakesTheirPseudoBack(t *testing.T) {
	s := newStory(t)
	guest := s.happens(Joined{Pseudo: "ann", KeyID: "G"})
	s.happens(Registered{Session: ID{Origin: 1, N: 99}, Pseudo: "ann", KeyID: "A"})
	s.fails(Joined{Pseudo: "ann", KeyID: "G"}, &RegisteredError{})
	out := s.apply(Joined{Pseudo: "ann", KeyID: "A"})
	if len(out.Ended) != 1 || out.Ended[0].Session.N != uint64(guest) || out.Ended[0].Why.Cause != Reclaimed || !out.Shown {
		t.Errorf("the owner joins with %+v", out)
	}
	if m, ok := s.st.Find("ann"); !ok || m.KeyID != "A" || s.st.Count() != 1 {
		t.Errorf("ann is %+v, of %d", m, s.st.Count())
	}
}

// TestWhatTheLogKeepsOfAMute is enough when nobody is here any more.
func TestWhatTheLogKeepsOfAMute(t *testing.T) {
	s := newStory(t)
	s.happens(Joined{Pseudo: "bob", KeyID: "B"})
	completed := s.apply(Muted{Pseudo: "bob"}).Event.Body
	later := newStory(t)
	later.happens(completed)
	later.happens(Joined{Pseudo: "rob", KeyID: "B"})
	later.fails(Said{Session: ID{Origin: 1, N: 2}, Text: "hello"}, &MutedError{})
}
