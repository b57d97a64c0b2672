package state_test

import (
	"testing"

	"pgregory.net/rapid"

	"salon/room/state"
	"salon/room/text"
)

// TestNobodyIsWhoHasNotProvedIt: whoever comes in under a registered pseudo, or one that
// looks like one, has its account's key or pass phrase.
func TestNobodyIsWhoHasNotProvedIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, st := newActor(), state.NewState()
		t.Repeat(map[string]func(*rapid.T){"event": func(t *rapid.T) {
			e := a.event(t, st)
			before := state.AllAccounts(st)
			out := st.Apply(e)
			if out.Err != nil || out.Again {
				return
			}
			session := e.ID
			switch b := out.Event.Body.(type) {
			case state.Joined:
				if m := st.Member(e.ID); m.ID != e.ID {
					return // one more session of somebody who has the pseudo already
				}
			case state.Renamed:
				session = b.Session
			default:
				return
			}
			m := st.Member(session)
			at := m.Attendance(session)
			for _, account := range before {
				if account.Forms.Alike(m.Forms) && !at.Proves(account) {
					t.Fatalf("%+v is %q, and %+v is registered", at, m.Pseudo, account)
				}
			}
		}})
	})
}

// TestAProofOfAFormerAccountProvesNothing about whoever registered the pseudo after
// it was given up.
func TestAProofOfAFormerAccountProvesNothing(t *testing.T) {
	s := newStory(t)
	former := s.happens(register("ann", "A", "hash")).Seq
	s.happens(state.Unregistered{Pseudo: "ann", Account: former})
	now := s.happens(register("ann", "B", "")).Seq
	byPass := joined("ann", "", "", func(b *state.Joined) { b.Passed = former })
	s.fails(byPass, &state.RegisteredError{})
	s.fails(join("ann", "A", ""), &state.RegisteredError{})
	s.fails(joined("ann", "A", "", func(b *state.Joined) { b.Passed = former }), &state.RegisteredError{})
	for _, late := range []state.Body{
		adds(former, register("ann", "A", "")), adds(former, register("bob", "A", "")),
		state.PrefsKept{Account: former}, state.Seen{Account: former, Upto: 1}, state.IgnoreSet{Account: former},
	} {
		s.fails(late, state.ErrGone)
	}
	s.fails(state.Unregistered{Pseudo: "ann", Account: former}, &state.NotInForceError{})
	s.fails(state.Unregistered{Pseudo: "ann", Account: former, KeyID: "B"}, &state.NotInForceError{})
	s.fails(register("Ann", "A", ""), &state.RegisteredError{})
	s.fails(adds(now, register("ann", "", "")), state.ErrGone) // with nothing to add
	s.happens(join("ann", "B", ""))
	s.fails(byPass, &state.RegisteredError{})
}

func TestWhatLooksLikeARegisteredPseudoIsNotRegistered(t *testing.T) {
	s := newStory(t)
	s.happens(register("alice", "A", ""))
	for _, alike := range []text.Pseudo{"Alice", "a1ice", "Аlice"} {
		s.fails(register(alike, "B", ""), &state.RegisteredError{})
		s.fails(join(alike, "B", ""), &state.RegisteredError{})
	}
	s.fails(register("bob", "A", ""), &state.KeyTakenError{})
	s.happens(register("alicia", "B", ""))
}

// TestAnAccountKeepsTheFormsItWasRegisteredWith: another table of characters changes
// nothing that is there.
func TestAnAccountKeepsTheFormsItWasRegisteredWith(t *testing.T) {
	s := newStory(t)
	b := register("ann", "A", "")
	b.Forms.Looks = [2]string{"as long ago", "as long ago"}
	account := s.happens(b).Seq
	s.happens(adds(account, register("ann", "B", "")))
	if got := s.st.AccountByID(account); got.Forms != b.Forms || len(got.Keys) != 2 {
		t.Errorf("it is %+v", got)
	}
}

// TestTwoThatWereRegisteredStayTheirOwners though newer tables find them alike.
func TestTwoThatWereRegisteredStayTheirOwners(t *testing.T) {
	s := newStory(t)
	old := register("аӏісе", "B", "")
	old.Forms.Looks = [2]string{"аiісе", "аiісе"} // of 2020
	s.happens(old)
	s.happens(register("alice", "A", ""))
	s.happens(join("alice", "A", ""))
	s.happens(adds(s.st.Account("аӏісе").ID, register("аӏісе", "C", "")))
	s.happens(join("аӏісе", "C", ""))
	s.fails(join("аӏісе", "A", ""), &state.RegisteredError{})
}

