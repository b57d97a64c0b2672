package room_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// TestAShutdownOfOneNodeLetsItsMembersOut, and the others see nothing of it until they leave.
func TestAShutdownOfOneNodeLetsItsMembersOut(t *testing.T) {
	inNodes(t, func(n *nodes) {
		one, two := n.up["one"], n.up["two"]
		ann, bob := one.join("ann")[0], two.join("bob")[0]
		consoles := map[string]*person{"one": one.console(), "two": two.console()}
		ann.items()
		consoles["two"].does("shutdown 30 mise à jour")
		if plan := two.join("cleo")[0].Roster().Shutdown; plan == nil || plan.Reason != "mise à jour" {
			n.Errorf("those of that node are shown %+v", plan)
		}
		if plan := one.arrive(as("dan")).items()[0].Reply.(room.Welcome).Shutdown; plan != nil {
			n.Errorf("those of the other are welcomed with %+v", plan)
		}
		turnedAway[*room.ShuttingDownError](two, script("late"))
		one.arrive(script("program"))
		if ann.Roster().Shutdown != nil {
			n.Error("those of the other are shown the shutdown")
		}
		ann.items()
		consoles["one"].items()
		sleep(29 * time.Second)
		ann.sees()
		consoles["one"].sees()
		if seen := bob.items(); len(seen) < 6 {
			n.Errorf("bob is shown %d things", len(seen))
		}
		<-two.room.Stopped()
		bob.left(state.Shutdown)
		ann.stays()
		n.stop("two")
		n.everywhere("ann", "dan", "program")
		ann.does("still here")
		sleep(time.Hour)
		ann.stays()
	}, "one", "two")
}

// TestAShutdownOfAllStopsTheRoomEverywhere, also where one of them is gone by then.
func TestAShutdownOfAllStopsTheRoomEverywhere(t *testing.T) {
	for word, reason := range map[string]string{"all": "upgrade", "tous": ""} {
		inNodes(t, func(n *nodes) {
			people := map[string]*person{}
			for name, h := range n.up {
				people[name] = h.join(text.Pseudo("p-" + name))[0]
			}
			n.up["two"].console().does("shutdown 30 " + word + " " + reason)
			start := time.Now()
			synctest.Wait()
			n.kill("two")
			n.start("two")
			for _, name := range []string{"one", "three", "two"} {
				<-n.up[name].room.Stopped()
				if took := time.Since(start); took != 30*time.Second {
					n.Errorf("%s stops after %v", name, took)
				}
			}
			for _, name := range []string{"one", "three"} {
				if why := people[name].left(state.Shutdown); why.Reason != reason {
					n.Errorf("%s ends with %+v", name, why)
				}
			}
			for _, name := range []string{"one", "two", "three"} {
				n.stop(name)
			}
			n.start("one").join("ann")
			sleep(time.Hour)
			n.everywhere("ann")
		}, "one", "two", "three")
	}
}

// TestAShutdownIsCancelledWhereItWasPlanned.
func TestAShutdownIsCancelledWhereItWasPlanned(t *testing.T) {
	inNodes(t, func(n *nodes) {
		one, two := n.up["one"].console(), n.up["two"].console()
		two.does("shutdown 30")
		if err := one.tries("shutdown cancel"); !errors.Is(err, state.ErrNoShutdown) {
			n.Errorf("the other console is told %v", err)
		}
		one.does("shutdown 20 all", "shutdown 60")
		two.does("shutdown cancel all")
		if err := two.tries("shutdown cancel tous"); !errors.Is(err, state.ErrNoShutdown) {
			n.Errorf("the console is told %v", err)
		}
		two.does("shutdown cancel")
		one.does("shutdown annuler")
		one.does("shutdown 20 all")
		synctest.Wait()
		two.does("shutdown cancel") // there is none of its own
		sleep(time.Hour)
		n.everywhere()
		if _, got := two.Complete("shutdown 30 ", 12); !slices.Contains(got, "tous ") {
			n.Errorf("offered: %q", got)
		}
		if help := replied[room.Help](two, "help shutdown"); help.One.Name != "shutdown nodes" {
			n.Errorf("help is on %q", help.One.Name)
		}
	}, "one", "two")
}

// TestOnOneMachineAllIsAReason.
func TestOnOneMachineAllIsAReason(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		h.console().does("shutdown 10 all of you out")
		ann.sees("closing in 10s by console: all of you out")
		if _, got := h.console().Complete("shutdown 10 ", 12); len(got) != 0 {
			h.Errorf("offered: %q", got)
		}
	})
}
