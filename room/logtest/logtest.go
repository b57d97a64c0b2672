// Package logtest is the suite that every [room.Log] and every [room.Store]
// passes, in memory, on disk or on several nodes: what the room takes for
// granted, tried from outside. An implementation's own tests call [TestLog] and
// [TestStore], and add what only it promises.
package logtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"salon/room"
	"salon/room/state"
)

// patience is how long the suite waits for what must come, before it calls it
// lost. Nothing that works is waited for that long.
const patience = 30 * time.Second

// TestLog tests the logs that open makes. Each must be new and empty, and its
// own; the suite closes it.
func TestLog(t *testing.T, open func(t *testing.T) room.Log) {
	for name, test := range map[string]func(*testing.T, *bench){
		"places count from one without a gap":             testPlaces,
		"a follower gets everything that can happen":      testBodies,
		"followers from any place get all that follows":   testFollowers,
		"what is proposed again has happened once":        testAgain,
		"what several propose at once has happened once":  testAgainAtOnce,
		"an ID is remembered through 4000 others":         testAgainLater,
		"stamps never go back":                            testTime,
		"what has no place in a log gets none":            testNoPlace,
		"a context ends a proposal and a follower":        testContext,
		"what is too large leaves no trace":               testTooLarge,
		"the error of whoever follows is handed back":     testApplyError,
		"an end is told to proposers and followers":       testClose,
		"an end in the middle of a crowd loses nobody":    testCloseInCrowd,
		"a follower may close":                            testCloseFromApply,
		"the bounds are those of what can be followed":    testBounds,
		"a log that works is well":                        testHealth,
		"a crowd of proposers each keep their order":      testCrowd,
		"a follower that comes in a crowd misses nothing": testFollowCrowd,
	} {
		t.Run(name, func(t *testing.T) {
			b := &bench{T: t, log: open(t)}
			t.Cleanup(b.close)
			test(t, b)
		})
	}
}

// bench is a log under test and those who follow it.
type bench struct {
	*testing.T
	log room.Log

	following sync.WaitGroup
}

func (b *bench) close() {
	if err := b.log.Close(); err != nil {
		b.Errorf("Close: %v", err)
	}
	b.following.Wait()
}

// limited is a context for what must not take long.
func limited(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

// said is a message that can be told from every other.
func said(origin, n uint64) state.Event {
	return state.Event{
		ID:   state.ID{Origin: origin, N: n},
		Body: state.Said{Session: state.ID{Origin: origin, N: 1}, Text: fmt.Sprintf("%d says %d", origin, n)},
	}
}

// propose takes what a log that works may answer when it has much to do.
func propose(ctx context.Context, l room.Log, e state.Event) (state.Seq, error) {
	for {
		seq, err := l.Propose(ctx, e)
		if !errors.Is(err, state.ErrBusy) && !errors.Is(err, state.ErrUnavailable) && !errors.Is(err, state.ErrUnknown) {
			return seq, err
		}
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
	}
}

// take proposes an event that must be taken.
func (b *bench) take(e state.Event) state.Seq {
	b.Helper()
	seq, err := propose(limited(b), b.log, e)
	if err != nil {
		b.Fatalf("Propose %v: %v", e.ID, err)
	}
	return seq
}

// takeMany proposes n messages one after the other.
func (b *bench) takeMany(origin uint64, n int) []state.Event {
	b.Helper()
	ctx := limited(b)
	var events []state.Event
	for i := range n {
		e := said(origin, uint64(i+1))
		seq, err := propose(ctx, b.log, e)
		if err != nil {
			b.Fatalf("Propose %v: %v", e.ID, err)
		}
		e.Seq = seq
		events = append(events, e)
	}
	return events
}

// follower is one Follow and what it got.
type follower struct {
	t      *testing.T
	after  state.Seq
	cancel context.CancelFunc
	ended  chan error // what Follow returned

	mu   sync.Mutex
	got  []state.Event
	want int
	full chan struct{} // closed when want events are there
}

func (b *bench) follow(after state.Seq) *follower {
	ctx, cancel := context.WithCancel(context.Background())
	f := &follower{t: b.T, after: after, cancel: cancel, ended: make(chan error, 1)}
	b.following.Go(func() { f.ended <- b.log.Follow(ctx, after, f.apply) })
	b.Cleanup(cancel)
	return f
}

func (f *follower) apply(batch []state.Event) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.got = append(f.got, batch...)
	if f.full != nil && len(f.got) >= f.want {
		close(f.full)
		f.full = nil
	}
	return nil
}

// events waits until n have come and returns all that have.
func (f *follower) events(n int) []state.Event {
	f.t.Helper()
	f.mu.Lock()
	full := make(chan struct{})
	if len(f.got) >= n {
		close(full)
	} else {
		f.want, f.full = n, full
	}
	f.mu.Unlock()
	select {
	case <-full:
	case <-time.After(patience):
		f.t.Fatalf("the follower from place %d got %d events, not %d", f.after, len(f.all()), n)
	}
	return f.all()
}

func (f *follower) all() []state.Event {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.got)
}

// wantEnd waits for Follow's return.
func (f *follower) wantEnd(want error) {
	f.t.Helper()
	select {
	case err := <-f.ended:
		if !errors.Is(err, want) {
			f.t.Errorf("Follow from place %d returned %v, want %v", f.after, err, want)
		}
	case <-time.After(patience):
		f.t.Fatalf("Follow from place %d did not return", f.after)
	}
}

// wantEvents holds what followed a place to be exactly these proposals.
func wantEvents(t testing.TB, after state.Seq, got, want []state.Event) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%d events followed place %d, want %d", len(got), after, len(want))
	}
	for i := range min(len(got), len(want)) {
		if got[i].Seq != want[i].Seq || got[i].ID != want[i].ID || got[i].Body != want[i].Body {
			t.Fatalf("event %d after place %d is %+v, want %+v", i+1, after, got[i], want[i])
		}
	}
}

// bySeq puts proposals in the log's order.
func bySeq(events []state.Event) []state.Event {
	events = slices.Clone(events)
	slices.SortFunc(events, func(a, b state.Event) int { return cmp.Compare(a.Seq, b.Seq) })
	return events
}
