package state

import (
	"slices"
	"time"

	"salon/room/text"
)

// Outcome is what an event did.
type Outcome struct {
	Event Event // completed with what only the state knew
	Shown bool  // the room shows it to everyone
	Err   error // refused: the state is as it was
	Ended []Ended
}

// Ended is a session that an event ended.
type Ended struct {
	Session ID
	Why     Ending
}

// Apply makes one event true. It never fails: an event that came too late (the
// pseudo is taken, the session has ended) changes nothing and says so in
// Outcome.Err, on every node alike.
func (st *State) Apply(e Event) Outcome {
	st.Applied = e.Seq
	switch b := e.Body.(type) {
	case Joined:
		return st.join(e, b)
	case Left:
		return st.leave(e, b)
	case Said:
		return st.say(e, b)
	case Renamed:
		return st.rename(e, b)
	case WentAway:
		return st.setAway(e, b.Session, &Away{Since: e.Time, Text: b.Text})
	case CameBack:
		return st.setAway(e, b.Session, nil)
	case TopicSet:
		st.Topic = Topic{Text: b.Text, By: b.By, Set: e.Time}
		return shown(e, b)
	case Walled:
		return shown(e, b)
	case Kicked:
		return st.kick(e, b)
	case Banned:
		return st.ban(e, b)
	case Unbanned:
		return st.unban(e, b)
	case Muted:
		return st.mute(e, b)
	case Unmuted:
		return st.unmute(e, b)
	case RoleSet:
		return st.setRole(e, b)
	case SlowSet:
		st.Slow = b.Every
		return shown(e, b)
	case ShutdownPlanned:
		st.Shutdown = &Plan{Seq: e.Seq, At: e.Time.Add(b.In), By: b.By, Reason: b.Reason}
		return shown(e, b)
	case ShutdownCountdown:
		if st.Shutdown == nil || st.Shutdown.Seq != b.Plan {
			return refused(e, ErrGone)
		}
		return shown(e, b)
	case ShutdownCancelled:
		if st.Shutdown == nil {
			return refused(e, ErrNoShutdown)
		}
		st.Shutdown = nil
		return shown(e, b)
	}
	return st.applyAccount(e)
}

func shown(e Event, b Body) Outcome {
	e.Body = b
	return Outcome{Event: e, Shown: true}
}

func hidden(e Event, b Body) Outcome {
	e.Body = b
	return Outcome{Event: e}
}

func refused(e Event, err error) Outcome { return Outcome{Event: e, Err: err} }

func (st *State) join(e Event, b Joined) Outcome {
	mine, err := st.Unlock(b.Pseudo, b.KeyID, b.Passed)
	if err != nil {
		return refused(e, err)
	}
	if ban, ok := st.BanOn(b.Pseudo, b.KeyID, b.Addr, e.Time); ok {
		return refused(e, &BannedError{ban})
	}
	if mine != nil {
		b.Pseudo = mine.Pseudo
	}
	m, ended, err := st.seat(e, b, mine)
	if err != nil {
		return refused(e, err)
	}
	before := m.Present()
	m.Sessions = append(m.Sessions, Attendance{
		ID: e.ID, Since: e.Time, Addr: b.Addr, Front: b.Front, Client: b.Client, KeyID: b.KeyID, Passed: b.Passed, Role: b.Role, Quiet: b.Quiet,
	})
	m.ranks()
	st.Sessions[e.ID] = m
	b.Pseudo = m.Pseudo
	out := st.presence(m, before, e, b)
	out.Ended = ended
	return out
}

// seat returns the member that a newcomer is, new if nobody is here by that name,
// and the sessions that end for it.
func (st *State) seat(e Event, b Joined, mine *Account) (m *Member, ended []Ended, err error) {
	m, taken := st.holder(b.Pseudo, nil)
	switch {
	case !taken:
	case m.admits(b, mine):
		return m, st.makeRoom(m), nil
	case m.yields(mine):
		if other, alike := st.holder(b.Pseudo, m); alike {
			return nil, nil, &TakenError{Pseudo: b.Pseudo, By: other.Pseudo}
		}
		ended = st.expel(m, Ending{Cause: Reclaimed})
	default:
		return nil, nil, &TakenError{Pseudo: b.Pseudo, By: m.Pseudo}
	}
	m = &Member{Pseudo: b.Pseudo, KeyID: b.KeyID, Since: e.Time}
	st.claim(m)
	return m, ended, nil
}

