package cluster

import (
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"salon/room/state"
)

// TestAStreamThatWentBackStopsItsNodes: the servers' disk is put back as it was a while ago.
// Nodes that run notice, and nodes that start, also once as much was said again.
func TestAStreamThatWentBackStopsItsNodes(t *testing.T) {
	dir, old := t.TempDir(), filepath.Join(t.TempDir(), "old")
	at, stop := startServerIn(t, dir, -1)
	if err := Init(t.Context(), InitOptions{Access: Access{Servers: []string{at}}}); err != nil {
		t.Fatal(err)
	}
	store := newMemory()
	n := openNode(t, at, "one", store)
	say := func(n *Node, origin uint64) {
		t.Helper()
		for i := range uint64(10) {
			if _, err := n.Propose(t.Context(), state.Event{ID: state.ID{Origin: origin, N: i + 1}, Body: state.Walled{Text: "x"}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	say(n, 1)
	stop()
	if err := os.CopyFS(old, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	parsed, _ := url.Parse(at)
	port, _ := strconv.Atoi(parsed.Port())
	_, stop = startServerIn(t, dir, port)
	await(t, "it is connected again", n.conn.IsConnected)
	say(n, 2)
	st := stateOf(t, n)
	if err := store.Snapshot(t.Context(), state.Snapshot{Seq: st.Applied(), State: st.Encode()}); err != nil {
		t.Fatal(err)
	}
	stop()
	if err := errors.Join(os.RemoveAll(dir), os.CopyFS(dir, os.DirFS(old))); err != nil {
		t.Fatal(err)
	}
	startServerIn(t, dir, port)
	err := n.Follow(t.Context(), 20, func([]state.Event) error { return context.Canceled })
	wantRollback(t, "a node that runs", err)
	for _, again := range []bool{false, true} {
		late := openNode(t, at, "two", store)
		if again {
			say(late, 3)
		}
		_, err = late.Load(t.Context())
		wantRollback(t, "a node that starts", err)
	}
}

func wantRollback(t *testing.T, who string, err error) {
	t.Helper()
	if back, ok := errors.AsType[*RollbackError](err); !ok || back.At.Seq != 20 {
		t.Errorf("%s gets %v", who, err)
	}
}
