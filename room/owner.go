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
	r.mu.Lock()
	a := r.state.AccountByID(s.account)
	r.mu.Unlock()
	if a == nil {
		return
	}
	s.setPrefs(func(p *Prefs) { p.override(a.Kept) })
	if a.Kept.Zone == nil {
		return
	}
	if zone, err := r.Zone(*a.Kept.Zone); err == nil {
		s.setPrefs(func(p *Prefs) { p.Zone = zone })
	}
}

// readingLocked reports whether an account's owner reads on a session other than s,
// here or on another node.
func (r *Room) readingLocked(a *state.Account, s *Session) bool {
	m, ok := r.state.Find(a.Forms.Key)
	return ok && slices.ContainsFunc(m.Sessions, func(at state.Attendance) bool {
		open := at.ID.Origin != r.epoch || r.sessions[at.ID] != nil
		return at.ID != s.id && !at.Quiet && at.Cut == 0 && at.Proves(a) && open
	})
}

// lastSeenLocked returns what the log is to note when a session closes: how far an
// owner has read, if it was their last session. ok is false for all others.
func (r *Room) lastSeenLocked(s *Session) (b state.Seen, ok bool) {
	a := r.state.AccountByID(s.account)
	if a == nil || s.from.quiet || s.index < 0 || r.readingLocked(a, s) {
		return state.Seen{}, false
	}
	b = r.seenLocked(a, s)
	return b, b.Upto > a.Seen
}

// noteReading has the log note how far an owner who has just come has read: after a
// crash it is too late.
func (r *Room) noteReading(s *Session) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.noteReadingLocked(s, 0)
}

// noteSpeakerLocked has the log note that an owner who says something has read up to it.
func (r *Room) noteSpeakerLocked(at state.Seq, b state.Said) {
	if s := r.sessions[b.Session]; s != nil && b.Account != 0 {
		r.noteReadingLocked(s, at)
	}
}

// noteReadingLocked has the log note, once every seenEvery, how far an owner has read:
// at least up to the event upto. Nobody waits for it.
func (r *Room) noteReadingLocked(s *Session, upto state.Seq) {
	a := r.state.AccountByID(s.account)
	if a == nil || r.closing != nil || s.from.quiet || s.index < 0 || time.Since(s.noted) < seenEvery {
		return
	}
	b := r.seenLocked(a, s)
	if b.Upto = max(b.Upto, upto); b.Upto > a.Seen {
		s.noted = time.Now()
		r.running.Go(func() { r.noteSeen(b) })
	}
}

// seenLocked returns how far the owner of an account has read on a session.
func (r *Room) seenLocked(a *state.Account, s *Session) state.Seen {
	s.mu.Lock()
	next := s.cursor
	s.mu.Unlock()
	return state.Seen{Account: a.ID, Upto: max(s.joined, r.ring.lastSeq(next))}
}

// noteSeen proposes b once.
func (r *Room) noteSeen(b state.Seen) {
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
		for _, s := range r.order {
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
