package room

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"salon/internal/wait"
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
// the pseudo is this member's: errors are [*state.TakenError], [*state.RegisteredError],
// [*state.BannedError], [*ShuttingDownError], [ErrNotAllowed], [ErrWrongPassword],
// [ErrWrongPass], [*GuessError], the context's cause and those of [Log.Propose]. The
// session's first item is a [Welcome], unless it is quiet.
func (r *Room) Join(ctx context.Context, e Entry) (*Session, error) {
	passed, err := r.prove(ctx, e)
	if err != nil {
		return nil, err
	}
	e.Pass, e.Password = "", "" // nothing keeps them
	forms := e.Pseudo.Forms()
	s, err := r.admit(e, forms, passed)
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
		r.stillReading(s)
	}
	return s, nil
}

// openSession asks the log for a session: in the place of one whose connection was
// lost, if there is one that is theirs, or else a new one.
func (r *Room) openSession(ctx context.Context, s *Session, b state.Joined) (state.Outcome, error) {
	r.mu.Lock()
	cut, ok := r.state.Resumable(b)
	r.mu.Unlock()
	if ok {
		out, err := r.proposeAs(ctx, s.id, state.Resumed{Cut: cut, Joined: b})
		if !errors.Is(err, state.ErrGone) {
			return out, err
		}
		r.renumber(s) // it lapsed meanwhile
	}
	return r.proposeAs(ctx, s.id, b)
}

// renumber gives another ID to a session whose own was refused.
func (r *Room) renumber(s *Session) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.sessions, s.id)
	s.id = r.newID()
	r.sessions[s.id] = s
}

// admit makes a session that the room will wake, before it is a member. Somebody
// else's registered pseudo is refused here already: what its owner left in the
// memberState is not for others.
func (r *Room) admit(e Entry, forms text.Forms, passed state.Seq) (*Session, error) {
	s := r.newSession(e)
	now := r.log.Now().Stamp
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.closedLocked(e, now); err != nil {
		return nil, err
	}
	mine, err := r.state.Unlock(e.Pseudo, forms, e.KeyID, passed)
	if err != nil {
		return nil, err
	}
	proof := e.KeyID
	if mine != nil {
		proof = mine.Proof()
	}
	s.role.Store(uint32(r.roleLocked(s.from)))
	s.id = r.newID()
	s.own = r.memberStateLocked(forms.Key)
	s.own.open(proof)
	if mine != nil {
		s.own.ignored.set(mine.Ignored)
	}
	r.enterLocked(s)
	return s, nil
}

func (r *Room) closedLocked(e Entry, now time.Duration) error {
	if r.closing != nil {
		return &ShuttingDownError{}
	}
	if plan := r.state.Shutdown(); plan != nil && e.Script {
		if left := plan.Ends - r.state.TickAt(now); left <= lastMinute {
			return &ShuttingDownError{Left: left}
		}
	}
	return nil
}

