package room

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"net/netip"
	"slices"
	"strings"
	"time"

	"salon/internal/wait"
	"salon/room/state"
	"salon/room/text"
)

// lastMinute is how long before a planned shutdown scripts are no longer let in.
const lastMinute = time.Minute

// Admit accepts a connection by its address alone, before any handshake, or refuses a
// banned address with a [*state.BannedError].
func (r *Room) Admit(addr netip.Addr) error {
	addr = addr.Unmap().WithZone("")
	now := r.log.Now().Stamp
	r.mu.Lock()
	ban, banned := r.state.BanOn(state.Visitor{Addr: addr}, r.state.TickAt(now))
	r.mu.Unlock()
	if banned {
		return &state.BannedError{Ban: ban}
	}
	return nil
}

// Vouched reports whether somebody has vouched for a key: it opens an account, or is
// one of Access. Who may come in with it, and as whom, is for Join to say.
func (r *Room) Vouched(keyID string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return keyID != "" && (r.state.AccountByKey(keyID) != nil || r.access.Allow[keyID] || r.access.role(keyID) >= state.Operator)
}

// NeedsPass reports whether a pseudo is registered with a pass phrase and the key
// (or none, "") does not open it: the Entry must then have the phrase.
func (r *Room) NeedsPass(p text.Pseudo, keyID string) bool {
	k := p.Key()
	r.mu.Lock()
	defer r.mu.Unlock()
	a := r.state.Account(k)
	return a != nil && a.Pass != "" && !a.Opens(keyID, 0)
}

// Lacks returns the secrets that an entry must still give before it joins. [Room.Join]
// checks all of them at once.
func (r *Room) Lacks(e *Entry) (list []Proof) {
	r.mu.Lock()
	password := r.access.Password
	r.mu.Unlock()
	if e.Password == "" && password != "" {
		list = append(list, RoomPassword)
	}
	if e.Pass == "" && r.NeedsPass(e.Pseudo, e.KeyID) {
		list = append(list, PassPhrase)
	}
	return list
}

// Join opens a session. It returns when it is decided, for every node, whether
// the pseudo is this member's: errors are [*state.TakenError], [*state.RegisteredError],
// [*state.BannedError], [*ShuttingDownError], [ErrNotAllowed], [ErrWrongPassword],
// [ErrWrongPass], [*GuessError], [ErrHashing], the context's cause and those of [Log.Propose]. The
// session's first item is a [Welcome], unless it is quiet, or resumes one whose connection
// was lost: then it goes on where that was, see [Session.Resumed].
func (r *Room) Join(ctx context.Context, e Entry) (*Session, error) {
	passed, err := r.prove(ctx, e)
	if err != nil {
		return nil, err
	}
	e.Pass, e.Password = "", "" // nothing keeps them
	forms := e.Pseudo.Forms()
	s, err := r.addSession(e, forms, passed)
	if err != nil {
		return nil, err
	}
	role := s.Role()
	out, err := r.openSession(ctx, s, state.Joined{
		Pseudo: e.Pseudo, Forms: forms, KeyID: e.KeyID, Passed: passed, Addr: e.Addr, Front: e.Front,
		Client: text.Clean(e.Client, false), Role: role, Quiet: e.Quiet,
	})
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		s.Close(*state.AsEnding(err)) // its pseudo may be taken already
		return nil, err
	}
	if !r.mayStay(s) { // the list was changed while it joined
		s.Close(state.Ending{Cause: state.Disallowed})
		return nil, ErrNotAllowed
	}
	if now := s.Role(); now != role { // changed while it joined
		r.propose(ctx, state.RoleSet{Session: s.ID(), Role: now})
	}
	r.recall(s)
	switch {
	case e.Quiet:
		return s, nil
	case s.resumed:
		s.welcomeBack(s.Pseudo())
	default:
		r.welcome(ctx, s, out.Event)
	}
	r.noteReading(s)
	return s, nil
}

