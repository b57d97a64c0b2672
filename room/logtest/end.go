package logtest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"salon/room/state"
	"salon/room/text"
)

// testContext does not ask whether a proposal whose context ended was taken,
// only that it can be repeated.
func testContext(t *testing.T, b *bench) {
	f := b.follow(0)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	e := said(1, 1)
	if _, err := b.log.Propose(ctx, e); !errors.Is(err, context.Canceled) && !errors.Is(err, state.ErrUnknown) {
		t.Errorf("Propose returned %v", err)
	}
	e.Seq = b.take(e)
	b.wantOnly(f, []state.Event{e})
	f.cancel()
	f.wantEnd(context.Canceled)
	after := b.follow(0)
	after.events(2)
	after.cancel()
	after.wantEnd(context.Canceled)
}

func testTooLarge(t *testing.T, b *bench) {
	f := b.follow(0)
	fits := state.Event{ID: state.ID{Origin: 1, N: 1}, Body: state.Said{Text: strings.Repeat("é", text.MaxText/2)}}
	fits.Seq = b.take(fits)
	large := state.Event{ID: state.ID{Origin: 1, N: 2}, Body: state.Said{Text: strings.Repeat("x", 4<<20)}}
	if seq, err := b.log.Propose(limited(t), large); !errors.Is(err, state.ErrTooLarge) {
		t.Errorf("Propose of 4 MiB returned %d, %v", seq, err)
	}
	if _, last := b.log.Bounds(); last != fits.Seq {
		t.Errorf("the log ends at %d", last)
	}
	small := said(1, 2) // the ID is free: nothing was kept of the other
	small.Seq = b.take(small)
	if small.Seq != fits.Seq+1 {
		t.Errorf("the next place is %d", small.Seq)
	}
	b.wantOnly(f, []state.Event{fits, small})
}

func testClose(t *testing.T, b *bench) {
	f, behind := b.follow(0), b.follow(2)
	b.takeMany(1, 3)
	f.events(3)
	if err := b.log.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	f.wantEnd(state.ErrClosed)
	behind.wantEnd(state.ErrClosed)
	b.follow(0).wantEnd(state.ErrClosed)
	if seq, err := b.log.Propose(limited(t), said(1, 4)); !errors.Is(err, state.ErrClosed) {
		t.Errorf("Propose returned %d, %v", seq, err)
	}
	if err := b.log.Close(); err != nil {
		t.Errorf("Close again: %v", err)
	}
}

func testCloseInCrowd(t *testing.T, b *bench) {
	f := b.follow(0)
	ctx := limited(t)
	var mu sync.Mutex
	var taken []state.Event
	some := make(chan struct{})
	var talking sync.WaitGroup
	for p := range 50 {
		talking.Go(func() {
			for n := uint64(1); n <= 80; n++ { // fewer in all than a log must keep for whoever follows late
				e := said(uint64(p), n)
				seq, err := propose(ctx, b.log, e)
				if err != nil {
					if !errors.Is(err, state.ErrClosed) {
						t.Errorf("Propose: %v", err)
					}
					return
				}
				e.Seq = seq
				mu.Lock()
				if taken = append(taken, e); len(taken) == 200 {
					close(some)
				}
				mu.Unlock()
			}
		})
	}
	<-some
	b.log.Close()
	talking.Wait()
	f.wantEnd(state.ErrClosed)
	got := f.all()
	if want := bySeq(taken); len(got) > len(want) {
		t.Errorf("%d events were followed, %d had been taken", len(got), len(want))
	} else {
		wantEvents(t, 0, got, want[:len(got)])
	}
}

// testCloseFromApply: Close waits for nobody's callback, not even its own.
func testCloseFromApply(t *testing.T, b *bench) {
	b.takeMany(1, 1)
	err := b.log.Follow(limited(t), 0, func([]state.Event) error { return b.log.Close() })
	if !errors.Is(err, state.ErrClosed) {
		t.Errorf("Follow returned %v", err)
	}
}

func testBounds(t *testing.T, b *bench) {
	if first, last := b.log.Bounds(); first != last+1 {
		t.Errorf("an empty log has the bounds %d, %d", first, last)
	}
	for range 2 {
		b.takeMany(1, 30)
		if first, last := b.log.Bounds(); first != 1 || last != 30 {
			t.Errorf("a log of 30 events has the bounds %d, %d", first, last)
		}
	}
}

func testHealth(t *testing.T, b *bench) {
	b.takeMany(1, 1)
	if h, _ := b.log.Health(); h.Err != nil {
		t.Errorf("unwell since %v: %v", h.Since, h.Err)
	}
}
