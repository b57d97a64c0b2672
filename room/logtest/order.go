package logtest

import (
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"salon/room/state"
	"salon/room/state/statetest"
)

func testPlaces(t *testing.T, b *bench) {
	for i := range 300 {
		if seq := b.take(said(1, uint64(i+1))); seq != state.Seq(i+1) {
			t.Fatalf("proposal %d has the place %d", i+1, seq)
		}
	}
}

// testBodies also holds a log that writes events down to lose nothing of them.
func testBodies(t *testing.T, b *bench) {
	f := b.follow(0)
	bodies := statetest.Logged()
	for i, body := range bodies {
		b.take(state.Event{ID: state.ID{Origin: 7, N: uint64(i + 1)}, Body: body})
	}
	for i, e := range f.events(len(bodies)) {
		if want := bodies[i]; e.Seq != state.Seq(i+1) || !reflect.DeepEqual(e.Body, want) {
			t.Errorf("place %d follows as %d %#v, want %#v", i+1, e.Seq, e.Body, want)
		}
	}
}

func testFollowers(t *testing.T, b *bench) {
	want := b.takeMany(1, 100)
	var followers []*follower
	for _, after := range []state.Seq{0, 0, 1, 42, 99, 100} {
		followers = append(followers, b.follow(after))
	}
	want = append(want, b.takeMany(2, 100)...)
	for _, f := range followers {
		wantEvents(t, f.after, f.events(200-int(f.after)), want[f.after:])
	}
}

func testAgain(t *testing.T, b *bench) {
	f := b.follow(0)
	first := b.takeMany(1, 3)
	for range 3 {
		for _, e := range first {
			if seq := b.take(e); seq != e.Seq {
				t.Errorf("%v had the place %d and has %d when proposed again", e.ID, e.Seq, seq)
			}
		}
	}
	b.wantOnly(f, first)
}

// wantOnly holds a follower from the beginning to get these events and the next.
func (b *bench) wantOnly(f *follower, want []state.Event) {
	b.Helper()
	last := said(999, 1)
	last.Seq = b.take(last)
	want = append(want, last)
	wantEvents(b, f.after, f.events(len(want)), want)
}

func testAgainAtOnce(t *testing.T, b *bench) {
	f := b.follow(0)
	ctx := limited(t)
	places := make([]state.Seq, 100)
	var asking sync.WaitGroup
	for i := range places {
		asking.Go(func() {
			seq, err := propose(ctx, b.log, said(uint64(i%4), 1))
			if err != nil {
				t.Errorf("Propose: %v", err)
			}
			places[i] = seq
		})
	}
	asking.Wait()
	want := make([]state.Event, 4)
	for i, seq := range places {
		if seq != places[i%4] {
			t.Errorf("one ID has the places %d and %d", seq, places[i%4])
		}
		want[i%4] = said(uint64(i%4), 1)
		want[i%4].Seq = places[i%4]
	}
	b.wantOnly(f, bySeq(want))
}

func testAgainLater(t *testing.T, b *bench) {
	f := b.follow(0)
	first := said(1, 1)
	first.Seq = b.take(first)
	want := append([]state.Event{first}, b.crowd(50, 80)...)
	if seq := b.take(first); seq != first.Seq {
		t.Errorf("it had the place %d and has %d after 4000 others", first.Seq, seq)
	}
	b.wantOnly(f, want)
}

// crowd lets many propose at once, each n messages one after the other, and
// returns them in the log's order.
func (b *bench) crowd(proposers, n int) []state.Event {
	b.Helper()
	ctx := limited(b)
	events := make([]state.Event, proposers*n)
	var talking sync.WaitGroup
	for p := range proposers {
		talking.Go(func() {
			for i := range n {
				e := said(uint64(1000+p), uint64(i+1))
				seq, err := propose(ctx, b.log, e)
				if err != nil {
					b.Errorf("Propose %v: %v", e.ID, err)
					return
				}
				e.Seq = seq
				events[p*n+i] = e
			}
		})
	}
	talking.Wait()
	if b.Failed() {
		b.FailNow()
	}
	return bySeq(events)
}

func testTime(t *testing.T, b *bench) {
	f := b.follow(0)
	b.crowd(20, 25)
	var last time.Duration
	for _, e := range f.events(500) {
		switch {
		case e.Stamp < last || e.Stamp%time.Microsecond != 0:
			t.Fatalf("place %d has the stamp %v, the place before %v", e.Seq, e.Stamp, last)
		case time.Since(e.Time).Abs() > patience || e.Time.Location() != time.UTC || !e.Time.Equal(e.Time.Truncate(time.Microsecond)):
			t.Fatalf("place %d is at %v", e.Seq, e.Time)
		}
		last = e.Stamp
	}
	if now := b.log.Now(); now.Stamp < last || time.Since(now.Time).Abs() > patience {
		t.Errorf("after the stamp %v it is %+v", last, now)
	}
}

// testNoPlace: what only a room's own readers see has no place in a log.
func testNoPlace(t *testing.T, b *bench) {
	for _, e := range statetest.Examples() {
		if state.KindOf(e.Body).Logged {
			continue
		}
		if seq, err := b.log.Propose(limited(t), e); err == nil {
			t.Errorf("%T has the place %d", e.Body, seq)
		}
	}
	if _, last := b.log.Bounds(); last != 0 {
		t.Errorf("the log ends at %d", last)
	}
}

func testCrowd(t *testing.T, b *bench) {
	f := b.follow(0)
	want := b.crowd(2000, 3)
	for i, e := range want {
		if e.Seq != state.Seq(i+1) {
			t.Fatalf("place %d is missing or given twice", i+1)
		}
	}
	got := f.events(len(want))
	wantEvents(t, 0, got, want)
	heard := map[uint64]uint64{}
	for _, e := range got {
		if n := heard[e.ID.Origin]; e.ID.N != n+1 {
			t.Fatalf("proposer %d is heard saying %d after %d", e.ID.Origin, e.ID.N, n)
		}
		heard[e.ID.Origin] = e.ID.N
	}
}

func testFollowCrowd(t *testing.T, b *bench) {
	started := make(chan []*follower)
	go func() {
		var followers []*follower
		for range 20 {
			_, last := b.log.Bounds()
			followers = append(followers, b.follow(last))
		}
		started <- followers
	}()
	want := b.crowd(40, 25)
	for _, f := range <-started {
		wantEvents(t, f.after, f.events(len(want)-int(f.after)), want[f.after:])
	}
}

func testApplyError(t *testing.T, b *bench) {
	b.takeMany(1, 3)
	enough := fmt.Errorf("enough")
	calls := 0
	err := b.log.Follow(limited(t), 0, func([]state.Event) error { calls++; return enough })
	if !errors.Is(err, enough) || calls != 1 {
		t.Errorf("Follow returned %v after %d calls, want %v after one", err, calls, enough)
	}
}
