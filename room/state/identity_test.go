package state_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"salon/room/state"
	"salon/room/text"
)

// Those who are meant are hit, whatever they are called when it is ordered: bob becomes
// rob, and another bob comes in.
func TestARenameThatIsFirstProtectsNobodyAndHitsNobodyElse(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(member state.ID) state.Body
		want func(s *story, meant, other state.ID)
	}{
		{"kick", func(m state.ID) state.Body { return state.Kicked{Member: m, Pseudo: "bob"} }, func(s *story, meant, other state.ID) {
			if s.st.ByID(meant) != nil || s.st.ByID(other) == nil {
				s.Error("the kick did not hit the one meant alone")
			}
		}},
		{"ban", func(m state.ID) state.Body { return ban(m, "bob") }, func(s *story, meant, other state.ID) {
			if s.st.ByID(meant) != nil || s.st.ByID(other) == nil {
				s.Error("the ban did not let out the one meant alone")
			}
			s.fails(join("rob", "", ""), &state.BannedError{})
			s.happens(state.Left{Session: other, Cause: state.Quit})
			s.happens(join("bob", "", ""))
		}},
		{"mute", func(m state.ID) state.Body { return mute(m, "bob") }, func(s *story, meant, other state.ID) {
			s.fails(state.Said{Session: meant, Text: "salut"}, &state.MutedError{})
			s.happens(state.Said{Session: other, Text: "salut"})
		}},
	} {
		t.Run(c.name+" after the rename", func(t *testing.T) {
			s := newStory(t)
			meant := s.comes("bob")
			s.happens(rename(meant, "rob"))
			other := s.comes("bob")
			done := s.happens(c.do(meant))
			if told := called(done.Body); told != "rob" {
				t.Errorf("people are told of %q", told)
			}
			c.want(s, meant, other)
		})
	}

	s := newStory(t)
	bob := s.comes("bob")
	s.happens(state.Kicked{Member: bob, Pseudo: "bob"})
	s.fails(rename(bob, "rob"), state.ErrGone)
	s.here()

	s = newStory(t)
	bob = s.comes("bob")
	s.happens(ban(bob, "bob"))
	s.fails(rename(bob, "rob"), state.ErrGone)
	s.fails(join("bob", "", ""), &state.BannedError{})
	s.happens(join("rob", "", "")) // somebody else, for all that anybody knows
	s.here("rob")

	s = newStory(t)
	bob = s.comes("bob")
	s.happens(mute(bob, "bob"))
	s.fails(rename(bob, "rob"), &state.MutedError{})
	s.here("bob")
}

// called is whom an event is said to have hit.
func called(b state.Body) text.Pseudo {
	switch b := b.(type) {
	case state.Kicked:
		return b.Pseudo
	case state.Banned:
		return b.Ban.Target.Pseudo
	case state.Muted:
		return b.Pseudo
	}
	return ""
}

func TestSomebodyWhoLeftIsNotTakenForWhoHasTheirPseudoNow(t *testing.T) {
	s := newStory(t)
	former := s.comes("bob")
	s.happens(state.Left{Session: former, Cause: state.Quit})
	other := s.comes("Bob")
	s.fails(ban(former, "bob"), &state.UnknownMemberError{})
	s.fails(state.Kicked{Member: former, Pseudo: "bob"}, &state.UnknownMemberError{})
	s.fails(mute(former, "bob"), &state.UnknownMemberError{})
	s.fails(ban(former, "b0b"), &state.UnknownMemberError{}) // looks like somebody who is here
	s.here("Bob")
	s.happens(state.Said{Session: other, Text: "salut"})
}

// A ban or mute of somebody who left, and whose pseudo nobody has, holds when they come
// again.
func TestWhoeverLeftInTimeIsBannedOrMutedAllTheSame(t *testing.T) {
	s := newStory(t)
	for p, keptOut := range map[text.Pseudo]bool{"bob": true, "cleo": false} {
		id := s.comes(p)
		s.happens(state.Left{Session: id, Cause: state.Quit})
		if keptOut {
			s.happens(ban(id, p))
			s.fails(join(p, "", ""), &state.BannedError{})
			continue
		}
		s.happens(mute(id, p))
		s.fails(state.Said{Session: s.comes(p), Text: "salut"}, &state.MutedError{})
	}
}

func TestNobodyRegistersAPseudoThatTheyGaveUp(t *testing.T) {
	s := newStory(t)
	ann := s.comes("ann")
	s.happens(rename(ann, "anne"))
	b := register("ann", "A", "")
	b.Session = ann
	s.fails(b, state.ErrGone)
	b.Session = state.ID{Origin: 7, N: 7}
	s.fails(b, state.ErrGone)
	b = register("anne", "A", "hash")
	b.Session = ann
	account := s.happens(b).Seq
	if mine := s.st.Owned(ann); mine == nil || mine.ID != account {
		t.Errorf("whoever registered owns %+v", mine)
	}
}

