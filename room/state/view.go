package state

import (
	"iter"
	"slices"
	"time"

	"github.com/tidwall/btree"

	"salon/room/text"
)

// View is what people may be shown of a State, as it was at one moment. It may be
// looked at by any goroutine, while its State goes on. To take one costs little and
// always the same, however many members, accounts and bans there are.
type View struct {
	applied  Seq
	tick     time.Duration
	topic    Topic
	slow     time.Duration
	shutdown *Plan
	members  *btree.Map[text.Key, *Member]
	accounts *btree.Map[text.Key, *Account]
	bans     *btree.Map[string, Ban]
	mutes    *btree.Map[text.Key, Mute]
	present  int
}

// View returns the State as it is now.
func (st *State) View() *View {
	return &View{
		applied: st.applied, tick: st.tick, topic: st.topic, slow: st.slow, shutdown: st.shutdown,
		members: st.members.byKey.Copy(), accounts: st.accounts.byKey.Copy(), bans: st.bans.byName.Copy(), mutes: st.mutes.byKey.Copy(),
		present: st.members.present,
	}
}

// Frozen is a whole State as it was at one moment, to be encoded and hashed while
// its State goes on.
type Frozen struct {
	View
	stamp time.Duration
	nodes map[uint64]*node
	ended []uint64
}

// Freeze returns the State as it is now. It copies what is remembered of each node's
// proposals, 100 KB for one, and shares the rest.
func (st *State) Freeze() *Frozen {
	f := &Frozen{View: *st.View(), stamp: st.stamp, nodes: make(map[uint64]*node, len(st.nodes)), ended: st.ended}
	for epoch, n := range st.nodes {
		f.nodes[epoch] = n.copied()
	}
	return f
}

// Applied returns the place of the last event that was applied.
func (v *View) Applied() Seq { return v.applied }

// Count returns how many members are present.
func (v *View) Count() int { return v.present }

// Present yields the members who are present, by their keys.
func (v *View) Present() iter.Seq[*Member] { return present(v.members) }

// Accounts yields the accounts, by the keys of their pseudos.
func (v *View) Accounts() iter.Seq[*Account] {
	return func(yield func(*Account) bool) {
		v.accounts.Scan(func(_ text.Key, a *Account) bool { return yield(a) })
	}
}

// Bans yields the bans in force, by their targets.
func (v *View) Bans(tick time.Duration) iter.Seq[Ban] {
	return func(yield func(Ban) bool) {
		v.bans.Scan(func(_ string, b Ban) bool { return b.Over(tick) || yield(b) })
	}
}

// Mutes yields the mutes in force, by the keys of the pseudos.
func (v *View) Mutes(tick time.Duration) iter.Seq[Mute] {
	return func(yield func(Mute) bool) {
		v.mutes.Scan(func(_ text.Key, m Mute) bool { return m.Over(tick) || yield(m) })
	}
}

// Present yields the members who are present, by their keys, as long as the State is
// not changed.
func (st *State) Present() iter.Seq[*Member] { return present(st.members.byKey) }

func present(members *btree.Map[text.Key, *Member]) iter.Seq[*Member] {
	return func(yield func(*Member) bool) {
		members.Scan(func(_ text.Key, m *Member) bool { return !m.Present() || yield(m) })
	}
}

// Account returns the account of a pseudo; nil for one that nobody has registered.
func (v *View) Account(k text.Key) *Account {
	a, _ := v.accounts.Get(k)
	return a
}

// Topic returns what the room is about.
func (v *View) Topic() Topic { return v.topic }

// Muted returns what tells whether a member is muted at a tick, as [State.MuteOf]
// does. If anybody is, it looks at all accounts first.
func (v *View) Muted(tick time.Duration) func(*Member) bool {
	if v.mutes.Len() == 0 {
		return func(*Member) bool { return false }
	}
	keys, proofs := map[text.Key]bool{}, map[string]bool{}
	for m := range v.Mutes(tick) {
		keys[m.Forms.Key] = true
		if m.KeyID != "" {
			proofs[m.KeyID] = true
		}
	}
	var also []*Account // each is muted by any of what it goes by, and then by all of it
	for a := range v.Accounts() {
		if keys[a.Forms.Key] || slices.ContainsFunc(a.Keys, func(k string) bool { return proofs[k] }) {
			also = append(also, a)
		}
	}
	for _, a := range also {
		keys[a.Forms.Key], proofs[a.Proof()] = true, true
		for _, k := range a.Keys {
			proofs[k] = true
		}
	}
	return func(m *Member) bool {
		return keys[m.Forms.Key] || slices.ContainsFunc(m.Sessions, func(at Attendance) bool {
			return slices.ContainsFunc(at.proofs(), func(p string) bool { return proofs[p] })
		})
	}
}
