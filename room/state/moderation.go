package state

import (
	"cmp"
	"maps"
	"slices"

	"salon/room/text"
)

func (b Kicked) apply(st *State, e Event) Outcome {
	m := st.ByID(b.Member)
	if m == nil {
		return refuse(e, &UnknownMemberError{Name: string(b.Pseudo)})
	}
	b.Pseudo = m.Pseudo
	if b.Room != 0 {
		return b.fromRoom(st, e, m)
	}
	return done(e, b, shown, st.members.expel(m, Ending{Cause: Expelled, By: b.By, Reason: b.Reason, Flood: b.Flood})...)
}

// fromRoom is a Kicked from a room.
func (b Kicked) fromRoom(st *State, e Event, m *Member) Outcome {
	r := st.Room(b.Room)
	if r == nil || !m.Follows(r.ID) {
		return refuse(e, &UnknownMemberError{Name: string(b.Pseudo)})
	}
	next := *r
	next.Invited = st.list(r.Invited, st.Someone(m), m, true)
	st.putRoom(&next)
	st.setRooms(m, unfollow(m.Rooms, r.ID))
	b.In = r.in()
	return done(e, b, shown)
}

func (b Banned) apply(st *State, e Event) Outcome {
	if err := b.follow(st); err != nil {
		return refuse(e, err)
	}
	b.Ban.Since, b.Ban.Ends = e.Time, st.tick+b.Ban.For
	st.bans.forget(st.tick)
	if !st.bans.add(b.Ban) {
		return refuse(e, ErrTooManyBans)
	}
	why := Ending{Cause: Barred, By: b.Ban.By, Reason: b.Ban.Reason, Until: b.Ban.Until()}
	b.Gone = nil
	var ended []Ended
	for _, m := range st.bannedBy(b.Ban.Target) {
		if m.Present() {
			b.Gone = append(b.Gone, m.Pseudo)
		}
		ended = append(ended, st.members.expel(m, why)...)
	}
	return done(e, b, shown, ended...)
}

// follow changes a ban of a pseudo to the pseudo that its member has now.
func (b *Banned) follow(st *State) error {
	if b.Member == (ID{}) || b.Ban.Target.Kind != ByPseudo {
		return nil
	}
	if m := st.ByID(b.Member); m != nil {
		b.Ban.Target.Pseudo, b.Ban.Target.Forms = m.Pseudo, m.Forms
		return nil
	}
	if st.members.conflict(b.Ban.Target.Forms, nil) != nil {
		return &UnknownMemberError{Name: string(b.Ban.Target.Pseudo)}
	}
	return nil
}

// bannedBy returns the members whom a ban of a target removes, by their keys. For a
// network it walks all members.
func (st *State) bannedBy(t Target) []*Member {
	found := map[*Member]bool{}
	switch t.Kind {
	case ByNetwork:
		st.members.byKey.Scan(func(_ text.Key, m *Member) bool {
			if slices.ContainsFunc(m.Sessions, func(at Attendance) bool { return t.Network.Contains(at.Addr.Unmap().WithZone("")) }) {
				found[m] = true
			}
			return true
		})
	case ByKey:
		st.members.withProof(t.KeyID, found)
		st.members.withAccount(st.accounts.keys[t.KeyID], found)
	default:
		for i, look := range t.Forms.Looks {
			if m := st.members.looks[i][look].get(); m != nil {
				found[m] = true
			}
			st.members.withAccount(st.accounts.looks[i][look], found)
		}
	}
	return slices.SortedFunc(maps.Keys(found), func(a, b *Member) int { return cmp.Compare(a.Forms.Key, b.Forms.Key) })
}

func (b Unbanned) apply(st *State, e Event) Outcome {
	ban, ok := st.BanOf(b.Target, st.tick)
	if !ok {
		return refuse(e, &NotInForceError{NotBanned, b.Target.String()})
	}
	st.bans.remove(ban)
	b.Target = ban.Target
	return done(e, b, shown)
}

func (b Muted) apply(st *State, e Event) Outcome {
	if m := st.ByID(b.Member); m != nil {
		b.Pseudo, b.Forms, b.KeyID = m.Pseudo, m.Forms, m.KeyID
	} else if b.Forms.Key == "" || st.members.conflict(b.Forms, nil) != nil {
		return refuse(e, &UnknownMemberError{Name: string(b.Pseudo)})
	}
	r := st.Room(b.Room)
	if r == nil {
		return refuse(e, ErrNoRoom)
	}
	b.In = r.in()
	st.mutes.forget(st.tick)
	if !st.mutes.add(Mute{Room: b.Room, Pseudo: b.Pseudo, Forms: b.Forms, KeyID: b.KeyID, By: b.By, For: b.For, Since: e.Time, Ends: st.tick + b.For}) {
		return refuse(e, ErrTooManyBans)
	}
	return done(e, b, shown)
}

func (b Unmuted) apply(st *State, e Event) Outcome {
	mute, ok := st.mutes.byName.Get(muteName(b.Room, b.Key))
	if !ok || mute.Over(st.tick) {
		return refuse(e, &NotInForceError{NotMuted, string(b.Pseudo)})
	}
	st.mutes.remove(mute)
	b.Pseudo = mute.Pseudo
	if r := st.Room(b.Room); r != nil {
		b.In = r.in()
	}
	return done(e, b, shown)
}
