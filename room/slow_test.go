package room_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// pipe is an entry for a program's output, which is read more slowly.
func pipe(pseudo text.Pseudo) room.Entry {
	e := as(pseudo)
	e.Paced, e.Script = true, true
	return e
}

// overTCP is an entry for somebody whose lines are read more slowly.
func overTCP(pseudo text.Pseudo) room.Entry {
	e := as(pseudo)
	e.Front, e.Paced = "tcp", true
	return e
}

// starts has a person do a line, and returns where its error comes once it is done.
func (p *person) starts(line string) <-chan error {
	done := make(chan error, 1)
	go func() {
		_, err := p.Do(p.h.Context(), line)
		done <- err
	}()
	synctest.Wait()
	return done
}

func TestSlowModeKeepsMessagesApart(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		console := h.console()
		console.does("slow 30")
		ann.sees("slow by console: 30s")
		ann.does("one")
		sleep(10 * time.Second)
		if slow := refused[*room.TooFastError](ann, "two"); !slow.Slow || slow.Wait != 20*time.Second || slow.Last {
			h.Errorf("ann is told %+v", slow)
		}
		bob.does("mine")
		sleep(20 * time.Second)
		ann.does("two")
		console.does("slow 0")
		ann.does("three", "four")
		bob.sees("slow by console: 30s", "ann: one", "bob: mine", "ann: two", "slow by console: 0s", "ann: three", "ann: four")
	})
}

func TestAPipeWaitsInSlowMode(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		pipe := h.arrive(pipe("make"))
		h.console().does("slow 60")
		start := time.Now()
		for i := range 5 {
			pipe.does(fmt.Sprint(i))
		}
		if took := time.Since(start); took != 4*time.Minute {
			h.Errorf("5 lines took %v", took)
		}
	})
}

func TestSlowModeTakesSecondsOnly(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		console := h.console()
		for _, line := range []string{"slow", "slow -1", "slow x", "slow 3601", "slow 1m", "slow 99999999999999999999"} {
			refused[*room.UsageError](console, line)
		}
	})
}

func TestWhoReadsAlongIsToldAtOnceInSlowMode(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, console := h.arrive(overTCP("ann")), h.console()
		console.does("slow 30")
		start := time.Now()
		ann.does("one")
		for range 20 { // more than could be said at once without slow mode
			if slow := refused[*room.TooFastError](ann, "two"); !slow.Slow || slow.Wait != 30*time.Second || slow.Last {
				h.Errorf("ann is told %+v", slow)
			}
		}
		ann.asks("/liste")
		if took := time.Since(start); took != 0 {
			h.Errorf("it took %v", took)
		}
		sleep(30 * time.Second)
		ann.does("two")
	})
}

func TestSlowModeIsForWhatIsSaidAlone(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		for _, ann := range []*person{h.arrive(as("ann")), h.arrive(overTCP("anna")), h.arrive(pipe("annette"))} {
			h.console().does("slow 30")
			ann.does("one")
			start := time.Now()
			for _, line := range []string{"/historique", "/chercher one", "/lang en", "/heure 24"} {
				ann.asks(line)
			}
			if took := time.Since(start); took != 0 {
				h.Errorf("%s waited %v", ann.Pseudo(), took)
			}
		}
	})
}

func TestTheEndOfSlowModeFreesWhatWaits(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, make, console := h.arrive(as("ann")), h.arrive(pipe("make")), h.console()
		console.does("slow 3600")
		make.does("one")
		start := time.Now()
		said := make.starts("two")
		sleep(time.Second)
		console.does("slow 60") // a shorter one counts from the last message, too
		sleep(time.Second)
		console.does("slow 0")
		if err := <-said; err != nil || time.Since(start) != 2*time.Second {
			h.Errorf("said after %v (%v)", time.Since(start), err)
		}
		console.does("slow 60")
		start = time.Now()
		said = make.starts("three")
		sleep(time.Second)
		console.does("slow 10")
		if err := <-said; err != nil || time.Since(start) != 10*time.Second {
			h.Errorf("said after %v (%v)", time.Since(start), err)
		}
		h.settle()
		make.does("four")
		ann.sees("make: four")
	})
}

func TestAMuteRefusesWhatWaits(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		make, console := h.arrive(pipe("make")), h.console()
		console.does("slow 60")
		make.does("one")
		refused1 := make.starts("two")
		sleep(time.Second)
		console.does("mute make 10s")
		wantError[*state.MutedError](h, <-refused1)
		refused[*state.MutedError](make, "three")
		sleep(10 * time.Second)
		start := time.Now()
		make.does("four")
		if took := time.Since(start); took != 49*time.Second {
			h.Errorf("said after %v", took)
		}
	})
}

func TestAKickEndsWhatWaits(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		make, console := h.arrive(pipe("make")), h.console()
		console.does("slow 60")
		make.does("one")
		waits := make.starts("two")
		console.does("kick make")
		if why := wantError[*state.Ending](h, <-waits); why.Cause != state.Expelled {
			h.Errorf("the line failed with %v", why)
		}
	})
}

func TestAnOperatorToBeNoLongerWaits(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		e := pipe("make")
		e.KeyID = fingerprint("op")
		make, console := h.arrive(e), h.console()
		console.does("slow 60")
		make.does("one")
		said, start := make.starts("two"), time.Now()
		h.room.SetAccess(room.Access{Operators: map[string]string{e.KeyID: ""}})
		if err := <-said; err != nil || time.Since(start) != 0 {
			h.Errorf("said after %v (%v)", time.Since(start), err)
		}
	})
}

// TestNothingThatIsHeldIsSaidAfterAMute: lines that came before the mute are refused during it, as
// fast as lines may come, rather than said when it is over.
func TestNothingThatIsHeldIsSaidAfterAMute(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, console := h.arrive(overTCP("ann")), h.console()
		done := make(chan int)
		go func() { // what stands in the socket
			n := 0
			for i := range 100 {
				if _, err := ann.Do(h.Context(), fmt.Sprint(i)); err == nil {
					n++
				}
			}
			done <- n
		}()
		sleep(time.Second)
		console.does("mute ann 5s")
		if n := <-done; n > 8 {
			h.Errorf("%d lines of 100 were said", n)
		}
	})
}

func TestSlowModeThatBeginsMeanwhileHoldsForWhatWaits(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, console := h.arrive(overTCP("ann")), h.console()
		for i := range 5 {
			ann.does(fmt.Sprint(i))
		}
		held := ann.starts("held")
		console.does("slow 30")
		if slow := wantError[*room.TooFastError](h, <-held); !slow.Slow {
			h.Errorf("ann is told %+v", slow)
		}
	})
}
