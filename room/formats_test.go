package room_test

import (
	"testing"
	"testing/synctest"
	"time"

	"salon/room/state"
)

// old has a node of an older program be up in the log until the function returned is called.
func (n *nodes) old(name string) (upgraded func()) {
	n.Helper()
	id := state.ID{Origin: 7, N: 1}
	n.log.Propose(n.Context(), state.Event{ID: id, Body: state.NodeUp{Node: name, Version: state.SharedFormat, Program: "salon 1.2"}})
	synctest.Wait()
	return func() {
		id.N++
		n.log.Propose(n.Context(), state.Event{ID: id, Body: state.NodeDown{Node: name, Epoch: id.Origin}})
		synctest.Wait()
	}
}

// TestWhatAnOldNodeDoesNotReadIsNotProposed, and what it reads is.
func TestWhatAnOldNodeDoesNotReadIsNotProposed(t *testing.T) {
	inNodes(t, func(n *nodes) {
		ann, console := n.up["one"].join("ann")[0], n.up["two"].console()
		upgraded := n.old("lyon")
		_, before := n.log.Bounds()
		why := refused[*state.OldNodeError](console, "shutdown 30")
		if why.Node.Name != "lyon" || why.Node.Program != "salon 1.2" || why.Needs != state.Version {
			n.Errorf("the console is told %+v", why)
		}
		if _, after := n.log.Bounds(); after != before {
			n.Error("it was proposed all the same")
		}
		console.does("shutdown 30 all", "shutdown cancel all", "wall salut")
		ann.does("salut")
		upgraded()
		console.does("shutdown 30", "shutdown cancel")
	}, "one", "two")
}

// TestANodeComesBackBesideAnOldOne, with those who can prove who they are.
func TestANodeComesBackBesideAnOldOne(t *testing.T) {
	inStoppedNodes(t, func(n *nodes) {
		n.old("lyon")
		ann := n.up["one"].join("ann")[0]
		bob, cleo := n.up["two"].arrive(withKey("bob", "SHA256:bob")), n.up["two"].arrive(as("cleo"))
		ann.items()
		n.pause("two", 20*time.Second)
		bob.does("here")
		synctest.Wait()
		cleo.does("too")
		ann.sees("bob: here", "cleo: too")
		for _, e := range n.events() {
			if state.FormatOf(e.Body) > state.SharedFormat {
				n.Errorf("proposed: %+v", e.Body)
			}
		}
	})
}
