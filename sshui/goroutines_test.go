package sshui

import (
	"fmt"
	"testing"

	"salon/room/roomtest"
)

// ourGoroutines counts those that run code of this package, but for its tests and
// for the server's own.
func ourGoroutines() int {
	return roomtest.Goroutines("salon/sshui.(*channel)", "salon/sshui.(*terminal)", "salon/sshui.(*Server).channel(")
}

// awaitGoroutines waits until no more than want are left. There is nothing to be
// told by but the goroutines themselves.
func awaitGoroutines(t testing.TB, want int) {
	t.Helper()
	roomtest.Until(t, func() string { return fmt.Sprintf("%d goroutines, want %d", ourGoroutines(), want) }, func() bool { return ourGoroutines() <= want })
}

func TestAnIdleSessionTakesTwoGoroutinesBesidesItsChannels(t *testing.T) {
	h := open(t)
	const sessions = 20
	for _, terminal := range []bool{false, true} {
		before := ourGoroutines()
		var seats []*clientChannel
		for i := range sessions {
			s := openChannel(t, h.dial("ann"+string(rune('a'+i))))
			if terminal {
				s.must("pty-req", ptyRequest{Term: "xterm", Columns: 80, Rows: 24})
			}
			s.must("shell", nil)
			s.out.awaitText(t, "Bienvenue") // on its screen, if it has one
			hello := fmt.Sprint("bonjour ", terminal, i)
			s.send(hello + "\r\n")
			h.AwaitSaid(t, hello)
			seats = append(seats, s)
		}
		const each = 1 + 2                       // the library's for a channel, a reader and a writer
		awaitGoroutines(t, before+sessions*each) // those that did what was entered end
		if ourGoroutines()-before < sessions {
			t.Fatal("the goroutines are no longer recognised by their functions' names")
		}
		for _, s := range seats {
			s.Close()
			s.exit()
		}
		awaitGoroutines(t, before)
	}
}
