package room_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// inStoppedNodes runs a test with three nodes on which those who are cut have a minute, once any
// of them may be taken for dead.
func inStoppedNodes(t *testing.T, test func(*nodes)) {
	t.Helper()
	inNodesLike(t, time.Minute, 0, func(n *nodes) {
		sleep(deadAfter)
		test(n)
	}, "one", "two", "three")
}

// TestANodeThatWasStoppedComesBackWithItsMembers: nobody sees a line of it, and all goes on.
func TestANodeThatWasStoppedComesBackWithItsMembers(t *testing.T) {
	inStoppedNodes(t, func(n *nodes) {
		one, two := n.up["one"], n.up["two"]
		ann := one.join("ann")[0]
		bob, cleo := two.arrive(withKey("bob", "SHA256:bob")), two.arrive(from("cleo", "192.0.2.7"))
		two.settle()
		ann.items()
		goOn := n.stopped("two")
		sleep(29 * time.Second)
		one.away("bob", "cleo")
		ann.does("are you there?")
		goOn()
		one.away()
		two.away()
		n.everywhere("ann", "bob", "cleo")
		bob.does("I never left")
		synctest.Wait() // until it has come to the other node
		cleo.does("@ann nor did I")
		ann.does("@bob,cleo good")
		for _, p := range []*person{bob, cleo} {
			p.stays()
		}
		ann.sees("ann: are you there?", "bob: I never left", "cleo -> [ann]: nor did I", "ann -> [bob cleo]: good")
		bob.sees("ann: are you there?", "bob: I never left", "ann -> [bob cleo]: good")
		cleo.sees("ann: are you there?", "bob: I never left", "cleo -> [ann]: nor did I", "ann -> [bob cleo]: good")
		cleo.does("/r and again")
		ann.sees("cleo -> [ann bob]: and again")
		sleep(2 * time.Minute)
		ann.sees()
		bob.does("/q bye")
		ann.sees("-bob (quit) bye")
		if again := replied[room.Stats](one.console(), "stats"); len(again.Nodes) != 3 {
			n.Errorf("up are %+v", again.Nodes)
		}
	})
}

// TestANodeIsStoppedAgainAndAgain.
func TestANodeIsStoppedAgainAndAgain(t *testing.T) {
	inStoppedNodes(t, func(n *nodes) {
		ann, two := n.up["one"].join("ann")[0], n.up["two"]
		for i := range 100 {
			two.arrive(from(text.Pseudo(fmt.Sprint("u", i, "x")), "192.0.2.7"))
		}
		two.settle()
		ann.items()
		for range 3 {
			n.pause("two", 20*time.Second)
			sleep(deadAfter)
		}
		ann.sees()
		for i, p := range two.people {
			p.does(fmt.Sprint("still ", i))
		}
		if heard := ann.items(); len(heard) != 100 {
			n.Errorf("ann hears %d", len(heard))
		}
	})
}

// TestWhatWasSaidWhileTheNodeWasStoppedIsSaidOnce when it is back.
func TestWhatWasSaidWhileTheNodeWasStoppedIsSaidOnce(t *testing.T) {
	for _, say := range []func(*person){
		func(p *person) { p.does("while it was stopped") },
		func(p *person) { p.Say(p.h.Context(), room.Recipients{}, "while it was stopped") },
	} {
		inStoppedNodes(t, func(n *nodes) {
			ann, bob := n.up["one"].join("ann")[0], n.up["two"].join("bob")[0]
			ann.items()
			goOn := n.stopped("two")
			sleep(20 * time.Second)
			var saying sync.WaitGroup
			saying.Go(func() { say(bob) })
			synctest.Wait()
			goOn()
			saying.Wait()
			bob.does("/me follows")
			ann.sees("bob: while it was stopped", "* bob follows")
		})
	}
}

// TestWhatIsSaidOnANodeThatCannotComeBackIsRefused after a while.
func TestWhatIsSaidOnANodeThatCannotComeBackIsRefused(t *testing.T) {
	inStoppedNodes(t, func(n *nodes) {
		ann, bob := n.up["one"].join("ann")[0], n.up["two"].join("bob")[0]
		ann.items()
		goOn := n.stopped("two")
		sleep(20 * time.Second)
		var lost atomic.Bool // whatever it proposes
		lost.Store(true)
		n.logs["two"].drop = lost.Load
		goOn()
		began := time.Now()
		if err := bob.tries("hello"); !errors.Is(err, state.ErrUnavailable) || time.Since(began) != room.RejoinPatience {
			n.Errorf("bob is told %v after %v", err, time.Since(began))
		}
		lost.Store(false)
		sleep(time.Second)
		ann.sees()
		bob.does("hello again")
		ann.sees("bob: hello again")
	})
}

