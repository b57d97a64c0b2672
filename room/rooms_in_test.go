package room_test

import (
	"errors"
	"testing"

	"salon/room/state"
)

// TestALineIsDoneWhereItWasTyped, whatever is looked at by then, and says where those go that
// were typed behind it; where its author is no more it is done nowhere.
func TestALineIsDoneWhereItWasTyped(t *testing.T) {
	inRoomLike(t, withRooms(), func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		goes := func(in state.Seq, line string) state.Seq {
			h.Helper()
			_, next, err := ann.DoIn(h.Context(), in, line)
			if err != nil {
				h.Errorf("%q: %v", line, err)
			}
			return next
		}
		dev := goes(0, "/join #dev")
		if dev == 0 || ann.Looks() != dev {
			h.Fatalf("lines go to %d, and it looks at %d", dev, ann.Looks())
		}
		bob.does("#dev")
		bob.items()
		if next := goes(0, "pour tous"); next != 0 {
			h.Errorf("lines go to %d", next)
		}
		if err := ann.Look(0); err != nil {
			h.Fatal(err)
		}
		if next := goes(dev, "pour dev"); next != dev {
			h.Errorf("lines go to %d", next)
		}
		if next := goes(dev, "#salon encore"); next != dev {
			h.Errorf("lines go to %d", next)
		}
		bob.sees("ann: pour dev")
		if next := goes(0, "/leave #dev"); next != 0 {
			h.Errorf("lines go to %d", next)
		}
		if _, _, err := ann.DoIn(h.Context(), dev, "trop tard"); !errors.Is(err, state.ErrNoRoom) {
			h.Errorf("said in a room that was left: %v", err)
		}
		if dev2 := goes(0, "/join #dev"); goes(dev2, "/leave") != 0 {
			h.Errorf("behind a leave lines do not go to the first room")
		}
	})
}
