package sshui

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

// ourGoroutines counts those that run code of this package, but for its tests and
// for the server's own.
func ourGoroutines() int {
	buf := make([]byte, 1<<20)
	for n := runtime.Stack(buf, true); n == len(buf); n = runtime.Stack(buf, true) {
		buf = make([]byte, 2*len(buf))
	}
	n := 0
	for stack := range strings.SplitSeq(string(buf), "\n\n") {
		if strings.Contains(stack, "salon/sshui.(*channel)") || strings.Contains(stack, "salon/sshui.(*terminal)") || strings.Contains(stack, "salon/sshui.(*Server).channel(") {
			n++
		}
	}
	return n
}

// awaitGoroutines waits until no more than want are left. There is nothing to be
// told by but the goroutines themselves.
func awaitGoroutines(t testing.TB, want int) {
	t.Helper()
	for late := time.Now().Add(patience); ourGoroutines() > want; runtime.Gosched() {
		if time.Now().After(late) {
			t.Fatalf("%d goroutines, want %d", ourGoroutines(), want)
		}
	}
}

func TestAnIdleSessionTakesTwoGoroutinesBesidesItsChannels(t *testing.T) {
	h := open(t)
	const sessions = 20
	for _, terminal := range []bool{false, true} {
		before := ourGoroutines()
		var seats []*seat
		for i := range sessions {
			s := sit(t, h.dial("ann"+string(rune('a'+i))))
			if terminal {
				s.must("pty-req", ptyRequest{Term: "xterm", Columns: 80, Rows: 24})
			}
			s.must("shell", nil)
			s.out.awaitText(t, "Bienvenue") // on its screen, if it has one
			hello := fmt.Sprint("bonjour ", terminal, i)
			s.send(hello + "\r\n")
			h.awaitSaid(t, hello)
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
