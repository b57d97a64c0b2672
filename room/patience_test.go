package room_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"salon/room"
	"salon/room/text"
)

// patient lets somebody in who waits for 10 seconds at most where others are refused.
func (h *testRoom) patient(pseudo text.Pseudo) *person {
	e := as(pseudo)
	e.Paced, e.Script, e.Patience = true, true, 10*time.Second
	return h.arrive(e)
}

func TestWhoHasPatienceWaitsALittle(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		h.room.SetLimits(room.Limits{Rate: 0.125, Burst: 1})
		bot := h.patient("bot")
		bot.does("one")
		start := time.Now()
		bot.does("two")
		if took := time.Since(start); took != 8*time.Second {
			h.Errorf("the second message waits %v", took)
		}
		h.room.SetLimits(room.Limits{Rate: 0.0625, Burst: 1})
		start = time.Now()
		if e := refused[*room.TooFastError](bot, "three"); e.Wait <= 10*time.Second || time.Since(start) != 0 {
			h.Errorf("the third is refused with %v after %v", e, time.Since(start))
		}
	})
}

func TestThoseWithPatienceAreLetThroughOneByOne(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		h.room.SetLimits(room.Limits{Rate: 1, Burst: 1})
		bot, start := h.patient("bot"), time.Now()
		var waited [20]time.Duration
		var done sync.WaitGroup
		for i := range waited {
			done.Go(func() {
				if _, err := bot.Do(h.Context(), "hello"); err != nil {
					wantError[*room.TooFastError](h, err)
					waited[i] = -1
				} else {
					waited[i] = time.Since(start).Round(time.Second)
				}
			})
		}
		done.Wait()
		slices.Sort(waited[:])
		for i, want := range waited {
			if want = time.Duration(i-9) * time.Second; i < 9 {
				want = -1
			}
			if waited[i] != want {
				h.Fatalf("they waited %v", waited)
			}
		}
		bot.stays()
	})
}

func TestPatienceInSlowMode(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		bot, console := h.patient("bot"), h.console()
		console.does("slow 8")
		bot.does("one")
		start := time.Now()
		bot.does("two")
		if took := time.Since(start); took != 8*time.Second {
			h.Errorf("the second message waits %v", took)
		}
		console.does("slow 60")
		if e := refused[*room.TooFastError](bot, "three"); !e.Slow || e.Wait != time.Minute {
			h.Errorf("refused with %+v", e)
		}
		sleep(52 * time.Second)
		said := make(chan error, 1)
		go func() { _, err := bot.Do(h.Context(), "four"); said <- err }()
		sleep(time.Second)
		console.does("slow 0") // frees what waits
		start = time.Now()
		if err := <-said; err != nil || time.Since(start) > time.Second {
			h.Errorf("the fourth: %v after %v", err, time.Since(start))
		}
	})
}
