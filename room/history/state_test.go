package history

import (
	"fmt"
	"slices"
	"testing"

	"salon/room/state"
	"salon/room/text"
)

// decisions are events that change the state, places 1 to n, the last of which
// bans bob.
func decisions(n state.Seq) []state.Event {
	var events []state.Event
	for seq := state.Seq(1); seq < n; seq++ {
		events = append(events, state.Event{Seq: seq, ID: state.ID{N: uint64(seq)}, Body: state.SlowSet{By: "ann"}})
	}
	return append(events, state.Event{Seq: n, ID: state.ID{N: uint64(n)}, Body: state.Banned{Ban: state.Ban{Target: state.Target{Kind: state.ByPseudo, Pseudo: "bob"}}}})
}

// recorded applies events that were never proposed, and writes them down.
func (h *History) recorded(t *testing.T, events []state.Event) {
	t.Helper()
	for batch := range slices.Chunk(events, 5000) {
		if err := h.Apply(batch); err != nil {
			t.Fatal(err)
		}
		if err := h.drain(nil); err != nil {
			t.Fatal(err)
		}
	}
	h.given.Store(uint64(events[len(events)-1].Seq))
}

// TestWhatASnapshotHoldsIsSwept, but for the last rows, and the state is the same.
func TestWhatASnapshotHoldsIsSwept(t *testing.T) {
	const n = 3 * tailEvents
	dir := t.TempDir()
	h := open(t, Options{Dir: dir})
	h.recorded(t, decisions(n))
	h.quiet(t)
	if got := h.count(t, `true`); got != n {
		t.Fatalf("%d rows are there before the snapshot, want %d", got, n)
	}
	snap, err := h.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	snap.Seq = n - 1
	if err := h.Snapshot(t.Context(), snap); err != nil {
		t.Fatal(err)
	}
	h.quiet(t)
	if got := h.count(t, `true`); got != tailEvents {
		t.Errorf("%d rows are left, want %d", got, tailEvents)
	}
	shut(t, h)
	h = open(t, Options{Dir: dir})
	if st, _ := loaded(t, h); len(st.Bans) != 1 {
		t.Errorf("the state is %s", st.Encode())
	}
	for id := uint64(n - 100); id < n; id++ { // their IDs are remembered
		if seq, err := h.Propose(t.Context(), state.Event{ID: state.ID{N: id}, Body: state.SlowSet{By: "ann"}}); err != nil || uint64(seq) != id {
			t.Fatalf("%d has the place %d now, %v", id, seq, err)
		}
	}
}

// TestAStartKeepsWhatItHadToApply, so that the next has less to do, also when no
// room runs for as long as it takes to keep a snapshot.
func TestAStartKeepsWhatItHadToApply(t *testing.T) {
	const n = 2 * manyAfter
	dir := t.TempDir()
	h := open(t, Options{Dir: dir})
	h.recorded(t, decisions(n))
	shut(t, h) // as a crash leaves it: without a snapshot
	for life, want := range []int{n, 0, 0} {
		h = open(t, Options{Dir: dir})
		if h.memory.keeper.after != want {
			t.Errorf("start %d applied %d events, want %d", life+1, h.memory.keeper.after, want)
		}
		if st, _ := loaded(t, h); len(st.Bans) != 1 {
			t.Errorf("start %d has the state %s", life+1, st.Encode())
		}
		shut(t, h)
	}
}

// TestASnapshotOfLongAgoTakesNothingBack: it was on its way while more was decided.
func TestASnapshotOfLongAgoTakesNothingBack(t *testing.T) {
	c := talking(t, Options{})
	c.does(state.TopicSet{By: "ann", Text: "first"})
	snap, err := c.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		c.does(state.Banned{Ban: state.Ban{Target: state.Target{Kind: state.ByPseudo, Pseudo: text.Pseudo(fmt.Sprint("bob", i))}}})
	}
	want := func(h *History) {
		t.Helper()
		if st, _ := loaded(t, h); len(st.Bans) != 3 || st.Topic.Text != "first" {
			t.Errorf("the state is %s", st.Encode())
		}
	}
	later, err := c.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []state.Snapshot{snap, later, snap} {
		if err := c.Snapshot(t.Context(), s); err != nil {
			t.Error(err)
		}
		want(c.History)
	}
	want(c.reopened())
}
