package rawtcp

import (
	"time"

	"salon/internal/front"
	"salon/room/state"
)

// maxRefusals is at how many looks in a row a client may have no room for what it was sent,
// and have taken nothing since the first; then its session ends with the cause Slow.
const maxRefusals = 4

// refusal is that of one client, while it lasts.
type refusal struct {
	taken uint64 // bytes in all
	looks int
}

// watch looks after members who do not read, until Shutdown. Where little is said, what
// they are sent stays in the kernel and no write ever waits, so that no deadline passes.
func (s *Server) watch() {
	t := time.NewTicker(s.waits.look)
	defer t.Stop()
	var refusals map[*conn]refusal
	for {
		select {
		case <-s.conns.Closing.Done():
			return
		case <-t.C:
			refusals = s.look(refusals)
		}
	}
}

// look cuts off the clients that have refused for too long, and returns the refusals that
// last, given those of the last look.
func (s *Server) look(before map[*conn]refusal) map[*conn]refusal {
	now := map[*conn]refusal{}
	for _, open := range s.conns.Open() {
		c := open.(*conn)
		taken, refuses := front.Refuses(c.Conn)
		if !refuses || !c.joined.Load() {
			continue
		}
		r := before[c]
		if r.taken != taken {
			r = refusal{taken: taken}
		}
		if r.looks++; r.looks >= maxRefusals {
			c.sess.End(state.Ending{Cause: state.Slow})
			c.abandon()
		}
		now[c] = r
	}
	return now
}
