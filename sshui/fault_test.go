package sshui

import (
	"strings"
	"testing"
	"time"

	"salon/room"
	"salon/room/state"
)

// wantApology waits until ann's session has ended by a fault of ours, and checks
// that she was told so on a terminal that is as it was, and that the room lives.
func (b *bubble) wantApology() {
	b.t.Helper()
	b.wantEnd(frameGap, exitRefused)
	bare := func(s string) string { return strings.Join(strings.Fields(s), "") } // it may take two rows
	if shown := strings.Join(b.rows(), " "); !strings.Contains(bare(shown), bare(french.EndCrashed)) {
		b.t.Errorf("no apology in\n%s", b.picture())
	}
	b.says("bob", "et nous ?")
	console := b.room.Watch(room.Prefs{})
	defer console.Close(state.Ending{Cause: state.Quit})
	first, next := console.Held()
	for place := first; place < next; place++ {
		if left, ok := console.At(place).Body.(state.Left); ok && left.Pseudo == "ann" && left.Cause == state.Crashed {
			return
		}
	}
	b.t.Error("the room does not know why ann has left")
}

func TestAFaultInPaintingGivesTheTerminalBack(t *testing.T) {
	withoutLooks := func(ch *channel) { ch.server.looks = nil }
	inBubble(t, room.Config{}, withoutLooks, func(b *bubble) {
		b.wantApology()
		if got := strings.Join(b.rows(), ""); got != french.EndCrashed {
			t.Errorf("in the end it shows\n%s", got)
		}
	})
}

func TestAFaultInDoingALineGivesTheTerminalBack(t *testing.T) {
	faulty := room.Config{Zone: func(string) (*time.Location, error) { panic("a fault of ours") }}
	for _, text := range []string{"", "/texte"} {
		inBubble(t, faulty, nil, func(b *bubble) {
			b.send(text + "\r")
			b.calm()
			b.send("/fuseau Mars\r")
			b.wantApology()
		})
	}
}