// admits reports whether a newcomer is the member: by the same key, or as the owner
// of the account that the member owns too.
func (m *Member) admits(b Joined, mine *Account) bool {
	if m.Pseudo.Key() != b.Pseudo.Key() {
		return false
	}
	if mine != nil {
		return m.owns(mine)
	}
	return b.KeyID != "" && b.KeyID == m.KeyID
}

// yields reports whether a member has a pseudo that is another's, who is here now.
func (m *Member) yields(mine *Account) bool {
	return mine != nil && m.Pseudo.Key() == mine.Pseudo.Key() && !m.owns(mine)
}

// makeRoom ends one of a member's sessions if it may have no more.
func (st *State) makeRoom(m *Member) []Ended {
	if len(m.Sessions) < maxSessions {
		return nil
	}
	gone := m.leastMissed()
	st.drop(gone)
	return []Ended{{gone, Ending{Cause: Replaced}}}
}

// ranks gives a member the highest role of its sessions.
func (m *Member) ranks() {
	m.Role = Guest
	for _, at := range m.Sessions {
		m.Role = max(m.Role, at.Role)
	}
}

func (st *State) setRole(e Event, b RoleSet) Outcome {
	m, ok := st.Sessions[b.Session]
	if !ok {
		return refused(e, ErrGone)
	}
	m.attendance(b.Session).Role = b.Role
	m.ranks()
	b.Pseudo = m.Pseudo
	return hidden(e, b)
}

// leastMissed is the session that makes room for another: the oldest one-shot
// command, or else the oldest.
func (m *Member) leastMissed() ID {
	return m.Sessions[max(0, slices.IndexFunc(m.Sessions, func(a Attendance) bool { return a.Quiet }))].ID
}

// presence counts a member in or out and shows the event that made it so.
func (st *State) presence(m *Member, before bool, e Event, b Body) Outcome {
	switch now := m.Present(); {
	case now && !before:
		st.loud++
		m.Since = e.Time
		return shown(e, b)
	case before && !now:
		st.loud--
		return shown(e, b)
	}
	return hidden(e, b)
}

// drop forgets one session, and its member with the last.
func (st *State) drop(id ID) {
	m := st.Sessions[id]
	delete(st.Sessions, id)
	m.Sessions = slices.DeleteFunc(m.Sessions, func(a Attendance) bool { return a.ID == id })
	m.ranks()
	if len(m.Sessions) == 0 {
		st.unclaim(m)
	}
}

func (st *State) leave(e Event, b Left) Outcome {
	m, ok := st.Sessions[b.Session]
	if !ok {
		return refused(e, ErrGone)
	}
	if _, muted := st.Muted(m, e.Time); muted {
		b.Text = "" // a parting word is a word
	}
	before := m.Present()
	st.drop(b.Session)
	b.Pseudo = m.Pseudo
	out := st.presence(m, before, e, b)
	out.Ended = []Ended{{b.Session, Ending{Cause: b.Cause, Reason: b.Text}}}
	return out
}

func (st *State) say(e Event, b Said) Outcome {
	m, ok := st.Sessions[b.Session]
	if !ok {
		return refused(e, ErrGone)
	}
	if mute, ok := st.Muted(m, e.Time); ok {
		return refused(e, &MutedError{mute.Until()})
	}
	m.LastSaid = e.Time
	st.Messages++
	b.From = m.Pseudo
	return shown(e, b)
}

func (st *State) rename(e Event, b Renamed) Outcome {
	m, ok := st.Sessions[b.Session]
	if !ok {
		return refused(e, ErrGone)
	}
	at := m.attendance(b.Session)
	if _, err := st.Unlock(b.To, at.KeyID, at.Passed); err != nil {
		return refused(e, err)
	}
	if other, taken := st.holder(b.To, m); taken {
		return refused(e, &TakenError{Pseudo: b.To, By: other.Pseudo})
	}
	if mute, ok := st.Muted(m, e.Time); ok { // a new name would say something too, and lose the mute
		return refused(e, &MutedError{mute.Until()})
	}
	if ban, ok := st.BanOn(b.To, "", NoAddr, e.Time); ok {
		return refused(e, &BannedError{ban})
	}
	b.From = m.Pseudo
	st.unclaim(m)
	m.Pseudo = b.To
	st.claim(m)
	if b.From == b.To || !m.Present() {
		return hidden(e, b)
	}
	return shown(e, b)
}

