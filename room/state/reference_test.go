package state_test

import (
	"net/netip"
	"slices"

	"salon/room/state"
	"salon/room/text"
)

// A reference for what State finds by its indexes: it walks all there is.

// goesBy is all that somebody goes by.
type goesBy struct {
	forms []text.Forms
	keys  []string
	addrs []netip.Addr
}

// newcomer goes by what a visitor shows, and by every account that it belongs to.
func newcomer(st *state.State, v state.Visitor) goesBy {
	var who goesBy
	if v.Pseudo != "" {
		who.forms = append(who.forms, v.Forms)
	}
	if v.KeyID != "" {
		who.keys = append(who.keys, v.KeyID)
	}
	if v.Addr.IsValid() {
		who.addrs = append(who.addrs, v.Addr)
	}
	return who.withAccounts(st, func(a *state.Account) bool { return v.Pseudo != "" && a.Forms.Key == v.Forms.Key })
}

// resident goes by what all sessions of a member do.
func resident(st *state.State, m *state.Member) goesBy {
	who := goesBy{forms: []text.Forms{m.Forms}}
	for _, at := range m.Sessions {
		if at.KeyID != "" {
			who.keys = append(who.keys, at.KeyID)
		}
		who.addrs = append(who.addrs, at.Addr)
	}
	return who.withAccounts(st, func(a *state.Account) bool {
		return a.Forms.Key == m.Forms.Key || slices.ContainsFunc(m.Sessions, func(at state.Attendance) bool { return at.Passed == a.ID })
	})
}

func (who goesBy) withAccounts(st *state.State, also func(*state.Account) bool) goesBy {
	all := who
	for _, a := range state.AllAccounts(st) {
		if also(a) || slices.ContainsFunc(a.Keys, func(key string) bool { return slices.Contains(who.keys, key) }) {
			all.forms = append(slices.Clip(all.forms), a.Forms)
			all.keys = append(slices.Clip(all.keys), a.Keys...)
		}
	}
	return all
}

func (who goesBy) hit(t state.Target) bool {
	switch t.Kind {
	case state.ByKey:
		return slices.Contains(who.keys, t.KeyID)
	case state.ByNetwork:
		return slices.ContainsFunc(who.addrs, func(a netip.Addr) bool { return t.Network.Contains(a.Unmap()) })
	}
	return slices.ContainsFunc(who.forms, t.Forms.Alike)
}

// bans are those in force that hold against somebody.
func (who goesBy) bans(st *state.State) (held []state.Ban) {
	for _, b := range state.AllBans(st) {
		if !b.Over(st.Tick()) && who.hit(b.Target) {
			held = append(held, b)
		}
	}
	return held
}

// mutes are those in force that hold against somebody in a room.
func (who goesBy) mutes(st *state.State, room state.Seq) (held []state.Mute) {
	for _, m := range state.AllMutes(st) {
		named := slices.ContainsFunc(who.forms, func(f text.Forms) bool { return f.Key == m.Forms.Key })
		there := m.Room == 0 || m.Room == room
		if !m.Over(st.Tick()) && there && (named || m.KeyID != "" && slices.Contains(who.keys, m.KeyID)) {
			held = append(held, m)
		}
	}
	return held
}