// TestTheKeyTakenAwayEndsItsSessions, also when whoever takes it is called otherwise by
// then.
func TestTheKeyTakenAwayEndsItsSessions(t *testing.T) {
	for _, renamed := range []bool{false, true} {
		s := newStory(t)
		account := s.happens(register("ann", "A", "")).Seq
		s.happens(adds(account, register("ann", "B", "")))
		asks, stolen := s.happens(join("ann", "A", "")).ID, s.happens(join("ann", "B", "")).ID
		if renamed {
			s.happens(rename(asks, "anne"))
		}
		out := s.apply(state.Unregistered{Session: asks, Account: account, KeyID: "B"})
		if out.Err != nil || len(out.Ended) != 1 || out.Ended[0].Session != stolen || out.Ended[0].Why.Cause != state.Reclaimed {
			t.Errorf("renamed %t: %+v", renamed, out)
		}
		if s.st.Member(stolen) != nil || s.st.Member(asks) == nil {
			t.Errorf("renamed %t: they have %d sessions", renamed, s.st.Sessions())
		}
		s.fails(join("ann", "B", ""), &state.RegisteredError{})
		s.fails(state.Unregistered{Session: asks, Account: account, KeyID: "A"}, state.ErrLastKey)
	}
}

// TestTheOwnerIsNotTakenForTheirGuest: by the pass phrase, from the address of a guest
// whose connection was lost, the owner gets a session of their own.
func TestTheOwnerIsNotTakenForTheirGuest(t *testing.T) {
	s := newStory(t)
	guest := s.happens(join("ann", "", "192.0.2.1")).ID
	account := s.happens(register("ann", "", "hash")).Seq
	s.happens(state.Cut{Session: guest, Wait: time.Minute})
	owner := joined("ann", "", "192.0.2.1", func(b *state.Joined) { b.Passed = account })
	if cut, ok := s.st.Resumable(owner); ok {
		t.Errorf("the owner may resume the guest's session %v", cut)
	}
	s.fails(state.Resumed{Cut: guest, Joined: owner}, state.ErrGone)
	mine := s.happens(owner).ID
	if m := s.st.Member(mine); m == nil || m.ID != mine || s.st.Member(guest) != nil {
		t.Errorf("the owner is %+v", m)
	}
}

// TestWhatIsHandedOutIsNeverChanged: whoever looks at a View may do so while the room goes
// on.
func TestWhatIsHandedOutIsNeverChanged(t *testing.T) {
	s := newStory(t)
	ann := s.happens(join("ann", "A", "192.0.2.1")).ID
	account := s.happens(register("ann", "A", "hash")).Seq
	s.happens(adds(account, register("ann", "B", "")))
	s.happens(join("ann", "B", ""))
	bob := s.comes("bob")
	s.happens(banOf("zoe", 0))
	s.happens(mute(bob, "bob"))
	plan := s.happens(state.ShutdownPlanned{In: time.Hour}).Seq
	who := state.Ignored{Pseudo: "bob"}
	for _, b := range []state.Body{
		state.Said{Session: ann, Text: "salut"}, state.WentAway{Session: ann, Text: "à table"}, state.RoleSet{Session: ann, Role: state.Operator},
		state.PrefsKept{Account: account, Prefs: state.Kept{Mouse: new(true)}}, state.PrefsKept{Account: account, Prefs: state.Kept{Mouse: new(false)}},
		state.Seen{Account: account, Upto: 3}, state.IgnoreSet{Account: account, Who: who}, state.IgnoreSet{Account: account, Who: who, Off: true},
		state.Unregistered{Session: ann, Account: account, KeyID: "B"}, adds(account, register("ann", "C", "")), rename(ann, "anne"),
		state.ShutdownCountdown{Plan: plan, Left: time.Minute}, state.Cut{Session: ann, Wait: time.Minute},
		state.Resumed{Cut: ann, Joined: join("anne", "A", "")}, state.Unmuted{Key: "bob"}, state.Unbanned{Target: state.PseudoTarget("zoe")},
		state.Kicked{Member: ann}, state.Unregistered{Account: account}, state.NodeUp{Node: "paris"},
	} {
		view, frozen := s.st.View(), s.st.Freeze()
		was, hash := written(view), frozen.Hash()
		s.happens(b)
		if now := written(view); now != was || frozen.Hash() != hash {
			t.Errorf("%T changes what was\n%s\nto\n%s", b, was, now)
		}
	}
}

// TestAViewIsReadWhileTheRoomGoesOn, which the race detector watches.
func TestAViewIsReadWhileTheRoomGoesOn(t *testing.T) {
	s := newStory(t)
	session := map[int]state.ID{}
	for i := range 100 {
		session[i] = s.comes(text.Pseudo(fmt.Sprint("guest", i)))
	}
	var readers sync.WaitGroup
	for i := range 50 {
		view, frozen := s.st.View(), s.st.Freeze()
		was := written(view)
		readers.Go(func() {
			if frozen.Hash(); written(view) != was {
				t.Error("a view changes")
			}
		})
		s.happens(state.Said{Session: session[i+50], Text: "salut"})
		s.happens(state.Left{Session: session[i], Cause: state.Quit})
		s.happens(banOf(fmt.Sprint("zoe", i), 0))
	}
	readers.Wait()
}

// TestWhoComesBackJustInTime: after their time, and before anybody said that they left.
func TestWhoComesBackJustInTime(t *testing.T) {
	s := newStory(t)
	ann := s.happens(join("ann", "", "192.0.2.1")).ID
	s.happens(state.Cut{Session: ann, Wait: time.Minute})
	s.pass(time.Hour)
	if due := s.st.Lapsed(s.st.TickAt(s.stamp), 9); len(due) != 1 {
		t.Errorf("%v are due to leave", due)
	}
	back := s.happens(state.Resumed{Cut: ann, Joined: join("ann", "", "192.0.2.1")}).ID
	s.fails(state.Left{Session: ann, Cause: state.Lost}, state.ErrGone)
	if m := s.st.Member(back); m == nil || m.ID != ann || m.IsAway() {
		t.Errorf("ann is %+v", m)
	}
	s.here("ann")
}
