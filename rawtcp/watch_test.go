package rawtcp

import (
	"io"
	"net"
	"testing"
	"time"

	"salon/internal/front"
	"salon/room/roomtest"
	"salon/room/state"
)

// refused returns the clients that refuse what they are sent, and how much each has taken.
func (h *harness) refused() (taken map[*conn]uint64) {
	taken = map[*conn]uint64{}
	for _, open := range h.server.conns.Open() {
		if n, refuses := front.Refuses(open.(*conn).Conn); refuses {
			taken[open.(*conn)] = n
		}
	}
	return taken
}

// deaf opens a harness in which only the watch of those who do not read cuts anybody, and
// only when the test has it look. Clients with these names, who read nothing, are in it.
func deaf(t *testing.T, names ...string) (h *harness, clients []net.Conn, ann *caller) {
	h = open(t, func(b *build) { b.waits.write, b.waits.look = time.Hour, time.Hour })
	for _, name := range names {
		clients = append(clients, h.stalled(name))
	}
	ann = h.enter("ann")
	return h, clients, ann
}

func TestWhoeverNeverReadsIsCutWhereLittleIsSaid(t *testing.T) {
	names := []string{"muet", "sourd", "absent"}
	h, _, ann := deaf(t, names...)
	ann.talk(h, front.SendBuffer/2) // which the kernel holds
	roomtest.Until(t, func() string { return "there is room for all" }, func() bool { return len(h.refused()) == len(names) })
	var refusals map[*conn]refusal
	for range maxRefusals - 1 {
		refusals = h.server.look(refusals)
	}
	if left := roomtest.Seen[state.Left](h.Console); len(refusals) != len(names) || len(left) > 0 {
		t.Errorf("%d refuse, cut too soon: %v", len(refusals), left)
	}
	h.server.look(refusals)
	h.wantLeft("muet", state.Slow)
	h.wantLeft("sourd", state.Slow)
	h.wantLeft("absent", state.Slow)
	ann.wantTalking(h, "et moi ?")
}

func TestWhoeverReadsSlowlyIsNotCut(t *testing.T) {
	h, clients, ann := deaf(t, "lent")
	ann.talk(h, 64*maxLine)
	var refusals map[*conn]refusal
	for range 2 * maxRefusals {
		var before map[*conn]uint64
		roomtest.Until(t, func() string { return "there is room again" }, func() bool { before = h.refused(); return len(before) == 1 })
		refusals = h.server.look(refusals)
		roomtest.Until(t, func() string { return "what is read makes no room" }, func() bool {
			io.CopyN(io.Discard, clients[0], 512)
			for c, taken := range before {
				now, _ := front.Refuses(c.Conn)
				return now != taken
			}
			return false
		})
	}
	if left := roomtest.Seen[state.Left](h.Console); len(left) > 0 {
		t.Errorf("cut: %v", left)
	}
}

func TestAConnectionIsLookedAtSoOftenThatItIsCutInTime(t *testing.T) {
	const most = 15 * time.Second
	if waits := defaultTimeouts(); waits.write >= most || maxRefusals*waits.look >= most {
		t.Errorf("the defaults are %+v", waits)
	}
}
