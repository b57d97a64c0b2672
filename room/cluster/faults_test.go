package cluster

import (
	"context"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"salon/internal/natstest"
)

// What docs/cluster.md promises.
const (
	readOnlyWithin = 3 * time.Second
	outageMost     = 10 * time.Second // a leader's death; and until all is well again after an outage
	agreeWithin    = 5 * time.Second
	holeMost       = 500 * time.Millisecond
)

// threeServers starts servers for a test, and the nodes one, two and three.
func threeServers(t *testing.T) *salon {
	t.Helper()
	return newSalon(t, natstest.Start(t, natstest.Options{Servers: 3}), "", "one", "two", "three")
}

// threeTalking is threeServers with people who talk on every node, and are read.
func threeTalking(t *testing.T) *salon {
	t.Helper()
	s := threeServers(t)
	s.read()
	s.talk()
	s.flows("all talk")
	return s
}

// everywhere has all proxies of a node do something.
func (n *testNode) everywhere(do func(*natstest.Proxy)) {
	for _, p := range n.proxies {
		do(p)
	}
}

// cutOff takes a node's connections away, and lets it make no others, until heal.
func (n *testNode) cutOff() {
	n.everywhere(func(p *natstest.Proxy) { p.Set(natstest.Faults{Refuse: true}); p.Cut() })
}

func (n *testNode) heal() {
	n.everywhere(func(p *natstest.Proxy) { p.Set(natstest.Faults{}) })
}

// readOnly reports whether nothing can be said on a node.
func (n *testNode) readOnly() bool { return n.room.Health().ReadOnly }

// losing has a node's proxies drop some messages, and counts them.
func (n *testNode) losing(lost *atomic.Int32, loses func(m natstest.Message, random *rand.Rand) bool) {
	judge := func(m natstest.Message, random *rand.Rand) natstest.Verdict {
		if !loses(m, random) {
			return natstest.Pass
		}
		lost.Add(1)
		return natstest.Drop
	}
	n.everywhere(func(p *natstest.Proxy) { p.Set(natstest.Faults{Judge: judge}) })
}

// TestFeedThatLosesMessages: one of 100 messages of the live feed never comes.
func TestFeedThatLosesMessages(t *testing.T) {
	t.Parallel()
	s := threeServers(t)
	s.read()
	var lost atomic.Int32
	for _, n := range s.nodes {
		n.losing(&lost, func(m natstest.Message, random *rand.Rand) bool {
			return m.ToClient && strings.HasPrefix(m.Subject, "live.") && random.IntN(100) == 0
		})
	}
	s.talk()
	s.await("many messages lost", func() bool { return lost.Load() >= inShort[int32](20, 100) })
	c := s.settle(agreeWithin)
	t.Logf("%d messages of the feed were lost", lost.Load())
	if c.Late > holeMost {
		t.Errorf("a message was read %v after it was acknowledged", c.Late)
	}
}

// TestAcknowledgementsThatAreLost: each is proposed again with the same ID.
func TestAcknowledgementsThatAreLost(t *testing.T) {
	t.Parallel()
	s := threeServers(t)
	s.read()
	var lost atomic.Int32
	for _, n := range s.nodes {
		n.losing(&lost, func(m natstest.Message, random *rand.Rand) bool {
			return m.ToClient && strings.HasPrefix(m.AnswerTo, eventSubject) && random.IntN(20) == 0
		})
	}
	s.talk()
	s.await("many acknowledgements lost", func() bool { return lost.Load() >= inShort[int32](10, 50) })
	s.settle(agreeWithin)
	t.Logf("%d acknowledgements were lost", lost.Load())
}

