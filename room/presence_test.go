package room_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// deadAfter is how long a node may be silent.
const deadAfter = 9 * time.Second

// memoryPresence is what the nodes of one process announce.
type memoryPresence struct {
	mu   sync.Mutex
	held map[uint64]*announced // by epoch
}

// announced is what one node announces.
type announced struct {
	place  func() state.Place
	since  time.Time // the first time, or the first after it was silent
	silent time.Time // when it stopped; zero: it goes on
}

// nodePresence is one node's room.Presence.
type nodePresence struct {
	*memoryPresence
	epoch uint64 // what it holds
}

func (p *nodePresence) Hold(epoch uint64, place func() state.Place) (func(), error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.epoch = epoch
	p.held[epoch] = &announced{place: place, since: time.Now()}
	return func() { p.silence(epoch) }, nil
}

// silence has an epoch no longer announced.
func (p *memoryPresence) silence(epoch uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if a := p.held[epoch]; a.silent.IsZero() {
		a.silent = time.Now()
	}
}

// speak has it announced again.
func (p *memoryPresence) speak(epoch uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	*p.held[epoch] = announced{place: p.held[epoch].place, since: time.Now()}
}

func (p *nodePresence) Dead(_ context.Context, up []state.Node) ([]state.Node, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	own := p.held[p.epoch]
	if !own.silent.IsZero() || time.Since(own.since) < deadAfter {
		return nil, errors.New("this node was silent itself")
	}
	return slices.DeleteFunc(up, func(n state.Node) bool {
		a := p.held[n.Epoch]
		return n.Epoch == p.epoch || a == nil || a.silent.IsZero() || time.Since(a.silent) < deadAfter
	}), nil
}

func (p *nodePresence) Seen() map[uint64]state.Place {
	p.mu.Lock()
	ask := map[uint64]func() state.Place{}
	for epoch, a := range p.held {
		if a.silent.IsZero() {
			ask[epoch] = a.place
		}
	}
	p.mu.Unlock()
	seen := map[uint64]state.Place{}
	for epoch, place := range ask {
		seen[epoch] = place()
	}
	return seen
}

var _ room.Presence = (*nodePresence)(nil)

// downs returns the NodeDown events of the log.
func (n *nodes) downs() (list []state.NodeDown) {
	for _, e := range n.events() {
		if b, ok := e.Body.(state.NodeDown); ok {
			list = append(list, b)
		}
	}
	return list
}

// events returns what the log holds.
func (n *nodes) events() (all []state.Event) {
	ctx, cancel := context.WithCancel(n.Context())
	defer cancel()
	_, last := n.log.Bounds()
	n.log.Follow(ctx, 0, func(events []state.Event) error {
		if all = append(all, events...); all[len(all)-1].Seq >= last {
			cancel()
		}
		return nil
	})
	return all
}

// TestTheMembersOfADeadNodeAreCutTogether: nothing is shown, and they come back on another
// node or leave after the wait.
func TestTheMembersOfADeadNodeAreCutTogether(t *testing.T) {
	inNodesLike(t, time.Minute, 0, func(n *nodes) {
		one, two := n.up["one"], n.up["two"]
		ann := one.join("ann")[0]
		two.arrive(withKey("bob", "SHA256:bob"))
		two.arrive(from("cleo", "192.0.2.7"))
		two.arrive(from("dan", "192.0.2.8"))
		sleep(deadAfter)
		ann.items()
		n.kill("two")
		sleep(deadAfter)
		n.everywhere("ann", "bob", "cleo", "dan")
		one.away("bob", "cleo", "dan")
		bob := n.up["three"].arrive(withKey("bob", "SHA256:bob"))
		one.arrive(from("cleo", "192.0.2.7"))
		ann.sees()
		bob.does("here again")
		ann.sees("bob: here again")
		sleep(time.Minute)
		ann.sees("-dan (lost)")
		n.everywhere("ann", "bob", "cleo")
		if downs := n.downs(); len(downs) == 0 || len(downs) > 2 || downs[0].Node != "two" || downs[0].Wait != time.Minute {
			n.Errorf("proposed: %+v", downs) // by each of the others
		}
	}, "one", "two", "three")
}

// TestANodeThatWasSilentItselfDeclaresNobodyDead.
func TestANodeThatWasSilentItselfDeclaresNobodyDead(t *testing.T) {
	inNodesLike(t, time.Minute, 0, func(n *nodes) {
		sleep(deadAfter)
		for _, p := range n.presences {
			p.silence(p.epoch)
		}
		sleep(time.Minute)
		for _, p := range n.presences {
			p.speak(p.epoch)
		}
		sleep(time.Minute)
		if downs := n.downs(); len(downs) != 0 {
			n.Errorf("proposed: %+v", downs)
		}
	}, "one", "two")
}

