package room

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"salon/room/state"
)

// applyAtOnce is how many events are applied before the room's lock is let go for a
// moment: each takes some microseconds.
const applyAtOnce = 16

// batch is what applying some events makes to do without the lock.
type batch struct {
	spoken  []state.Event
	answers []state.Outcome // of this node's proposals
	shown   bool
}

// follow applies the log until it closes. When the log no longer keeps what comes
// next, it goes on from the store's snapshot.
func (r *Room) follow() {
	defer close(r.followed)
	r.mu.Lock()
	after := r.state.Applied()
	r.mu.Unlock()
	var b batch
	var err error
	for {
		err = r.log.Follow(r.run, after, func(events []state.Event) error {
			r.applyAll(&b, events)
			return nil
		})
		if !errors.Is(err, state.ErrGone) {
			break
		}
		if after, err = r.restore(r.run); err != nil {
			break
		}
	}
	if r.run.Err() == nil && !errors.Is(err, state.ErrClosed) {
		r.failed = r.explain(err)
	}
	r.stop(state.Ending{Cause: state.Shutdown})
}

// explain adds which program wrote what this one cannot read, if the log said when
// that node came up.
func (r *Room) explain(err error) error {
	if newer, ok := errors.AsType[*state.VersionError](err); ok && newer.Program == "" {
		r.mu.Lock()
		defer r.mu.Unlock()
		for _, n := range r.state.Nodes() {
			if n.Version > state.Version {
				return fmt.Errorf("node %s runs %s: %w", n.Name, n.Program, err)
			}
		}
	}
	return err
}

// applyAll makes events true here, a few at a time. Proposers are told last: by then
// what they did is in the store too, where somebody they let in looks for it.
func (r *Room) applyAll(b *batch, events []state.Event) {
	r.applying.Lock()
	defer r.applying.Unlock()
	b.spoken, b.answers, b.shown = b.spoken[:0], b.answers[:0], false
	for some := range slices.Chunk(events, applyAtOnce) {
		r.mu.Lock()
		for _, e := range some {
			r.applyLocked(b, e)
		}
		r.mu.Unlock()
	}
	r.store.Apply(events[len(events)-1].Seq, b.spoken)
	r.afterBatch(b.shown, len(events))
	for i := range b.answers {
		r.proposals.answer(b.answers[i].Event.ID, b.answers[i])
	}
}

// afterBatch wakes those who have something to read, and does what is due.
func (r *Room) afterBatch(shown bool, events int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if shown {
		r.wakeAllLocked()
	}
	r.snapshots.events += events
	r.snapshotIfDueLocked()
	r.watchLapsesLocked()
}

// applyLocked makes one event true here: in the State, on the ring, for the sessions
// that it ends. What happened before this node came up is the past: it is only kept.
func (r *Room) applyLocked(b *batch, e state.Event) {
	out := r.state.Apply(e)
	kind := state.KindOf(out.Event.Body)
	if e.ID.Origin == r.epoch {
		b.answers = append(b.answers, out)
		if _, up := e.Body.(state.NodeUp); up && out.Err == nil {
			r.goLiveLocked()
		}
	}
	if out.Err == nil && !out.Again && r.live {
		r.noticeLocked(out)
	}
	if out.Shown && kind.Spoken {
		b.spoken = append(b.spoken, out.Event)
	}
	if r.live && (!out.Shown || !r.gatherLocked(out.Event.Body)) || out.Shown && kind.Spoken {
		r.showLocked(out)
		b.shown = b.shown || out.Shown
	}
	r.beginLocked(out)
	for _, end := range out.Ended {
		if s, ok := r.sessions[end.Session]; ok {
			s.End(end.Why)
		}
	}
}

// goLiveLocked begins this node's part in the room, whose past has been applied.
func (r *Room) goLiveLocked() {
	r.live = true
	if r.snapshots.events >= snapshotEvents { // or every start of a room that never runs for long has more to apply
		r.snapshots.tried = time.Time{}
	}
	if plan := r.state.Shutdown(); plan != nil {
		r.countDownLocked(*plan)
	}
}

// beginLocked has a session of this node read from here on, if the event opened it.
func (r *Room) beginLocked(out state.Outcome) {
	if out.Err != nil || out.Again {
		return
	}
	joined, ok := opened(out.Event.Body)
	s := r.sessions[out.Event.ID]
	if !ok || s == nil {
		return
	}
	s.setPseudo(joined.Pseudo)
	s.memberID = r.state.Member(s.id).ID
	s.joined = out.Event.Seq
	s.begin()
}

// opened returns the Joined that a body is, or that it resumes.
func opened(b state.Body) (state.Joined, bool) {
	switch b := b.(type) {
	case state.Joined:
		return b, true
	case state.Resumed:
		return b.Joined, true
	}
	return state.Joined{}, false
}

// showLocked puts an outcome where sessions read it. The roster goes stale first:
// whoever reads the event finds the roster that it made.
func (r *Room) showLocked(out state.Outcome) {
	if out.Err == nil && state.KindOf(out.Event.Body).Roster {
		r.roster.Store(nil)
	}
	if out.Shown {
		r.ring.push(&out.Event)
	}
}

