package state

import (
	"cmp"
	"slices"

	"salon/room/text"
)

// A session is in one of three states. What moves it:
//
//	none --Joined--> open --Left, Kicked, Banned, Replaced...--> ended
//	                 open --Cut, or the end of its epoch--> cut   (no Wait: ended)
//	                 cut  --Resumed--> ended, and another open in its place
//	                 cut  --Left, Kicked, Banned...--> ended
//
// Nothing leads back from ended: an ID opens one session ever. While a session is
// cut its member stays, and is away if all others are cut too. Once its time is over
// somebody proposes Left; a member who comes back before that is ordered is in time.

func (b Joined) apply(st *State, e Event) Outcome {
	mine, err := st.Unlock(b.Pseudo, b.Forms, b.KeyID, b.Passed)
	if err = cmp.Or(err, st.banned(b.visitor())); err != nil {
		return refuse(e, err)
	}
	if mine != nil {
		b.Pseudo, b.Forms = mine.Pseudo, mine.Forms
	}
	m, ended, err := st.resolveMember(e, b, mine)
	if err != nil {
		return refuse(e, err)
	}
	if b.Pseudo = m.Pseudo; b.Pseudo != e.Body.(Joined).Pseudo {
		e.Body = b // else the log's own will do
	}
	before := m.Present()
	m.Sessions = append(m.Sessions, b.attendance(e))
	if !before && m.Present() {
		m.Since = e.Time
		m.Hue = st.members.hues.pick(m.Hue) // while they were not, somebody else may have got theirs
	}
	st.members.put(m)
	return done(e, e.Body, !before && !b.Quiet, ended...)
}

func (b Joined) visitor() Visitor { return Visitor{b.Pseudo, b.Forms, b.KeyID, b.Addr} }

func (b Joined) attendance(e Event) Attendance {
	return Attendance{
		ID: e.ID, Since: e.Time, Addr: b.Addr, Front: b.Front, Client: b.Client, KeyID: b.KeyID, Passed: b.Passed, Role: b.Role, Quiet: b.Quiet,
	}
}

// resolveMember returns a copy of the member that a newcomer is, or a new member if
// nobody here has the pseudo. It also returns the sessions that end for it.
func (st *State) resolveMember(e Event, b Joined, mine *Account) (m *Member, ended []Ended, err error) {
	m = st.members.conflict(b.Forms, nil)
	switch {
	case m == nil:
	case m.matches(b, mine):
		if len(m.Sessions) >= maxSessions {
			ended = []Ended{{m.replaceable(), Ending{Cause: Replaced}}}
			st.members.drop(ended[0].Session)
		}
		return st.ByID(m.ID).copied(), ended, nil
	case mine != nil && m.Forms.Key == mine.Forms.Key: // who had the pseudo is not its owner, who is here now
		if other := st.members.conflict(b.Forms, m); other != nil {
			return nil, nil, st.taken(b.Pseudo, other)
		}
		ended = st.members.expel(m, Ending{Cause: Reclaimed})
	default:
		taken := st.taken(b.Pseudo, m)
		taken.Here = slices.ContainsFunc(m.Sessions, b.mayBe)
		return nil, nil, taken
	}
	m = &Member{ID: e.ID, Pseudo: b.Pseudo, Forms: b.Forms, KeyID: b.KeyID, Hue: HueOf(b.Forms.Key), Since: e.Time}
	if mine != nil {
		m.Rooms = mine.Rooms
	}
	m.Rooms = st.followed(m.Rooms)
	return m, ended, nil
}

// taken refuses a pseudo that a member has, or that looks like theirs.
func (st *State) taken(p text.Pseudo, by *Member) *TakenError {
	e := &TakenError{Pseudo: p, By: by.Pseudo, Lost: by.IsCut()}
	if e.Lost {
		for _, at := range by.Sessions {
			e.Left = max(e.Left, at.Cut-st.tick)
		}
	}
	return e
}

// mayBe reports whether a newcomer may be who opened a session, for all that the two show:
// they come from one address, without a key or an account.
func (b Joined) mayBe(at Attendance) bool {
	proved := at.KeyID != "" || b.KeyID != "" || at.Passed != 0 || b.Passed != 0
	return !proved && at.Addr.IsValid() && at.Addr == b.Addr
}

// matches reports whether a newcomer is the member: by the same key, or as the owner
// of the account that the member owns too.
func (m *Member) matches(b Joined, mine *Account) bool {
	if m.Forms.Key != b.Forms.Key {
		return false
	}
	if mine != nil {
		return m.owns(mine)
	}
	return b.KeyID != "" && b.KeyID == m.KeyID
}

// replaceable returns the session that ends when there are too many: the oldest one-shot
// command, else the oldest that was cut, else the oldest.
func (m *Member) replaceable() ID {
	i := slices.IndexFunc(m.Sessions, func(a Attendance) bool { return a.Quiet })
	if i < 0 {
		i = slices.IndexFunc(m.Sessions, func(a Attendance) bool { return a.Cut != 0 })
	}
	return m.Sessions[max(0, i)].ID
}

func (b Resumed) apply(st *State, e Event) Outcome {
	m := st.Member(b.Cut)
	if m == nil {
		return refuse(e, ErrGone)
	}
	if b.Held {
		role := b.Role
		b.Joined = m.Again(b.Cut)
		b.Role = role
	}
	if at := m.Attendance(b.Cut); at.Cut == 0 || !b.Held && !st.mayResume(m, at, b.Joined) {
		return refuse(e, ErrGone)
	}
	if err := st.banned(b.visitor()); err != nil {
		return refuse(e, err)
	}
	m = m.copied()
	was := m.Attendance(b.Cut)
	at := b.attendance(e)
	at.Since = was.Since
	*was = at
	if b.KeyID == "" && b.Passed == 0 && !b.Held {
		st.outOfPrivate(m)
	}
	st.members.put(m)
	b.Pseudo = m.Pseudo
	return done(e, b, hidden)
}