// prove checks what somebody gives to join: the room's password, the pass phrase of the
// pseudo, the key. It returns the account that the phrase opens, 0 for none. The room's
// lock is not held while it computes.
func (r *Room) prove(ctx context.Context, e Entry) (passed state.Seq, err error) {
	now, k := r.log.Now().Stamp, e.Pseudo.Key()
	r.mu.Lock()
	err = r.closedLocked(e, now)
	access, id, hashed := r.access, state.Seq(0), ""
	if a := r.state.Account(k); a != nil && !a.Opens(e.KeyID, 0) {
		id, hashed = a.ID, a.Pass
	}
	r.mu.Unlock()
	if err != nil {
		return 0, err
	}
	given := e.Pass != "" && hashed != ""
	if !access.allows(e.KeyID) && !given {
		return 0, ErrNotAllowed
	}
	if err := r.checkPassword(ctx, access.Password, e); err != nil || !given {
		return 0, err
	}
	phrase, possible := passPhrase(e.Pass)
	return id, r.checkGuess(ctx, e.Addr, k, possible, ErrWrongPass, func() (bool, error) {
		if !possible {
			return false, nil
		}
		return r.hasher.verify(ctx, phrase, hashed)
	})
}

// MayJoin reports whether a key may join by itself, bans aside: see [Access]. A front that
// asks for keys one by one refuses the others, so that its client shows the next.
func (r *Room) MayJoin(keyID string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.access.allows(keyID)
}

// checkPassword checks the room's password. An Entry without one is not counted as a
// guess.
func (r *Room) checkPassword(ctx context.Context, want string, e Entry) error {
	switch {
	case want == "":
		return nil
	case e.Password == "":
		return ErrNoPassword
	case len(e.Password) > maxSecret:
		return ErrWrongPassword
	}
	hashed := strings.HasPrefix(want, phcName)
	return r.checkGuess(ctx, e.Addr, "", hashed, ErrWrongPassword, func() (bool, error) {
		given := text.Clean(e.Password, false)
		if hashed {
			return r.hasher.verify(ctx, given, want)
		}
		a, b := sha256.Sum256([]byte(text.Clean(want, false))), sha256.Sum256([]byte(given)) // of one length, whatever theirs
		return subtle.ConstantTimeCompare(a[:], b[:]) == 1, nil
	})
}

// checkGuess returns wrong unless same, which hashes something if hashed is set, finds
// that a secret is right. It limits how often a source, or anybody for a pseudo, may be
// wrong. A guess that could not be checked is none.
func (r *Room) checkGuess(ctx context.Context, addr netip.Addr, pseudo text.Key, hashed bool, wrong error, same func() (bool, error)) error {
	done, err := r.authLimiter.guess(ctx, addr, pseudo, hashed)
	if err != nil {
		return err
	}
	right, err := same()
	done(right || err != nil)
	if err != nil || right {
		return err
	}
	return wrong
}

// closedLocked returns why nobody, or no script, may join any more.
func (r *Room) closedLocked(e Entry, now time.Duration) error {
	if r.closing != nil {
		return &ShuttingDownError{}
	}
	if plan := r.planLocked(); plan != nil && e.Script {
		if left := plan.Ends - r.state.TickAt(now); left <= lastMinute {
			return &ShuttingDownError{Left: left}
		}
	}
	return nil
}

// addSession adds a session to wake, before it is a member's. It refuses somebody else's
// registered pseudo already, whose memberState the session would get.
func (r *Room) addSession(e Entry, forms text.Forms, passed state.Seq) (*Session, error) {
	s := r.newSession(e)
	now := r.log.Now().Stamp
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.closedLocked(e, now); err != nil {
		return nil, err
	}
	mine, err := r.state.Unlock(e.Pseudo, forms, e.KeyID, passed)
	if err = cmp.Or(err, r.nearLocked(e.Pseudo, forms)); err != nil {
		return nil, err
	}
	proof := e.KeyID
	if mine != nil {
		proof = mine.Proof()
	}
	s.role.Store(uint32(r.roleLocked(s.from)))
	s.id = r.newID()
	s.own = r.memberStates.get(forms.Key, r.limits.Load(), r.state.Count())
	s.own.open(proof)
	if mine != nil {
		s.own.ignored.set(mine.Ignored)
	}
	r.insertLocked(s)
	return s, nil
}

