package cluster

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"salon/internal/natstest"
	"salon/room"
	"salon/room/state"
)

// deadWithin is how long it takes at most until the members of a node that died are cut.
const deadWithin = 12 * time.Second

// shown are the events that a member was shown.
type shown struct {
	mu     sync.Mutex
	events []state.Event
}

// watch collects what a member is shown until they leave.
func (s *salon) watch(session *room.Session) *shown {
	sh := &shown{}
	var reading sync.WaitGroup
	reading.Go(func() {
		session.Follow(nil, func(items []room.Item) error {
			sh.mu.Lock()
			defer sh.mu.Unlock()
			for _, it := range items {
				if it.Event != nil {
					sh.events = append(sh.events, *it.Event)
				}
			}
			return nil
		})
	})
	s.Cleanup(func() { session.End(state.Ending{Cause: state.Quit}); reading.Wait() })
	return sh
}

// since returns what was shown after the first n events, as text.
func (sh *shown) since(n int) (list []string) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	for _, e := range sh.events[min(n, len(sh.events)):] {
		switch b := e.Body.(type) {
		case state.Said:
			list = append(list, fmt.Sprintf("%s: %s", b.From, b.Text))
		case state.LogLost, state.LogFound:
		default:
			list = append(list, fmt.Sprintf("%T", b))
		}
	}
	return list
}

func (sh *shown) count() int {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return len(sh.events)
}

// logged returns the events of the log up to its end, as a node has it.
func (s *salon) logged(n *testNode) (all []state.Event) {
	s.Helper()
	_, last := n.log.Bounds()
	enough := errors.New("enough")
	err := n.log.Follow(s.Context(), 0, func(events []state.Event) error {
		all = append(all, events...)
		if events[len(events)-1].Seq >= last {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) {
		s.Fatal(err)
	}
	return all
}

// away reports whether exactly these members are cut, as somebody sees it.
func away(session *room.Session, want ...string) bool {
	var got []string
	for _, a := range session.Roster().People {
		if a.Away {
			got = append(got, string(a.Pseudo))
		}
	}
	slices.Sort(got)
	return slices.Equal(got, want)
}

// TestNodeDies: its members are cut by one event and come back on another node; others are
// shown nothing of it.
func TestNodeDies(t *testing.T) {
	t.Parallel()
	s := threeServers(t)
	one, two, three := s.nodes[0], s.nodes[1], s.nodes[2]
	s.join(one, "ann")
	s.join(one, "bob")
	watcher := s.join(two, "watcher")
	sh := s.watch(watcher)
	s.await("all are there", func() bool { return watcher.Roster().Present == 3 })
	before := sh.count()
	one.cutOff()
	t.Cleanup(func() { one.room.Stop("") }) // nobody waits there for what cannot be said
	took := s.await("its members are cut", func() bool { return away(watcher, "ann", "bob") })
	t.Logf("its members were cut after %v", took)
	if took > deadWithin {
		t.Errorf("cut after %v, want %v at most", took, deadWithin)
	}
	back := s.join(three, "ann")
	if _, err := back.Do(t.Context(), "here again"); err != nil {
		t.Error(err)
	}
	s.await("ann is heard", func() bool { return len(sh.since(before)) > 0 })
	if got := sh.since(before); !slices.Equal(got, []string{"ann: here again"}) || !away(watcher, "bob") {
		t.Errorf("the others were shown %q", got)
	}
	downs := 0
	for _, e := range s.logged(two) {
		if d, ok := e.Body.(state.NodeDown); ok && d.Node == one.name {
			downs++
		}
	}
	t.Logf("%d events say so", downs)
	if up := s.stats(two).Nodes; len(up) != 2 || downs < 1 || downs > 2 {
		t.Errorf("%d events say that it is down, up are %v", downs, up)
	}
}

// TestNodeIsBackFromTheDead: one whose members were cut while it could not reach the servers has
// them join again under another epoch. Nobody is there twice.
func TestNodeIsBackFromTheDead(t *testing.T) {
	t.Parallel()
	s := threeServers(t)
	one, two := s.nodes[0], s.nodes[1]
	ann := s.join(one, "ann")
	s.join(one, "bob")
	watcher := s.join(two, "watcher")
	sh := s.watch(watcher)
	s.await("all are there", func() bool { return watcher.Roster().Present == 3 })
	before := sh.count()
	one.cutOff()
	s.await("its members are cut", func() bool { return away(watcher, "ann", "bob") })
	one.heal()
	took := s.await("its members are back", func() bool { return away(watcher) && watcher.Roster().Present == 3 })
	t.Logf("its members were back %v after it could reach the servers", took)
	s.await("ann can talk", func() bool { // her own node may know of it a moment later
		_, err := ann.Do(t.Context(), "still here")
		return err == nil
	})
	s.await("ann is heard", func() bool { return len(sh.since(before)) > 0 })
	if got := sh.since(before); !slices.Equal(got, []string{"ann: still here"}) || watcher.Roster().Present != 3 {
		t.Errorf("the others were shown %q, and see %d members", got, watcher.Roster().Present)
	}
	s.agree(agreeWithin)
}

// TestSameIDAgainAfterTheServersForgotIt: the servers store it a second time, and nobody is
// shown it.
func TestSameIDAgainAfterTheServersForgotIt(t *testing.T) {
	t.Parallel()
	s := newSalon(t, natstest.Start(t, natstest.Options{}), "", "one", "two")
	s.read()
	ann, speaker := s.join(s.nodes[0], "ann"), s.tally.Speaker("ann")
	for range 3 {
		if _, err := ann.Do(t.Context(), speaker.Next()); err != nil {
			t.Fatal(err)
		}
		speaker.Acked()
	}
	s.forgetSoon()
	third := openNode(t, s.servers.URLs()[0], "third", newMemory())
	for _, e := range s.logged(s.nodes[1]) {
		if _, said := e.Body.(state.Said); said {
			s.await("the ID is forgotten", func() bool {
				seq, err := third.Propose(t.Context(), e)
				return err == nil && seq != e.Seq
			})
		}
	}
	s.agree(agreeWithin)
	if c := s.tally.Count(); c.Wrong() {
		t.Error(c)
	}
}

// forgetSoon has the servers know the IDs of events for a moment only.
func (s *salon) forgetSoon() {
	s.Helper()
	js, ctx := s.nodes[0].log.js, context.Background()
	stream, err := js.Stream(ctx, streamName)
	if err != nil {
		s.Fatal(err)
	}
	config := stream.CachedInfo().Config
	config.Duplicates = 100 * time.Millisecond // the least there is
	if _, err := js.UpdateStream(ctx, jetstream.StreamConfig(config)); err != nil {
		s.Fatal(err)
	}
}
