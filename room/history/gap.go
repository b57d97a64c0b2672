package history

import (
	"time"

	"salon/room/state"
)

// gap describes messages that are missing: the disk failed for longer than memory could
// hold them, or the file was removed. Its row takes the sequence number of the first
// missing message, which is free.
type gap struct {
	seq state.Seq // 0: nothing is missing
	state.Gap
}

// with returns the gap extended by one missing message.
func (g gap) with(m *message) gap {
	at := time.UnixMicro(m.time).UTC()
	return g.and(gap{m.seq, state.Gap{From: at, To: at, Count: 1}})
}

// and returns the gap that spans both; its count is known if both counts are.
func (g gap) and(other gap) gap {
	switch {
	case g.seq == 0:
		return other
	case other.seq == 0:
		return g
	}
	both := gap{min(g.seq, other.seq), g.Gap}
	if other.From.Before(both.From) {
		both.From = other.From
	}
	if other.To.After(both.To) {
		both.To = other.To
	}
	if both.Count += other.Count; g.Count == 0 || other.Count == 0 {
		both.Count = 0
	}
	return both
}

// spoken returns the gap as a row among the messages. A gap with an unknown beginning
// has the time of its end.
func (g gap) spoken() *spoken {
	e := state.Event{Seq: g.seq, Time: g.From, Body: g.Gap}
	if g.From.IsZero() {
		e.Time = g.To
	}
	m, _ := newMessage(e) // a Gap is spoken and can be encoded
	return &spoken{event: e, row: m}
}