// nearLocked returns a [*state.RegisteredError] for a pseudo that is near to a registered
// one. Only here are they compared, before something is proposed: what somebody has
// already stays theirs.
func (r *Room) nearLocked(p text.Pseudo, f text.Forms) error {
	if a := r.state.Near(f.Key); a != nil {
		return &state.RegisteredError{Pseudo: p, By: a.Pseudo}
	}
	return nil
}

// Watch opens the console's session: it reads all that the room shows and does
// operators' commands, but is no member.
func (r *Room) Watch(p Prefs) *Session {
	s := r.newSession(Entry{Role: state.Console, Prefs: p})
	r.mu.Lock()
	defer r.mu.Unlock()
	s.id = r.newID()
	s.own = newMemberState(r.limits.Load())
	s.begin()
	if r.closing != nil {
		s.End(*r.closing)
	}
	r.insertLocked(s)
	return s
}

// Limits returns the limits that hold now.
func (r *Room) Limits() Limits { return *r.limits.Load() }

// SetLimits changes the limits of everybody, also of those who are here. Nobody is
// disconnected.
func (r *Room) SetLimits(l Limits) {
	r.limits.Store(&l)
	r.mu.Lock()
	var here []*memberState
	for _, s := range r.everyoneLocked() { // who joins later gets them then
		here = append(here, s.own)
	}
	r.mu.Unlock()
	for _, own := range here {
		own.setLimits(&l)
	}
}

const (
	// welcomeNames is how many names a welcome lists; the others are counted.
	welcomeNames = 50
	// maxMissed is how many messages an owner who was away is shown at most, where that
	// is more than others are.
	maxMissed = 200
)

// welcome puts the first item in a newcomer's inbox, before anything else.
func (r *Room) welcome(ctx context.Context, s *Session, joined state.Event) {
	me, seen := s.Pseudo(), r.seenBefore(s)
	shown := newest(s.withoutIgnored(r.replay(ctx, joined.Seq, seen)), pastBytes)
	r.mu.Lock()
	defer r.mu.Unlock()
	w := Welcome{
		MOTD: r.access.MOTD, Pseudo: me, Topic: r.state.Salon().Topic, Names: r.namesLocked(0), Present: r.state.Count(),
		Last: shown, Seen: seen, Missed: missed(shown, seen, me), Shutdown: r.planLocked(), Rooms: r.seesRoomsLocked(s),
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inbox = slices.Insert(s.inbox, 0, pending{item: Item{Reply: w}})
	s.replies++
	wait.Signal(s.wake)
}

// namesLocked returns the first welcomeNames of those present in a room, sorted.
func (r *Room) namesLocked(room state.Seq) []text.Pseudo {
	most := min(welcomeNames, r.presentLocked(room))
	names := make([]text.Pseudo, 0, most)
	for m := range r.state.Present() {
		if len(names) == most {
			break
		}
		if room != 0 && !m.Follows(room) {
			continue
		}
		names = append(names, m.Pseudo)
	}
	return names
}

// replay returns what a newcomer is shown of the past: as many messages as everyone
// is, or for somebody who was here before all that they missed, up to maxMissed.
func (r *Room) replay(ctx context.Context, before, seen state.Seq) []state.Event {
	salon := state.Rooms{0}
	n := r.limits.Load().Replay
	events, _ := r.store.Last(ctx, salon, n, before) // joining does not depend on the past
	if seen == 0 || n == 0 || len(events) < n || events[0].Seq <= seen {
		return events
	}
	more, _ := r.store.Last(ctx, salon, max(n, maxMissed), before)
	first := slices.IndexFunc(more, func(e state.Event) bool { return e.Seq > seen })
	if first < 0 {
		return events
	}
	return more[min(first, max(0, len(more)-n)):]
}

// missed counts what others said after an event; 0 counts nothing.
func missed(events []state.Event, seen state.Seq, me text.Pseudo) int {
	n := 0
	for i := range events {
		if e := &events[i]; seen > 0 && e.Seq > seen && e.Author() != me {
			n++
		}
	}
	return n
}
