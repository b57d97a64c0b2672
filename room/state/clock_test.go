package state_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"salon/room/state"
)

// TestAClockThatIsSetDecidesNothing: the wall clock goes back or forth by years, also
// over a restart, and bans, mutes, a slow room and a planned shutdown last as long.
func TestAClockThatIsSetDecidesNothing(t *testing.T) {
	for _, jump := range []time.Duration{0, 40 * 24 * time.Hour, -40 * 24 * time.Hour} {
		for _, restart := range []bool{false, true} {
			s := newStory(t)
			bob := s.comes("bob")
			s.happens(banOf("zoe", time.Hour))
			s.happens(state.Muted{Member: bob, For: time.Hour})
			s.happens(state.ShutdownPlanned{In: time.Hour})
			ann := s.happens(join("ann", "", "")).ID
			s.happens(state.Said{Session: ann, Text: "salut"})
			spoke := s.st.Member(ann).Spoke

			s.at = s.at.Add(jump)
			if restart {
				s.again()
				s.up("lyon", 0)
			}
			s.stamp += 50 * time.Minute
			s.fails(join("zoe", "", ""), &state.BannedError{})
			s.fails(state.Said{Session: bob, Text: "salut"}, &state.MutedError{})
			if since := s.st.TickAt(s.stamp) - spoke; since < 50*time.Minute || since > 51*time.Minute {
				t.Errorf("set by %v: ann spoke %v ago", jump, since)
			}
			if left := s.st.Shutdown(0).Ends - s.st.Tick(); left < 9*time.Minute || left > 10*time.Minute {
				t.Errorf("set by %v: the shutdown is in %v", jump, left)
			}
			s.at = s.at.Add(-jump)
			s.stamp += 10 * time.Minute
			s.happens(join("zoe", "", ""))
			s.happens(state.Said{Session: bob, Text: "salut"})
		}
	}
}

// TestALogWhoseStampGoesBack: its clock starts over, and the State's stands still for one
// event and then goes on.
func TestALogWhoseStampGoesBack(t *testing.T) {
	s := newStory(t)
	s.happens(banOf("zoe", time.Hour))
	before := s.st.Tick()
	s.stamp = 0
	s.up("paris", 0)
	if s.st.Tick() != before {
		t.Errorf("the clock goes from %v to %v", before, s.st.Tick())
	}
	s.stamp += 59 * time.Minute
	s.fails(join("zoe", "", ""), &state.BannedError{})
	s.stamp += time.Minute
	s.happens(join("zoe", "", ""))
}

// TestTheTickNeverGoesBack, whatever stamps a log gives, and is the same on a node that
// restored the State in between.
func TestTheTickNeverGoesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		st, restored := state.NewState(), state.NewState()
		stamps := rapid.SliceOf(rapid.Int64Range(0, int64(time.Hour))).Draw(t, "stamps")
		for i, stamp := range stamps {
			e := state.Event{Seq: state.Seq(i + 1), ID: state.ID{Origin: 1, N: uint64(i + 1)}, Stamp: time.Duration(stamp), Body: state.NodeUp{Node: "paris"}}
			before, was := st.Tick(), st.Stamp()
			st.Apply(e)
			restored.Apply(e)
			counted := max(0, e.Stamp.Truncate(time.Microsecond)-was)
			if st.Tick() != before+counted || st.TickAt(0) < st.Tick() {
				t.Fatalf("after %v the stamp %v takes the tick from %v to %v", was, e.Stamp, before, st.Tick())
			}
			if restored.Tick() != st.Tick() {
				t.Fatalf("the tick is %v, and %v on a node that restored", st.Tick(), restored.Tick())
			}
			if rapid.Bool().Draw(t, "restores") {
				restored = decoded(t, restored)
			}
		}
	})
}

// TestTimesAreShownAsTheLogHasThem: UTC and microseconds, whatever zone they come in.
func TestTimesAreShownAsTheLogHasThem(t *testing.T) {
	s := newStory(t)
	s.at = time.Date(2026, 11, 22, 14, 0, 0, 123_456_789, zones[2])
	e := s.happens(banOf("zoe", time.Hour))
	want := time.Date(2026, 11, 22, 8, 30, 1, 123_456_000, time.UTC)
	b := e.Body.(state.Banned).Ban
	if e.Time != want || b.Since != want || b.Until() != want.Add(time.Hour) {
		t.Errorf("it happens at %v, and the ban is from %v until %v", e.Time, b.Since, b.Until())
	}
	if forever := (state.Ban{Since: want}); !forever.Until().IsZero() || forever.Over(1<<62) {
		t.Error("a ban for ever has an end")
	}
}
