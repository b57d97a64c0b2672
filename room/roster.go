package room

import (
	"slices"
	"time"

	"salon/room/state"
	"salon/room/text"
)

// MaxRoster is how many people a [Roster] names; the others are counted.
const MaxRoster = 200

// Roster is what a screen shows beside the messages: who is here, and what holds
// for everyone. It is never changed once made, and shared by every session.
type Roster struct {
	Present  int        // as many as /list lists
	People   []Attendee // sorted as /list is; the first MaxRoster of them
	Topic    state.Topic
	Slow     time.Duration // between two messages of one member; 0: no slow mode
	Shutdown *state.Plan   // nil: none is planned
	ReadOnly bool          // the log cannot be reached: nothing can be said
}

// Attendee is a member as a Roster names them.
type Attendee struct {
	Pseudo   text.Pseudo
	Away     bool
	Operator bool
}

// Roster returns who is here. Two calls return the same pointer if and only if
// nothing in it has changed between them, so that comparing pointers is enough to
// know. Whoever has read an event finds here what it made true. While joins and
// leaves are gathered they come with their [state.Gathered]; or before, with whatever
// else changes it. What is not shown as an event, such as who is away, changes it
// without waking anybody.
//
// Unchanged it costs one atomic load, whoever asks; a change costs the first who
// asks a walk of MaxRoster members.
func (s *Session) Roster() *Roster {
	if shown := s.room.roster.Load(); shown != nil {
		return shown
	}
	return s.room.makeRoster()
}

func (r *Room) makeRoster() *Roster {
	r.mu.Lock()
	defer r.mu.Unlock()
	if shown := r.roster.Load(); shown != nil { // somebody else was first
		return shown
	}
	made := rosterOf(r.state)
	made.ReadOnly = r.readOnly
	if r.rostered == nil || !r.rostered.equal(made) {
		r.rostered = made
	}
	r.roster.Store(r.rostered)
	return r.rostered
}

func (a *Roster) equal(b *Roster) bool {
	return a.Present == b.Present && a.Topic == b.Topic && a.Slow == b.Slow && samePlan(a.Shutdown, b.Shutdown) && a.ReadOnly == b.ReadOnly && slices.Equal(a.People, b.People)
}

// samePlan disregards how often a plan was announced.
func samePlan(a, b *state.Plan) bool {
	return a == b || a != nil && b != nil && a.Seq == b.Seq
}

func rosterOf(st *state.State) *Roster {
	people := make([]Attendee, 0, min(st.Count(), MaxRoster))
	for m := range st.Present() {
		if len(people) == MaxRoster {
			break
		}
		people = append(people, Attendee{Pseudo: m.Pseudo, Away: m.IsAway(), Operator: m.Role >= state.Operator})
	}
	return &Roster{Present: st.Count(), People: people, Topic: st.Topic(), Slow: st.Slow(), Shutdown: st.Shutdown()}
}
