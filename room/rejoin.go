package room

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"salon/internal/wait"
	"salon/room/state"
)

// Others may end the epoch of a node that is alive: it was stopped, or cut off, for so long that
// they took it for dead. It learns so from the log, where what it has proposed since is out of
// date. It then begins a new epoch and resumes the sessions that are still connected here under
// new IDs; the people behind them notice nothing.
const (
	// rejoinPause is the time between two tries.
	rejoinPause = 100 * time.Millisecond
	// rejoinAtOnce is how many sessions are proposed at a time; the others wait for them.
	rejoinAtOnce = 64
	// rejoinPatience is how long a login or a line waits for it; then it is refused.
	rejoinPatience = 10 * time.Second
)

// rejoin is a session that is connected here and was cut in the State.
type rejoin struct {
	as   state.Joined
	id   state.ID      // of what is proposed for it; zero: nothing is
	body state.Body    // what that is
	done chan struct{} // closed once it is back, or has ended
}

// connectedLocked returns the sessions that are open here before an event, if it may end this
// node's epoch though this node is alive; ok is false for any other event.
func (r *Room) connectedLocked(e state.Event) (here map[*Session]state.Joined, ok bool) {
	if !r.live || r.closing != nil || e.ID.Origin == r.epoch.Load() {
		return nil, false
	}
	switch b := e.Body.(type) {
	case state.NodeDown:
		ok = b.Epoch == r.epoch.Load()
	case state.NodeUp:
		ok = b.Node == r.cfg.Node || b.Alone
	}
	if !ok {
		return nil, false
	}
	return r.openHereLocked(), true
}

// openHereLocked returns the sessions of members here, with what would open them again.
func (r *Room) openHereLocked() map[*Session]state.Joined {
	here := map[*Session]state.Joined{}
	for id, s := range r.sessions {
		if m := r.state.Member(id); m != nil && s.ctx.Err() == nil {
			here[s] = m.Again(id)
		}
	}
	return here
}

// fenceLocked has this node, whose epoch was ended by another one, come back with the sessions
// that are open here. It returns what became of those of its proposals that wait.
func (r *Room) fenceLocked(here map[*Session]state.Joined, why error) (answers []state.Outcome) {
	for _, id := range r.fence() {
		answers = append(answers, state.Outcome{Event: state.Event{ID: id}, Err: why})
	}
	for s, as := range here {
		if r.rejoining[s] == nil {
			r.rejoining[s] = &rejoin{as: as, done: make(chan struct{})}
		}
	}
	if r.out == nil {
		r.out = make(chan struct{})
	}
	if !r.comesBack {
		r.comesBack = true
		r.running.Go(r.comeBack)
	}
	return answers
}

// restoredLocked returns what became of the proposals that wait, as far as a restored State
// knows. If this node's epoch ended meanwhile it comes back; if another process has its name the
// room fails.
func (r *Room) restoredLocked(st *state.State) (answers []state.Outcome, err error) {
	for _, id := range r.unanswered() {
		if seq, refused, ok := st.Answer(id); ok {
			answers = append(answers, state.Outcome{Event: state.Event{Seq: seq, ID: id}, Again: true, Err: refused})
		}
	}
	switch up := st.Up(r.epoch.Load()); {
	case up:
		r.goLiveLocked()
	case r.live && r.closing == nil && !r.fenced.Load():
		if slices.ContainsFunc(st.Nodes(), func(n state.Node) bool { return n.Name == r.cfg.Node }) {
			r.replaced = true
			return answers, &state.NameTakenError{Node: r.cfg.Node}
		}
		answers = append(answers, r.fenceLocked(r.openHereLocked(), state.ErrUnknown)...)
	}
	return answers, nil
}

// backLocked is called when this node's NodeUp was applied.
func (r *Room) backLocked() {
	r.fenced.Store(false)
	if r.out != nil {
		close(r.out)
		r.out = nil
	}
}

