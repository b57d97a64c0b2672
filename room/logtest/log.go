// Package logtest is the suite that every [room.Log] and every [room.Store] passes, in
// memory, on disk or on several nodes: what the room relies on, tested from outside. The
// tests of an implementation call [TestLog] and [TestStore], and [TestReopen] if it outlives
// the process, and add what only it guarantees.
package logtest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"salon/room"
	"salon/room/state"
	"salon/room/state/statetest"
	"salon/room/text"
)

// TestLog tests the logs that open makes. Each must be new, empty and used by nobody else;
// the suite closes it.
func TestLog(t *testing.T, open func(t *testing.T) room.Log) {
	for name, test := range map[string]func(*testing.T, *logTest){
		"a follower gets every kind of event":          testBodies,
		"followers get all that follows any number":    testFollowers,
		"what is proposed again has happened once":     testAgainAtOnce,
		"an ID is remembered through 4000 others":      testAgainLater,
		"stamps never go back":                         testTime,
		"a context ends a proposal and a follower":     testContext,
		"what is refused leaves no trace":              testRefused,
		"Follow returns the error of its callback":     testApplyError,
		"Close ends proposers and followers":           testClose,
		"Close in the middle of a crowd loses nothing": testCloseInCrowd,
		"a follower may close the log":                 testCloseFromApply,
		"bounds and health of a log that works":        testBounds,
		"a crowd is numbered from one, each in order":  testCrowd,
		"followers that start in a crowd miss nothing": testFollowCrowd,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &logTest{T: t, log: open(t)}
			t.Cleanup(l.close)
			test(t, l)
		})
	}
}

// testBodies also checks that a log that encodes events loses nothing of them.
func testBodies(t *testing.T, l *logTest) {
	f := l.follow(0)
	bodies := statetest.Logged()
	for i, body := range bodies {
		l.take(state.Event{ID: state.ID{Origin: 7, N: uint64(i + 1)}, Body: body})
	}
	for i, e := range f.events(len(bodies)) {
		if want := bodies[i]; e.Seq != state.Seq(i+1) || !reflect.DeepEqual(e.Body, want) {
			t.Errorf("event %d follows as %d %#v, want %#v", i+1, e.Seq, e.Body, want)
		}
	}
}

func testFollowers(_ *testing.T, l *logTest) {
	want := l.takeMany(1, 100)
	var followers []*follower
	for _, after := range []state.Seq{0, 0, 1, 42, 99, 100} {
		followers = append(followers, l.follow(after))
	}
	want = append(want, l.takeMany(2, 100)...)
	for _, f := range followers {
		f.want(want[f.after:])
	}
}

func testAgainAtOnce(t *testing.T, l *logTest) {
	f := l.follow(0)
	ctx := limited(t)
	numbers := make([]state.Seq, 100)
	var proposing sync.WaitGroup
	for i := range numbers {
		proposing.Go(func() {
			seq, err := propose(ctx, l.log, said(uint64(i%4), 1))
			if err != nil {
				t.Errorf("Propose: %v", err)
			}
			numbers[i] = seq
		})
	}
	proposing.Wait()
	want := make([]state.Event, 4)
	for i, seq := range numbers {
		if seq != numbers[i%4] {
			t.Errorf("one ID is both %d and %d", seq, numbers[i%4])
		}
		want[i%4] = said(uint64(i%4), 1)
		want[i%4].Seq = numbers[i%4]
	}
	for _, e := range want {
		if seq := l.take(e); seq != e.Seq {
			t.Errorf("%v was %d and is %d when proposed again", e.ID, e.Seq, seq)
		}
	}
	l.wantOnly(f, bySeq(want))
}

func testAgainLater(t *testing.T, l *logTest) {
	f := l.follow(0)
	first := l.takeMany(1, 1)
	want := append(first, l.crowd(1000, 50, 80)...)
	if seq := l.take(first[0]); seq != first[0].Seq {
		t.Errorf("it was %d and is %d after 4000 others", first[0].Seq, seq)
	}
	l.wantOnly(f, want)
}

func testTime(t *testing.T, l *logTest) {
	f := l.follow(0)
	l.crowd(1000, 20, 25)
	var last time.Duration
	for _, e := range f.events(500) {
		switch {
		case e.Stamp < last || e.Stamp%time.Microsecond != 0:
			t.Fatalf("event %d has the stamp %v, the one before %v", e.Seq, e.Stamp, last)
		case time.Since(e.Time).Abs() > patience || e.Time.Location() != time.UTC || !e.Time.Equal(e.Time.Truncate(time.Microsecond)):
			t.Fatalf("event %d is at %v", e.Seq, e.Time)
		}
		last = e.Stamp
	}
	if now := l.log.Now(); now.Stamp < last || time.Since(now.Time).Abs() > patience {
		t.Errorf("after the stamp %v it is %+v", last, now)
	}
}

