package state

import "time"

// Settle writes since when bans and mutes hold as the clock on the wall would have
// it that reads now. While the room runs, their time is told by the monotonic
// clock, which nobody can set; a snapshot cannot keep that reading, and with a
// clock that was moved meanwhile they would stretch or vanish at the next start.
// What came from a log without monotonic readings stays as it is.
func (st *State) Settle(now time.Time) {
	st.eachSince(func(t time.Time) time.Time {
		return now.Round(0).Add(-now.Sub(t)).In(t.Location())
	})
}

// anchor gives bans and mutes of a snapshot a monotonic reading, so that a clock
// that moves while the room runs moves none of them.
func (st *State) Anchor(now time.Time) {
	st.eachSince(func(t time.Time) time.Time { return now.Add(-now.Round(0).Sub(t)) })
}

func (st *State) eachSince(change func(time.Time) time.Time) {
	for k, b := range st.Bans {
		b.Since = change(b.Since)
		st.Bans[k] = b
	}
	for k, m := range st.Mutes {
		m.Since = change(m.Since)
		st.Mutes[k] = m
	}
}
