package state

import (
	"slices"
	"time"

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
// somebody proposes Left; whoever comes back before that is ordered is in time.

func (st *State) join(e Event, b Joined) Outcome {
	mine, err := st.Unlock(b.Pseudo, b.Forms, b.KeyID, b.Passed)
	if err != nil {
		return refused(e, err)
	}
	if ban, ok := st.BanOn(Visitor{b.Pseudo, b.Forms, b.KeyID, b.Addr}, st.tick); ok {
		return refused(e, &BannedError{ban})
	}
	if mine != nil {
		b.Pseudo, b.Forms = mine.Pseudo, mine.Forms
	}
	m, ended, err := st.resolveMember(e, b, mine)
	if err != nil {
		return refused(e, err)
	}
	body := e.Body // the log's own, where nothing has to be filled in
	if e.Body.(Joined).Pseudo != m.Pseudo {
		b.Pseudo = m.Pseudo
		body = b
	}
	out := st.attend(m, e, body, attendance(e, b))
	out.Ended = ended
	return out
}

func attendance(e Event, b Joined) Attendance {
	return Attendance{
		ID: e.ID, Since: e.Time, Addr: b.Addr, Front: b.Front, Client: b.Client, KeyID: b.KeyID, Passed: b.Passed, Role: b.Role, Quiet: b.Quiet,
	}
}

// attend gives a member one more session and shows body if that made them present.
func (st *State) attend(m *Member, e Event, body Body, at Attendance) Outcome {
	before := m.Present()
	m.Sessions = append(m.Sessions, at)
	m.rank()
	if !before && m.Present() {
		m.Since = e.Time
	}
	st.members.put(m)
	if before || at.Quiet {
		return hidden(e, body)
	}
	return shown(e, body)
}

// resolveMember returns the member that a newcomer is, to be changed: a new one if
// nobody is here by that name. It also returns the sessions that end for it.
func (st *State) resolveMember(e Event, b Joined, mine *Account) (m *Member, ended []Ended, err error) {
	m, taken := st.conflict(b.Forms, nil)
	switch {
	case !taken:
	case m.matches(b, mine):
		m, ended = st.makeRoom(m.copied())
		return m, ended, nil
	case m.displacedBy(mine):
		if other, alike := st.conflict(b.Forms, m); alike {
			return nil, nil, &TakenError{Pseudo: b.Pseudo, By: other.Pseudo}
		}
		ended = st.expel(m, Ending{Cause: Reclaimed})
	default:
		return nil, nil, &TakenError{Pseudo: b.Pseudo, By: m.Pseudo, Lost: m.IsCut()}
	}
	return &Member{ID: e.ID, Pseudo: b.Pseudo, Forms: b.Forms, KeyID: b.KeyID, Since: e.Time}, ended, nil
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

// displacedBy reports whether a member has the pseudo of an account that is not
// theirs, and whose owner is here now.
func (m *Member) displacedBy(mine *Account) bool {
	return mine != nil && m.Forms.Key == mine.Forms.Key && !m.owns(mine)
}

// makeRoom ends one of a member's sessions if there may be no more.
func (st *State) makeRoom(m *Member) (*Member, []Ended) {
	if len(m.Sessions) < maxSessions {
		return m, nil
	}
	gone := m.leastMissed()
	st.drop(gone)
	return st.members.byID(m.ID).copied(), []Ended{{gone, Ending{Cause: Replaced}}}
}

// leastMissed is the session that makes room for another: the oldest one-shot
// command, else the oldest that was cut, else the oldest.
func (m *Member) leastMissed() ID {
	i := slices.IndexFunc(m.Sessions, func(a Attendance) bool { return a.Quiet })
	if i < 0 {
		i = slices.IndexFunc(m.Sessions, func(a Attendance) bool { return a.Cut != 0 })
	}
	return m.Sessions[max(0, i)].ID
}

func (st *State) resume(e Event, b Resumed) Outcome {
	m := st.members.bySession(b.Cut)
	if m == nil || m.Attendance(b.Cut).Cut == 0 || !st.isSame(m, m.Attendance(b.Cut), b.Joined) {
		return refused(e, ErrGone)
	}
	if ban, ok := st.BanOn(Visitor{b.Pseudo, b.Forms, b.KeyID, b.Addr}, st.tick); ok {
		return refused(e, &BannedError{ban})
	}
	m = m.copied()
	at := attendance(e, b.Joined)
	was := &m.Sessions[m.index(b.Cut)]
	at.Since = was.Since
	*was = at
	m.rank()
	st.members.put(m)
	b.Pseudo = m.Pseudo
	return hidden(e, b)
}

// isSame reports whether a newcomer is who had a session that was cut: the owner of
// the member's account, or whoever has the same key, or comes from the same address
// where neither ever had a key or an account.
func (st *State) isSame(m *Member, at *Attendance, b Joined) bool {
	if a := st.accounts.get(m.Forms.Key); a != nil && at.Proves(a) {
		return a.Opens(b.KeyID, b.Passed)
	}
	if at.KeyID != "" || b.KeyID != "" || at.Passed != 0 || b.Passed != 0 {
		return at.KeyID != "" && at.KeyID == b.KeyID
	}
	return at.Addr.IsValid() && at.Addr == b.Addr
}

// Resumable returns the session that a newcomer may resume; ok is false when none
// was cut that is theirs.
func (st *State) Resumable(b Joined) (cut ID, ok bool) {
	m, ok := st.members.byKey.Get(b.Forms.Key)
	if !ok {
		return ID{}, false
	}
	for i := range m.Sessions {
		if at := &m.Sessions[i]; at.Cut != 0 && st.isSame(m, at, b) {
			return at.ID, true
		}
	}
	return ID{}, false
}

func (st *State) cut(e Event, b Cut) Outcome {
	m := st.members.bySession(b.Session)
	if m == nil || m.Attendance(b.Session).Cut != 0 {
		return refused(e, ErrGone)
	}
	if !st.lapse(m, b.Session, b.Wait) {
		return st.leave(e, Left{Session: b.Session, Cause: Lost})
	}
	out := hidden(e, b)
	out.Ended = []Ended{{b.Session, Ending{Cause: Lost}}}
	return out
}

// lapse marks a session as cut for a while, and reports whether it may be: a one-shot
// command and what does not wait may not.
func (st *State) lapse(m *Member, session ID, wait time.Duration) bool {
	i := m.index(session)
	if wait <= 0 || m.Sessions[i].Quiet {
		return false
	}
	m = m.copied()
	m.Sessions[i].Cut = st.tick + wait
	st.members.put(m)
	return true
}

func (st *State) leave(e Event, b Left) Outcome {
	m := st.members.bySession(b.Session)
	if m == nil {
		return refused(e, ErrGone)
	}
	if _, muted := st.MuteOf(m, st.tick); muted {
		b.Text = "" // a parting word is a word
	}
	st.drop(b.Session)
	b.Pseudo = m.Pseudo
	out := hidden(e, b)
	if left := st.members.byID(m.ID); m.Present() && (left == nil || !left.Present()) {
		out = shown(e, b)
	}
	out.Ended = []Ended{{b.Session, Ending{Cause: b.Cause, Reason: b.Text}}}
	return out
}

func (st *State) say(e Event, b Said) Outcome {
	m := st.members.bySession(b.Session)
	if m == nil {
		return refused(e, ErrGone)
	}
	if mute, ok := st.MuteOf(m, st.tick); ok {
		return refused(e, &MutedError{mute.Until()})
	}
	b.From, b.Member, b.Account = m.Pseudo, m.ID, 0
	if a := st.accounts.get(m.Forms.Key); a != nil && m.Attendance(b.Session).Proves(a) {
		b.Account = a.ID
	}
	spoke := *m
	spoke.Spoke = st.tick
	st.members.touch(&spoke)
	st.messages++
	return shown(e, b)
}

func (st *State) rename(e Event, b Renamed) Outcome {
	m := st.members.bySession(b.Session)
	if m == nil {
		return refused(e, ErrGone)
	}
	at := m.Attendance(b.Session)
	if _, err := st.Unlock(b.To, b.Forms, at.KeyID, at.Passed); err != nil {
		return refused(e, err)
	}
	if other, taken := st.conflict(b.Forms, m); taken {
		return refused(e, &TakenError{Pseudo: b.To, By: other.Pseudo, Lost: other.IsCut()})
	}
	if mute, ok := st.MuteOf(m, st.tick); ok { // a new name would say something too, and lose the mute
		return refused(e, &MutedError{mute.Until()})
	}
	if ban, ok := st.BanOn(Visitor{Pseudo: b.To, Forms: b.Forms}, st.tick); ok {
		return refused(e, &BannedError{ban})
	}
	b.From, b.Member = m.Pseudo, m.ID
	m = m.copied()
	m.Pseudo, m.Forms = b.To, b.Forms
	st.members.put(m)
	if b.From == b.To || !m.Present() {
		return hidden(e, b)
	}
	return shown(e, b)
}

func (st *State) wentAway(e Event, b WentAway) Outcome {
	return st.setAway(e, b.Session, &Away{Since: e.Time, Text: b.Text})
}

func (st *State) cameBack(e Event, b CameBack) Outcome { return st.setAway(e, b.Session, nil) }

func (st *State) setAway(e Event, session ID, away *Away) Outcome {
	m := st.members.bySession(session)
	if m == nil {
		return refused(e, ErrGone)
	}
	c := *m
	c.Away = away
	st.members.touch(&c)
	return hidden(e, e.Body)
}

func (st *State) setRole(e Event, b RoleSet) Outcome {
	m := st.members.bySession(b.Session)
	if m == nil {
		return refused(e, ErrGone)
	}
	m = m.copied()
	m.Attendance(b.Session).Role = b.Role
	m.rank()
	st.members.touch(m)
	b.Pseudo = m.Pseudo
	return hidden(e, b)
}

func (st *State) kick(e Event, b Kicked) Outcome {
	m := st.members.byID(b.Member)
	if m == nil {
		return refused(e, &UnknownMemberError{Name: string(b.Pseudo)})
	}
	b.Pseudo = m.Pseudo
	out := shown(e, b)
	out.Ended = st.expel(m, Ending{Cause: Expelled, By: b.By, Reason: b.Reason, Flood: b.Flood})
	return out
}

// gonePseudos are those of members who were present and are not any more.
func gonePseudos(list []*Member) []text.Pseudo {
	var gone []text.Pseudo
	for _, m := range list {
		if m.Present() {
			gone = append(gone, m.Pseudo)
		}
	}
	return gone
}