// TestLeaderKilled kills the server that leads the stream, and starts it again. The servers take
// 4 to 9 s to elect another, and more if their votes split.
func TestLeaderKilled(t *testing.T) {
	t.Parallel()
	s := threeServers(t)
	s.read()
	s.talk()
	var elected time.Duration
	for range inShort(1, 10) {
		s.flows("all talk")
		leader := s.servers.Leader("", streamName, -1)
		begun := time.Now()
		s.servers.Kill(leader)
		s.servers.Leader("", streamName, leader)
		election := time.Since(begun)
		t.Logf("server %d was killed: another leads after %v, and all talk %v later", leader, election, s.flows("all talk again"))
		elected = max(elected, election)
		s.servers.Restart(leader)
	}
	if c := s.settle(agreeWithin); c.Outage > max(outageMost, elected+5*time.Second) {
		t.Errorf("somebody waited %v for an acknowledgement, want %v at most", c.Outage, outageMost)
	}
}

// TestLeaderStandsStill stops the server that leads the stream, which keeps its connections, and
// lets it go on when another one leads: what it takes itself to know must reach nobody.
func TestLeaderStandsStill(t *testing.T) {
	t.Parallel()
	s := threeTalking(t)
	leader := s.servers.Leader("", streamName, -1)
	s.servers.Stop(leader)
	t.Logf("server %d stands still: all talk again after %v", leader, s.flows("all talk again"))
	s.servers.Continue(leader)
	s.servers.Ready(leader)
	s.flows("all talk on")
	s.settle(agreeWithin)
}

// TestMajorityKilled kills two of three servers; nothing can be said until they are back.
func TestMajorityKilled(t *testing.T) {
	t.Parallel()
	s := threeTalking(t)
	s.servers.Kill(0)
	s.servers.Kill(1)
	took := s.await("read-only everywhere", func() bool { return !slices.ContainsFunc(s.nodes, func(n *testNode) bool { return !n.readOnly() }) })
	t.Logf("read-only after %v", took)
	if took > readOnlyWithin {
		t.Errorf("read-only after %v, want %v at most", took, readOnlyWithin)
	}
	time.Sleep(inShort(3*time.Second, 30*time.Second)) // what is tried is that it lasts
	s.servers.Launch(0)
	s.servers.Launch(1)
	took = s.flows("all talk again")
	t.Logf("writable %v after the servers were started", took)
	if took > outageMost {
		t.Errorf("writable after %v, want %v at most", took, outageMost)
	}
	s.settle(agreeWithin)
}

// TestNodeCutOff: the others go on while a node cannot reach the servers for a while.
func TestNodeCutOff(t *testing.T) {
	t.Parallel()
	s := threeTalking(t)
	one := s.nodes[0]
	one.cutOff()
	took := s.await("read-only", one.readOnly)
	t.Logf("read-only after %v", took)
	if took > readOnlyWithin {
		t.Errorf("read-only after %v, want %v at most", took, readOnlyWithin)
	}
	if s.nodes[1].readOnly() || s.nodes[2].readOnly() {
		t.Error("the others are read-only too")
	}
	one.heal()
	t.Logf("all talk %v after it healed", s.flows("all talk again"))
	s.settle(agreeWithin)
}

// TestHostileNetwork: between each node and each server the network is cut, frozen, slow and
// narrow by turns, while it loses and reorders what it carries.
func TestHostileNetwork(t *testing.T) {
	t.Parallel()
	s := threeServers(t)
	s.talk()
	ctx, cancel := context.WithTimeout(t.Context(), inShort(10*time.Second, 5*time.Minute))
	defer cancel()
	var hostile sync.WaitGroup
	var mu sync.Mutex
	done := map[string]int{}
	for _, n := range s.nodes {
		n.everywhere(func(p *natstest.Proxy) {
			hostile.Go(func() {
				did := p.Hostile(ctx)
				mu.Lock()
				defer mu.Unlock()
				for what, n := range did {
					done[what] += n
				}
			})
		})
	}
	hostile.Wait()
	for _, what := range slices.Sorted(maps.Keys(done)) {
		t.Logf("%s: %d times", what, done[what])
	}
	t.Logf("all talk %v after it", s.flows("all talk again"))
	s.settle(agreeWithin)
}
