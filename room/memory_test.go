package room_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"salon/room"
	"salon/room/logtest"
	"salon/room/state"
)

func TestMemoryLog(t *testing.T) {
	logtest.TestLog(t, func(*testing.T) room.Log { return room.NewMemoryLog() })
}

func TestMemoryStore(t *testing.T) {
	logtest.TestStore(t, func(*testing.T) room.Store { return room.NewMemoryStore() })
}

func TestMemoryLocal(t *testing.T) {
	logtest.TestLocal(t, func(*testing.T) logtest.Local { return room.NewMemoryStore() })
}

func message(n int) state.Event {
	return state.Event{ID: state.ID{Origin: 1, N: uint64(n)}, Body: state.Said{Text: fmt.Sprint(n)}}
}

// fill proposes messages until the log is busy or has taken n.
func fill(t *testing.T, log room.Log, from, n int) (taken int, err error) {
	t.Helper()
	for i := range n {
		if _, err := log.Propose(t.Context(), message(from+i)); err != nil {
			return i, err
		}
	}
	return n, nil
}

func TestMemoryLogForgetsTheOldestAndSaysSo(t *testing.T) {
	log := room.NewMemoryLog()
	defer log.Close()
	if n, err := fill(t, log, 1, 20_000); err != nil {
		t.Fatalf("%v after %d messages that nobody followed", err, n)
	}
	first, last := log.Bounds()
	if last != 20_000 || last-first+1 < 4096 || last-first+1 > 8192 {
		t.Errorf("the log keeps places %d to %d", first, last)
	}
	never := func([]state.Event) error { t.Error("events follow a place that is gone"); return nil }
	if err := log.Follow(t.Context(), first-2, never); !errors.Is(err, state.ErrGone) {
		t.Errorf("Follow from before what is kept returned %v", err)
	}
	enough := errors.New("enough")
	err := log.Follow(t.Context(), first-1, func(batch []state.Event) error {
		if batch[0].Seq != first {
			t.Errorf("place %d comes first after %d", batch[0].Seq, first-1)
		}
		return enough
	})
	if !errors.Is(err, enough) {
		t.Errorf("Follow from the oldest place kept returned %v", err)
	}
	for _, n := range []int{20_000, 20_000 - 4095} {
		if seq, err := log.Propose(t.Context(), message(n)); seq != state.Seq(n) || err != nil {
			t.Errorf("message %d is not remembered: place %d, %v", n, seq, err)
		}
	}
}

func TestMemoryLogIsBusyRatherThanLeaveAFollowerBehind(t *testing.T) {
	log := room.NewMemoryLog()
	defer log.Close()
	ctx, cancel := context.WithCancel(t.Context())
	stuck, release := make(chan struct{}), make(chan struct{})
	var followed []state.Seq
	var following sync.WaitGroup
	caughtUp := make(chan struct{})
	following.Go(func() {
		log.Follow(ctx, 0, func(batch []state.Event) error {
			if len(followed) == 0 {
				close(stuck)
				<-release
			}
			for _, e := range batch {
				followed = append(followed, e.Seq)
				if e.Seq == 8192 {
					close(caughtUp)
				}
			}
			return nil
		})
	})
	fill(t, log, 1, 1)
	<-stuck
	n, err := fill(t, log, 2, 20_000)
	if !errors.Is(err, state.ErrBusy) || n != 8191 {
		t.Fatalf("%v after %d messages", err, n)
	}
	if first, last := log.Bounds(); first != 1 || last != 8192 {
		t.Errorf("while busy the log keeps %d to %d", first, last)
	}
	if seq, err := log.Propose(t.Context(), message(5)); seq != 5 || err != nil {
		t.Errorf("what was taken before has the place %d, %v when proposed again", seq, err)
	}
	close(release)
	<-caughtUp
	if _, err := fill(t, log, 8193, 1); err != nil {
		t.Errorf("%v, though the follower has caught up", err)
	}
	cancel()
	following.Wait()
	for i, seq := range followed {
		if seq != state.Seq(i+1) {
			t.Fatalf("place %d follows place %d", seq, i)
		}
	}
}

func TestMemoryStoreForgetsTheOldest(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		kept int
	}{
		"beyond 2000 messages": {"short", 2000},
		"beyond 4 MiB":         {strings.Repeat("x", 4096), 1024},
	} {
		t.Run(name, func(t *testing.T) {
			store := room.NewMemoryStore()
			for i := range 5000 {
				store.Apply(state.Seq(i+1), []state.Event{{Seq: state.Seq(i + 1), Body: state.Said{From: "ann", Text: test.text}}})
			}
			last, err := store.Last(t.Context(), nil, 10_000, 0)
			if err != nil || len(last) != test.kept || last[0].Seq != state.Seq(5001-test.kept) {
				t.Errorf("%d messages are kept, from place %d, %v", len(last), last[0].Seq, err)
			}
		})
	}
}

func TestMemoryStoreTakesManyAtOnce(t *testing.T) {
	store := room.NewMemoryStore()
	var all []state.Event
	for i := range 5000 {
		all = append(all, state.Event{Seq: state.Seq(i + 1), Body: state.Said{From: "ann", Text: "x"}})
	}
	store.Apply(5000, all)
	if last, _ := store.Last(t.Context(), nil, 3, 0); len(last) != 3 || last[2].Seq != 5000 {
		t.Errorf("the last are %v", last)
	}
}