// noticeLocked does what this node owes to an event besides showing it.
func (r *Room) noticeLocked(out state.Outcome) {
	switch b := out.Event.Body.(type) {
	case state.Joined, state.Resumed:
		r.arrivedLocked(out.Event.ID)
	case state.Registered:
		r.refreshOwnersLocked(r.state.Member(b.Session))
	case state.Unregistered:
		r.unregisteredLocked(b)
	case state.IgnoreSet:
		r.ignoreSetLocked(b)
	case state.Renamed:
		r.renameLocked(b)
	case state.Said:
		r.saidLocked(out.Event.Seq, b)
	case state.ShutdownPlanned:
		r.countDownLocked(*r.state.Shutdown())
	case state.ShutdownCancelled, state.NodeDown, state.NodeUp:
		if r.state.Shutdown() == nil {
			r.cancelCountdownLocked()
		}
	}
}

// arrivedLocked sends somebody away again who gave up waiting to join, and has the
// sessions of a member know whose account is theirs.
func (r *Room) arrivedLocked(id state.ID) {
	if id.Origin == r.epoch && r.sessions[id] == nil {
		r.departing(state.Left{Session: id, Cause: state.Lost})
	}
	if r.state.Accounts() > 0 {
		r.refreshOwnersLocked(r.state.Member(id))
	}
}

// renameLocked takes the member's sessions and what is kept of them along.
func (r *Room) renameLocked(b state.Renamed) {
	m := r.state.Member(b.Session)
	for _, a := range m.Sessions {
		if s, ok := r.sessions[a.ID]; ok {
			s.setPseudo(b.To)
		}
	}
	from := b.From.Key()
	if ms, ok := r.memberStates[from]; ok && from != b.Forms.Key {
		delete(r.memberStates, from)
		r.memberStates[b.Forms.Key] = ms
	}
	r.refreshOwnersLocked(m)
}

// gatherLocked counts joins and leaves instead of showing them, once the room is
// full enough, and reports whether it did.
func (r *Room) gatherLocked(b state.Body) bool {
	if r.cfg.GatherAbove == 0 || r.gathering == nil && r.state.Count() <= r.cfg.GatherAbove {
		return false
	}
	switch b.(type) {
	case state.Joined:
		r.gathered.In++
	case state.Left:
		r.gathered.Out++
	default:
		return false
	}
	if r.gathering == nil {
		r.gathering = time.AfterFunc(r.cfg.GatherEvery, r.showGathered)
	}
	return true
}

func (r *Room) showGathered() {
	r.mu.Lock()
	sum := r.gathered
	sum.Present = r.state.Count()
	r.gathered, r.gathering = state.Gathered{}, nil
	r.mu.Unlock()
	r.showHere(sum)
}

// showHere shows something on this node that is not in the log.
func (r *Room) showHere(b state.Body) {
	now := r.log.Now().Time
	r.mu.Lock()
	defer r.mu.Unlock()
	r.roster.Store(nil) // before the event, as in showLocked
	r.ring.push(&state.Event{Time: now, Body: b})
	r.wakeAllLocked()
}

// restore goes on from the store's snapshot when the log has forgotten what comes
// next. Whoever of this node is not in it has left meanwhile, nobody knows how.
func (r *Room) restore(ctx context.Context) (after state.Seq, err error) {
	st, err := load(ctx, r.store)
	if err != nil {
		return 0, err
	}
	r.mu.Lock()
	before := r.state.Applied()
	r.mu.Unlock()
	if st.Applied() <= before {
		return 0, fmt.Errorf("no snapshot holds what comes after place %d: %w", before, state.ErrGone)
	}
	missed := r.missedBetween(ctx, before, st.Applied())
	r.mu.Lock()
	r.exchangeLocked(st, missed)
	r.mu.Unlock()
	for _, id := range r.proposals.ids() {
		if seq, refused, ok := st.Answer(id); ok {
			r.proposals.answer(id, state.Outcome{Event: state.Event{Seq: seq, ID: id}, Again: true, Err: refused})
		}
	}
	return st.Applied(), nil
}

// missedBetween returns what the store has of what was said between two places, after
// a Gap if that may not be all.
func (r *Room) missedBetween(ctx context.Context, after, upto state.Seq) []state.Event {
	last, _ := r.store.Last(ctx, seedEvents, upto+1)
	missed := slices.DeleteFunc(last, func(e state.Event) bool { return e.Seq <= after })
	if len(missed) > 0 && len(missed) < seedEvents {
		return missed
	}
	now := r.log.Now().Time
	return slices.Insert(missed, 0, state.Event{Time: now, Body: state.Gap{To: now}})
}

// exchangeLocked takes another State, and has the sessions here follow.
func (r *Room) exchangeLocked(st *state.State, missed []state.Event) {
	r.state = st
	r.roster.Store(nil)
	for i := range missed {
		r.ring.push(&missed[i])
	}
	for id, s := range r.sessions {
		m := st.Member(id)
		switch {
		case m != nil:
			s.setPseudo(m.Pseudo)
			r.refreshOwnersLocked(m)
		case s.joined != 0:
			s.End(state.Ending{Cause: state.Lost})
		}
	}
	r.cancelCountdownLocked()
	if plan := st.Shutdown(); plan != nil {
		r.countDownLocked(*plan)
	}
	r.wakeAllLocked()
}
