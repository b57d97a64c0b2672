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

// TestAProposalIsAnsweredOnce: again, it has the first answer, and nothing is done; also
// after a restart.
func TestAProposalIsAnsweredOnce(t *testing.T) {
	s := newStory(t)
	ann := s.event(join("ann", "", ""))
	s.st.Apply(ann)
	taken := s.event(join("ann", "B", ""))
	s.st.Apply(taken)
	stale := s.event(state.ShutdownCancelled{})
	s.st.Apply(stale)
	left := s.event(state.Left{Session: ann.ID, Cause: state.Quit})
	s.st.Apply(left)
	for _, restarted := range []bool{false, true} {
		if restarted {
			s.again()
		}
		for _, c := range []struct {
			e    state.Event
			code string
		}{{ann, ""}, {taken, "taken"}, {stale, "no-shutdown"}, {left, ""}} {
			for _, later := range []bool{false, true} {
				e := c.e
				if later {
					s.seq++
					e.Seq = s.seq
				}
				out := s.st.Apply(e)
				if !out.Again || out.Shown || len(out.Ended) > 0 || state.CodeOf(out.Err).String() != c.code {
					t.Errorf("restarted %t, later %t: %T again has %v", restarted, later, e.Body, out.Err)
				}
				seq, err, ok := s.st.Answer(e.ID)
				if !ok || seq != c.e.Seq || state.CodeOf(err).String() != c.code {
					t.Errorf("restarted %t: %T is remembered as %d, %v, %t", restarted, e.Body, seq, err, ok)
				}
			}
		}
		s.here()
	}
	if out := s.st.Apply(stale); !is(out.Err, state.ErrNoShutdown) {
		t.Errorf("again, a refusal is told as %v", out.Err)
	}
}

func TestAnOldProposalIsRefused(t *testing.T) {
	s := newStory(t)
	epoch := s.epoch("paris")
	say := func(n uint64) state.Outcome {
		s.seq++
		return s.st.Apply(state.Event{Seq: s.seq, ID: state.ID{Origin: epoch, N: n}, Body: state.Walled{Text: fmt.Sprint(n)}})
	}
	const high = 10_000
	say(3)
	say(high)
	for _, restarted := range []bool{false, true} {
		if restarted {
			s.again()
		}
		for _, n := range []uint64{1, 2, 3, high - state.Window} { // 3 was applied, and nobody knows any more
			if out := say(n); !is(out.Err, state.ErrStale) || !out.Again || out.Shown {
				t.Errorf("restarted %t: proposal %d after %d: %+v", restarted, n, high, out)
			}
		}
		if _, _, ok := s.st.Answer(state.ID{Origin: epoch, N: 3}); ok {
			t.Errorf("restarted %t: the answer to an old proposal is still there", restarted)
		}
	}
	if out := say(high - state.Window + 1); out.Err != nil || !out.Shown {
		t.Errorf("the oldest of the window: %v", out.Err)
	}
	if out := say(high - 1); out.Err != nil || !out.Shown {
		t.Errorf("one that was overtaken: %v", out.Err)
	}
}

