package room

import (
	"context"
	"slices"
	"time"

	"salon/room/state"
)

// seenTimeout is how long the log is given to note how far somebody has read. What it
// does not note they are shown again as missed.
const seenTimeout = 2 * time.Second

// seenEvery is how often the log notes how far an owner has read who is still
// here: what they read since is shown as missed after a crash.
const seenEvery = time.Minute

// seenBefore returns how far the owner whose session this is had read when they were
// here last; 0 for a guest, for a first visit, and while another session of theirs
// reads along.
func (r *Room) seenBefore(s *Session) state.Seq {
	r.mu.Lock()
	defer r.mu.Unlock()
	a := r.state.AccountByID(s.account)
	if a == nil || r.readingLocked(a, s) {
		return 0
	}
	return a.Seen
}

// recall sets the preferences that the owner of the pseudo chose for good.
func (r *Room) recall(s *Session) {
	if a := r.owned(s.ID()); a != nil {
		s.override(a.Kept)
	}
}

// readingLocked reports whether an account's owner reads on a session other than s,
// here or on another node.
func (r *Room) readingLocked(a *state.Account, s *Session) bool {
	m, ok := r.state.Find(a.Forms.Key)
	return ok && slices.ContainsFunc(m.Sessions, func(at state.Attendance) bool {
		open := at.ID.Origin != r.epoch.Load() || r.sessions[at.ID] != nil
		return at.ID != s.id && !at.Quiet && at.Cut == 0 && at.Proves(a) && open
	})
}

// unnotedLocked returns how far the owner of an account has read on a session, at least
// up to an event. ok is false for others, and where the log has noted as much.
func (r *Room) unnotedLocked(s *Session, upto state.Seq) (b state.Seen, ok bool) {
	a := r.state.AccountByID(s.account)
	if a == nil || s.from.Quiet || r.sessions[s.id] != s {
		return state.Seen{}, false
	}
	s.mu.Lock()
	next := s.cursor.place
	s.mu.Unlock()
	b = state.Seen{Account: a.ID, Upto: max(s.joined, upto, r.ring.lastSeq(next))}
	return b, b.Upto > a.Seen
}

// noteReading has the log note how far an owner who has just come has read: after a
// crash it is too late.
func (r *Room) noteReading(s *Session) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.noteReadingLocked(s, 0)
}

// noteReadingLocked has the log note, once every seenEvery, how far an owner has read:
// at least up to an event, if they said it. Nobody waits for it.
func (r *Room) noteReadingLocked(s *Session, said state.Seq) {
	if r.closing != nil || time.Since(s.noted) < seenEvery {
		return
	}
	if b, ok := r.unnotedLocked(s, said); ok {
		s.noted = time.Now()
		r.running.Go(func() { r.note(b) })
	}
}

// note proposes once how far somebody has read.
func (r *Room) note(b state.Body) {
	ctx, cancel := context.WithTimeout(context.Background(), seenTimeout)
	defer cancel()
	r.propose(ctx, b)
}

// unregisteredLocked shows a Notice on the owner's other sessions, or on all if an
// operator freed the pseudo, and then on the console too.
func (r *Room) unregisteredLocked(b state.Unregistered) {
	m, ok := r.state.Find(b.Pseudo.Key())
	if ok {
		r.refreshOwnersLocked(m)
	}
	if b.Session == (state.ID{}) && b.By != "" {
		for _, s := range r.everyoneLocked() {
			if !s.member {
				s.post(Item{Reply: Notice{What: FreedBy, Name: b.Pseudo, Text: string(b.By)}})
			}
		}
	}
	if !ok || b.KeyID != "" {
		return
	}
	for _, s := range r.sessionsLocked(m) {
		if s.id != b.Session {
			s.post(Item{Reply: Notice{What: NowUnregistered, Name: b.Pseudo}})
		}
	}
}

// sessionsLocked returns a member's sessions on this node.
func (r *Room) sessionsLocked(m *state.Member) []*Session {
	var here []*Session
	for _, at := range m.Sessions {
		if s, ok := r.sessions[at.ID]; ok {
			here = append(here, s)
		}
	}
	return here
}

// refreshOwnersLocked recomputes which account each local session of m belongs to, and
// whose memberState m has. The owner of an account ignores whom the account lists.
func (r *Room) refreshOwnersLocked(m *state.Member) {
	if m == nil {
		return
	}
	var owned *state.Account
	for _, at := range m.Sessions {
		id := state.Seq(0)
		if a := r.state.Owned(at.ID); a != nil {
			owned, id = a, a.ID
		}
		if s, here := r.sessions[at.ID]; here {
			s.account = id
		}
	}
	ms, ok := r.memberStates[m.Forms.Key]
	if !ok {
		return
	}
	proof := r.state.Proof(m)
	if owned != nil && proof != ms.proof && len(owned.Ignored) > 0 {
		ms.ignored.set(owned.Ignored)
	}
	ms.proof = proof
}

// refreshIgnoredLocked sets whom the owner of an account ignores, if they are here.
func (r *Room) refreshIgnoredLocked(account state.Seq) {
	a := r.state.AccountByID(account)
	if ms, ok := r.memberStates[a.Forms.Key]; ok && ms.proof == a.Proof() {
		ms.ignored.set(a.Ignored)
	}
}
