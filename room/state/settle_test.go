package state

import (
	"testing"
	"time"
	"unsafe"
)

// moved is t as a clock reads it that was moved by d while the monotonic one went on:
// time.Time packs the seconds on the wall above 30 bits of nanoseconds when it has
// both.
func moved(t time.Time, d time.Duration) time.Time {
	packed := (*struct {
		wall uint64
		ext  int64
		loc  *time.Location
	})(unsafe.Pointer(&t))
	packed.wall += uint64(int64(d/time.Second)) << 30
	return t
}

func TestAMovedClockIsToldFromTimeThatPassed(t *testing.T) {
	now := time.Now()
	if got := moved(now, time.Hour).Round(0).Sub(now.Round(0)); got != time.Hour {
		t.Fatalf("a clock moved by an hour reads %v more", got)
	}
	if got := moved(now, time.Hour).Sub(now); got != 0 {
		t.Fatalf("%v passed", got)
	}
}

// banned is a state with a ban and a mute of an hour since a time.
func banned(since time.Time) *State {
	st := NewState()
	target, _ := ParseTarget("bob")
	st.Apply(Event{Seq: 1, Time: since, Body: Banned{Ban: Ban{Target: target, For: time.Hour}}})
	st.Apply(Event{Seq: 2, Time: since, Body: Muted{Pseudo: "cleo", For: time.Hour}})
	return st
}

// wantLeft wants the ban and the mute to have that long to go.
func wantLeft(t *testing.T, st *State, now time.Time, want time.Duration) {
	t.Helper()
	for _, b := range st.Bans {
		if got := b.Until().Sub(now); got != want {
			t.Errorf("the ban has %v to go, want %v", got, want)
		}
	}
	for _, m := range st.Mutes {
		if got := m.Until().Sub(now); got != want {
			t.Errorf("the mute has %v to go, want %v", got, want)
		}
	}
	_, ban := st.BanOn("bob", "", NoAddr, now)
	_, mute := st.MuteOn("cleo", "", now)
	if in := want > 0; ban != in || mute != in {
		t.Errorf("with %v to go, in force: the ban %v, the mute %v", want, ban, mute)
	}
}

// TestAClockThatMovesNeitherStretchesNorEndsABan, while the room runs, over its end
// and in the next one.
func TestAClockThatMovesNeitherStretchesNorEndsABan(t *testing.T) {
	for _, jump := range []time.Duration{0, 2 * time.Hour, -2 * time.Hour} {
		start := time.Now()
		st := banned(start)
		later := moved(start.Add(50*time.Minute), jump)
		wantLeft(t, st, later, 10*time.Minute)
		st.Settle(later)
		kept, err := DecodeState(st.Encode())
		if err != nil {
			t.Fatal(err)
		}
		wantLeft(t, kept, later.Round(0), 10*time.Minute)

		restart := later.Add(time.Minute) // its clock is the same, its monotonic one another
		kept.Anchor(restart)
		wantLeft(t, kept, restart, 9*time.Minute)
		wantLeft(t, kept, moved(restart.Add(time.Minute), jump), 8*time.Minute)
		wantLeft(t, kept, moved(restart.Add(time.Hour), jump), -51*time.Minute)
	}
}

// TestSettlingChangesNothingElse: what was never monotonic stays to the byte.
func TestSettlingChangesNothingElse(t *testing.T) {
	st := banned(time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC))
	before := st.Hash()
	st.Settle(time.Now())
	if st.Hash() != before {
		t.Errorf("it becomes %s", st.Encode())
	}
}
