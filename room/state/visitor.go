package state

import (
	"net/netip"
	"slices"
	"time"

	"salon/room/text"
)

// Visitor is somebody who wants to come in, as far as is known: each field may be unset.
type Visitor struct {
	Pseudo text.Pseudo
	Forms  text.Forms // of Pseudo
	KeyID  string     // the key that signed
	Addr   netip.Addr
}

// identities are the pseudos and keys of somebody, which bans and mutes are compared
// with. They include the pseudo and all keys of their account, whichever pseudo and key
// they use, so that none of these is a way around a ban.
type identities struct {
	forms []text.Forms
	keys  []string
}

func (st *State) visitor(v Visitor) identities {
	var who identities
	if v.Pseudo != "" {
		who.forms = []text.Forms{v.Forms}
		who.account(st.accounts.get(v.Forms.Key))
	}
	who.key(st, v.KeyID)
	return who
}

// identities of a member, through all of its sessions that are left: the key that came
// first may be somebody else's by now.
func (st *State) identities(m *Member) identities {
	who := st.visitor(Visitor{Pseudo: m.Pseudo, Forms: m.Forms})
	for _, at := range m.Sessions {
		who.key(st, at.KeyID)
		who.account(st.accounts.ids[at.Passed])
	}
	return who
}

func (who *identities) key(st *State, keyID string) {
	if keyID == "" || slices.Contains(who.keys, keyID) {
		return
	}
	who.keys = append(who.keys, keyID)
	who.account(st.accounts.keys[keyID])
}

func (who *identities) account(a *Account) {
	if a == nil {
		return
	}
	if !slices.Contains(who.forms, a.Forms) {
		who.forms = append(who.forms, a.Forms)
	}
	for _, key := range a.Keys {
		if !slices.Contains(who.keys, key) {
			who.keys = append(who.keys, key)
		}
	}
}

// BanOn returns the ban that keeps a visitor out longest at a tick: by pseudo, key or
// address, or by any key or the pseudo of the account that the pseudo or the key
// belongs to.
func (st *State) BanOn(v Visitor, tick time.Duration) (ban Ban, ok bool) {
	if st.bans.byName.Len() == 0 {
		return Ban{}, false
	}
	who := st.visitor(v)
	consider := func(name string) {
		b, found := st.bans.byName.Get(name)
		if found && !b.Over(tick) && (!ok || b.outlasts(ban)) {
			ban, ok = b, true
		}
	}
	for _, f := range who.forms {
		for i, look := range f.Looks {
			for _, name := range st.bans.byTrait[i][look] {
				consider(name)
			}
		}
	}
	for _, key := range who.keys {
		consider(key)
	}
	st.bans.on(v.Addr, consider)
	return ban, ok
}

// BanOf returns the ban of a target that is in force at a tick.
func (st *State) BanOf(t Target, tick time.Duration) (Ban, bool) {
	ban, ok := st.bans.byName.Get(Ban{Target: t}.name())
	return ban, ok && !ban.Over(tick)
}

// banned returns a BannedError if a visitor is banned now.
func (st *State) banned(v Visitor) error {
	if ban, ok := st.BanOn(v, st.tick); ok {
		return &BannedError{ban}
	}
	return nil
}

// BansHold reports whether a ban of t also keeps out a client that uses a key, because of the
// account that the key opens.
func (st *State) BansHold(t Target, keyID string) bool {
	who := st.visitor(Visitor{KeyID: keyID})
	switch t.Kind {
	case ByKey:
		return slices.Contains(who.keys, t.KeyID)
	case ByPseudo:
		return slices.ContainsFunc(who.forms, t.Forms.Alike)
	}
	return false
}

// MuteOf returns the mute in force on a member in a room at a tick: there or everywhere, on
// their pseudo, on their account's, or on any key of theirs.
func (st *State) MuteOf(m *Member, room Seq, tick time.Duration) (found Mute, ok bool) {
	if st.mutes.byName.Len() == 0 {
		return Mute{}, false
	}
	who := st.identities(m)
	for _, f := range who.forms {
		for _, where := range [2]Seq{0, room} {
			if mute, ok := st.mutes.byName.Get(muteName(where, f.Key)); ok && !mute.Over(tick) {
				return mute, true
			}
		}
	}
	for _, key := range who.keys {
		for _, name := range st.mutes.byTrait[0][key] {
			mute, _ := st.mutes.byName.Get(name)
			holds := !mute.Over(tick) && (mute.Room == 0 || mute.Room == room)
			if holds && (!ok || name < found.name()) { // the same one on every node
				found, ok = mute, true
			}
		}
	}
	return found, ok
}

// MuteBy returns the mute in a room on the member with that pseudo, or on the pseudo alone.
func (st *State) MuteBy(p text.Pseudo, f text.Forms, room Seq, tick time.Duration) (Mute, bool) {
	m, ok := st.members.byKey.Get(f.Key)
	if !ok {
		m = &Member{Pseudo: p, Forms: f}
	}
	return st.MuteOf(m, room, tick)
}

// muted returns a MutedError if a member is muted now in a room.
func (st *State) muted(m *Member, room Seq) error {
	if mute, ok := st.MuteOf(m, room, st.tick); ok {
		return &MutedError{Until: mute.Until(), Room: mute.Room != 0}
	}
	return nil
}
