package room

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"salon/room/state"
)

// applyAtOnce is how many events are applied before the room's lock is let go for a
// moment: each takes some microseconds.
const applyAtOnce = 16

// applied is what some events, once applied, leave to do without the lock.
type applied struct {
	spoken  []state.Event
	answers []state.Outcome // of this node's proposals
	erasing []state.Event   // take messages back
	woken   []*audience     // they have something to read
	failed  error           // nothing more is to be applied
}

// follow applies the log until it closes. When the log no longer keeps the events that
// come next, it goes on from the store's snapshot.
func (r *Room) follow() {
	defer close(r.followed)
	r.mu.Lock()
	after := r.state.Applied()
	r.mu.Unlock()
	var done applied
	var err error
	for {
		err = r.log.Follow(r.run, after, func(events []state.Event) error {
			r.applyAll(&done, events)
			return done.failed
		})
		if !errors.Is(err, state.ErrGone) {
			break
		}
		if after, err = r.restore(r.run); err != nil {
			break
		}
	}
	if r.run.Err() == nil && !errors.Is(err, state.ErrClosed) {
		err = r.explain(err)
		r.mu.Lock()
		r.failed = err
		r.mu.Unlock()
	}
	r.Stop("")
}

// explain adds which program wrote an event that this one cannot read, if the log said
// so when that node started.
func (r *Room) explain(err error) error {
	if newer, ok := errors.AsType[*state.VersionError](err); ok && newer.Program == "" {
		r.mu.Lock()
		defer r.mu.Unlock()
		for _, n := range r.state.Nodes() {
			if n.Version > state.Version {
				return fmt.Errorf("node %s: %w", n.Name, &state.VersionError{Version: newer.Version, Program: n.Program})
			}
		}
	}
	return err
}

// applyAll applies events, a few at a time. Proposers get their answers last: by then
// what they proposed is in the store too, where somebody who joined looks for it.
func (r *Room) applyAll(done *applied, events []state.Event) {
	r.applying.Lock()
	defer r.applying.Unlock()
	done.spoken, done.answers, done.woken = done.spoken[:0], done.answers[:0], done.woken[:0]
	done.erasing = done.erasing[:0]
	applied := 0
	for some := range slices.Chunk(events, applyAtOnce) {
		r.mu.Lock()
		for _, e := range some {
			if done.failed == nil {
				r.applyLocked(done, e)
				applied++
			}
		}
		r.mu.Unlock()
	}
	r.store.Apply(events[applied-1].Seq, done.spoken)
	r.erase(done)
	r.afterApply(done, applied)
	for _, out := range done.answers {
		r.answer(out)
	}
}

