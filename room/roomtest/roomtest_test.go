package roomtest

import (
	"fmt"
	"testing"

	"go.uber.org/goleak"

	"salon/room"
	"salon/room/state"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// What somebody was shown is known to the console when it is asked, however late it is.
func TestTheConsoleKnowsWhatOthersWereShown(t *testing.T) {
	h := Open(t, room.Config{}, room.NewMemoryStore())
	ann := h.Join("ann")
	for i := range 500 {
		if _, err := ann.Do(t.Context(), fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
		if got := len(h.Said("ann")); got != i+1 {
			t.Fatalf("after %d messages it knows of %d", i+1, got)
		}
	}
	if got := Seen[state.Joined](h.Console); len(got) != 1 || got[0].Pseudo != "ann" {
		t.Errorf("joined: %v", got)
	}
	h.Forget()
	if got := h.Events(); len(got) != 0 {
		t.Errorf("it has not forgotten %v", got)
	}
	go ann.Do(t.Context(), "encore")
	h.AwaitSaid(t, "encore")
}

func TestARoomThatIsClosedKeepsItsEvents(t *testing.T) {
	h := Open(t, room.Config{}, room.NewMemoryStore())
	h.Join("ann")
	h.Close()
	if got := Seen[state.Joined](h.Console); len(got) != 1 {
		t.Errorf("joined: %v", got)
	}
	h.Close()
}