func testCrowd(t *testing.T, l *logTest) {
	f := l.follow(0)
	want := l.crowd(1000, 2000, 3)
	for i, e := range want {
		if e.Seq != state.Seq(i+1) {
			t.Fatalf("the sequence number %d is missing or assigned twice", i+1)
		}
	}
	f.want(want)
	last := map[uint64]uint64{}
	for _, e := range want {
		if n := last[e.ID.Origin]; e.ID.N != n+1 {
			t.Fatalf("proposer %d says %d after %d", e.ID.Origin, e.ID.N, n)
		}
		last[e.ID.Origin] = e.ID.N
	}
}

func testFollowCrowd(_ *testing.T, l *logTest) {
	started := make(chan []*follower)
	go func() {
		var followers []*follower
		for range 20 {
			_, last := l.log.Bounds()
			followers = append(followers, l.follow(last))
		}
		started <- followers
	}()
	want := l.crowd(1000, 40, 25)
	for _, f := range <-started {
		f.want(want[f.after:])
	}
}

func testApplyError(t *testing.T, l *logTest) {
	l.takeMany(1, 3)
	enough := fmt.Errorf("enough")
	calls := 0
	err := l.log.Follow(limited(t), 0, func([]state.Event) error { calls++; return enough })
	if !errors.Is(err, enough) || calls != 1 {
		t.Errorf("Follow returned %v after %d calls, want %v after one", err, calls, enough)
	}
}

// testContext does not check whether a proposal was ordered whose context ended, only that
// it can be repeated.
func testContext(t *testing.T, l *logTest) {
	f := l.follow(0)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	e := said(1, 1)
	if _, err := l.log.Propose(ctx, e); !errors.Is(err, context.Canceled) && !errors.Is(err, state.ErrUnknown) {
		t.Errorf("Propose returned %v", err)
	}
	e.Seq = l.take(e)
	l.wantOnly(f, []state.Event{e})
	f.cancel()
	f.wantEnd(context.Canceled)
}

func testRefused(t *testing.T, l *logTest) {
	f := l.follow(0)
	fits := state.Event{ID: state.ID{Origin: 1, N: 1}, Body: state.Said{Text: strings.Repeat("é", text.MaxText/2)}}
	fits.Seq = l.take(fits)
	large := state.Event{ID: state.ID{Origin: 1, N: 2}, Body: state.Said{Text: strings.Repeat("x", 4<<20)}}
	if seq, err := l.log.Propose(limited(t), large); !errors.Is(err, state.ErrTooLarge) {
		t.Errorf("Propose of 4 MiB returned %d, %v", seq, err)
	}
	for _, e := range statetest.Examples() {
		if state.KindOf(e.Body).Logged {
			continue
		}
		if seq, err := l.log.Propose(limited(t), e); err == nil {
			t.Errorf("%T has the sequence number %d", e.Body, seq)
		}
	}
	if _, last := l.log.Bounds(); last != fits.Seq {
		t.Errorf("the log ends at %d", last)
	}
	small := said(1, 2) // the ID is free: nothing is left of the other
	small.Seq = l.take(small)
	if small.Seq != fits.Seq+1 {
		t.Errorf("the next sequence number is %d", small.Seq)
	}
	l.wantOnly(f, []state.Event{fits, small})
}

func testClose(t *testing.T, l *logTest) {
	f, behind := l.follow(0), l.follow(2)
	l.takeMany(1, 3)
	f.events(3)
	if err := l.log.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	f.wantEnd(state.ErrClosed)
	behind.wantEnd(state.ErrClosed)
	l.follow(0).wantEnd(state.ErrClosed)
	if seq, err := l.log.Propose(limited(t), said(1, 4)); !errors.Is(err, state.ErrClosed) {
		t.Errorf("Propose returned %d, %v", seq, err)
	}
}

func testCloseInCrowd(t *testing.T, l *logTest) {
	f := l.follow(0)
	ordered := make(chan []state.Event)
	go func() { ordered <- l.crowdUntil(state.ErrClosed, 0, 50, 80) }() // fewer than a log must keep for a late follower
	f.events(200)
	l.log.Close()
	want := <-ordered
	f.wantEnd(state.ErrClosed)
	got := f.all()
	wantEvents(t, 0, got, want[:min(len(got), len(want))])
}

// testCloseFromApply checks that Close waits for no callback, not even its own.
func testCloseFromApply(t *testing.T, l *logTest) {
	l.takeMany(1, 1)
	err := l.log.Follow(limited(t), 0, func([]state.Event) error { return l.log.Close() })
	if !errors.Is(err, state.ErrClosed) {
		t.Errorf("Follow returned %v", err)
	}
}

func testBounds(t *testing.T, l *logTest) {
	if first, last := l.log.Bounds(); first != last+1 {
		t.Errorf("an empty log has the bounds %d, %d", first, last)
	}
	for range 2 {
		l.takeMany(1, 30)
		if first, last := l.log.Bounds(); first != 1 || last != 30 {
			t.Errorf("a log of 30 events has the bounds %d, %d", first, last)
		}
	}
	if h, _ := l.log.Health(); h.Err != nil {
		t.Errorf("unhealthy since %v: %v", h.Since, h.Err)
	}
}
