package room_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

func TestEveryoneSeesTheSameInTheSameOrder(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		var people []*person
		for i := range 10 {
			people = append(people, h.arrive(as(text.Pseudo(fmt.Sprint("p", i, "x")))))
		}
		h.settle()
		var talking sync.WaitGroup
		for i, p := range people {
			talking.Go(func() {
				for n := range 50 {
					p.does(fmt.Sprint(n))
					if n == 25 {
						p.does(fmt.Sprint("/pseudo q", i, "x"))
					}
				}
			})
		}
		talking.Wait()
		var first []string
		for i, p := range people {
			var seen []string
			for _, it := range p.items() {
				seen = append(seen, sketch(it))
			}
			if i == 0 {
				first = seen
			}
			if !slices.Equal(seen, first) {
				h.Errorf("%s sees another order than %s", p.Pseudo(), people[0].Pseudo())
			}
		}
		if len(first) != 510 {
			h.Errorf("everyone sees %d items", len(first))
		}
		next := map[string]int{}
		for _, line := range first {
			if who, said, ok := strings.Cut(line, ": "); ok {
				if said != fmt.Sprint(next[who[1:]]) {
					h.Fatalf("%s says %s, not %d", who, said, next[who[1:]])
				}
				next[who[1:]]++
			}
		}
	})
}

func TestTimeNeverGoesBackOnTheScreen(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		for range 10 {
			bob.does("x")
			sleep(time.Minute)
		}
		var last time.Time
		for _, it := range ann.items() {
			if !it.Event.Time.After(last) {
				h.Errorf("%v is shown after %v", it.Event.Time, last)
			}
			last = it.Event.Time
		}
	})
}

func TestAReplyIsShownAfterWhatWasShownBeforeIt(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		bob.does("before")
		ann.Submit(h.Context(), "/liste")
		bob.does("between", "@ann secretly")
		ann.Submit(h.Context(), "/historique")
		bob.does("after")
		ann.sees("bob: before", "list of 2", "bob: between", "bob -> [ann]: secretly", "past of 2", "bob: after")
	})
}

func TestAFailureIsShownInOrderToo(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		ann.does("one")
		if err := ann.Submit(h.Context(), "@bob hi"); err == nil {
			h.Error("it did not fail")
		}
		ann.does("two")
		ann.sees("ann: one", `! room: nobody is called "bob"`, "ann: two")
	})
}

func TestASlowReaderIsShownHowManyEventsItMissed(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann, bob, cleo := h.three("ann", "bob", "cleo")
		bob.does("read in time")
		ann.sees("bob: read in time")
		cleo.sees("bob: read in time")
		for i := range 8200 {
			bob.does(fmt.Sprint(i))
		}
		ann.Submit(h.Context(), "/liste")
		got := ann.items()
		if sketch(got[0]) != "skipped 8" || sketch(got[1]) != "bob: 8" || sketch(got[len(got)-1]) != "list of 3" || len(got) != 8192+2 {
			h.Errorf("ann reads %d items, %s, %s, ..., %s", len(got), sketch(got[0]), sketch(got[1]), sketch(got[len(got)-1]))
		}
		bob.does("at last")
		ann.sees("bob: at last")
		cleo.takesFew(5, 8192+1)
	})
}

// takesFew wants a person to be given total items, and never more at once than
// there is room for.
func (p *person) takesFew(most, total int) {
	p.h.Helper()
	took := 0
	for {
		n := len(p.Take(make([]room.Item, 0, most)))
		if n > most {
			p.h.Errorf("%d items came where %d had room", n, most)
		}
		if took += n; n == 0 {
			break
		}
	}
	if took != total {
		p.h.Errorf("%d items came, want %d", took, total)
	}
}

func TestTheRoomKeepsNoMoreThanEightMegabytesForSlowReaders(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		long := strings.Repeat("x", 4096)
		for range 2048 + 100 {
			bob.does(long)
		}
		got := ann.items()
		if sketch(got[0]) != "skipped 100" || len(got) != 2048+1 {
			h.Errorf("ann reads %d items, first %.20s", len(got), sketch(got[0]))
		}
	})
}

func TestSubmitWaitsWhileRepliesAreUnread(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		asked := make(chan struct{})
		go func() {
			defer close(asked)
			for range 33 {
				ann.Submit(h.Context(), "/liste")
			}
		}()
		sleep(time.Hour)
		select {
		case <-asked:
			h.Error("33 lists wait")
		default:
		}
		ann.Take(make([]room.Item, 0, 1))
		<-asked
		if n := len(ann.items()); n != 32 {
			h.Errorf("ann reads %d lists more", n)
		}
	})
}

func TestAnAnswerThatWaitsEndsWithTheSession(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		asked := make(chan struct{})
		go func() {
			defer close(asked)
			for range 40 {
				ann.Submit(h.Context(), "/liste")
			}
		}()
		sleep(time.Second)
		h.console().does("kick ann")
		<-asked
	})
}

func TestFollowGivesEverythingAndThenTheEnd(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		var seen []string
		ended := make(chan error)
		go func() {
			ended <- bob.Follow(nil, func(items []room.Item) error {
				for _, it := range items {
					seen = append(seen, sketch(it))
				}
				return nil
			})
		}()
		ann.does("one", "@bob two")
		h.console().does("kick bob")
		ann.does("three")
		if why := wantError[*state.Ending](h, <-ended); why.Cause != state.Expelled {
			h.Errorf("Follow returned %v", why)
		}
		if want := []string{"ann: one", "ann -> [bob]: two", "bob kicked by console: "}; !slices.Equal(seen, want) {
			h.Errorf("bob sees %q, want %q", seen, want)
		}
	})
}

func TestFollowIsPoked(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		poke := make(chan struct{})
		calls := make(chan int)
		go ann.Follow(poke, func(items []room.Item) error {
			calls <- len(items)
			return nil
		})
		poke <- struct{}{}
		if n := <-calls; n != 0 {
			h.Errorf("a poke shows %d items", n)
		}
		ann.does("hello")
		if n := <-calls; n != 1 {
			h.Errorf("a message shows %d items", n)
		}
	})
}

func TestFollowReturnsTheErrorOfShowing(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		ann.does("hello")
		if err := ann.Follow(nil, func([]room.Item) error { return context.DeadlineExceeded }); err != context.DeadlineExceeded {
			h.Errorf("Follow returned %v", err)
		}
		ann.stays()
	})
}
