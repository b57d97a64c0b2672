package cluster

import (
	"errors"
	"fmt"
	"testing"

	"github.com/nats-io/nats.go"

	"salon/room/state"
)

// TestANodeThatCannotReadTheLogLeavesIt: what a newer program says stops it, and it says so, or
// its members would have to wait for its lease to run out before they may come in elsewhere.
func TestANodeThatCannotReadTheLogLeavesIt(t *testing.T) {
	url := newCluster(t)
	one, two := startRoom(t, url, "one"), startRoom(t, url, "two")
	ann, bob := one.join("ann"), two.join("bob")
	ann.does("hello")
	bob.sees("ann: hello")
	said := fmt.Appendf(nil, `{"v":%d,"program":"salon 9","kind":"said","id":"0000000000000009-1","body":{"another":"shape"}}`, state.Version+1)
	if _, err := one.node.js.PublishMsg(t.Context(), &nats.Msg{Subject: eventSubject + "nine", Data: said}); err != nil {
		t.Fatal(err)
	}
	for _, r := range []*clusterRoom{one, two} {
		<-r.Stopped()
		newer, ok := errors.AsType[*state.VersionError](r.Close())
		if !ok || newer.Version != state.Version+1 || newer.Program != "salon 9" {
			t.Errorf("%s ends with %v", r.node.name, r.Failed())
		}
	}
	left := map[string]bool{}
	n := openNode(t, url, "three", newMemory())
	for seq := state.Seq(1); seq <= state.Seq(n.last.Load()); seq++ {
		m, err := n.stream.GetMsg(t.Context(), uint64(seq))
		if err != nil {
			t.Fatal(err)
		}
		if e, err := state.DecodeEvent(m.Data); err == nil {
			if down, ok := e.Body.(state.NodeDown); ok {
				left[down.Node] = true
			}
		}
	}
	if !left["one"] || !left["two"] {
		t.Errorf("the log says that these are down: %v", left)
	}
}
