package logtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"salon/internal/wait"
	"salon/room"
	"salon/room/state"
)

// patience is how long the suite waits for what must happen.
const patience = time.Minute

// logTest is a log under test with its followers.
type logTest struct {
	*testing.T
	log room.Log

	following sync.WaitGroup
}

func (l *logTest) close() {
	if err := l.log.Close(); err != nil {
		l.Errorf("Close: %v", err)
	}
	l.following.Wait()
}

// limited returns a context for what must not take long.
func limited(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

// said returns a message that differs from every other.
func said(origin, n uint64) state.Event {
	return state.Event{
		ID:   state.ID{Origin: origin, N: n},
		Body: state.Said{Session: state.ID{Origin: origin, N: 1}, Text: fmt.Sprintf("%d says %d", origin, n)},
	}
}

// propose repeats a proposal while the log answers what a busy one may.
func propose(ctx context.Context, l room.Log, e state.Event) (state.Seq, error) {
	for ctx.Err() == nil {
		seq, err := l.Propose(ctx, e)
		if !errors.Is(err, state.ErrBusy) && !errors.Is(err, state.ErrUnavailable) && !errors.Is(err, state.ErrUnknown) {
			return seq, err
		}
	}
	return 0, ctx.Err()
}

// take proposes an event that must be ordered.
func (l *logTest) take(e state.Event) state.Seq {
	l.Helper()
	seq, err := propose(limited(l), l.log, e)
	if err != nil {
		l.Fatalf("Propose %v: %v", e.ID, err)
	}
	return seq
}

// takeMany proposes n messages one after the other.
func (l *logTest) takeMany(origin uint64, n int) []state.Event {
	l.Helper()
	return l.crowd(origin, 1, n)
}

// crowd lets many propose at once, each n messages one after the other, and returns the
// messages in the log's order.
func (l *logTest) crowd(origin uint64, proposers, n int) []state.Event {
	l.Helper()
	events := l.crowdUntil(nil, origin, proposers, n)
	if l.Failed() {
		l.FailNow()
	}
	return events
}

// crowdUntil is crowd in which a proposer may end with an error.
func (l *logTest) crowdUntil(end error, origin uint64, proposers, n int) []state.Event {
	ctx := limited(l)
	events := make([][]state.Event, proposers)
	var talking sync.WaitGroup
	for p := range proposers {
		talking.Go(func() {
			for i := range n {
				e := said(origin+uint64(p), uint64(i+1))
				var err error
				if e.Seq, err = propose(ctx, l.log, e); err != nil {
					if !errors.Is(err, end) {
						l.Errorf("Propose %v: %v", e.ID, err)
					}
					return
				}
				events[p] = append(events[p], e)
			}
		})
	}
	talking.Wait()
	return bySeq(slices.Concat(events...))
}

// follower is a Follow in progress with what it got.
type follower struct {
	t      testing.TB
	after  state.Seq
	cancel context.CancelFunc
	ended  chan error                // what Follow returned
	apply  func(batch []state.Event) // may be nil; called with mu locked
	wake   chan struct{}             // cap 1: something came

	mu  sync.Mutex // guards got
	got []state.Event
}

// follow starts a follower of what comes after a sequence number.
func (l *logTest) follow(after state.Seq) *follower { return l.followWith(after, nil) }

func (l *logTest) followWith(after state.Seq, apply func([]state.Event)) *follower {
	ctx, cancel := context.WithCancel(context.Background())
	f := &follower{t: l.T, after: after, cancel: cancel, ended: make(chan error, 1), apply: apply, wake: make(chan struct{}, 1)}
	l.following.Go(func() { f.ended <- l.log.Follow(ctx, after, f.collect) })
	l.Cleanup(cancel)
	return f
}

func (f *follower) collect(batch []state.Event) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.got = append(f.got, batch...)
	if f.apply != nil {
		f.apply(batch)
	}
	wait.Signal(f.wake)
	return nil
}

// await waits until a condition is true, which it checks with mu locked.
func (f *follower) await(what string, ok func() bool) {
	f.t.Helper()
	for late := time.After(patience); ; {
		f.mu.Lock()
		done := ok()
		f.mu.Unlock()
		if done {
			return
		}
		select {
		case <-f.wake:
		case <-late:
			f.t.Fatalf("the follower from %d: %s, not after %v with %d events", f.after, what, patience, len(f.all()))
		}
	}
}

// events waits until n have come and returns all that have.
func (f *follower) events(n int) []state.Event {
	f.t.Helper()
	f.await(fmt.Sprint(n, " events"), func() bool { return len(f.got) >= n })
	return f.all()
}

func (f *follower) all() []state.Event {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.got)
}

// wantEnd waits until Follow returns.
func (f *follower) wantEnd(want error) {
	f.t.Helper()
	select {
	case err := <-f.ended:
		if !errors.Is(err, want) {
			f.t.Errorf("Follow from %d returned %v, want %v", f.after, err, want)
		}
	case <-time.After(patience):
		f.t.Fatalf("Follow from %d did not return", f.after)
	}
}

// wantOnly checks that a follower from the beginning gets these events and then the next.
func (l *logTest) wantOnly(f *follower, want []state.Event) {
	l.Helper()
	last := said(999, 1)
	last.Seq = l.take(last)
	f.want(append(want, last))
}

// want waits for as many events and checks that they are these.
func (f *follower) want(want []state.Event) {
	f.t.Helper()
	wantEvents(f.t, f.after, f.events(len(want)), want)
}

// wantEvents checks that what followed a sequence number is exactly these proposals.
func wantEvents(t testing.TB, after state.Seq, got, want []state.Event) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%d events followed %d, want %d", len(got), after, len(want))
	}
	for i := range min(len(got), len(want)) {
		if got[i].Seq != want[i].Seq || got[i].ID != want[i].ID || !reflect.DeepEqual(got[i].Body, want[i].Body) {
			t.Fatalf("event %d after %d is %+v, want %+v", i+1, after, got[i], want[i])
		}
	}
}

// bySeq returns proposals in the log's order.
func bySeq(events []state.Event) []state.Event {
	return slices.SortedFunc(slices.Values(events), func(a, b state.Event) int { return cmp.Compare(a.Seq, b.Seq) })
}