// TestAnEpochThatEndedProposesNothing, nor one that never began, and none begins twice.
func TestAnEpochThatEndedProposesNothing(t *testing.T) {
	s := newStory(t)
	old := s.epoch("paris")
	s.up("lyon", 0)
	s.up("paris", 0)
	for _, origin := range []uint64{old, 0xdead, 0} {
		for _, b := range []state.Body{state.Walled{Text: "?"}, join("ann", "", "")} {
			s.seq++
			if out := s.st.Apply(state.Event{Seq: s.seq, ID: state.ID{Origin: origin, N: 77}, Body: b}); !is(out.Err, state.ErrStale) || out.Shown {
				t.Errorf("epoch %x proposes %T: %+v", origin, b, out)
			}
		}
	}
	s.seq++
	late := state.Event{Seq: s.seq, ID: state.ID{Origin: old, N: 1}, Body: state.NodeUp{Node: "paris"}}
	if out := s.st.Apply(late); !is(out.Err, state.ErrStale) {
		t.Errorf("an epoch that ended begins again: %v", out.Err)
	}
	s.fails(state.NodeDown{Node: "paris", Epoch: old}, state.ErrStale)
	s.fails(state.NodeDown{Node: "lyon", Epoch: s.epoch("paris")}, state.ErrStale)

	// One that is up does not begin again, which would forget its answers.
	e := s.event(state.Walled{Text: "once"})
	s.st.Apply(e)
	s.seq++
	s.n[s.epoch("paris")]++
	twice := state.Event{Seq: s.seq, ID: state.ID{Origin: s.epoch("paris"), N: s.n[s.epoch("paris")]}, Body: state.NodeUp{Node: "paris"}}
	if out := s.st.Apply(twice); !is(out.Err, state.ErrStale) {
		t.Errorf("an epoch begins twice: %v", out.Err)
	}
	s.seq++
	e.Seq = s.seq
	if out := s.st.Apply(e); !out.Again || out.Shown {
		t.Error("what was said once is said again")
	}
}

func TestOnlyTheLastEndedEpochsAreRemembered(t *testing.T) {
	s := newStory(t)
	for range 3 * state.MaxEnded {
		s.up("lyon", 0)
	}
	if n := len(s.st.Nodes()); n != 2 {
		t.Errorf("%d nodes are up", n)
	}
	small := len(s.st.Encode())
	for range state.MaxEnded {
		s.up("lyon", 0)
	}
	if grown := len(s.st.Encode()) - small; grown > 100 {
		t.Errorf("starts add %d bytes to the State", grown)
	}
}

// TestEachTimeLeftIsAnnouncedOnce, however many nodes count down.
func TestEachTimeLeftIsAnnouncedOnce(t *testing.T) {
	s := newStory(t)
	s.up("lyon", 0)
	former := s.happens(state.ShutdownPlanned{In: time.Hour}).Seq
	plan := s.happens(state.ShutdownPlanned{In: time.Minute}).Seq
	for _, left := range []time.Duration{30 * time.Second, 10 * time.Second} {
		b := state.ShutdownCountdown{Plan: plan, Left: left}
		if out := s.from("lyon").apply(b); out.Err != nil || !out.Shown {
			t.Errorf("%v left is not announced: %v", left, out.Err)
		}
		s.again()
		s.from("paris").fails(b, state.ErrGone)
	}
	s.fails(state.ShutdownCountdown{Plan: plan, Left: 30 * time.Second}, state.ErrGone) // late
	s.fails(state.ShutdownCountdown{Plan: former, Left: time.Second}, state.ErrGone)
	s.happens(state.ShutdownCancelled{})
	s.fails(state.ShutdownCountdown{Plan: plan, Left: time.Second}, state.ErrGone)
}

// TestAPlanEndsWithTheNodeThatMadeIt and with no other.
func TestAPlanEndsWithTheNodeThatMadeIt(t *testing.T) {
	s := newStory(t)
	s.up("lyon", 0)
	s.from("lyon").happens(state.ShutdownPlanned{In: time.Hour})
	s.up("paris", 0)
	if s.st.Shutdown() == nil {
		t.Error("the start of another node calls the shutdown off")
	}
	s.from("paris").happens(state.NodeDown{Node: "lyon", Epoch: s.epoch("lyon")})
	if s.st.Shutdown() != nil {
		t.Error("the shutdown of a node that is gone goes on")
	}
}

// TestANodeTellsOnlyOfThoseWhoLeft, not of whom its proposer names.
func TestANodeTellsOnlyOfThoseWhoLeft(t *testing.T) {
	s := newStory(t)
	out := s.apply(state.NodeUp{Node: "lyon", Gone: []text.Pseudo{"ann"}})
	if up := out.Event.Body.(state.NodeUp); out.Shown || len(up.Gone) != 0 {
		t.Errorf("a start lets out %q", up.Gone)
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
