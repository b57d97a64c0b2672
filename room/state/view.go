package state

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"github.com/tidwall/btree"

	"salon/room/text"
)

// View is what people may be shown of a State, as it was at one moment. Any goroutine
// may read it while its State goes on. Taking one takes constant time, however many
// members, accounts and bans there are.
type View struct {
	header
	members  *btree.Map[text.Key, *Member]
	accounts *btree.Map[text.Key, *Account]
	rooms    *btree.Map[Seq, *Room]
	bans     *btree.Map[string, Ban]
	mutes    *btree.Map[string, Mute]
	present  int
}

// View returns the State as it is now.
func (st *State) View() *View {
	return &View{
		header: st.header, present: st.members.present,
		members: st.members.byKey.Copy(), accounts: st.accounts.byKey.Copy(), rooms: st.rooms.byID.Copy(), bans: st.bans.byName.Copy(), mutes: st.mutes.byName.Copy(),
	}
}

// Frozen is a whole State as it was at one moment, to be encoded and hashed while
// its State goes on.
type Frozen struct {
	View
	nodes map[epoch]*node
	ended []epoch
}

// Freeze returns the State as it is now. It copies the answers to each node's proposals,
// 100 KB for one, and shares the rest.
func (st *State) Freeze() *Frozen {
	f := &Frozen{View: *st.View(), nodes: make(map[epoch]*node, len(st.nodes)), ended: st.ended}
	for epoch, n := range st.nodes {
		f.nodes[epoch] = n.copied()
	}
	return f
}

// Count returns how many members are present.
func (v *View) Count() int { return v.present }

// Present yields the members who are present, by their keys.
func (v *View) Present() iter.Seq[*Member] { return filtered(v.members, (*Member).Present) }

// Present yields the members who are present, by their keys, as long as the State is
// not changed.
func (st *State) Present() iter.Seq[*Member] { return filtered(st.members.byKey, (*Member).Present) }

// Accounts yields the accounts, by the keys of their pseudos.
func (v *View) Accounts() iter.Seq[*Account] {
	return filtered(v.accounts, func(*Account) bool { return true })
}

// Bans yields the bans in force at a tick, by their targets.
func (v *View) Bans(tick time.Duration) iter.Seq[Ban] {
	return filtered(v.bans, func(b Ban) bool { return !b.Over(tick) })
}

// Mutes yields the mutes in force at a tick, by the keys of the pseudos.
func (v *View) Mutes(tick time.Duration) iter.Seq[Mute] {
	return filtered(v.mutes, func(m Mute) bool { return !m.Over(tick) })
}

// filtered yields the values of a map that are wanted, by their keys.
func filtered[K cmp.Ordered, V any](all *btree.Map[K, V], wanted func(V) bool) iter.Seq[V] {
	return func(yield func(V) bool) {
		all.Scan(func(_ K, v V) bool { return !wanted(v) || yield(v) })
	}
}

// Rooms returns the rooms besides the first, in the order in which they were made.
func (v *View) Rooms() iter.Seq[*Room] { return filtered(v.rooms, func(*Room) bool { return true }) }

// Room returns a room by its ID, 0 for the first; nil for one that is closed.
func (v *View) Room(id Seq) *Room {
	if id == 0 {
		return v.salon
	}
	r, _ := v.rooms.Get(id)
	return r
}

// Account returns the account of a pseudo; nil for one that nobody has registered.
func (v *View) Account(k text.Key) *Account {
	a, _ := v.accounts.Get(k)
	return a
}

// Muted returns a function that reports whether a member is muted everywhere at a tick, as
// [State.MuteOf] does. If anybody is muted, it walks all accounts first.
func (v *View) Muted(tick time.Duration) func(*Member) bool {
	if v.mutes.Len() == 0 {
		return func(*Member) bool { return false }
	}
	muted := map[string]bool{} // keys of pseudos, and proofs, which have signs that no pseudo has
	for m := range v.Mutes(tick) {
		if m.Room != 0 {
			continue
		}
		muted[m.name()] = true
		if m.KeyID != "" {
			muted[m.KeyID] = true
		}
	}
	is := func(trait string) bool { return muted[trait] }
	var also []string // what else those go by whose account is muted by any of it
	for a := range v.Accounts() {
		if is(string(a.Forms.Key)) || slices.ContainsFunc(a.Keys, is) {
			also = append(append(also, string(a.Forms.Key), a.Proof()), a.Keys...)
		}
	}
	for _, trait := range also {
		muted[trait] = true
	}
	return func(m *Member) bool {
		return is(string(m.Forms.Key)) || slices.ContainsFunc(m.Sessions, func(at Attendance) bool { return slices.ContainsFunc(at.proofs(), is) })
	}
}