// TestANodeThatStopsIsNoLongerSeen.
func TestANodeThatStopsIsNoLongerSeen(t *testing.T) {
	inNodes(t, func(n *nodes) {
		epoch := n.presences["two"].epoch
		if _, seen := n.presences["one"].Seen()[epoch]; !seen {
			n.Error("node two is not seen")
		}
		n.stop("two")
		synctest.Wait()
		if _, seen := n.presences["one"].Seen()[epoch]; seen {
			n.Error("node two is still seen")
		}
		sleep(time.Minute)
		if downs := n.downs(); len(downs) != 1 {
			n.Errorf("proposed: %+v", downs)
		}
	}, "one", "two")
}

// TestARoomThatGoesOnAloneHasNoGhosts of those who were on other nodes.
func TestARoomThatGoesOnAloneHasNoGhosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, store := room.NewMemoryLog(), room.NewMemoryStore()
		for i, name := range []text.Pseudo{"ann", "bob"} {
			id := state.ID{Origin: uint64(i + 1), N: 1}
			log.Propose(t.Context(), state.Event{ID: id, Body: state.NodeUp{Node: string(name), Version: state.Version}})
			id.N++
			log.Propose(t.Context(), state.Event{ID: id, Body: state.Joined{Pseudo: name, Forms: name.Forms(), KeyID: "SHA256:" + string(name)}})
		}
		h := open(t, room.Config{Node: "here", Alone: true, CutWait: time.Minute}, log, store)
		h.away("ann", "bob")
		h.arrive(withKey("ann", "SHA256:ann"))
		sleep(2 * time.Minute)
		h.present("ann")
		if up := replied[room.Stats](h.console(), "stats").Nodes; len(up) != 1 {
			t.Errorf("up are %+v", up)
		}
	})
}

// TestStatsSayHowFarEachNodeIs, and which of them does not answer.
func TestStatsSayHowFarEachNodeIs(t *testing.T) {
	inNodes(t, func(n *nodes) {
		ann, console := n.up["one"].join("ann")[0], n.up["one"].console()
		goOn := n.logs["two"].pause()
		ann.does("un", "deux", "trois")
		n.presence.silence(n.presences["three"].epoch)
		stats := replied[room.Stats](console, "stats")
		for i, want := range []room.NodeStats{{Here: true, Place: stats.Applied}, {}, {Place: stats.Applied - 3, Lag: 3}} {
			got := stats.Nodes[i]
			if got.Here != want.Here || got.Place != want.Place || got.Lag != want.Lag || got.Program != testProgram {
				n.Errorf("node %s is %+v, want %+v", got.Name, got, want)
			}
		}
		goOn()
		n.presence.speak(n.presences["three"].epoch)
	}, "one", "three", "two")
}

// TestOperatorsSeeOnWhichNodeMembersAre, and nobody else does.
func TestOperatorsSeeOnWhichNodeMembersAre(t *testing.T) {
	inNodesLike(t, time.Minute, 0, func(n *nodes) {
		one, two := n.up["one"], n.up["two"]
		ann := one.arrive(withKey("ann", "SHA256:ann"))
		two.arrive(withKey("ann", "SHA256:ann"))
		bob := two.join("bob")[0]
		bob.loses(state.Lost)
		want := map[text.Pseudo]string{"ann": "[one two]", "bob": "[]"}
		for _, p := range replied[room.People](one.console(), "list").Members {
			if got := fmt.Sprint(p.Nodes); got != want[p.Pseudo] {
				n.Errorf("%s is on %s", p.Pseudo, got)
			}
		}
		if on := replied[room.Profile](one.console(), "info ann").Person.Nodes; len(on) != 2 {
			n.Errorf("ann is on %q", on)
		}
		for _, p := range replied[room.People](ann, "/list").Members {
			if p.Nodes != nil {
				n.Errorf("ann sees that %s is on %q", p.Pseudo, p.Nodes)
			}
		}
		n.stop("two")
		synctest.Wait()
		for _, p := range replied[room.People](one.console(), "list").Members {
			if p.Nodes != nil {
				n.Errorf("where there is one node %s is on %q", p.Pseudo, p.Nodes)
			}
		}
	}, "one", "two")
}
