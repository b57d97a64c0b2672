package room_test

import (
	"context"
	"errors"
	"testing"

	"salon/room"
	"salon/room/state"
)

func TestASessionEndsOnceWithItsFirstCause(t *testing.T) {
	inRoom(t, func(h *house) {
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

func TestOthersAreToldOfAnEndOnce(t *testing.T) {
	inRoom(t, func(h *house) {
		ann, bob := h.two("ann", "bob")
		bob.End(state.Ending{Cause: state.Slow})
		ann.sees()
		bob.Close(state.Ending{Cause: state.Lost})
		ann.sees("-bob (slow)")
	})
}

func TestAnEndShowsWhatCameBeforeAndNothingAfter(t *testing.T) {
	inRoom(t, func(h *house) {
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

func TestQuittingWithAWord(t *testing.T) {
	for line, want := range map[string]string{
		"/quitter": "-bob (quit)", "/q à demain": "-bob (quit) à demain", "/exit so\nlong": "-bob (quit) so long",
	} {
		inRoom(t, func(h *house) {
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
	inRoom(t, func(h *house) {
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
	inRoom(t, func(h *house) {
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

func TestStopLetsEveryoneOutWithTheReason(t *testing.T) {
	inRoom(t, func(h *house) {
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
