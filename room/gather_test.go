package room_test

import (
	"fmt"
	"testing"
	"time"

	"salon/room/state"
	"salon/room/text"
)

// crowd lets n people in and reads all they see.
func (h *testRoom) crowd(n int) []*person {
	h.Helper()
	var people []*person
	for i := range n {
		people = append(people, h.arrive(from(text.Pseudo(fmt.Sprintf("p%dx", len(h.people))), fmt.Sprintf("10.0.%d.%d", i/250, i%250))))
	}
	h.settle()
	return people
}

func TestAboveAHundredArrivalsAreGatheredEveryFiveSeconds(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		people := h.crowd(99)
		ann := people[0]
		h.arrive(as("bob"))
		ann.sees("+bob")
		h.arrive(as("cleo"))
		h.arrive(as("dan"))
		people[1].Close(state.Ending{Cause: state.Quit})
		ann.sees()
		sleep(5*time.Second - 1)
		ann.sees()
		sleep(1)
		ann.sees("+2 -1 =101")
		sleep(time.Hour)
		ann.sees()
		people[2].Close(state.Ending{Cause: state.Quit}) // one hundred again: named
		ann.sees("-" + string(people[2].Pseudo()) + " (quit)")
	})
}

func TestWhatIsSaidIsNotGathered(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		people := h.crowd(101)
		sleep(10 * time.Second)
		h.settle()
		ann := people[0]
		h.arrive(as("bob"))
		people[1].does("hello", "/pseudo lou")
		h.console().does("kick lou")
		ann.sees("p1x: hello", "p1x = lou", "lou kicked by console: ")
		sleep(5 * time.Second)
		ann.sees("+1 -0 =101")
	})
}

func TestACrowdThatLeavesIsGatheredToTheEnd(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		people := h.crowd(150)
		sleep(10 * time.Second)
		h.settle()
		for _, p := range people[1:] {
			p.Close(state.Ending{Cause: state.Quit})
		}
		sleep(5 * time.Second)
		people[0].sees("+0 -149 =1")
	})
}

func TestARoomMayGatherNothing(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		people := h.crowd(150)
		h.arrive(as("bob"))
		people[0].sees("+bob")
	})
}
