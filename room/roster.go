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
// leaves are gathered they come with their [Gathered]; or before, with whatever
// else changes it. What is not shown as an event, such as who is away, changes it
// without waking anybody.
//
// Unchanged it costs one atomic load, whoever asks; a change costs the first who
// asks a walk of all members.
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
	if made := rosterOf(r.state); r.rostered == nil || !r.rostered.equal(made) {
		r.rostered = made
	}
	r.roster.Store(r.rostered)
	return r.rostered
}

func (a *Roster) equal(b *Roster) bool {
	return a.Present == b.Present && a.Topic == b.Topic && a.Slow == b.Slow && a.Shutdown == b.Shutdown && slices.Equal(a.People, b.People)
}

func rosterOf(st *state.State) *Roster {
	names := make([]text.Key, 0, st.Count())
	for k, m := range st.Members {
		if m.Present() {
			names = append(names, k)
		}
	}
	slices.Sort(names)
	people := make([]Attendee, min(len(names), MaxRoster))
	for i := range people {
		m := st.Members[names[i]]
		people[i] = Attendee{Pseudo: m.Pseudo, Away: m.Away != nil, Operator: m.Role >= state.Operator}
	}
	return &Roster{Present: st.Count(), People: people, Topic: st.Topic, Slow: st.Slow, Shutdown: st.Shutdown}
}

// changesRoster reports whether an event may have changed the roster.
func changesRoster(out *state.Outcome) bool {
	switch out.Event.Body.(type) {
	case state.Renamed, state.Kicked, state.Banned, state.TopicSet, state.SlowSet, state.ShutdownPlanned, state.ShutdownCancelled:
		return out.Shown
	case state.Joined, state.Left, state.WentAway, state.CameBack, state.RoleSet, state.Unregistered: // another session of a member may be an operator's
		return out.Err == nil
	}
	return false
}
