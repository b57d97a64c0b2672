package state

import (
	"net/netip"
	"slices"
	"time"

	"salon/room/text"
)

// known is all that somebody goes by: what bans and mutes are held against. Who
// has an account goes by all of its keys and by its pseudo, under whatever pseudo
// and by whichever of its keys they come, so that none of them is a way around.
type known struct {
	pseudos []text.Pseudo
	keys    []string
	addrs   []netip.Addr
}

// visitor is somebody at the door, or known by little.
func (st *State) Visitor(p text.Pseudo, keyID string, addr netip.Addr) known {
	var k known
	if p != "" {
		k.pseudos = []text.Pseudo{p}
		k.account(st.Accounts[p.Key()])
	}
	k.key(st, keyID)
	if addr.IsValid() {
		k.addrs = []netip.Addr{addr}
	}
	return k
}

// known is a member, through all of its sessions.
func (st *State) known(m *Member) known {
	k := st.Visitor(m.Pseudo, m.KeyID, NoAddr)
	for _, at := range m.Sessions {
		k.key(st, at.KeyID)
		k.account(st.Register.ByID[at.Passed])
		k.addrs = append(k.addrs, at.Addr)
	}
	return k
}

func (k *known) key(st *State, keyID string) {
	if keyID == "" || slices.Contains(k.keys, keyID) {
		return
	}
	k.keys = append(k.keys, keyID)
	k.account(st.Register.ByKey[keyID])
}

func (k *known) account(a *Account) {
	if a == nil {
		return
	}
	if !slices.Contains(k.pseudos, a.Pseudo) {
		k.pseudos = append(k.pseudos, a.Pseudo)
	}
	for _, key := range a.Keys {
		if !slices.Contains(k.keys, key) {
			k.keys = append(k.keys, key)
		}
	}
}

// hit reports whether a target is one of the things that somebody goes by.
func (k known) Hit(t Target) bool {
	return slices.ContainsFunc(k.pseudos, func(p text.Pseudo) bool { return t.Hits(p, "", NoAddr) }) ||
		slices.ContainsFunc(k.keys, func(key string) bool { return t.Hits("", key, NoAddr) }) ||
		slices.ContainsFunc(k.addrs, func(addr netip.Addr) bool { return t.Hits("", "", addr) })
}

// BanOn returns the ban that keeps this visitor out longest at time t: by pseudo, key
// or address, or by any key or the pseudo of the account that the pseudo or the key
// belongs to.
func (st *State) BanOn(p text.Pseudo, keyID string, addr netip.Addr, t time.Time) (ban Ban, ok bool) {
	if len(st.Bans) == 0 {
		return Ban{}, false
	}
	k := st.Visitor(p, keyID, addr)
	for _, b := range st.Bans {
		if (!ok || b.outlasts(ban)) && !b.Over(t) && k.Hit(b.Target) {
			ban, ok = b, true
		}
	}
	return ban, ok
}

// MuteOn returns the mute on that pseudo, or else on that key or its account under
// whatever pseudo, at time t.
func (st *State) MuteOn(p text.Pseudo, keyID string, t time.Time) (Mute, bool) {
	if len(st.Mutes) == 0 {
		return Mute{}, false
	}
	return st.muteOf(st.Visitor(p, keyID, NoAddr), t)
}

// muted is MuteOn for a member, through all of its sessions.
func (st *State) Muted(m *Member, t time.Time) (Mute, bool) {
	if len(st.Mutes) == 0 {
		return Mute{}, false
	}
	return st.muteOf(st.known(m), t)
}

// muteBy returns the mute on whoever has that pseudo, or on the pseudo alone.
func (st *State) MuteBy(p text.Pseudo, t time.Time) (Mute, bool) {
	if m, ok := st.Members[p.Key()]; ok {
		return st.Muted(m, t)
	}
	return st.MuteOn(p, "", t)
}

func (st *State) muteOf(k known, t time.Time) (found Mute, ok bool) {
	for _, p := range k.pseudos {
		if m, ok := st.Mutes[p.Key()]; ok && !m.Over(t) {
			return m, true
		}
	}
	for _, m := range st.Mutes {
		same := m.KeyID != "" && slices.Contains(k.keys, m.KeyID) && !m.Over(t)
		if same && (found.Pseudo == "" || m.Pseudo < found.Pseudo) { // the same one on every node
			found = m
		}
	}
	return found, found.Pseudo != ""
}

// proof is who a member is for what the room keeps on them between two visits: the
// same for all keys of one account; "" for somebody who has proved nothing.
func (st *State) Proof(m *Member) string {
	if a := st.Accounts[m.Pseudo.Key()]; a != nil && m.owns(a) {
		return a.Proof()
	}
	return m.KeyID
}

// noAddr is the address of nobody.
var NoAddr netip.Addr