// awaitBack waits until this node is part of the room again, and a session of it too. It reports
// false if that takes too long.
func (r *Room) awaitBack(ctx context.Context, s *Session) bool {
	ctx, cancel := context.WithTimeout(ctx, rejoinPatience)
	defer cancel()
	for {
		r.mu.Lock()
		back := r.out
		if k := r.rejoining[s]; back == nil && k != nil {
			back = k.done
		}
		r.mu.Unlock()
		if back == nil {
			return true
		}
		select {
		case <-back:
		case <-ctx.Done():
			return false
		case <-r.stopped:
			return false
		}
	}
}

// untilBack does what a session asked for, once more if it was refused because this node was out
// of the room: nothing of it was, or will be, applied.
func (c *call) untilBack(do func() (Reply, error)) (Reply, error) {
	for {
		reply, err := do()
		if !errors.Is(err, errFenced) || !c.room.awaitBack(c, c.Session) {
			return reply, err
		}
	}
}

// comeBack begins a new epoch, and resumes the sessions here, until that is done or the room
// stops.
func (r *Room) comeBack() {
	for {
		if r.fenced.Load() {
			r.begin()
		}
		if !r.fenced.Load() {
			r.resumeAll()
		}
		r.mu.Lock()
		done := r.closing != nil || r.out == nil && len(r.rejoining) == 0
		r.comesBack = !done
		r.mu.Unlock()
		if done || !wait.Pause(r.run, rejoinPause) {
			return
		}
	}
}

// begin begins this node's new epoch. It waits until all that is in the log already was applied:
// another process may have taken this node's name.
func (r *Room) begin() {
	r.vanish()
	_, last := r.log.Bounds()
	for !r.mayBegin(last) {
		if r.isStopped() || !wait.Pause(r.run, rejoinPause) {
			return
		}
	}
	id := r.newID()
	if err := r.appear(id.Origin); err != nil {
		return
	}
	for {
		_, err := r.proposeUntil(r.run, id, r.nodeUp(), r.stopped)
		if !isPassing(err) || errors.Is(err, errFenced) || r.isStopped() || !wait.Pause(r.run, rejoinPause) {
			return
		}
	}
}

// mayBegin reports whether all up to an event was applied here, and no other process is this
// node.
func (r *Room) mayBegin(last state.Seq) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.state.Applied() >= last && !r.replaced
}

// isPassing reports whether a proposal may be accepted when it is proposed again.
func isPassing(err error) bool {
	return errors.Is(err, state.ErrBusy) || errors.Is(err, state.ErrUnavailable) || errors.Is(err, state.ErrUnknown)
}

// resumeAll proposes all sessions that are to be resumed.
func (r *Room) resumeAll() {
	r.mu.Lock()
	all := slices.Collect(maps.Keys(r.rejoining))
	r.mu.Unlock()
	var proposing sync.WaitGroup
	slots := make(chan struct{}, rejoinAtOnce)
	for _, s := range all {
		slots <- struct{}{}
		proposing.Go(func() {
			defer func() { <-slots }()
			r.resumeHeld(s)
		})
	}
	proposing.Wait()
}

// resumeHeld proposes one of them. If it is refused the session ends.
func (r *Room) resumeHeld(s *Session) {
	r.mu.Lock()
	id, b, ok := r.rejoinLocked(s)
	r.mu.Unlock()
	if !ok {
		return
	}
	_, err := r.proposeUntil(r.run, id, b, r.stopped)
	switch {
	case err == nil, errors.Is(err, state.ErrUnknown), errors.Is(err, state.ErrClosed), r.run.Err() != nil:
		return
	case isPassing(err), errors.Is(err, state.ErrGone), errors.Is(err, state.ErrStale): // what it resumes has lapsed meanwhile, or was resumed elsewhere
		r.mu.Lock()
		defer r.mu.Unlock()
		r.proposeAnewLocked(s)
	default:
		r.mu.Lock()
		defer r.mu.Unlock()
		r.rejoinedLocked(s)
		s.End(refusedReturn(err))
	}
}