// Again returns what opens one of a member's sessions once more.
func (m *Member) Again(session ID) Joined {
	at := m.Attendance(session)
	return Joined{
		Pseudo: m.Pseudo, Forms: m.Forms, KeyID: at.KeyID, Passed: at.Passed, Addr: at.Addr, Front: at.Front,
		Client: at.Client, Role: at.Role, Quiet: at.Quiet,
	}
}

// mayResume reports whether a session was cut and a newcomer is who had it: the owner
// of the member's account, or whoever has the same key, or comes from the same address
// where neither ever had a key or an account. A one-shot command never resumes: the
// member would no longer be seen.
func (st *State) mayResume(m *Member, at *Attendance, b Joined) bool {
	a := st.accounts.get(m.Forms.Key)
	switch {
	case at.Cut == 0 || b.Quiet:
		return false
	case a != nil:
		return at.Proves(a) && a.Opens(b.KeyID, b.Passed)
	}
	return b.mayBe(*at) || at.KeyID != "" && at.KeyID == b.KeyID
}

// Resumable returns the session that a newcomer may resume; ok is false when none
// was cut that is theirs.
func (st *State) Resumable(b Joined) (cut ID, ok bool) {
	m, ok := st.members.byKey.Get(b.Forms.Key)
	if !ok {
		return ID{}, false
	}
	for i := range m.Sessions {
		if at := &m.Sessions[i]; st.mayResume(m, at, b) {
			return at.ID, true
		}
	}
	return ID{}, false
}

func (b Cut) apply(st *State, e Event) Outcome {
	m := st.Member(b.Session)
	if m == nil || m.Attendance(b.Session).Cut != 0 {
		return refuse(e, ErrGone)
	}
	m = m.copied()
	if !m.Attendance(b.Session).lapse(st.tick, b.Wait) {
		return Left{Session: b.Session, Cause: Lost}.apply(st, e)
	}
	st.members.put(m)
	return done(e, b, hidden, Ended{b.Session, Ending{Cause: Lost}})
}

func (b Left) apply(st *State, e Event) Outcome {
	m := st.Member(b.Session)
	if m == nil {
		return refuse(e, ErrGone)
	}
	if st.muted(m, 0) != nil {
		b.Text = "" // a parting word is a word
	}
	st.members.drop(b.Session)
	b.Pseudo = m.Pseudo
	left := st.ByID(m.ID)
	seen := m.Present() && (left == nil || !left.Present())
	return done(e, b, seen, Ended{b.Session, Ending{Cause: b.Cause, Reason: b.Text}})
}

func (b Said) apply(st *State, e Event) Outcome {
	m := st.Member(b.Session)
	if m == nil {
		return refuse(e, ErrGone)
	}
	r := st.Room(b.Room)
	if r == nil || !m.Follows(r.ID) {
		return refuse(e, ErrNoRoom)
	}
	if err := st.muted(m, r.ID); err != nil {
		return refuse(e, err)
	}
	b.From, b.Member, b.Account, b.Hue = m.Pseudo, m.ID, 0, m.Hue
	if a := st.Owned(b.Session); a != nil {
		b.Account = a.ID
	}
	b.In = r.in()
	b.Mentions = st.mentioned(b.Mentions, r.ID)
	spoke := *m
	spoke.Spoke = st.tick
	spoke.Rooms = slices.Clone(m.Rooms)
	spoke.following(r.ID).Spoke = st.tick
	st.members.touch(&spoke)
	next := *r
	next.Messages++
	st.putRoom(&next)
	st.messages++
	return done(e, b, shown)
}

func (b Renamed) apply(st *State, e Event) Outcome {
	m := st.Member(b.Session)
	if m == nil {
		return refuse(e, ErrGone)
	}
	at := m.Attendance(b.Session)
	if _, err := st.Unlock(b.To, b.Forms, at.KeyID, at.Passed); err != nil {
		return refuse(e, err)
	}
	if other := st.members.conflict(b.Forms, m); other != nil {
		return refuse(e, st.taken(b.To, other))
	}
	// A new name would say something too, and lose the mute.
	if err := cmp.Or(st.muted(m, 0), st.banned(Visitor{Pseudo: b.To, Forms: b.Forms})); err != nil {
		return refuse(e, err)
	}
	b.From, b.Member = m.Pseudo, m.ID
	m = m.copied()
	m.Pseudo, m.Forms = b.To, b.Forms
	st.members.put(m)
	return done(e, b, b.From != b.To && m.Present())
}

func (b WentAway) apply(st *State, e Event) Outcome {
	return st.setAway(e, b.Session, &Away{Since: e.Time, Text: b.Text})
}

func (b CameBack) apply(st *State, e Event) Outcome { return st.setAway(e, b.Session, nil) }

func (st *State) setAway(e Event, session ID, away *Away) Outcome {
	m := st.Member(session)
	if m == nil {
		return refuse(e, ErrGone)
	}
	c := *m
	c.Away = away
	st.members.touch(&c)
	return done(e, e.Body, hidden)
}

func (b RoleSet) apply(st *State, e Event) Outcome {
	m := st.Member(b.Session)
	if m == nil {
		return refuse(e, ErrGone)
	}
	m = m.copied()
	m.Attendance(b.Session).Role = b.Role
	st.members.put(m)
	b.Pseudo = m.Pseudo
	return done(e, b, hidden)
}