// TestWhoJoinsANodeThatComesBackIsLetIn.
func TestWhoJoinsANodeThatComesBackIsLetIn(t *testing.T) {
	inStoppedNodes(t, func(n *nodes) {
		goOn := n.stopped("two")
		sleep(20 * time.Second)
		var joining sync.WaitGroup
		joining.Go(func() { n.up["two"].arrive(as("dan")) })
		synctest.Wait()
		goOn()
		joining.Wait()
		n.everywhere("dan")
		n.up["two"].people[0].sees("welcome")
	})
}

// TestWhatWasDoneToThoseOfAStoppedNodeHolds: they are out, and nobody comes back.
func TestWhatWasDoneToThoseOfAStoppedNodeHolds(t *testing.T) {
	inStoppedNodes(t, func(n *nodes) {
		one, two := n.up["one"], n.up["two"]
		ann := one.join("ann")[0]
		people := two.join("bob", "cleo", "dan")
		goOn := n.stopped("two")
		sleep(20 * time.Second)
		ann.items()
		console := one.console()
		console.does("kick bob enough")
		console.asks("ban cleo 1h")
		console.does("mute dan")
		goOn()
		people[0].left(state.Expelled)
		people[1].left(state.Barred)
		people[2].stays()
		refused[*state.MutedError](people[2], "hello")
		n.everywhere("ann", "dan")
	})
}

// TestWhoResumedElsewhereKeepsThat, and the connection that was forgotten ends.
func TestWhoResumedElsewhereKeepsThat(t *testing.T) {
	inStoppedNodes(t, func(n *nodes) {
		one, two := n.up["one"], n.up["two"]
		old := two.arrive(withKey("bob", "SHA256:bob"))
		goOn := n.stopped("two")
		sleep(20 * time.Second)
		bob := one.arrive(withKey("bob", "SHA256:bob"))
		one.settle()
		goOn()
		old.left(state.Moved)
		bob.does("here")
		bob.sees("bob: here")
		n.everywhere("bob")
		old.Close(state.Ending{Cause: state.Quit})
		n.everywhere("bob")
	})
}

// TestThoseWhoLapsedJoinAgain, unless somebody else has their pseudo by now.
func TestThoseWhoLapsedJoinAgain(t *testing.T) {
	inStoppedNodes(t, func(n *nodes) {
		one, two := n.up["one"], n.up["two"]
		ann := one.join("ann")[0]
		bob, cleo := two.join("bob")[0], two.join("cleo")[0]
		two.settle()
		ann.items()
		goOn := n.stopped("two")
		sleep(2 * time.Minute)
		if left := ann.items(); len(left) != 2 { // in either order
			n.Errorf("ann sees %d leave", len(left))
		}
		one.arrive(from("cleo", "192.0.2.9"))
		goOn()
		bob.stays()
		cleo.left(state.Ousted)
		ann.sees("+cleo", "+bob")
		bob.does("back again")
		ann.sees("bob: back again")
		n.everywhere("ann", "bob", "cleo")
	})
}

// TestWhoLeavesWhileTheNodeIsStoppedIsGone, and so is who leaves as it comes back.
func TestWhoLeavesWhileTheNodeIsStoppedIsGone(t *testing.T) {
	inStoppedNodes(t, func(n *nodes) {
		ann := n.up["one"].join("ann")[0]
		people := n.up["two"].join("bob", "cleo")
		ann.items()
		goOn := n.stopped("two")
		sleep(20 * time.Second)
		var leaving sync.WaitGroup
		leaving.Go(func() { people[0].Close(state.Ending{Cause: state.Quit}) })
		sleep(time.Second)
		goOn()
		leaving.Wait()
		people[1].Close(state.Ending{Cause: state.Quit})
		ann.sees("-bob (quit)", "-cleo (quit)")
		sleep(2 * time.Minute)
		n.everywhere("ann")
	})
}

// TestAStoppedNodeWhosePlaceWasTakenStops, and says why.
func TestAStoppedNodeWhosePlaceWasTakenStops(t *testing.T) {
	inStoppedNodes(t, func(n *nodes) {
		old := n.up["two"]
		bob := old.join("bob")[0]
		goOn := n.stopped("two")
		sleep(20 * time.Second)
		n.start("two")
		goOn()
		<-old.room.Stopped()
		bob.left(state.Shutdown)
		bob.Close(state.Ending{Cause: state.Quit})
		old.people = nil
		if taken, ok := errors.AsType[*state.NameTakenError](old.room.Close()); !ok || taken.Node != "two" {
			n.Errorf("it fails with %v", taken)
		}
		sleep(time.Minute)
		n.up["two"].join("bob")[0].does("here")
		n.everywhere("bob")
	})
}

