package history

import (
	"fmt"
	"time"

	"salon/room/state"
)

// keeper keeps the state that operators and owners of pseudos made with their
// words: what Load returns, and what a file that has to be made anew begins with.
type keeper struct {
	snapshot state.Snapshot // the last one, as it was given
	state    *state.State   // with what came after
	after    int            // how many events that was
}

func newKeeper(s state.Snapshot) (keeper, error) {
	k := keeper{snapshot: s, state: state.NewState()}
	if s.State == nil {
		return k, nil
	}
	state, err := state.DecodeState(s.State)
	if err != nil {
		return k, fmt.Errorf("snapshot: %w", err)
	}
	k.state = state
	return k, nil
}

// apply takes an event that changes the state.
func (k *keeper) apply(e state.Event) {
	k.state.Apply(e)
	k.after++
}

// load is what a room starts from, end being the last place that was given.
func (k *keeper) load(end state.Seq) state.Snapshot {
	s := state.Snapshot{Seq: max(k.snapshot.Seq, end), State: k.snapshot.State}
	if k.after > 0 {
		k.state.Settle(time.Now())
		s.State = k.state.Encode()
	}
	return s
}

// replace takes a snapshot. What came after it, while it was on its way, stays.
func (k *keeper) replace(s state.Snapshot) {
	if s.Seq < k.snapshot.Seq || k.after > 0 && s.Seq < k.state.Applied {
		return
	}
	k.snapshot, k.after = s, 0
	if state, err := state.DecodeState(s.State); err == nil {
		k.state = state.WithoutMembers()
	}
}

// shift moves the beginnings of bans and mutes, and reports whether there are any.
func shift(st *state.State, by time.Duration) bool {
	for name, b := range st.Bans {
		b.Since = b.Since.Add(by)
		st.Bans[name] = b
	}
	for key, m := range st.Mutes {
		m.Since = m.Since.Add(by)
		st.Mutes[key] = m
	}
	return len(st.Bans)+len(st.Mutes) > 0
}
