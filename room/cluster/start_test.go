package cluster

import (
	"errors"
	"testing"
	"time"

	"salon/internal/natstest"
)

// TestANodeWaitsForItsServers: those that start together with it have to meet first, and answer
// nothing until then.
func TestANodeWaitsForItsServers(t *testing.T) {
	servers := natstest.Start(t, natstest.Options{Servers: 3})
	access := Access{Servers: servers.URLs()}
	if err := Init(t.Context(), InitOptions{Access: access}); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		servers.Kill(i)
	}
	servers.Launch(0)
	opened := make(chan error, 1)
	go func() {
		n, err := Open(t.Context(), Options{Access: access, Node: "one", Store: newMemory()})
		for late := time.Now().Add(patience); errors.Is(err, ErrUnreachable) && time.Now().Before(late); time.Sleep(time.Millisecond) {
			n, err = Open(t.Context(), Options{Access: access, Node: "one", Store: newMemory()}) // no server listened yet
		}
		if err == nil {
			err = n.Close()
		}
		opened <- err
	}()
	servers.Launch(1)
	servers.Launch(2)
	if err := <-opened; err != nil {
		t.Error(err)
	}
}
