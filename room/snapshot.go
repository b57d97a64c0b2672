package room

import (
	"context"
	"maps"
	"time"
)

// When a room that runs keeps a snapshot: once this many events have come that a
// log holds on to until there is one, and not again before this time has passed.
// Both bound what a start after a crash has to apply. A room where nothing happens
// keeps none.
const (
	snapshotEvents = 4096
	snapshotEvery  = time.Minute
)

// lasting is what of a state outlives the sessions, as it was at one moment. Taking
// it copies memory, under the room's lock; encoding it takes longer and needs no
// lock.
type lasting struct {
	state    State
	accounts []ownedName
}

type ownedName struct {
	key     Key
	account Account
}

func (st *State) lasting() lasting {
	l := lasting{
		state:    State{Applied: st.Applied, Members: map[Key]*Member{}, Topic: st.Topic, Slow: st.Slow, Bans: maps.Clone(st.Bans), Mutes: maps.Clone(st.Mutes)},
		accounts: make([]ownedName, 0, len(st.Accounts)),
	}
	for key, a := range st.Accounts { // what an account points to is exchanged, never changed
		l.accounts = append(l.accounts, ownedName{key, *a})
	}
	return l
}

// snapshot encodes it, with its times as the wall has them that reads now.
func (l lasting) snapshot(now time.Time) Snapshot {
	l.state.Accounts = make(map[Key]*Account, len(l.accounts))
	for i := range l.accounts {
		l.state.Accounts[l.accounts[i].key] = &l.accounts[i].account
	}
	l.state.Settle(now)
	return Snapshot{Seq: l.state.Applied, State: l.state.Encode()}
}

// decides reports whether a log holds on to an event until a snapshot is kept.
func decides(b Body) bool {
	switch b.(type) {
	case TopicSet, SlowSet, Kicked, Banned, Unbanned, Muted, Unmuted, Registered, Unregistered, PrefsKept, Seen:
		return true
	}
	return false
}

// keeping is when a room that runs keeps snapshots.
type keeping struct {
	decided int       // events since the last that decide
	tried   time.Time // the last one, or the start
	busy    bool      // one is being kept
}

// due reports whether another is to be kept.
func (k *keeping) due() bool {
	return !k.busy && k.decided >= snapshotEvents && time.Since(k.tried) >= snapshotEvery
}

// keepIfDue keeps a snapshot of what the store has been given, beside all else.
func (r *Room) keepIfDue(ctx context.Context) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.keeping.due() {
		return
	}
	r.keeping.busy = true
	now, decided := r.state.lasting(), r.keeping.decided
	r.running.Go(func() { r.keep(ctx, now, decided) })
}

// keep keeps one snapshot. What the store does not take is tried again later, when
// something has happened again; what it would have spared the log holds on to.
func (r *Room) keep(ctx context.Context, l lasting, decided int) {
	err := r.store.Snapshot(ctx, l.snapshot(time.Now()))
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keeping.busy, r.keeping.tried = false, time.Now()
	if err == nil {
		r.keeping.decided -= decided
	}
}
