package cluster

import (
	"testing"

	"salon/room"
	"salon/room/logtest"
	"salon/room/state"
)

// memoryLocal is a node's own store in memory.
type memoryLocal struct {
	*room.MemoryStore
}

func (memoryLocal) Health() (state.Health, <-chan struct{}) { return state.Health{}, nil }

func openNode(t testing.TB, url, name string, store Local) *Node {
	t.Helper()
	n, err := Open(t.Context(), Options{Access: Access{Servers: []string{url}}, Node: name, Store: store})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	return n
}

// newCluster starts a server with a new cluster.
func newCluster(t testing.TB) (url string) {
	t.Helper()
	return newClusterIn(t, t.TempDir())
}

func newClusterIn(t testing.TB, dir string) (url string) {
	t.Helper()
	url, _ = startServerIn(t, dir, -1)
	if err := Init(t.Context(), InitOptions{Access: Access{Servers: []string{url}}}); err != nil {
		t.Fatal(err)
	}
	return url
}

func TestLog(t *testing.T) {
	logtest.TestLog(t, func(t *testing.T) room.Log { return openNode(t, newCluster(t), "one", newMemory()) })
}
