package cluster

import (
	"time"

	"salon/room/state"
)

// Rebase returns the last State of a log on one machine as the one that a cluster begins with,
// see [InitOptions]: the stream's stamps are not that log's, and without it all that has a time
// limit would be over. at is when its last event happened. The machine that has the log must
// have the State too, or it would not be in the same as the others.
func Rebase(s state.Snapshot, at time.Time) (state.Snapshot, error) {
	st, err := state.DecodeState(s.State)
	if err != nil {
		return s, err
	}
	st.Rebase(stampOf(at))
	return state.Snapshot{Seq: s.Seq, State: st.Encode()}, nil
}
