package room

import (
	"time"

	"salon/internal/wait"
	"salon/room/state"
)

// departTimeout is how long [Session.Close] waits until the departure is applied;
// departPause is the time between two tries to propose it.
const (
	departTimeout = 10 * time.Second
	departPause   = 100 * time.Millisecond
)

// Close ends the session, if nothing has, and takes it out of the room. When it
// returns the log has the departure and this node has applied it, unless the log could
// not be reached for ten seconds, or the room stops: the departure is then shown later,
// by this node while it runs, or by the end of its epoch. Its owner calls Close exactly
// once.
func (s *Session) Close(why state.Ending) {
	s.End(why)
	s.room.remove(s, s.Ending())
}

// remove takes a session out of the room, and its member with the last. A session whose
// Joined is applied later departs then, see arrivedLocked.
func (r *Room) remove(s *Session, why *state.Ending) {
	r.mu.Lock()
	gone := r.state.Member(s.id) == nil || r.closing != nil
	if !gone && r.cuts(&s.from, why.Cause) {
		r.keepLocked(s)
	}
	seen, unnoted := r.unnotedLocked(s, 0) // noted if this was the owner's last session
	unnoted = unnoted && !r.readingLocked(r.state.AccountByID(seen.Account), s)
	read := r.unnotedRoomLocked(s)
	r.deleteLocked(s)
	if s.joined != 0 {
		r.tally.ended[why.Cause]++
	}
	var departed <-chan struct{}
	if !gone {
		departed = r.depart(r.departure(s, why), read...)
	}
	r.mu.Unlock()
	if departed != nil {
		select {
		case <-departed:
		case <-time.After(departTimeout):
		case <-r.stopped:
		}
	}
	if unnoted {
		r.note(seen)
	}
}

func (r *Room) insertLocked(s *Session) {
	r.sessions[s.id] = s
	if s.member {
		r.tally.sessions[s.from.Front]++
	}
	r.seatLocked(s)
}

func (r *Room) deleteLocked(s *Session) {
	if r.sessions[s.id] != s {
		return
	}
	delete(r.sessions, s.id)
	if s.member {
		r.tally.sessions[s.from.Front]--
	}
	delete(r.several, s)
	s.own.sessions--
	s.audience.remove(s)
	s.audience = nil
}

// departure returns the event that ends a session, or cuts it.
func (r *Room) departure(s *Session, why *state.Ending) state.Body {
	if r.cuts(&s.from, why.Cause) {
		return state.Cut{Session: s.id, Wait: r.cfg.CutWait}
	}
	return state.Left{Session: s.id, Cause: why.Cause, Text: why.Reason}
}

// depart proposes the end of a session, under one ID, until the log has it or the room
// has closed: nobody may stay in the room whose connection is gone. The channel is
// closed when that is done.
//
// What is to be noted first is proposed once.
func (r *Room) depart(b state.Body, first ...state.Body) <-chan struct{} {
	done, id := make(chan struct{}), r.newID()
	r.running.Go(func() {
		defer close(done)
		for _, b := range first {
			r.note(b)
		}
		for {
			_, err := r.proposeUntil(r.run, id, b, r.stopped)
			if !isPassing(err) || !wait.Pause(r.run, departPause) {
				return
			}
			if id.Origin != r.epoch.Load() { // that epoch has ended: what it has not proposed will not be taken
				id = r.newID()
			}
		}
	})
	return done
}

// lapseAtOnce is how many sessions that were cut leave at a time.
const lapseAtOnce = 256

// watchLapsesLocked sets the timer for the first session that was cut and does not come
// back. Every node proposes that it leaves; the State accepts one.
func (r *Room) watchLapsesLocked() {
	_, at, cut := r.state.NextLapse()
	if !cut || r.lapsing != nil || r.closing != nil {
		return
	}
	r.lapsing = time.AfterFunc(max(at-r.state.TickAt(r.log.Now().Stamp), 0), r.lapse)
}

// lapse has the sessions leave that were cut and whose time is over.
func (r *Room) lapse() {
	now := r.log.Now().Stamp
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closing != nil {
		return
	}
	var departed []<-chan struct{}
	for _, id := range r.state.Lapsed(r.state.TickAt(now), lapseAtOnce) {
		departed = append(departed, r.depart(state.Left{Session: id, Cause: state.Lost}))
	}
	r.running.Go(func() {
		for _, done := range departed {
			<-done
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.lapsing = nil
		r.watchLapsesLocked()
	})
}
