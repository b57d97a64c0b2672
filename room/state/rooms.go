package state

import (
	"cmp"
	"iter"
	"maps"
	"slices"
)

func (b RoomMade) apply(st *State, e Event) Outcome {
	m := st.Member(b.Session)
	if m == nil {
		return refuse(e, ErrGone)
	}
	if err := st.muted(m, 0); err != nil { // a name says something
		return refuse(e, err)
	}
	switch {
	case b.Forms.Key == "":
		return refuse(e, ErrNoRoom)
	case st.roomLike(b.Forms) != nil:
		return refuse(e, ErrRoomTaken)
	case b.Most != 0 && st.rooms.byID.Len() >= b.Most:
		return refuse(e, ErrTooManyRooms)
	}
	followed := st.followed(m.Rooms)
	if len(followed) > maxFollowed {
		return refuse(e, ErrTooManyFollowed)
	}
	st.putRoom(&Room{ID: e.Seq, Name: b.Name, Forms: b.Forms, Made: e.Time, Owner: st.Someone(m), Private: b.Private})
	st.setRooms(m, follow(followed, e.Seq, 0))
	b.Room, b.By = e.Seq, m.Pseudo
	return done(e, b, shown)
}

// setRooms changes which rooms a member follows, and how far they are read: the owner of an
// account finds them again.
func (st *State) setRooms(m *Member, list []Following) {
	m = m.copied()
	m.Rooms = list
	st.members.put(m)
	if a := st.ownedBy(m); a != nil {
		next := *a
		next.Rooms = list
		st.accounts.put(&next)
	}
}

func (b RoomClosed) apply(st *State, e Event) Outcome {
	r := st.Room(b.Room)
	switch {
	case r == nil, r.ID == 0:
		return refuse(e, ErrNoRoom)
	case b.Unused && (st.members.follow[r.ID].all > 0 || r.Owner.Proof != ""):
		return refuse(e, ErrGone)
	}
	st.rooms.remove(r)
	b.In = r.Name
	return done(e, b, !b.Unused)
}

func (b RoomJoined) apply(st *State, e Event) Outcome {
	m, r := st.Member(b.Session), st.Room(b.Room)
	if m == nil {
		return refuse(e, ErrGone)
	}
	if r == nil || !st.MayEnter(m, r) && m.Role < Operator {
		return refuse(e, ErrNoRoom)
	}
	b.In, b.Pseudo = r.Name, m.Pseudo
	if m.Follows(r.ID) {
		return done(e, b, hidden)
	}
	followed := st.followed(m.Rooms)
	if len(followed) > maxFollowed {
		return refuse(e, ErrTooManyFollowed)
	}
	st.setRooms(m, follow(followed, r.ID, r.Messages))
	return done(e, b, m.Present())
}

func (b RoomLeft) apply(st *State, e Event) Outcome {
	m, r := st.Member(b.Session), st.Room(b.Room)
	if m == nil {
		return refuse(e, ErrGone)
	}
	if r == nil || r.ID == 0 || !m.Follows(r.ID) {
		return refuse(e, ErrNoRoom)
	}
	st.setRooms(m, unfollow(st.followed(m.Rooms), r.ID))
	b.In, b.Pseudo = r.Name, m.Pseudo
	return done(e, b, m.Present())
}

func (b RoomRead) apply(st *State, e Event) Outcome {
	m, r := st.Member(b.Session), st.Room(b.Room)
	if m == nil || r == nil || !m.Follows(r.ID) {
		return refuse(e, ErrGone)
	}
	st.setRooms(m, follow(m.Rooms, r.ID, min(b.Read, r.Messages)))
	return done(e, b, hidden)
}

func (b Invited) apply(st *State, e Event) Outcome {
	r, m, err := st.named(b.Room, &b.Who)
	if err != nil {
		return refuse(e, err)
	}
	next := *r
	if next.Invited = st.list(r.Invited, b.Who, m, b.Off); len(next.Invited) > maxInvited {
		return refuse(e, ErrTooManyInvited)
	}
	st.putRoom(&next)
	if b.Off && next.Private {
		for _, m := range st.membersWho(b.Who) {
			if m.Follows(r.ID) && !st.Moderates(m, &next) {
				st.setRooms(m, unfollow(m.Rooms, r.ID))
			}
		}
	}
	b.In = r.Name
	return done(e, b, shown)
}

