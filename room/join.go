package room

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"time"

	"salon/room/state"
	"salon/room/text"
)

// welcomeNames is how many names a welcome lists; the others are counted. Which
// are listed is left to chance: to sort thousands at each arrival would not pay.
const welcomeNames = 50

// lastMinute is how long before a planned shutdown scripts are no longer let in.
const lastMinute = time.Minute

// Entry is what somebody brings to the door.
type Entry struct {
	Pseudo text.Pseudo
	KeyID  string // fingerprint of the key that signed, "" without one
	Addr   netip.Addr
	Front  string // "ssh" or "tcp"
	Client string
	Role   state.Role // that the front vouches for; the room adds what the key may do, see [Access]
	Prefs  Prefs
	Pass   string // pass phrase of the pseudo, as typed; "" when none was given. See Room.NeedsPass
	// Password is the room's, as typed. See Room.NeedsPassword.
	Password string
	Quiet    bool // a one-shot command: not announced, not listed, not welcomed
	Script   bool // no person reads along: refused in the last minute before a shutdown
	Paced    bool // read more slowly instead of refusing what comes too fast
	Screen   bool // a terminal that can show a screen: only there do commands that Need Screens exist
}

// Join opens a session. It returns when the room knows, on every node, whether
// the pseudo is this member's: errors are [*TakenError], [*RegisteredError],
// [*BannedError], [*ShuttingDownError], [ErrNotAllowed], [ErrWrongPassword],
// [ErrWrongPass], [*GuessError], the context's cause and those of [Log.Propose]. The
// session's first item is a [Welcome], unless it is quiet.
func (r *Room) Join(ctx context.Context, e Entry) (*Session, error) {
	passed, err := r.prove(ctx, e)
	if err != nil {
		return nil, err
	}
	e.Pass, e.Password = "", "" // nothing keeps them
	s, err := r.admit(e, passed)
	if err != nil {
		return nil, err
	}
	role := s.Role()
	out, err := r.proposeAs(ctx, s.id, state.Joined{
		Pseudo: e.Pseudo, KeyID: e.KeyID, Passed: passed, Addr: e.Addr, Front: e.Front,
		Client: text.Clean(e.Client, false), Role: role, Quiet: e.Quiet,
	})
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		s.End(*state.AsEnding(err)) // its pseudo may be taken already
		r.remove(s, s.Ending())
		return nil, err
	}
	if now := s.Role(); now != role { // changed while it came in
		r.propose(ctx, state.RoleSet{Session: s.id, Role: now})
	}
	r.recall(s)
	if !e.Quiet {
		r.welcome(ctx, s, out.Event)
		r.stillReading(s, 0)
	}
	return s, nil
}

// admit makes a session that the room will wake, before it is a member. Somebody
// else's registered pseudo is refused here already: what its owner left on the desk
// is not for others.
func (r *Room) admit(e Entry, passed state.Seq) (*Session, error) {
	s := r.newSession(e)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.closedLocked(e); err != nil {
		return nil, err
	}
	mine, err := r.state.Unlock(e.Pseudo, e.KeyID, passed)
	if err != nil {
		return nil, err
	}
	proof := e.KeyID
	if mine != nil {
		proof = mine.Proof()
	}
	s.role.Store(uint32(r.roleLocked(e)))
	s.id = r.newIDLocked()
	s.desk = r.deskLocked(e.Pseudo.Key())
	s.desk.open(proof)
	r.enterLocked(s)
	return s, nil
}

func (r *Room) closedLocked(e Entry) error {
	if r.closing != nil {
		return &ShuttingDownError{}
	}
	if plan := r.state.Shutdown; plan != nil && e.Script {
		if left := time.Until(plan.At); left <= lastMinute {
			return &ShuttingDownError{Left: left}
		}
	}
	return nil
}

func (r *Room) newSession(e Entry) *Session {
	s := &Session{
		room: r, entry: e, member: e.Role != state.Console, paced: e.Paced, screen: e.Screen, prefs: e.Prefs,
		wake: make(chan struct{}, 1), taken: make(chan struct{}, 1), index: -1,
	}
	s.role.Store(uint32(e.Role))
	s.ctx, s.end = context.WithCancelCause(context.Background())
	return s
}