func (st *State) setAway(e Event, session ID, away *Away) Outcome {
	m, ok := st.Sessions[session]
	if !ok {
		return refused(e, ErrGone)
	}
	m.Away = away
	return hidden(e, e.Body)
}

func (st *State) kick(e Event, b Kicked) Outcome {
	m, ok := st.Members[b.Pseudo.Key()]
	if !ok {
		return refused(e, &UnknownMemberError{Name: string(b.Pseudo)})
	}
	b.Pseudo = m.Pseudo
	out := shown(e, b)
	out.Ended = st.expel(m, Ending{Cause: Expelled, By: b.By, Reason: b.Reason, Flood: b.Flood})
	return out
}

// expel ends every session of a member.
func (st *State) expel(m *Member, why Ending) []Ended {
	if m.Present() {
		st.loud--
	}
	var ended []Ended
	for _, a := range m.Sessions {
		ended = append(ended, Ended{a.ID, why})
		delete(st.Sessions, a.ID)
	}
	m.Sessions = nil
	st.unclaim(m)
	return ended
}

func (st *State) ban(e Event, b Banned) Outcome {
	st.forget(e.Time)
	b.Ban.Since = e.Time
	if _, again := st.Bans[b.Ban.Target.Name()]; !again && len(st.Bans) >= maxBans {
		return refused(e, ErrTooManyBans)
	}
	st.Bans[b.Ban.Target.Name()] = b.Ban
	out := Outcome{}
	why := Ending{Cause: Barred, By: b.Ban.By, Reason: b.Ban.Reason, Until: b.Ban.Until()}
	for _, k := range st.Keys() {
		if m := st.Members[k]; st.known(m).Hit(b.Ban.Target) {
			if m.Present() {
				b.Gone = append(b.Gone, m.Pseudo)
			}
			out.Ended = append(out.Ended, st.expel(m, why)...)
		}
	}
	e.Body = b
	out.Event, out.Shown = e, true
	return out
}

// keys returns the members' keys in order, for walks whose order shows.
func (st *State) Keys() []text.Key {
	keys := make([]text.Key, 0, len(st.Members))
	for k := range st.Members {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// forget drops bans and mutes that are over, so that they do not pile up.
func (st *State) forget(now time.Time) {
	for k, b := range st.Bans {
		if b.Over(now) {
			delete(st.Bans, k)
		}
	}
	for k, m := range st.Mutes {
		if m.Over(now) {
			delete(st.Mutes, k)
		}
	}
}

func (st *State) unban(e Event, b Unbanned) Outcome {
	ban, ok := st.Bans[b.Target.Name()]
	if !ok || ban.Over(e.Time) {
		return refused(e, &NotInForceError{NotBanned, b.Target.String()})
	}
	delete(st.Bans, ban.Target.Name())
	b.Target = ban.Target
	return shown(e, b)
}

func (st *State) mute(e Event, b Muted) Outcome {
	st.forget(e.Time)
	if _, again := st.Mutes[b.Pseudo.Key()]; !again && len(st.Mutes) >= maxBans {
		return refused(e, ErrTooManyBans)
	}
	if m, ok := st.Members[b.Pseudo.Key()]; ok {
		b.KeyID = m.KeyID
	}
	st.Mutes[b.Pseudo.Key()] = Mute{Pseudo: b.Pseudo, KeyID: b.KeyID, By: b.By, For: b.For, Since: e.Time}
	return shown(e, b)
}

func (st *State) unmute(e Event, b Unmuted) Outcome {
	mute, ok := st.MuteBy(b.Pseudo, e.Time)
	if !ok {
		return refused(e, &NotInForceError{NotMuted, string(b.Pseudo)})
	}
	delete(st.Mutes, mute.Pseudo.Key())
	b.Pseudo = mute.Pseudo
	return shown(e, b)
}
