package room_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// clocked wants a person to be shown these things, each at its second from now.
func (p *person) clocked(want map[int]string, until int) {
	p.h.Helper()
	start := time.Now()
	for second := 0; second <= until; second++ {
		time.Sleep(time.Until(start.Add(time.Duration(second) * time.Second)))
		if text, ok := want[second]; ok {
			p.sees(text)
		} else {
			p.sees()
		}
	}
}

func TestAShutdownCountsDownAndStopsOnTime(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		console := h.console()
		console.does("shutdown 30 mise à jour")
		ann.clocked(map[int]string{
			0: "closing in 30s by console: mise à jour", 20: "closing in 10s", 25: "closing in 5s", 26: "closing in 4s",
			27: "closing in 3s", 28: "closing in 2s", 29: "closing in 1s",
		}, 29)
		ann.stays()
		start := time.Now()
		<-h.room.Stopped()
		if took := time.Since(start); took != time.Second {
			h.Errorf("the room stopped %v after the last second", took)
		}
		if why := ann.left(state.Shutdown); why.Reason != "mise à jour" {
			h.Errorf("ann left with %+v", why)
		}
		console.left(state.Shutdown)
	})
}

func TestALongShutdownIsAnnouncedAtAMinuteAndHalfAMinute(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, op := h.join("ann")[0], h.operator("op")
		h.settle()
		op.does("/shutdown 90")
		ann.clocked(map[int]string{0: "closing in 1m30s by op: ", 30: "closing in 1m0s", 60: "closing in 30s", 80: "closing in 10s"}, 84)
	})
}

func TestAShutdownAtOnce(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		start := time.Now()
		h.console().does("shutdown 0")
		<-h.room.Stopped()
		if took := time.Since(start); took != 0 {
			h.Errorf("it took %v", took)
		}
		ann.sees("closing in 0s by console: ")
		ann.left(state.Shutdown)
	})
}

func TestAShutdownIsCancelled(t *testing.T) {
	for _, word := range []string{"annuler", "cancel", "ANNULER"} {
		inRoom(t, func(h *testRoom) {
			ann := h.join("ann")[0]
			console := h.console()
			if err := console.tries("shutdown " + word); !errors.Is(err, state.ErrNoShutdown) {
				h.Errorf("the console is told %v", err)
			}
			console.does("shutdown 30")
			sleep(27 * time.Second)
			console.does("shutdown " + word)
			h.settle()
			sleep(time.Hour)
			ann.sees()
			ann.stays()
			h.arrive(script("make"))
		})
	}
}

func TestASecondShutdownReplacesTheFirst(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		console := h.console()
		console.does("shutdown 10 first", "shutdown 40 second")
		ann.sees("closing in 10s by console: first", "closing in 40s by console: second")
		ann.clocked(map[int]string{10: "closing in 30s", 30: "closing in 10s", 35: "closing in 5s"}, 35)
		console.does("shutdown 3600")
		h.settle()
		sleep(time.Minute)
		ann.stays()
		ann.sees()
	})
}

// script is an entry for a program that nobody reads along with.
func script(pseudo text.Pseudo) room.Entry {
	e := as(pseudo)
	e.Script = true
	return e
}

func TestInTheLastMinuteScriptsAreRefusedAndPeopleWarned(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		console := h.console()
		console.does("shutdown 120 upgrade")
		at := time.Now().Add(2 * time.Minute)
		h.arrive(script("early"))
		sleep(time.Minute)
		if closing := turnedAway[*room.ShuttingDownError](h, script("late")); closing.Left != time.Minute {
			h.Errorf("the program is told %v", closing.Left)
		}
		sleep(55 * time.Second)
		ann := h.arrive(as("ann"))
		plan := ann.items()[0].Reply.(room.Welcome).Shutdown
		if plan == nil || !plan.At.Equal(at) || plan.Reason != "upgrade" {
			h.Errorf("ann is welcomed with %+v", plan)
		}
		sleep(5 * time.Second)
		ann.left(state.Shutdown)
		for _, e := range []room.Entry{as("bob"), script("later")} {
			if closing := turnedAway[*room.ShuttingDownError](h, e); closing.Left != 0 {
				h.Errorf("%s is told %v", e.Pseudo, closing.Left)
			}
		}
	})
}

func TestAnEndedRoomRefusesMessages(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		h.room.Stop("")
		for range 3 {
			wantError[*state.Ending](h, ann.tries("hello"))
		}
	})
}

// slowLog is a log whose answers come late: when the room has closed already.
type slowLog struct {
	*room.MemoryLog
	late func()
}

func (l *slowLog) Propose(ctx context.Context, e state.Event) (state.Seq, error) {
	seq, err := l.MemoryLog.Propose(ctx, e)
	if _, joins := e.Body.(state.Joined); joins {
		l.late()
	}
	return seq, err
}