// TestAGuestStaysInPrivateRooms when the node comes back: the connection was theirs all along.
func TestAGuestStaysInPrivateRooms(t *testing.T) {
	inStoppedNodes(t, func(n *nodes) {
		ann, bob := n.up["one"].join("ann")[0], n.up["two"].join("bob")[0]
		ann.asks("/join #dev")
		ann.asks("/private")
		ann.asks("/invite bob")
		synctest.Wait()
		bob.asks("/join #dev")
		ann.items()
		bob.items()
		n.pause("two", 20*time.Second)
		bob.does("in here")
		ann.sees("bob: in here")
		bob.sees("bob: in here")
	})
}

// TestANodeThatRestoresASnapshotComesBack: it learns from that alone that its epoch ended.
func TestANodeThatRestoresASnapshotComesBack(t *testing.T) {
	for _, replaced := range []bool{false, true} {
		inStoppedNodes(t, func(n *nodes) {
			ann, two := n.up["one"].join("ann")[0], n.up["two"]
			bob, cleo := two.join("bob")[0], two.join("cleo")[0]
			ann.items()
			goOn := n.stopped("two")
			sleep(20 * time.Second)
			n.up["one"].console().does("kick cleo")
			if replaced {
				n.start("two")
			}
			st := state.NewState()
			for _, e := range n.events() {
				st.Apply(e)
			}
			n.store.Snapshot(n.Context(), state.Snapshot{Seq: st.Applied(), State: st.Encode()})
			ann.does("after that")
			old := n.logs["two"]
			if replaced {
				old = n.replaced["two"]
			}
			old.mu.Lock()
			old.gone = true
			old.mu.Unlock()
			goOn()
			if replaced {
				<-two.room.Stopped()
				if _, taken := errors.AsType[*state.NameTakenError](two.room.Close()); !taken {
					n.Error("a node whose name was taken does not say so")
				}
				return
			}
			if cleo.Ending() == nil {
				n.Error("cleo is still here")
			}
			bob.does("here")
			ann.sees("cleo kicked by console: ", "ann: after that", "bob: here")
			n.everywhere("ann", "bob")
		})
	}
}

// TestTheOwnerOfAnAccountIsStillTheOwner, who gave a pass phrase when they came, also if they
// lapsed meanwhile.
func TestTheOwnerOfAnAccountIsStillTheOwner(t *testing.T) {
	for _, d := range []time.Duration{20 * time.Second, 2 * time.Minute} {
		inStoppedNodes(t, func(n *nodes) {
			ann := n.up["two"].join("ann")[0]
			ann.asks("/register secret phrase")
			n.pause("two", d)
			if own := replied[room.Profile](ann, "/info").Own; own == nil || !own.Pass {
				n.Errorf("after %v ann owns %+v", d, own)
			}
			ann.does("still me")
			n.everywhere("ann")
		})
	}
}

// TestWhoLapsedLooksAtARoomThatTheyFollow: a guest follows the first one only.
func TestWhoLapsedLooksAtARoomThatTheyFollow(t *testing.T) {
	inStoppedNodes(t, func(n *nodes) {
		ann, bob := n.up["one"].join("ann")[0], n.up["two"].join("bob")[0]
		bob.asks("/join #dev")
		bob.items()
		n.pause("two", 2*time.Minute)
		if bob.Looks() != 0 {
			n.Errorf("bob looks at %d", bob.Looks())
		}
		ann.items()
		bob.does("where am I?")
		ann.sees("bob: where am I?")
		if got := bob.items(); len(got) == 0 || sketch(got[len(got)-1]) != "bob: where am I?" {
			n.Errorf("bob sees %v", got)
		}
	})
}

// TestWithoutAWaitThoseOfAStoppedNodeLeaveAndComeAgain.
func TestWithoutAWaitThoseOfAStoppedNodeLeaveAndComeAgain(t *testing.T) {
	inNodes(t, func(n *nodes) {
		sleep(deadAfter)
		ann, two := n.up["one"].join("ann")[0], n.up["two"]
		bob := two.join("bob")[0]
		program := as("bob2")
		program.Script, program.Quiet = true, true
		two.arrive(program)
		ann.items()
		n.pause("two", 20*time.Second)
		if seen := ann.items(); len(seen) != 2 || sketch(seen[1]) != "+bob" {
			n.Errorf("ann sees %v", seen)
		}
		bob.does("hello")
		ann.sees("bob: hello")
		n.everywhere("ann", "bob")
	}, "one", "two")
}
