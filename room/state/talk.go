package state

import (
	"slices"

	"salon/room/text"
)

// copied is for whoever looks at a member after the room's lock is let go.
func (m *Member) Copied() Member {
	c := *m
	c.Sessions = slices.Clone(m.Sessions)
	return c
}

// present yields the pseudos of those present, in order: of names as near, the same
// one is suggested each time.
func (st *State) Names() func(yield func(text.Pseudo) bool) {
	return func(yield func(text.Pseudo) bool) {
		for _, k := range st.Keys() {
			if m := st.Members[k]; m.Present() && !yield(m.Pseudo) {
				return
			}
		}
	}
}
