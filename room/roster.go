package room

import (
	"cmp"
	"slices"
	"sync/atomic"
	"time"

	"salon/room/state"
	"salon/room/text"
)

// MaxRoster is how many people a [Roster] names; the others are counted.
const MaxRoster = 200

// Roster is what a screen shows beside the messages: who is here, and what holds
// for everyone. It is never changed once made, and shared by every session.
type Roster struct {
	Room     state.Seq
	Name     text.RoomName
	Private  bool
	Present  int        // in the room, as many as /list lists
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
	Hue      state.Hue
}

func newRoster(st *state.State, room state.Seq, node uint64, readOnly bool) *Roster {
	in, present := st.Room(room), st.Count()
	if in == nil { // it was just closed
		in = &state.Room{ID: room}
	}
	if room != 0 {
		present = st.Followers(room)
	}
	people := make([]Attendee, 0, min(present, MaxRoster))
	for m := range st.Present() {
		if len(people) == min(present, MaxRoster) {
			break
		}
		if room != 0 && !m.Follows(room) {
			continue
		}
		people = append(people, Attendee{Pseudo: m.Pseudo, Away: m.IsAway(), Operator: m.Role >= state.Operator, Hue: m.Hue})
	}
	people = byName(people, func(a Attendee) text.Pseudo { return a.Pseudo })
	return &Roster{Room: room, Name: in.Name, Private: in.Private, Present: present, People: people, Topic: in.Topic, Slow: in.Slow, Shutdown: st.Shutdown(node), ReadOnly: readOnly}
}

// byName returns a list ordered as French and English readers expect: whatever the case
// and the accents, élève before zoé. Each name is folded once.
func byName[T any](list []T, name func(T) text.Pseudo) []T {
	type keyed struct {
		key  string
		item T
	}
	all := make([]keyed, len(list))
	for i, item := range list {
		all[i] = keyed{text.Fold(string(name(item))), item}
	}
	slices.SortStableFunc(all, func(a, b keyed) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(name(a.item), name(b.item)))
	})
	for i := range all {
		list[i] = all[i].item
	}
	return list
}

func (a *Roster) equal(b *Roster) bool {
	return a.Present == b.Present && a.Private == b.Private && a.Topic == b.Topic && a.Slow == b.Slow && samePlan(a.Shutdown, b.Shutdown) && a.ReadOnly == b.ReadOnly && slices.Equal(a.People, b.People)
}

// samePlan does not compare how often a plan was announced.
func samePlan(a, b *state.Plan) bool {
	return a == b || a != nil && b != nil && a.Seq == b.Seq
}

// rosterCache keeps the last Roster. What writes it holds the room's mu.
type rosterCache struct {
	current atomic.Pointer[Roster] // nil: something has changed since last
	last    *Roster
}

// expire has the next reader make a new Roster.
func (c *rosterCache) expire() { c.current.Store(nil) }

// refresh returns the Roster of a room: the last one again if nothing in it differs.
func (c *rosterCache) refresh(st *state.State, room state.Seq, node uint64, readOnly bool) *Roster {
	if r := c.current.Load(); r != nil { // another reader was first
		return r
	}
	if r := newRoster(st, room, node, readOnly); c.last == nil || !c.last.equal(r) {
		c.last = r
	}
	c.current.Store(c.last)
	return c.last
}

// rosterOfLocked returns where the Roster of a room is kept.
func (r *Room) rosterOfLocked(room state.Seq) *rosterCache {
	if room == 0 {
		return &r.roster
	}
	c := r.rosters[room]
	if c == nil {
		c = &rosterCache{}
		r.rosters[room] = c
	}
	return c
}

// expireRostersLocked has the Rosters of some rooms, none: of all, be made anew.
func (r *Room) expireRostersLocked(rooms []state.Seq) {
	if len(rooms) == 0 {
		r.roster.expire()
		for _, c := range r.rosters {
			c.expire()
		}
	}
	for _, room := range rooms {
		if c := r.rosters[room]; room == 0 {
			r.roster.expire()
		} else if c != nil {
			c.expire()
		}
	}
}