func (b ModeratorSet) apply(st *State, e Event) Outcome {
	r, m, err := st.named(b.Room, &b.Who)
	if err != nil {
		return refuse(e, err)
	}
	next := *r
	if next.Moderators = st.list(r.Moderators, b.Who, m, b.Off); len(next.Moderators) > maxModerators {
		return refuse(e, ErrTooManyInvited)
	}
	st.putRoom(&next)
	b.In = r.Name
	return done(e, b, shown)
}

// outOfPrivate takes a member out of every private room, and off its lists: who resumes a
// session without a proof may be anybody at that address.
func (st *State) outOfPrivate(m *Member) {
	for r := range st.View().Rooms() {
		if !r.Private || !st.MayEnter(m, r) {
			continue
		}
		is := func(who Someone) bool { return who.Proof == "" && who.Member == m.ID }
		next := *r
		next.Invited = slices.DeleteFunc(slices.Clone(r.Invited), is)
		next.Moderators = slices.DeleteFunc(slices.Clone(r.Moderators), is)
		if is(r.Owner) {
			next.Owner = Someone{Pseudo: r.Owner.Pseudo}
		}
		st.putRoom(&next)
		m.Rooms = unfollow(m.Rooms, r.ID)
	}
}

// named returns a room that somebody can own, and the member whom an event means, with who
// they are now; nil for somebody who is not here.
func (st *State) named(room Seq, who *Someone) (*Room, *Member, error) {
	r := st.Room(room)
	if r == nil || r.ID == 0 {
		return nil, nil, ErrNoRoom
	}
	if who.Proof != "" {
		return r, nil, nil
	}
	m := st.ByID(who.Member)
	if m == nil {
		return nil, nil, &UnknownMemberError{Name: string(who.Pseudo)}
	}
	*who = st.Someone(m)
	return r, m, nil
}

// mentioned returns those of the members mentioned in a room who follow it, each once.
func (st *State) mentioned(ids []ID, room Seq) (list []ID) {
	for _, id := range ids[:min(len(ids), MaxMentions)] {
		if m := st.ByID(id); m != nil && m.Follows(room) && !slices.Contains(list, id) {
			list = append(list, id)
		}
	}
	return list
}

// MembersWho returns the members who are somebody, by their keys.
func (st *State) MembersWho(who Someone) iter.Seq[*Member] { return slices.Values(st.membersWho(who)) }

func (st *State) membersWho(who Someone) []*Member {
	found := map[*Member]bool{}
	if m := st.ByID(who.Member); m != nil {
		found[m] = true
	}
	st.members.withProof(who.Proof, found)
	st.members.withAccount(st.accountOfProof(who.Proof), found)
	maps.DeleteFunc(found, func(m *Member, _ bool) bool { return !st.Is(m, who) })
	return slices.SortedFunc(maps.Keys(found), func(a, b *Member) int { return cmp.Compare(a.Forms.Key, b.Forms.Key) })
}

// list returns a copy of a list with somebody on it once, or not (off). m is the member they
// are; nil for none.
func (st *State) list(list []Someone, who Someone, m *Member, off bool) []Someone {
	list = slices.DeleteFunc(slices.Clone(list), func(other Someone) bool {
		return other.Proof == who.Proof && other.Member == who.Member || m != nil && st.Is(m, other)
	})
	if !off {
		list = append(list, who)
	}
	return list
}

func (b PrivateSet) apply(st *State, e Event) Outcome {
	r := st.Room(b.Room)
	if r == nil || r.ID == 0 {
		return refuse(e, ErrNoRoom)
	}
	next := *r
	next.Private = b.Private
	st.putRoom(&next)
	b.In = r.Name
	return done(e, b, shown)
}
