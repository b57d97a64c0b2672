package screen

import (
	"testing"

	"salon/room/text"
)

// TestALineForATargetThatWasNotConfirmedIsAskedAbout on the terminal that the screen goes on
// on: nobody knows whether the room took the target before the connection was lost.
func TestALineForATargetThatWasNotConfirmedIsAskedAbout(t *testing.T) {
	st := newStage(t, 80, 24)
	st.types("@bob")
	if a := st.keys("enter"); a.Line != "@bob" {
		t.Fatalf("enters %q", a.Line)
	}
	st.types("entre nous")
	st.Detach()
	st.Attach(st.room, Terminal{Width: 80, Height: 24})
	st.write(st.Open(nil))
	st.frame()
	if a := st.keys("enter"); a.Line != "" {
		t.Errorf("says %q to everyone", a.Line)
	}
	if a := st.keys("enter"); a.Line != "entre nous" {
		t.Errorf("says %q when it is confirmed", a.Line)
	}
	st.room.target = []text.Pseudo{"bob"}
	st.Detach()
	st.Attach(st.room, Terminal{Width: 80, Height: 24})
	st.frame()
	st.has("@bob")
}
