package room

import (
	"context"
	"slices"
	"time"

	"salon/room/state"
	"salon/room/text"
)

// maxMissed is how many messages an owner who was away is shown at most, where that
// is more than others are.
const maxMissed = 200

// seenTimeout is how long the log is given to note how far somebody had read; after
// it they will be shown again what they know.
const seenTimeout = 2 * time.Second

// seenEvery is how often the log is told how far an owner has read who is still
// here: what they read since is new to them again after a crash.
const seenEvery = time.Minute

// seenBefore is how far the owner had read whose session this is, when they were
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

// recall has a session begin with what the owner of the pseudo chose for good.
func (r *Room) recall(s *Session) {
	r.mu.Lock()
	a := r.state.AccountByID(s.account)
	var kept state.Kept
	if a != nil {
		kept = a.Kept
	}
	r.mu.Unlock()
	if a == nil {
		return
	}
	s.setPrefs(func(p *Prefs) { *p = withKept(*p, kept) })
	if kept.Zone == nil {
		return
	}
	if zone, err := r.Zone(*kept.Zone); err == nil {
		s.setPrefs(func(p *Prefs) { p.Zone = zone })
	}
}

// readingLocked reports whether an account's owner reads on a session other than s,
// here or on another node.
func (r *Room) readingLocked(a *state.Account, s *Session) bool {
	m, ok := r.state.Find(a.Forms.Key)
	return ok && slices.ContainsFunc(m.Sessions, func(at state.Attendance) bool {
		elsewhere := at.ID.Origin != r.epoch || r.sessions[at.ID] != nil
		return at.ID != s.id && !at.Quiet && at.Cut == 0 && at.Proves(a) && elsewhere
	})
}

// replay returns what a newcomer is shown of the past: as many messages as everyone
// is, or for somebody who was here before all that they missed, up to maxMissed.
func (r *Room) replay(ctx context.Context, before, seen state.Seq) []state.Event {
	n := r.limits.Load().Replay
	last, _ := r.store.Last(ctx, n, before) // without a past there is still a present
	if seen == 0 || n == 0 || len(last) < n || last[0].Seq <= seen {
		return last
	}
	more, _ := r.store.Last(ctx, max(n, maxMissed), before) // what there is of it
	first := slices.IndexFunc(more, func(e state.Event) bool { return e.Seq > seen })
	if first < 0 {
		return last
	}
	return more[min(first, max(0, len(more)-n)):]
}

// missed counts what others said after a place.
func missed(events []state.Event, seen state.Seq, me text.Pseudo) int {
	n := 0
	for i := range events {
		if e := &events[i]; seen > 0 && e.Seq > seen && e.Author() != me {
			n++
		}
	}
	return n
}

// leavingLocked is what the log is to be told when a session is closed: how far an
// owner has read, if it was their last. ok is false for all others.
func (r *Room) leavingLocked(s *Session) (b state.Seen, ok bool) {
	a := r.state.AccountByID(s.account)
	if a == nil || s.from.quiet || s.index < 0 || r.readingLocked(a, s) {
		return state.Seen{}, false
	}
	b = r.seenLocked(a, s)
	return b, b.Upto > a.Seen
}

// stillReading notes how far an owner has read who has just come, without anybody
// waiting for it: a server that crashes has no time to.
func (r *Room) stillReading(s *Session) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.noteReadingLocked(s, 0)
}

// saidLocked notes that an owner still reads who says something. What they said
// themselves, at a place, they know.
func (r *Room) saidLocked(at state.Seq, b state.Said) {
	if s := r.sessions[b.Session]; s != nil && b.Account != 0 {
		r.noteReadingLocked(s, at)
	}
}

func (r *Room) noteReadingLocked(s *Session, said state.Seq) {
	a := r.state.AccountByID(s.account)
	if a == nil || r.closing != nil || s.from.quiet || s.index < 0 || time.Since(s.noted) < seenEvery {
		return
	}
	b := r.seenLocked(a, s)
	if b.Upto = max(b.Upto, said); b.Upto > a.Seen {
		s.noted = time.Now()
		r.running.Go(func() { r.noteSeen(b) })
	}
}

// seenLocked is how far the owner of an account has read on a session.
func (r *Room) seenLocked(a *state.Account, s *Session) state.Seen {
	return state.Seen{Account: a.ID, Upto: max(s.joined, r.ring.lastSeq(s.readUpto()))}
}

// readUpto returns the place that the session would have read next.
func (s *Session) readUpto() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cursor
}

// noteSeen tells the log. What it does not take is not tried again.
func (r *Room) noteSeen(b state.Seen) {
	ctx, cancel := context.WithTimeout(context.Background(), seenTimeout)
	defer cancel()
	r.propose(ctx, b)
}

// unregisteredLocked tells the owner's other sessions, or all if an operator did it,
// and then the console too.
func (r *Room) unregisteredLocked(b state.Unregistered) {
	m, ok := r.state.Find(b.Pseudo.Key())
	if ok {
		r.refreshOwnersLocked(m)
	}
	if b.Session == (state.ID{}) && b.By != "" {
		r.tellConsolesLocked(Notice{What: FreedBy, Name: b.Pseudo, Text: string(b.By)})
	}
	if !ok || b.KeyID != "" {
		return
	}
	for _, at := range m.Sessions {
		if s, here := r.sessions[at.ID]; here && at.ID != b.Session {
			s.post(Item{Reply: Notice{What: NowUnregistered, Name: b.Pseudo}})
		}
	}
}

func (r *Room) tellConsolesLocked(n Notice) {
	for _, s := range r.order {
		if !s.member {
			s.post(Item{Reply: n})
		}
	}
}

// refreshOwnersLocked recomputes which account each session here of a member belongs
// to, and whose the memberState is. The owner of an account ignores whom it says.
func (r *Room) refreshOwnersLocked(m *state.Member) {
	if m == nil {
		return
	}
	var owned *state.Account
	for _, at := range m.Sessions {
		a := r.state.Owned(at.ID)
		if a != nil {
			owned = a
		}
		if s, here := r.sessions[at.ID]; here {
			s.account = 0
			if a != nil {
				s.account = a.ID
			}
		}
	}
	d, ok := r.memberStates[m.Forms.Key]
	if !ok {
		return
	}
	if proof := r.state.Proof(m); owned != nil && proof != d.proof && len(owned.Ignored) > 0 {
		d.ignored.set(owned.Ignored)
	}
	d.proof = r.state.Proof(m)
}

// ignoreSetLocked has the owner of an account, if they are here, ignore whom it says.
func (r *Room) ignoreSetLocked(b state.IgnoreSet) {
	a := r.state.AccountByID(b.Account)
	if d, ok := r.memberStates[a.Forms.Key]; ok && d.proof == a.Proof() {
		d.ignored.set(a.Ignored)
	}
}

// withKept returns prefs with all that was kept in their place but the zone, which
// has to be found by its name.
func withKept(p Prefs, k state.Kept) Prefs {
	set(&p.Lang, k.Lang)
	set(&p.Hour12, k.Hour12)
	set(&p.Theme, k.Theme)
	set(&p.Bell, k.Bell)
	set(&p.Mouse, k.Mouse)
	return p
}

func set[T any](pref, kept *T) {
	if kept != nil {
		*pref = *kept
	}
}