func (r *Room) newSession(e Entry) *Session {
	s := &Session{
		room: r, from: provenance{e.KeyID, e.Addr, e.Front, e.Role, e.Quiet}, member: e.Role != state.Console, paced: e.Paced, screen: e.Screen, prefs: e.Prefs,
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

// begin has a session read what is shown from now on. Nobody takes from it yet.
func (s *Session) begin() {
	s.arrived = s.room.ring.end()
	s.cursor = s.arrived
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
	r.enterLocked(s)
	return s
}

// welcome puts the first item in a newcomer's inbox, before anything else.
func (r *Room) welcome(ctx context.Context, s *Session, joined state.Event) {
	me, seen := s.Pseudo(), r.seenBefore(s)
	last := newest(s.heard(r.replay(ctx, joined.Seq, seen)), pastBytes)
	r.mu.Lock()
	defer r.mu.Unlock()
	w := Welcome{
		MOTD: r.access.MOTD, Pseudo: me, Topic: r.state.Topic(), Present: r.state.Count(),
		Last: last, Seen: seen, Missed: missed(last, seen, me), Shutdown: r.state.Shutdown(),
	}
	w.Names = r.namesLocked()
	s.mu.Lock()
	s.inbox = append([]pending{{Item{Reply: w}, 0}}, s.inbox...)
	s.asked++
	s.mu.Unlock()
	wait.Signal(s.wake)
}

// namesLocked returns the first welcomeNames of those present, sorted.
func (r *Room) namesLocked() []text.Pseudo {
	names := make([]text.Pseudo, 0, min(welcomeNames, r.state.Count()))
	for m := range r.state.Present() {
		if len(names) == welcomeNames {
			break
		}
		names = append(names, m.Pseudo)
	}
	return names
}

// remove takes a session out of the room, and its member with the last. When it
// returns the others have been told, or the log cannot be reached and they will be. A
// session whose Joined comes later is not found here any more, and departs then.
func (r *Room) remove(s *Session, why *state.Ending) {
	r.mu.Lock()
	joined := r.state.Member(s.id) != nil
	closing := r.closing != nil
	seen, owner := r.leavingLocked(s)
	r.takeOutLocked(s)
	var gone <-chan struct{}
	if joined && !closing {
		gone = r.departing(r.departure(s.id, why))
	}
	r.mu.Unlock()
	if gone != nil {
		select {
		case <-gone:
		case <-time.After(departTimeout):
		case <-r.stopped:
		}
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
	s.own.sessions--
	last := r.order[len(r.order)-1]
	r.order[s.index], last.index = last, s.index
	r.order[len(r.order)-1] = nil
	r.order = r.order[:len(r.order)-1]
	s.index = -1
}

// departTimeout is how long a session that is closed waits for its departure to be
// told; departPause is the time between two tries.
const (
	departTimeout = 10 * time.Second
	departPause   = 100 * time.Millisecond
)

// departing tells the log that a session has ended, for as long as the room runs and
// until the log knows: nobody may stay in the room whose connection is gone. Each try
// has the same ID. The channel is closed when it is done.
func (r *Room) departing(b state.Body) <-chan struct{} {
	done, as := make(chan struct{}), r.newID()
	r.running.Go(func() {
		defer close(done)
		for {
			_, err := r.proposeAs(r.run, as, b)
			again := errors.Is(err, state.ErrBusy) || errors.Is(err, state.ErrUnavailable) || errors.Is(err, state.ErrUnknown)
			if !again || !wait.Pause(r.run, departPause) {
				return
			}
		}
	})
	return done
}

// departure is how a session ends for the room: whoever lost their connection may come
// back for a while, if the room is told to wait.
func (r *Room) departure(id state.ID, why *state.Ending) state.Body {
	if why.Cause == state.Lost && r.cfg.CutWait > 0 {
		return state.Cut{Session: id, Wait: r.cfg.CutWait}
	}
	return state.Left{Session: id, Cause: why.Cause, Text: why.Reason}
}

// lapseAtOnce is how many sessions that were cut leave at a time.
const lapseAtOnce = 256

// watchLapsesLocked sees to it that whoever was cut and does not come back leaves. Each
// node does; the log takes one.
func (r *Room) watchLapsesLocked() {
	_, at, cut := r.state.NextLapse()
	if !cut || r.lapsing != nil || r.closing != nil {
		return
	}
	r.lapsing = time.AfterFunc(max(at-r.state.TickAt(r.log.Now().Stamp), 0), r.lapse)
}

// lapse has those leave who were cut and whose time is over.
func (r *Room) lapse() {
	now := r.log.Now().Stamp
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closing != nil {
		return
	}
	var left []<-chan struct{}
	for _, id := range r.state.Lapsed(r.state.TickAt(now), lapseAtOnce) {
		left = append(left, r.departing(state.Left{Session: id, Cause: state.Lost}))
	}
	r.running.Go(func() {
		for _, done := range left {
			<-done
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.lapsing = nil
		r.watchLapsesLocked()
	})
}
