package cluster

import (
	"fmt"
	"testing"
	"time"

	"salon/room"
	"salon/room/history"
	"salon/room/state"
)

// startOn starts a room on a new node with a history.
func startOn(t *testing.T, url, name string, h *history.History) *clusterRoom {
	t.Helper()
	n := openNode(t, url, name, h)
	r, err := room.New(t.Context(), room.Config{Node: name, Mail: n, Presence: n, CutWait: time.Minute}, n, n)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return &clusterRoom{t, r, n}
}

// TestANodeThatWasAwayForLong: the stream no longer has what it needs. It goes on from the
// cluster's snapshot, and has what was said meanwhile from another node.
func TestANodeThatWasAwayForLong(t *testing.T) {
	url := startServer(t)
	if err := Init(t.Context(), InitOptions{Access: Access{Servers: []string{url}}, MaxBytes: 32 << 10}); err != nil {
		t.Fatal(err)
	}
	first, second := openHistory(t, t.TempDir()), openHistory(t, t.TempDir())
	one, two := startOn(t, url, "one", first), startOn(t, url, "two", second)
	ann, said := one.join("ann"), 0
	talk := func(n int) {
		t.Helper()
		for range n {
			said++
			ann.does(fmt.Sprint("number ", said))
		}
	}
	talk(50)
	if err := two.Close(); err != nil {
		t.Fatal(err)
	}
	talk(400)
	if err := one.Close(); err != nil {
		t.Fatal(err)
	}
	begun := openNode(t, url, "one", first) // as the room does in the long run
	snap, err := begun.Load(t.Context())
	if err == nil {
		err = begun.storeState(t.Context(), snap, true)
	}
	if err != nil {
		t.Fatal(err)
	}
	begun.Close()
	if least := state.Seq(begun.first.Load()); least < 200 {
		t.Fatalf("the stream has still events from %d on", least)
	}
	one, two = startOn(t, url, "one", first), startOn(t, url, "two", second)
	var found, gaps int
	await(t, "all is there that was said", func() bool {
		events, err := second.Last(t.Context(), nil, 2*said, 0)
		if err != nil {
			t.Fatal(err)
		}
		found, gaps = 0, 0
		for _, e := range events {
			switch b := e.Body.(type) {
			case state.Gap:
				gaps++
			case state.Said:
				if found++; b.Text != fmt.Sprint("number ", found) && gaps == 0 {
					t.Fatalf("message %d is %q", found, b.Text)
				}
			}
		}
		return found == said && gaps == 0
	})
	await(t, "both have one State", func() bool { return one.hash() == two.hash() })
}

// hash returns the place and the hash of a room's State.
func (r *clusterRoom) hash() string {
	r.Helper()
	console := r.Watch(room.Prefs{})
	defer console.Close(state.Ending{Cause: state.Quit})
	reply, err := console.Do(r.Context(), "stats")
	stats, ok := reply.(room.Stats)
	if !ok {
		r.Fatal(err)
	}
	return fmt.Sprintf("%d %x", stats.Applied, stats.Hash)
}