// rejoinLocked returns what is to be proposed for a session; ok is false once it is back, or has
// ended.
func (r *Room) rejoinLocked(s *Session) (id state.ID, b state.Body, ok bool) {
	k := r.rejoining[s]
	if k == nil {
		return state.ID{}, nil, false
	}
	if k.id.Origin == r.epoch.Load() { // nobody knows whether that was stored
		return k.id, k.body, true
	}
	r.proposeAnewLocked(s)
	if s.ctx.Err() != nil || r.sessions[s.id] != s {
		r.rejoinedLocked(s)
		return state.ID{}, nil, false
	}
	k.as.Pseudo, k.as.Role = s.Pseudo(), s.Role()
	k.as.Forms = k.as.Pseudo.Forms()
	k.id, k.body = r.newID(), k.as
	if r.state.Member(s.id) != nil {
		held := state.Resumed{Cut: s.id, Held: true, Joined: k.as}
		held.Held = r.state.Unread(held) == nil // else by what they prove, and from private rooms they are out
		k.body = held
	}
	r.returning[k.id] = s
	return k.id, k.body, true
}

// proposeAnewLocked forgets what was proposed for a session.
func (r *Room) proposeAnewLocked(s *Session) {
	if k := r.rejoining[s]; k != nil {
		delete(r.returning, k.id)
		k.id, k.body = state.ID{}, nil
	}
}

// rejoinedLocked is called when a session is back, or has ended.
func (r *Room) rejoinedLocked(s *Session) {
	if k := r.rejoining[s]; k != nil {
		r.proposeAnewLocked(s)
		delete(r.rejoining, s)
		close(k.done)
	}
}

// refusedReturn returns how a session ends that may not come back.
func refusedReturn(err error) state.Ending {
	if banned, ok := errors.AsType[*state.BannedError](err); ok {
		return state.Ending{Cause: state.Barred, By: banned.Ban.By, Reason: banned.Ban.Reason, Until: banned.Ban.Until()}
	}
	if _, ok := errors.AsType[*state.TakenError](err); ok {
		return state.Ending{Cause: state.Ousted}
	}
	if _, ok := errors.AsType[*state.RegisteredError](err); ok {
		return state.Ending{Cause: state.Reclaimed}
	}
	return state.Ending{Cause: state.Crashed}
}

// returnedLocked gives a session of this node the ID under which it is back. A session that was
// resumed by somebody else ends.
func (r *Room) returnedLocked(e state.Event) {
	s := r.returning[e.ID]
	if b, ok := e.Body.(state.Resumed); ok && s == nil {
		if was := r.sessions[b.Cut]; was != nil {
			was.End(state.Ending{Cause: state.Moved})
		}
	}
	if s == nil {
		return
	}
	r.rejoinedLocked(s)
	if r.sessions[s.id] != s { // it has left: see arrivedLocked
		r.returning[e.ID] = s
		return
	}
	r.renumberLocked(s, e.ID)
	m := r.state.Member(e.ID)
	s.mu.Lock()
	s.pseudo, s.memberID = m.Pseudo, m.ID
	s.mu.Unlock()
	r.expireRoomsLocked(s)
	if !m.Follows(s.Looks()) {
		r.enterLocked(s, Entered{Place: r.ring.end(), Again: true, Why: PutOut})
	}
}

// goesOnLocked reports whether a session whose end was ordered is to come back.
func (r *Room) goesOnLocked(s *Session, why state.Cause) bool {
	return why == state.Lost && r.rejoining[s] != nil
}

// leftLocked returns why the session that came to the room under an ID was gone by then.
func (r *Room) leftLocked(id state.ID) state.Ending {
	s := r.returning[id]
	delete(r.returning, id)
	if s == nil || s.Ending() == nil { // it gave up while it joined
		return state.Ending{Cause: state.Lost}
	}
	return *s.Ending()
}

// returnRestoredLocked does for a State that was restored what returnedLocked does for an event.
func (r *Room) returnRestoredLocked() {
	for id, s := range r.returning {
		if r.state.Member(id) == nil {
			continue
		}
		if r.returnedLocked(state.Event{ID: id}); r.sessions[id] != s {
			why := r.leftLocked(id)
			r.depart(state.Left{Session: id, Cause: why.Cause, Text: why.Reason})
		}
	}
}
