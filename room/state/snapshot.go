package state

import (
	"maps"
	"time"

	"salon/room/text"
)

// lasting is what of a state outlives the sessions, as it was at one moment. Taking
// it copies memory, under the room's lock; encoding it takes longer and needs no
// lock.
type Lasting struct {
	state    State
	accounts []ownedName
}

type ownedName struct {
	key     text.Key
	account Account
}

func (st *State) Lasting() Lasting {
	l := Lasting{
		state:    State{Applied: st.Applied, Members: map[text.Key]*Member{}, Topic: st.Topic, Slow: st.Slow, Bans: maps.Clone(st.Bans), Mutes: maps.Clone(st.Mutes)},
		accounts: make([]ownedName, 0, len(st.Accounts)),
	}
	for key, a := range st.Accounts { // what an account points to is exchanged, never changed
		l.accounts = append(l.accounts, ownedName{key, *a})
	}
	return l
}

// snapshot encodes it, with its times as the wall has them that reads now.
func (l Lasting) Snapshot(now time.Time) Snapshot {
	l.state.Accounts = make(map[text.Key]*Account, len(l.accounts))
	for i := range l.accounts {
		l.state.Accounts[l.accounts[i].key] = &l.accounts[i].account
	}
	l.state.Settle(now)
	return Snapshot{Seq: l.state.Applied, State: l.state.Encode()}
}

// decides reports whether a log holds on to an event until a snapshot is kept.
func Decides(b Body) bool {
	switch b.(type) {
	case TopicSet, SlowSet, Kicked, Banned, Unbanned, Muted, Unmuted, Registered, Unregistered, PrefsKept, Seen:
		return true
	}
	return false
}
