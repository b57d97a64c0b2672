package cluster

import (
	"sync/atomic"
	"testing"

	"salon/internal/natstest"
	"salon/room"
	"salon/room/logtest"
)

// manyAccounts is enough for each test of a suite to have one of its own.
const manyAccounts = 24

// TestLogOfThreeServers has each test of the suite in an account of its own.
func TestLogOfThreeServers(t *testing.T) {
	servers := natstest.Start(t, natstest.Options{Servers: 3, Config: natstest.Accounts(manyAccounts)})
	var used atomic.Int32
	logtest.TestLog(t, func(t *testing.T) room.Log {
		access := Access{Servers: servers.URLsOf(natstest.User(int(used.Add(1)) - 1))}
		if err := Init(t.Context(), InitOptions{Access: access, Replicas: 3}); err != nil {
			t.Fatal(err)
		}
		n, err := Open(t.Context(), Options{Access: access, Node: "one", Store: newMemory()})
		if err != nil {
			t.Fatal(err)
		}
		return n
	})
}