// TestAJoinBeforeTheEndSeesTheEnd and is not refused.
func TestAJoinBeforeTheEndSeesTheEnd(t *testing.T) {
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			log := &slowLog{MemoryLog: room.NewMemoryLog()}
			r, err := room.New(t.Context(), room.Config{}, log, room.NewMemoryStore())
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			log.late = func() {
				synctest.Wait()
				r.Stop("maintenance")
			}
			s, err := r.Join(t.Context(), room.Entry{Pseudo: "ann"})
			if err != nil {
				t.Fatalf("Join: %v", err)
			}
			if end := s.Ending(); end == nil || end.Cause != state.Shutdown || end.Reason != "maintenance" {
				t.Errorf("ended by %v", end)
			}
			s.Close(state.Ending{Cause: state.Quit})
		})
	}
}

func TestASessionEndsOnceWithItsFirstCause(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		bob.End(state.Ending{Cause: state.Slow})
		bob.End(state.Ending{Cause: state.Quit, Reason: "too late"})
		h.console().does("kick bob")
		bob.Close(state.Ending{Cause: state.Lost})
		if why := bob.left(state.Slow); why.Reason != "" {
			h.Errorf("bob left with %+v", why)
		}
		if cause := context.Cause(bob.Context()); wantError[*state.Ending](h, cause).Cause != state.Slow {
			h.Errorf("the context ended by %v", cause)
		}
		ann.sees("bob kicked by console: ")
		bob.sees()
	})
}

func TestOthersSeeADepartureOnce(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		bob.End(state.Ending{Cause: state.Slow})
		ann.sees()
		bob.Close(state.Ending{Cause: state.Lost})
		ann.sees("-bob (slow)")
	})
}

func TestAnEndShowsWhatCameBeforeAndNothingAfter(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		ann.does("before", "@bob in private")
		bob.End(state.Ending{Cause: state.Quit})
		ann.does("after")
		if n := replied[room.Notice](ann, "@bob too late"); n.What != room.RecipientFull {
			h.Errorf("ann is told %+v", n)
		}
		bob.sees("ann: before", "ann -> [bob]: in private")
		ann.sees("ann: before", "ann -> [bob]: in private", "ann: after", "ann -> [bob]: too late")
	})
}

func TestQuitWithAFarewell(t *testing.T) {
	for line, want := range map[string]string{
		"/quitter": "-bob (quit)", "/q à demain": "-bob (quit) à demain", "/exit so\nlong": "-bob (quit) so long",
	} {
		inRoom(t, func(h *testRoom) {
			ann, bob := h.two("ann", "bob")
			bob.does(line)
			bob.left(state.Quit)
			bob.Close(state.Ending{Cause: state.Lost})
			ann.sees(want)
			h.present("ann")
		})
	}
}

func TestAfterTheEndNothingIsDone(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		bob.End(state.Ending{Cause: state.Lost})
		for _, line := range []string{"hello", "@ann hi", "/pseudo rob", "/me waves", "/absent"} {
			if why := wantError[*state.Ending](h, bob.tries(line)); why.Cause != state.Lost {
				h.Errorf("%q fails with %v", line, why)
			}
		}
		ann.sees()
	})
}

func TestALineOfACancelledCallerIsNotDone(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		ctx, cancel := context.WithCancel(h.Context())
		cancel()
		if _, err := ann.Do(ctx, "hello"); !errors.Is(err, context.Canceled) {
			h.Errorf("Do returned %v", err)
		}
		ann.sees()
		ann.stays()
	})
}

func TestStopEndsEverySessionWithTheReason(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		console := h.console()
		bob.End(state.Ending{Cause: state.Quit})
		h.room.Stop("power cut")
		h.room.Stop("again")
		<-h.room.Stopped()
		for _, p := range []*person{ann, console} {
			if why := p.left(state.Shutdown); why.Reason != "power cut" {
				h.Errorf("%q left with %+v", p.Pseudo(), why)
			}
		}
		bob.left(state.Quit)
		turnedAway[*room.ShuttingDownError](h, as("cleo"))
		late := h.console()
		late.left(state.Shutdown)
	})
}

func TestCausesHaveNamesForLogs(t *testing.T) {
	seen := map[string]bool{}
	for cause := state.Quit; cause <= state.Crashed; cause++ {
		name := cause.String()
		if name == "" || name == "unknown" || seen[name] {
			t.Errorf("cause %d is called %q", cause, name)
		}
		seen[name] = true
	}
	if state.AsEnding(errors.New("broken pipe")).Cause != state.Lost {
		t.Error("an error of the connection does not mean that it is lost")
	}
}