func (r *Room) enterLocked(s *Session) {
	r.sessions[s.id] = s
	s.index = len(r.order)
	r.order = append(r.order, s)
}

// beginLocked has a session read what is shown from now on. Nobody takes from it
// yet.
func (s *Session) beginLocked() {
	s.arrived = s.room.ring.end()
	s.cursor = s.arrived
}

// Watch opens the console's session: it reads all that the room shows and does
// operators' commands, but is no member.
func (r *Room) Watch(p Prefs) *Session {
	s := r.newSession(Entry{Role: state.Console, Prefs: p})
	r.mu.Lock()
	defer r.mu.Unlock()
	s.id = r.newIDLocked()
	s.desk = newDesk(r.limits)
	s.beginLocked()
	if r.closing != nil {
		s.End(*r.closing)
	}
	r.enterLocked(s)
	return s
}

// welcome puts the first item in a newcomer's inbox, before anything else.
func (r *Room) welcome(ctx context.Context, s *Session, joined state.Event) {
	me, seen := joined.Body.(state.Joined).Pseudo, r.seenBefore(s)
	last := state.Newest(s.heard(r.replay(ctx, joined.Seq, seen)), pastBytes)
	r.mu.Lock()
	defer r.mu.Unlock()
	w := Welcome{
		MOTD: r.access.MOTD, Pseudo: me, Topic: r.state.Topic, Present: r.state.Count(),
		Last: last, Seen: seen, Missed: missed(last, seen, me), Shutdown: r.state.Shutdown,
	}
	w.Names = r.namesLocked()
	s.mu.Lock()
	s.inbox = append([]pending{{Item{Reply: w}, 0}}, s.inbox...)
	s.asked++
	s.mu.Unlock()
	signal(s.wake)
}

// namesLocked returns up to welcomeNames of those present, sorted.
func (r *Room) namesLocked() []text.Pseudo {
	keys := make([]text.Key, 0, welcomeNames)
	for k, m := range r.state.Members {
		if len(keys) == welcomeNames {
			break
		}
		if m.Present() {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	names := make([]text.Pseudo, len(keys))
	for i, k := range keys {
		names[i] = r.state.Members[k].Pseudo
	}
	return names
}

// remove takes a session out of the room, and its member with the last. A session
// whose Joined comes later is not found here any more, and departs then.
func (r *Room) remove(s *Session, why *state.Ending) {
	r.mu.Lock()
	_, joined := r.state.Sessions[s.id]
	closing := r.closing != nil
	seen, owner := r.leavingLocked(s)
	r.takeOutLocked(s)
	r.mu.Unlock()
	if joined && !closing {
		r.depart(context.Background(), s.id, why)
	}
	if owner {
		r.noteSeen(seen)
	}
}

func (r *Room) takeOutLocked(s *Session) {
	if s.index < 0 {
		return
	}
	delete(r.sessions, s.id)
	s.desk.sessions--
	last := r.order[len(r.order)-1]
	r.order[s.index], last.index = last, s.index
	r.order[len(r.order)-1] = nil
	r.order = r.order[:len(r.order)-1]
	s.index = -1
}

// departTimeout is how long a departure is tried again while the log does not
// take it; departPause is the time between two tries.
const (
	departTimeout = 10 * time.Second
	departPause   = 100 * time.Millisecond
)

// depart tells the log that a session has ended, again and again while it is
// known not to have heard: nobody may stay in the room whose connection is gone.
func (r *Room) depart(ctx context.Context, id state.ID, why *state.Ending) {
	ctx, cancel := context.WithTimeout(ctx, departTimeout)
	defer cancel()
	for {
		_, err := r.propose(ctx, state.Left{Session: id, Cause: why.Cause, Text: why.Reason})
		if !errors.Is(err, state.ErrBusy) && !errors.Is(err, state.ErrUnavailable) || !pause(ctx, departPause) {
			return
		}
	}
}