// afterApply wakes the sessions if there is something to read, and does what is due.
func (r *Room) afterApply(done *applied, events int) {
	for _, a := range done.woken {
		a.wake()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.snapshots.events += events
	r.snapshots.erased = r.snapshots.erased || len(done.erasing) > 0
	r.snapshotIfDueLocked()
	r.watchLapsesLocked()
}

// applyLocked applies one event: to the State, to the ring, to the sessions that it
// opens or ends. Of the events before this node started only the spoken ones go on the
// ring.
func (r *Room) applyLocked(done *applied, e state.Event) {
	left := r.followedLocked(e.Body)
	here, mayEnd := r.connectedLocked(e)
	out := r.state.Apply(e)
	body, kind := out.Event.Body, state.KindOf(out.Event.Body)
	accepted, spoken := out.Err == nil && !out.Again, out.Shown && kind.Spoken
	if r.elsewhereLocked(body) {
		out.Shown, spoken = false, false
	}
	if e.ID.Origin == r.epoch.Load() {
		done.answers = append(done.answers, out)
		if _, up := e.Body.(state.NodeUp); up && out.Err == nil {
			r.goLiveLocked()
		}
	}
	if mayEnd && accepted {
		if _, taken := body.(state.NodeUp); taken {
			r.replaced, done.failed = true, &state.NameTakenError{Node: r.cfg.Node}
			return
		}
		done.answers = append(done.answers, r.fenceLocked(here, errFenced)...)
	}
	if accepted {
		r.returnedLocked(out.Event)
	}
	if accepted && r.live {
		r.tally.events[kind]++
		r.reactLocked(out)
		if len(left) > 1 {
			r.closeUnusedLocked(roomsIn(left))
		}
	}
	if accepted && out.Event.Erases() { // before anybody reads that it is so
		r.ring.erase(out.Event.Takes)
		done.erasing = append(done.erasing, out.Event)
	}
	if spoken {
		done.spoken = append(done.spoken, out.Event)
	}
	if spoken || r.live && (!out.Shown || !r.gatherLocked(body)) {
		done.woken = r.showLocked(done.woken, out, left)
	}
	if accepted {
		r.beginLocked(out.Event)
	}
	_, cut := body.(state.Cut)
	for _, end := range out.Ended {
		if s, ok := r.sessions[end.Session]; ok && !r.goesOnLocked(s, end.Why.Cause) {
			s.End(end.Why)
		}
		if !cut {
			r.takeKeptLocked(end.Session)
		}
	}
}

// goLiveLocked begins this node's part in the room, whose past has been applied.
func (r *Room) goLiveLocked() {
	r.live = true
	r.backLocked()
	if r.snapshots.events >= snapshotEvents { // or a room that never runs for long would have more to apply at each start
		r.snapshots.wanted = true
	}
	r.countDownLocked(r.planLocked())
}

// beginLocked has a session of this node read from here on, if the event opened it.
func (r *Room) beginLocked(e state.Event) {
	s := r.sessions[e.ID]
	if s != nil && s.joined != 0 { // it is back under another ID: see returnedLocked
		s.joined = e.Seq
		return
	}
	if s != nil {
		m := r.state.Member(s.id)
		if own := r.memberStates[m.Forms.Key]; own != nil && own != s.own { // resumed under another pseudo than it asked for
			s.own.sessions--
			s.own = own
			s.own.sessions++
		}
		s.setPseudo(m.Pseudo)
		s.memberID = m.ID
		s.joined = e.Seq
		s.begin()
		r.expireRoomsLocked(s)
	}
	if b, ok := e.Body.(state.Resumed); ok {
		r.resumeLocked(s, b.Cut)
	}
}

// reactLocked does what this node does about an accepted event besides showing it.
func (r *Room) reactLocked(out state.Outcome) {
	switch b := out.Event.Body.(type) {
	case state.Joined, state.Resumed:
		r.arrivedLocked(out.Event)
	case state.Registered:
		r.refreshOwnersLocked(r.state.Member(b.Session))
	case state.Unregistered:
		r.unregisteredLocked(b)
	case state.Forgotten:
		r.refreshOwnersLocked(r.state.Member(b.Session))
	case state.IgnoreSet:
		r.refreshIgnoredLocked(b.Account)
	case state.Renamed:
		r.renameLocked(b)
	case state.Said:
		if s := r.sessions[b.Session]; s != nil && b.Account != 0 {
			r.noteReadingLocked(s, out.Event.Seq)
		}
		r.readOwnLocked(b)
		r.countedLocked(b.Room)
		r.tellMentionedLocked(&out.Event)
	case state.RoomMade, state.RoomJoined, state.RoomLeft, state.RoomClosed:
		r.followsLocked(b)
	case state.Invited:
		r.followsLocked(b)
		r.tellInvitedLocked(b)
	case state.Kicked:
		if m := r.state.ByID(b.Member); b.Room != 0 && m != nil {
			r.evictLocked(m, b.Room, RoomKicked)
		}
	case state.SlowSet, state.Muted, state.RoleSet:
		r.turnsChangedLocked()
	case state.ShutdownPlanned, state.ShutdownCancelled, state.NodeDown, state.NodeUp:
		if plan := r.planLocked(); !samePlan(plan, r.counted) {
			r.countDownLocked(plan)
		}
	}
}

// arrivedLocked ends a session of this node that gave up while it joined, and refreshes
// the accounts of its member's sessions. One that was being resumed is cut again.
func (r *Room) arrivedLocked(e state.Event) {
	id := e.ID
	if b, resumed := e.Body.(state.Resumed); id.Origin == r.epoch.Load() && r.sessions[id] == nil {
		why := r.leftLocked(id)
		if k := r.kept[b.Cut]; resumed && k != nil {
			r.kept[id] = k
			delete(r.kept, b.Cut)
		}
		if resumed && r.cfg.CutWait > 0 && (why.Cause == state.Lost || why.Cause == state.Slow) {
			r.depart(state.Cut{Session: id, Wait: r.cfg.CutWait})
		} else {
			r.depart(state.Left{Session: id, Cause: why.Cause, Text: why.Reason})
		}
	}
	if r.state.Accounts() > 0 {
		r.refreshOwnersLocked(r.state.Member(id))
	}
}

// renameLocked renames the member's sessions and moves their memberState.
func (r *Room) renameLocked(b state.Renamed) {
	m := r.state.Member(b.Session)
	for _, s := range r.sessionsLocked(m) {
		s.setPseudo(b.To)
	}
	from := b.From.Key()
	if ms, ok := r.memberStates[from]; ok && from != b.Forms.Key {
		delete(r.memberStates, from)
		r.memberStates[b.Forms.Key] = ms
	}
	r.refreshOwnersLocked(m)
}

// restore goes on from the store's snapshot when the log no longer keeps what comes
// next. A session of this node that is not in it has left meanwhile, for whatever cause.
func (r *Room) restore(ctx context.Context) (after state.Seq, err error) {
	st, err := loadState(ctx, r.store)
	if err != nil {
		return 0, err
	}
	r.mu.Lock()
	before := r.state.Applied()
	r.mu.Unlock()
	if st.Applied() <= before {
		return 0, fmt.Errorf("no snapshot holds what comes after event %d: %w", before, state.ErrGone)
	}
	unread, erased := r.spokenBetween(ctx, before, st.Applied()), r.erasedBefore(ctx, before)
	r.mu.Lock()
	r.showErasedLocked(erased)
	r.replaceStateLocked(st, unread)
	answers, err := r.restoredLocked(st)
	r.mu.Unlock()
	r.audience.wake()
	for _, out := range answers {
		r.answer(out)
	}
	return st.Applied(), err
}

// spokenBetween returns what the store has of what was said between two events, after
// a Gap if that may not be all.
func (r *Room) spokenBetween(ctx context.Context, after, upto state.Seq) []state.Event {
	events, _ := r.store.Last(ctx, nil, seedEvents, upto+1)
	events = slices.DeleteFunc(events, func(e state.Event) bool { return e.Seq <= after })
	if len(events) > 0 && len(events) < seedEvents {
		return events
	}
	now := r.log.Now().Time
	return slices.Insert(events, 0, state.Event{Time: now, Body: state.Gap{To: now}})
}

// replaceStateLocked replaces the State and shows the sessions here what they missed.
func (r *Room) replaceStateLocked(st *state.State, unread []state.Event) {
	r.state = st
	r.returnRestoredLocked()
	r.expireRostersLocked(nil)
	for in := range st.View().Rooms() {
		r.openLocked(in.ID)
	}
	for id := range r.kept {
		if st.Member(id) == nil {
			r.takeKeptLocked(id)
		}
	}
	for i := range unread {
		room, _ := state.RoomOf(unread[i].Body)
		r.ring.push(&unread[i], room)
	}
	for id, s := range r.sessions {
		m := st.Member(id)
		switch {
		case m != nil:
			s.setPseudo(m.Pseudo)
			r.refreshOwnersLocked(m)
			r.expireRoomsLocked(s)
			if !m.Follows(s.Looks()) {
				r.enterLocked(s, Entered{Place: r.ring.end(), Again: true, Why: PutOut})
			}
		case s.joined != 0:
			s.End(state.Ending{Cause: state.Lost})
		}
	}
	r.countDownLocked(r.planLocked())
	r.turnsChangedLocked()
}

// watchHealth follows the log's health while the room runs.
func (r *Room) watchHealth() {
	var was state.Health
	for {
		is, changed := r.log.Health()
		if is.ReadOnly != was.ReadOnly {
			r.setReadOnly(is.ReadOnly)
		}
		if was.Err != nil && is.Err == nil {
			r.snapshotNow() // it covers the events that were not recorded
		}
		was = is
		select {
		case <-changed:
		case <-r.run.Done():
			return
		}
	}
}

// setReadOnly shows everybody here that nothing can be said any more, or that it can
// again.
func (r *Room) setReadOnly(readOnly bool) {
	r.mu.Lock()
	r.readOnly = readOnly
	r.mu.Unlock()
	if readOnly {
		r.showHere(state.LogLost{})
	} else {
		r.showHere(state.LogFound{})
	}
}
