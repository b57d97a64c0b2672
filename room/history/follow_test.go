package history

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"salon/room"
	"salon/room/roomtest"
	"salon/room/state"
)

// followed returns what follows a sequence number until a given one.
func followed(t *testing.T, h *History, after, until state.Seq) (events []state.Event, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	enough := errors.New("enough")
	err = h.Follow(ctx, after, func(batch []state.Event) error {
		if events = append(events, batch...); batch[len(batch)-1].Seq >= until {
			return enough
		}
		return nil
	})
	if errors.Is(err, enough) {
		err = nil
	}
	return events, err
}

func wantFollowed(t *testing.T, h *History, after, until state.Seq) {
	t.Helper()
	events, err := followed(t, h, after, until)
	if err != nil || state.Seq(len(events)) != until-after {
		t.Fatalf("%d events follow %d, %v, want %d", len(events), after, err, until-after)
	}
	for i, e := range events {
		if e.Seq != after+1+state.Seq(i) || e.Body.(state.Walled).Text != fmt.Sprint(e.Seq) {
			t.Fatalf("event %d after %d is %+v", i+1, after, e)
		}
	}
}

// announce proposes announcements that say their sequence numbers, up to one, a batch at a time.
func (h *History) announce(t *testing.T, upto state.Seq) {
	t.Helper()
	for _, seq := h.Bounds(); seq < upto; {
		var batch []*proposal
		for len(batch) < room.BatchEvents && seq < upto {
			seq++
			e := state.Event{ID: state.ID{Origin: 1, N: uint64(seq)}, Body: state.Walled{Text: fmt.Sprint(seq)}}
			p := newProposal(e)
			if err := h.queue.add(p); err != nil {
				t.Fatal(err)
			}
			batch = append(batch, p)
		}
		for i, p := range batch {
			if v, want := <-p.answer, seq-state.Seq(len(batch)-1-i); v.err != nil || v.seq != want {
				t.Fatalf("%d is number %d, %v", want, v.seq, v.err)
			}
		}
	}
}

// TestTheLogIsFollowedFromTheDisk: through runs, and behind what memory holds.
func TestTheLogIsFollowedFromTheDisk(t *testing.T) {
	dir := t.TempDir()
	for run := range state.Seq(2) {
		h := open(t, Options{Dir: dir})
		h.announce(t, 3000+run*9000)
		h.tail.Free(room.BatchEvents) // it lets go of the oldest
		_, last := h.Bounds()
		for _, after := range []state.Seq{0, 1, 2998, 2999, 3000, 3001, 5000, last - 1} {
			if after < last {
				wantFollowed(t, h, after, last)
			}
		}
		if first, _ := h.Bounds(); first != 1 {
			t.Errorf("the log begins at %d", first)
		}
		shut(t, h)
	}
}

// TestWhatASnapshotCoversIsGone for those who follow from before it, also while it is
// still being swept, and for one who is reading it.
func TestWhatASnapshotCoversIsGone(t *testing.T) {
	dir := t.TempDir()
	h := openAlone(t, Options{Dir: dir})
	h.announce(t, 2000)
	shut(t, h)
	h = openAlone(t, Options{Dir: dir})
	reading := 0
	err := h.Follow(t.Context(), 0, func(batch []state.Event) error {
		if reading++; reading == 2 {
			if err := h.Snapshot(t.Context(), state.Snapshot{Seq: 1000, State: state.NewState().Encode()}); err != nil {
				t.Error(err)
			}
		}
		return nil
	})
	if !errors.Is(err, state.ErrGone) || reading != 2 {
		t.Errorf("a follower behind the snapshot got %d batches, %v", reading, err)
	}
	for range 2 {
		if first, _ := h.Bounds(); first != 1001 {
			t.Errorf("the log begins at %d", first)
		}
		for _, after := range []state.Seq{0, 1, 998, 999} {
			if _, err := followed(t, h, after, 2000); !errors.Is(err, state.ErrGone) {
				t.Errorf("%d is followed: %v", after, err)
			}
		}
		wantFollowed(t, h, 1000, 2000)
		h.flush(t)
	}
}

// TestANewersEventIsNotReadOver: a log may hold what a newer program wrote.
func TestANewersEventIsNotReadOver(t *testing.T) {
	dir := t.TempDir()
	h := open(t, Options{Dir: dir})
	h.announce(t, 10)
	shut(t, h)
	do(t, h.disk.path(), fmt.Sprintf(`UPDATE log SET event = replace(event, '"v":%d', '"v":77,"program":"salon 9.1"') WHERE seq = 6`, state.FormatOf(state.Said{})))
	h = open(t, Options{Dir: dir})
	_, err := followed(t, h, 0, 10)
	if newer, ok := errors.AsType[*state.VersionError](err); !ok || newer.Version != 77 || newer.Program != "salon 9.1" {
		t.Errorf("it returns %v", err)
	}
}

// TestMissingEventsAreNotReadOver: while a disk fails for longer than memory lasts,
// nobody gets the log with a hole in it, until a snapshot covers that.
func TestMissingEventsAreNotReadOver(t *testing.T) {
	var broken atomic.Bool
	dir := t.TempDir()
	h := open(t, Options{Dir: dir, wait: 100, retry: 100 * time.Millisecond, fault: failing(&broken)})
	h.announce(t, 50)
	broken.Store(true)
	h.announce(t, 10_000)
	h.tail.Free(room.BatchEvents)
	first, last := h.Bounds()
	if first < 1000 || last != 10_000 {
		t.Errorf("the bounds are %d, %d", first, last)
	}
	if _, err := followed(t, h, 20, 10_000); !errors.Is(err, state.ErrGone) {
		t.Errorf("what was dropped is followed: %v", err)
	}
	wantFollowed(t, h, first-1, last)
	_, changed := h.Health()
	broken.Store(false)
	<-changed
	shut(t, h) // before the room writes a snapshot
	h = open(t, Options{Dir: dir})
	events, err := followed(t, h, 0, 10_000)
	if err != nil || len(events) != 150 || events[49].Seq != 50 || events[50].Seq != 9901 {
		t.Errorf("the next run has %d events, %v", len(events), err)
	}
}

// TestAStartAfterALossFindsItsPlace: the file was removed, and the process killed before
// the room handed in a snapshot.
func TestAStartAfterALossFindsItsPlace(t *testing.T) {
	dir := t.TempDir()
	h := open(t, Options{Dir: dir, retry: time.Millisecond})
	h.announce(t, 20)
	removeAll(t, dir)
	h.announce(t, 25)
	roomtest.Until(t, func() string { return "the loss goes unnoticed" }, func() bool {
		health, _ := h.Health()
		return h.memory.keptFrom() > 20 && health.Err == nil
	})
	h.announce(t, 30)
	shut(t, h)
	h = open(t, Options{Dir: dir})
	st, seq := loaded(t, h)
	first, _ := h.Bounds()
	if seq != first-1 || st.Applied() != seq || seq < 20 || seq > 25 {
		t.Errorf("it starts from %d, of %d, and its log begins with %d", seq, st.Applied(), first)
	}
	wantFollowed(t, h, seq, 30)
}