// TestAnOwnerDoesNotTakeTheLooksOfAnother by writing their own pseudo with other capitals.
func TestAnOwnerDoesNotTakeTheLooksOfAnother(t *testing.T) {
	s := newStory(t)
	s.happens(register("Xl", "A", ""))
	s.happens(register("xi", "B", ""))
	s.fails(join("XI", "B", ""), &state.RegisteredError{})
	xi := s.happens(join("xi", "B", "")).ID
	s.fails(rename(xi, "XI"), &state.RegisteredError{})
	s.happens(rename(xi, "Xi"))
	s.happens(join("XL", "A", ""))
}

// TestNearOneThatIsRegistered, in a State that was decoded too.
func TestNearOneThatIsRegistered(t *testing.T) {
	s := newStory(t)
	s.happens(register("José", "A", ""))
	neil := s.happens(register("Neil", "B", "")).Seq
	s.happens(register("Nell", "C", ""))
	s.happens(adds(neil, register("Neil", "D", "")))
	for _, st := range []*state.State{s.st, decoded(t, s.st)} {
		for p, want := range map[text.Pseudo]text.Pseudo{
			"jose": "José", "Jose.": "José", "José": "", "JOSÉ": "", "jo": "", "nell.": "Nell", "neil": "", "ne1l": "Neil", "NEIL-": "Neil", "joseph": "",
		} {
			var got text.Pseudo
			if a := st.Near(p.Key()); a != nil {
				got = a.Pseudo
			}
			if got != want {
				t.Errorf("%q is near to %q, want %q", p, got, want)
			}
		}
	}
	s.happens(state.Unregistered{Account: neil})
	if a := s.st.Near(text.Pseudo("ne1l").Key()); a == nil || a.Pseudo != "Nell" {
		t.Errorf("ne1l is near to %+v", a)
	}
}

func TestThereIsAnEndToAccounts(t *testing.T) {
	s := newStory(t)
	ann := s.happens(register("ann", "A", "")).Seq
	state.SetFull(s.st, state.MaxAccounts, 0)
	s.fails(register("bob", "B", ""), state.ErrFull)
	s.happens(adds(ann, register("ann", "A2", "")))
	s.happens(state.Unregistered{Account: ann})
	s.happens(register("bob", "B", ""))
}

func TestThereIsAnEndToKeysAndToWhomOneIgnores(t *testing.T) {
	s := newStory(t)
	ann := s.happens(register("ann", "0", "")).Seq
	for i := 1; i < state.MaxKeys; i++ {
		s.happens(adds(ann, register("ann", string(rune('0'+i)), "")))
	}
	s.fails(adds(ann, register("ann", "x", "")), state.ErrTooManyKeys)
	s.happens(adds(ann, register("ann", "0", "hash")))
	for i := range state.MaxIgnored + 1 {
		s.happens(state.IgnoreSet{Account: ann, Who: state.Ignored{Pseudo: text.Pseudo(string(rune(0x4e00 + i)))}})
	}
	if list := s.st.AccountByID(ann).Ignored; len(list) != state.MaxIgnored || list[0].Pseudo != text.Pseudo(string(rune(0x4e01))) {
		t.Errorf("%d are ignored, the first of them %q", len(list), list[0].Pseudo)
	}
}

// TestTheOwnerTakesTheirPseudoBack from a guest who came in just before it became
// theirs.
func TestTheOwnerTakesTheirPseudoBack(t *testing.T) {
	s := newStory(t)
	guest := s.happens(join("ann", "G", "")).ID
	s.happens(register("ann", "A", ""))
	s.fails(join("ann", "G", ""), &state.RegisteredError{})
	out := s.apply(join("ann", "A", ""))
	if len(out.Ended) != 1 || out.Ended[0].Session != guest || out.Ended[0].Why.Cause != state.Reclaimed || !out.Shown {
		t.Errorf("the owner joins with %+v", out)
	}
	if m, ok := s.st.Find("ann"); !ok || m.KeyID != "A" {
		t.Errorf("ann is %+v", m)
	}
	s.here("ann")
}

// TestAMemberIsTheSameByAllTheirProofs: one member with two keys and a pass phrase.
func TestAMemberIsTheSameByAllTheirProofs(t *testing.T) {
	s := newStory(t)
	account := s.happens(register("ann", "A", "hash")).Seq
	s.happens(adds(account, register("ann", "B", "")))
	first := s.happens(join("ann", "A", "")).ID
	for _, b := range []state.Joined{join("Ann", "B", ""), joined("ann", "", "", func(b *state.Joined) { b.Passed = account })} {
		out := s.apply(b)
		if m := s.st.Member(out.Event.ID); out.Shown || m == nil || m.ID != first || s.st.AccountOf(m) != account || m.Pseudo != "ann" {
			t.Errorf("by %q and %d they are %+v: %v", b.KeyID, b.Passed, m, out.Err)
		}
	}
	s.here("ann")
	said := s.happens(state.Said{Session: first, From: "forged", Member: state.ID{N: 9}, Account: 99, Text: "salut"}).Body.(state.Said)
	if said.From != "ann" || said.Member != first || said.Account != account {
		t.Errorf("it is said by %+v", said)
	}
}
