package state_test

import (
	"fmt"
	"testing"
	"time"

	"salon/room/state"
	"salon/room/text"
)

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

// TestAPlanForAllEndsWithTheLastNode, on whichever it was made.
func TestAPlanForAllEndsWithTheLastNode(t *testing.T) {
	s := newStory(t)
	s.up("lyon", 0)
	s.from("lyon").happens(state.ShutdownPlanned{In: time.Hour})
	s.up("paris", 0)
	if s.st.Shutdown(s.epoch("paris")) == nil {
		t.Error("the start of another node calls the shutdown off")
	}
	s.from("paris").happens(state.NodeDown{Node: "lyon", Epoch: s.epoch("lyon")})
	if s.st.Shutdown(s.epoch("paris")) == nil {
		t.Error("the end of the node that planned it calls the shutdown off")
	}
	s.up("paris", 0)
	if s.st.Shutdown(s.epoch("paris")) != nil {
		t.Error("all have closed, and the shutdown goes on")
	}
}

// TestAPlanForAllThatIsOverdueHoldsForNobodyWhoStarts.
func TestAPlanForAllThatIsOverdueHoldsForNobodyWhoStarts(t *testing.T) {
	s := newStory(t)
	s.up("lyon", 0)
	s.happens(state.ShutdownPlanned{In: time.Minute})
	s.stamp += time.Minute + 5*time.Second
	s.up("lyon", 0)
	if s.st.Shutdown(0) == nil {
		t.Error("one that starts while others close stays up")
	}
	s.stamp += 10 * time.Second
	s.up("lyon", 0)
	if s.st.Shutdown(0) != nil {
		t.Error("one that starts afterwards closes too")
	}
}

// TestAPlanForOneNodeIsItsOwn: it concerns no other, and ends with it.
func TestAPlanForOneNodeIsItsOwn(t *testing.T) {
	s := newStory(t)
	s.up("lyon", 0)
	paris, lyon := s.epoch("paris"), s.epoch("lyon")
	plan := s.from("paris").happens(state.ShutdownPlanned{Node: lyon, In: time.Hour, Reason: "lyon"}).Seq
	if s.st.Shutdown(paris) != nil || s.st.Shutdown(lyon).Seq != plan {
		t.Errorf("paris closes by %+v, lyon by %+v", s.st.Shutdown(paris), s.st.Shutdown(lyon))
	}
	if b := s.happens(state.ShutdownCountdown{Plan: plan, Left: time.Minute}).Body.(state.ShutdownCountdown); b.Node != lyon {
		t.Errorf("the countdown is of %d", b.Node)
	}
	s.fails(state.ShutdownCountdown{Plan: plan, Left: time.Minute}, state.ErrGone)
	all := s.happens(state.ShutdownPlanned{In: time.Minute}).Seq
	if s.st.Shutdown(paris).Seq != all || s.st.Shutdown(lyon).Seq != all {
		t.Error("the shutdown that comes first is not told")
	}
	s.happens(state.ShutdownCancelled{})
	s.fails(state.ShutdownCancelled{}, state.ErrNoShutdown)
	if s.st.Shutdown(lyon).Seq != plan {
		t.Error("cancelling that of all cancels that of one")
	}
	s.fails(state.ShutdownCancelled{Node: paris}, state.ErrNoShutdown)
	s.happens(state.NodeDown{Node: "lyon", Epoch: lyon})
	if s.st.Shutdown(lyon) != nil {
		t.Error("the shutdown of a node that is down goes on")
	}
	s.fails(state.ShutdownPlanned{Node: lyon, In: time.Hour}, state.ErrGone)
	s.up("lyon", 0)
	s.happens(state.ShutdownPlanned{Node: s.epoch("lyon"), In: time.Hour})
	s.happens(state.ShutdownCancelled{Node: s.epoch("lyon")})
}

// TestANodeTellsOnlyOfThoseWhoLeft, not of whom its proposer names.
func TestANodeTellsOnlyOfThoseWhoLeft(t *testing.T) {
	s := newStory(t)
	out := s.apply(state.NodeUp{Node: "lyon", Gone: []text.Pseudo{"ann"}})
	if up := out.Event.Body.(state.NodeUp); out.Shown || len(up.Gone) != 0 {
		t.Errorf("a start lets out %q", up.Gone)
	}
}

// TestANodeThatIsAloneEndsAllOthers: a log that comes from several leaves nobody behind.
func TestANodeThatIsAloneEndsAllOthers(t *testing.T) {
	s := newStory(t)
	s.up("lyon", 0)
	ann := s.from("paris").comes("ann")
	bob := s.from("lyon").comes("bob")
	s.from("lyon").happens(state.ShutdownPlanned{In: time.Hour})
	alone := state.ID{Origin: 77, N: 1}
	out := s.st.Apply(state.Event{Seq: s.st.Applied() + 1, ID: alone, Time: s.at, Stamp: s.stamp, Body: state.NodeUp{Node: "here", Alone: true, Wait: time.Minute}})
	if out.Err != nil || len(out.Ended) != 2 || out.Shown {
		t.Errorf("it starts with %+v", out)
	}
	if up := s.st.Nodes(); len(up) != 1 || up[0].Name != "here" {
		t.Errorf("up are %+v", up)
	}
	if s.st.Shutdown(77) != nil {
		t.Error("the shutdown of the others goes on")
	}
	for _, id := range []state.ID{ann, bob} {
		if m := s.st.Member(id); m == nil || !m.IsCut() {
			t.Errorf("%v is %+v", id, m)
		}
	}
}
