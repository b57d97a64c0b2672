package room_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"salon/room"
	"salon/room/state"
)

func TestFiveMessagesAtOnceThenTwoASecond(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		said := 0
		for range 10 {
			if _, err := ann.Do(h.Context(), fmt.Sprint(said+1)); err == nil {
				said++
			}
		}
		if said != 5 {
			h.Errorf("%d messages pass at once", said)
		}
		for range 20 {
			sleep(500 * time.Millisecond)
			if _, err := ann.Do(h.Context(), fmt.Sprint(said+1)); err == nil {
				said++
			}
		}
		if said != 25 {
			h.Errorf("%d messages pass in 10 s more", said-5)
		}
		for i, it := range bob.items() {
			if got, want := sketch(it), fmt.Sprint("ann: ", i+1); got != want {
				h.Fatalf("bob sees %q, want %q", got, want)
			}
		}
		ann.stays()
	})
}

func TestAMessageTooSoonSaysHowLongToWait(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		for i := range 5 {
			ann.does(fmt.Sprint(i))
		}
		fast := refused[*room.TooFastError](ann, "6")
		if fast.Wait <= 0 || fast.Wait > 500*time.Millisecond || fast.Last || fast.Slow {
			h.Errorf("ann is told %+v", fast)
		}
		time.Sleep(fast.Wait)
		ann.does("6")
	})
}

func TestAFloodIsWarnedThenKicked(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		for i := range 5 {
			ann.does(fmt.Sprint(i))
		}
		h.settle()
		for i := range 30 {
			if fast := refused[*room.TooFastError](ann, "flood"); fast.Last != (i == 29) {
				h.Errorf("refusal %d warns: %v", i+1, fast.Last)
			}
		}
		ann.stays()
		ann.tries("flood")
		if why := ann.left(state.Expelled); !why.Flood || why.By != "" {
			h.Errorf("ann was let out with %+v", why)
		}
		bob.sees("ann kicked for flooding")
		ann.Close(state.Ending{Cause: state.Lost})
		bob.sees()
		h.present("bob")
	})
}

func TestStrikesAreForgiven(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		for range 12 {
			for range 14 { // 5 pass, 9 are refused
				ann.Do(h.Context(), "x")
			}
			sleep(20 * time.Second)
		}
		ann.stays()
	})
}

func TestComingBackResetsNoLimit(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		for i := range 5 {
			ann.does(fmt.Sprint(i))
		}
		ann.Close(state.Ending{Cause: state.Quit})
		ann = h.join("ann")[0]
		refused[*room.TooFastError](ann, "again")
		ann.tries("/pseudo anna")
		sleep(time.Second)
		ann.does("/pseudo anna", "x")
		refused[*room.TooFastError](ann, "under another name")
	})
}

func TestEverythingThatReachesOthersCounts(t *testing.T) {
	for _, line := range []string{"hello", "/me waves", "@bob hi", "/msg bob hi", "@bob,cleo hi", "@tous hi", "//hi", `\@hi`} {
		inRoom(t, func(h *testRoom) {
			ann, _, _ := h.three("ann", "bob", "cleo")
			for range 5 {
				ann.does(line)
			}
			refused[*room.TooFastError](ann, line)
		})
	}
}

func TestAskingDoesNotCountAsTalking(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		for range 10 {
			ann.asks("/liste")
			ann.asks("/aide")
		}
		for i := range 5 {
			ann.does(fmt.Sprint(i))
		}
	})
}

func TestLinesOfAnyKindAreTakenMoreSlowlyTheFasterTheyCome(t *testing.T) {
	for _, line := range []string{"/liste", "/lsite", "@", "", strings.Repeat("x", 5000)} {
		inRoom(t, func(h *testRoom) {
			ann := h.join("ann")[0]
			start := time.Now()
			for range 140 { // 40 at once, then 20 a second
				ann.Do(h.Context(), line)
			}
			if took := time.Since(start); took < 4900*time.Millisecond || took > 5100*time.Millisecond {
				h.Errorf("140 times %.10q took %v", line, took)
			}
		})
	}
}

func TestOperatorsAndTheConsoleHaveNoLimit(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		op, console := h.operator("op"), h.console()
		start := time.Now()
		for i := range 100 {
			op.does(fmt.Sprint(i))
			console.does("wall x")
		}
		if took := time.Since(start); took != 0 {
			h.Errorf("it took %v", took)
		}
	})
}

func TestAPipeIsReadMoreSlowlyAndNothingIsLost(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		e := as("make")
		e.Paced = true
		pipe := h.arrive(e)
		h.settle()
		start := time.Now()
		for i := range 105 {
			pipe.does(fmt.Sprint("line ", i))
		}
		if took := time.Since(start); took < 49*time.Second || took > 51*time.Second {
			h.Errorf("105 lines took %v", took)
		}
		for i, it := range ann.items() {
			if got, want := sketch(it), fmt.Sprint("make: line ", i); got != want {
				h.Fatalf("ann sees %q, want %q", got, want)
			}
		}
		pipe.stays()
	})
}

func TestAPipeThatWaitsEndsWithItsSession(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		e := as("make")
		e.Paced = true
		pipe := h.arrive(e)
		for i := range 5 {
			pipe.does(fmt.Sprint(i))
		}
		failed := make(chan error)
		go func() {
			_, err := pipe.Do(h.Context(), "too late")
			failed <- err
		}()
		h.console().does("kick make")
		if why := wantError[*state.Ending](h, <-failed); why.Cause != state.Expelled {
			h.Errorf("the line failed with %v", why)
		}
	})
}

func TestOtherLimitsHoldForThoseWhoAreHereToo(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		for i := range 5 {
			ann.does(fmt.Sprint(i))
		}
		wantError[*room.TooFastError](h, ann.tries("too fast"))
		h.room.SetLimits(room.Limits{Rate: 1, Burst: 100, Replay: 2})
		sleep(10 * time.Second)
		for i := range 10 {
			ann.does(fmt.Sprint("again ", i))
		}
		wantError[*room.TooFastError](h, ann.tries("too fast"))
		bob := h.arrive(as("bob"))
		if last := bob.items()[0].Reply.(room.Welcome).Last; len(last) != 2 {
			h.Errorf("bob is shown %d messages", len(last))
		}
		for i := range 100 {
			bob.does(fmt.Sprint(i))
		}
		h.room.SetLimits(room.Limits{Burst: 1})
		for i := range 200 {
			ann.does(fmt.Sprint("without limits ", i))
		}
	})
}
