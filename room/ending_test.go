package room_test

import (
	"context"
	"errors"
	"testing"

	"salon/room"
)

func TestASessionEndsOnceWithItsFirstCause(t *testing.T) {
	inRoom(t, func(h *house) {
		ann, bob := h.two("ann", "bob")
		bob.End(room.Ending{Cause: room.Slow})
		bob.End(room.Ending{Cause: room.Quit, Reason: "too late"})
		h.console().does("kick bob")
		bob.Close(room.Ending{Cause: room.Lost})
		if why := bob.left(room.Slow); why.Reason != "" {
			h.Errorf("bob left with %+v", why)
		}
		if cause := context.Cause(bob.Context()); wantError[*room.Ending](h, cause).Cause != room.Slow {
			h.Errorf("the context ended by %v", cause)
		}
		ann.sees("bob kicked by console: ")
		bob.sees()
	})
}

func TestOthersAreToldOfAnEndOnce(t *testing.T) {
	inRoom(t, func(h *house) {
		ann, bob := h.two("ann", "bob")
		bob.End(room.Ending{Cause: room.Slow})
		ann.sees()
		bob.Close(room.Ending{Cause: room.Lost})
		ann.sees("-bob (slow)")
	})
}

func TestAnEndShowsWhatCameBeforeAndNothingAfter(t *testing.T) {
	inRoom(t, func(h *house) {
		ann, bob := h.two("ann", "bob")
		ann.does("before", "@bob in private")
		bob.End(room.Ending{Cause: room.Quit})
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
			bob.left(room.Quit)
			bob.Close(room.Ending{Cause: room.Lost})
			ann.sees(want)
			h.present("ann")
		})
	}
}

func TestAfterTheEndNothingIsDone(t *testing.T) {
	inRoom(t, func(h *house) {
		ann, bob := h.two("ann", "bob")
		bob.End(room.Ending{Cause: room.Lost})
		for _, line := range []string{"hello", "@ann hi", "/pseudo rob", "/me waves", "/absent"} {
			if why := wantError[*room.Ending](h, bob.tries(line)); why.Cause != room.Lost {
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
		bob.End(room.Ending{Cause: room.Quit})
		h.room.Stop("power cut")
		h.room.Stop("again")
		<-h.room.Stopped()
		for _, p := range []*person{ann, console} {
			if why := p.left(room.Shutdown); why.Reason != "power cut" {
				h.Errorf("%q left with %+v", p.Pseudo(), why)
			}
		}
		bob.left(room.Quit)
		turnedAway[*room.ShuttingDownError](h, as("cleo"))
		late := h.console()
		late.left(room.Shutdown)
	})
}

func TestCausesHaveNamesForLogs(t *testing.T) {
	seen := map[string]bool{}
	for cause := room.Quit; cause <= room.Crashed; cause++ {
		name := cause.String()
		if name == "" || name == "unknown" || seen[name] {
			t.Errorf("cause %d is called %q", cause, name)
		}
		seen[name] = true
	}
	if room.AsEnding(errors.New("broken pipe")).Cause != room.Lost {
		t.Error("an error of the connection does not mean that it is lost")
	}
}
