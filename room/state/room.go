package state

import (
	"cmp"
	"slices"
	"time"

	"github.com/tidwall/btree"

	"salon/room/text"
)

// Limits on rooms.
const (
	// maxFollowed is how many rooms besides the first one member follows; one more is
	// refused until they leave one.
	maxFollowed = 50
	// maxInvited is how many people may be invited to one room, and maxModerators how many
	// may moderate it besides its owner; one more is refused.
	maxInvited    = 1000
	maxModerators = 50
)

// A Room is a topic, a slow mode, who may enter, and what was said in it. Who follows it
// stands with each member. A Room is immutable: a change replaces it.
//
// The room where everybody arrives has ID 0: it is always there, and nobody owns it.
type Room struct {
	ID         Seq           `json:"id,omitempty"` // place in the log of what made it: tells it from a later one of the same name
	Name       text.RoomName `json:"name"`
	Forms      text.Forms    `json:"forms"` // as they were when it was made
	Made       time.Time     `json:"made,omitzero"`
	Owner      Someone       `json:"owner,omitzero"`
	Moderators []Someone     `json:"moderators,omitempty"` // besides the owner, first named first
	Private    bool          `json:"private,omitempty"`    // it is there for those who follow it and those invited only
	Invited    []Someone     `json:"invited,omitempty"`
	Topic      Topic         `json:"topic,omitzero"`
	Slow       time.Duration `json:"slow,omitempty"`
	Messages   uint64        `json:"messages,omitempty"` // said in it since it was made: what is unread is told by them
}

// in returns what events in the room say of where they are: "" for the first.
func (r *Room) in() text.RoomName {
	if r.ID == 0 {
		return ""
	}
	return r.Name
}

// RoomOf returns the room that an event is about, and its name; "" for the first, where also
// what concerns everybody on the server is said to be.
func RoomOf(b Body) (room Seq, in text.RoomName) {
	switch b := b.(type) {
	case Said:
		return b.Room, b.In
	case TopicSet:
		return b.Room, b.In
	case SlowSet:
		return b.Room, b.In
	case Kicked:
		return b.Room, b.In
	case Muted:
		return b.Room, b.In
	case Unmuted:
		return b.Room, b.In
	case RoomMade:
		return b.Room, b.Name
	case RoomClosed:
		return b.Room, b.In
	case RoomJoined:
		return b.Room, b.In
	case RoomLeft:
		return b.Room, b.In
	case Invited:
		return b.Room, b.In
	case ModeratorSet:
		return b.Room, b.In
	case PrivateSet:
		return b.Room, b.In
	case Deleted:
		return b.Room, b.In
	}
	return 0, ""
}

// Someone is who somebody is beyond one visit, as far as that can be told: by their account
// or key, else for as long as they are here.
type Someone struct {
	Pseudo text.Pseudo `json:"pseudo,omitempty"` // what they were called, for people
	Proof  string      `json:"proof,omitempty"`  // see State.Proof
	Member ID          `json:"member,omitzero"`  // who they are without a Proof
}

// Someone returns who a member is.
func (st *State) Someone(m *Member) Someone {
	if proof := st.Proof(m); proof != "" {
		return Someone{Pseudo: m.Pseudo, Proof: proof}
	}
	return Someone{Pseudo: m.Pseudo, Member: m.ID}
}

// Listed returns who on the room's lists was called so when they were put there.
func (r *Room) Listed(p text.Pseudo) (who Someone, ok bool) {
	all := slices.Concat(r.Invited, r.Moderators)
	i := slices.IndexFunc(all, func(who Someone) bool { return who.Pseudo.Key() == p.Key() })
	if i < 0 {
		return Someone{}, false
	}
	return all[i], true
}

// Is reports whether a member is somebody: by any proof of any of their sessions.
func (st *State) Is(m *Member, who Someone) bool {
	if who.Proof == "" {
		return who.Member != ID{} && who.Member == m.ID
	}
	a := st.ownedBy(m)
	return a != nil && a.Proof() == who.Proof ||
		slices.ContainsFunc(m.Sessions, func(at Attendance) bool { return slices.Contains(at.proofs(), who.Proof) })
}

// Moderates reports whether a member may govern a room: its owner and those they named.
func (st *State) Moderates(m *Member, r *Room) bool {
	is := func(who Someone) bool { return st.Is(m, who) }
	return is(r.Owner) || slices.ContainsFunc(r.Moderators, is)
}

// MayEnter reports whether a member may follow a room.
func (st *State) MayEnter(m *Member, r *Room) bool {
	return !r.Private || m.Follows(r.ID) || st.Moderates(m, r) || slices.ContainsFunc(r.Invited, func(who Someone) bool { return st.Is(m, who) })
}

// Following is one room that a member follows.
type Following struct {
	Room  Seq           `json:"room,omitempty"`
	Read  uint64        `json:"read,omitempty"`  // how many of its Messages they have read
	Spoke time.Duration `json:"spoke,omitempty"` // when they said something there last, on the State's tick
}

// Follows reports whether a member follows a room that there is. Everybody follows the first.
func (m *Member) Follows(room Seq) bool { return m.following(room) != nil }

// Read returns how many of a room's messages a member has read.
func (m *Member) Read(room Seq) uint64 {
	if f := m.following(room); f != nil {
		return f.Read
	}
	return 0
}

// SpokeIn returns when a member said something last in a room, on the State's tick; 0 for
// never.
func (m *Member) SpokeIn(room Seq) time.Duration {
	if f := m.following(room); f != nil {
		return f.Spoke
	}
	return 0
}

func (m *Member) following(room Seq) *Following { return following(m.Rooms, room) }

func following(list []Following, room Seq) *Following {
	i := slices.IndexFunc(list, func(f Following) bool { return f.Room == room })
	if i < 0 {
		return nil
	}
	return &list[i]
}

// followed returns what of a list is there, the first room too.
func (st *State) followed(list []Following) []Following {
	list = slices.DeleteFunc(slices.Clone(list), func(f Following) bool { return st.Room(f.Room) == nil })
	if following(list, 0) == nil {
		list = slices.Insert(list, 0, Following{Read: st.salon.Messages})
	}
	return list
}

// follow returns a copy of list with a room, read as far as read at least.
func follow(list []Following, room Seq, read uint64) []Following {
	list = slices.Clone(list)
	if f := following(list, room); f != nil {
		f.Read = max(f.Read, read)
		return list
	}
	return append(list, Following{Room: room, Read: read})
}

// unfollow returns a copy of list without a room.
func unfollow(list []Following, room Seq) []Following {
	return slices.DeleteFunc(slices.Clone(list), func(f Following) bool { return f.Room == room })
}

// rooms is the set of all rooms but the first, and its indexes. byID is the set itself; the
// others follow from it.
type rooms struct {
	byID  *btree.Map[Seq, *Room]
	keys  map[text.Key]*Room
	looks [2]map[string]*Room
}

func newRooms() rooms {
	return rooms{byID: &btree.Map[Seq, *Room]{}, keys: map[text.Key]*Room{}, looks: [2]map[string]*Room{{}, {}}}
}

// newSalon returns the room where everybody arrives.
func newSalon() *Room { return &Room{Name: text.Salon, Forms: text.Salon.Forms()} }

func (rs *rooms) put(r *Room) {
	rs.byID.Set(r.ID, r)
	rs.keys[r.Forms.Key] = r
	for i, look := range r.Forms.Looks {
		rs.looks[i][look] = r
	}
}

func (rs *rooms) remove(r *Room) {
	rs.byID.Delete(r.ID)
	delete(rs.keys, r.Forms.Key)
	for i, look := range r.Forms.Looks {
		delete(rs.looks[i], look)
	}
}

// Room returns a room by its ID, 0 for the first; nil for one that is closed.
func (st *State) Room(id Seq) *Room {
	if id == 0 {
		return st.salon
	}
	r, _ := st.rooms.byID.Get(id)
	return r
}

// RoomNamed returns the room of a name's key; nil if there is none.
func (st *State) RoomNamed(k text.Key) *Room {
	if k == st.salon.Forms.Key {
		return st.salon
	}
	return st.rooms.keys[k]
}

// Rooms returns how many rooms there are besides the first.
func (st *State) Rooms() int { return st.rooms.byID.Len() }

// Followers returns how many members present follow a room.
func (st *State) Followers(room Seq) int { return st.members.follow[room].present }

// putRoom replaces a room, or adds one.
func (st *State) putRoom(r *Room) {
	if r.ID == 0 {
		st.salon = r
		return
	}
	st.rooms.put(r)
}

// roomLike returns the room whose name equals or is confusable with the one of these forms;
// nil for none.
func (st *State) roomLike(f text.Forms) *Room {
	if r := st.RoomNamed(f.Key); r != nil {
		return r
	}
	if st.salon.Forms.Alike(f) {
		return st.salon
	}
	return cmp.Or(st.rooms.looks[0][f.Looks[0]], st.rooms.looks[1][f.Looks[1]])
}

// followers counts those who follow each room. One that was closed is counted until they
// follow or leave another.
type followers map[Seq]struct{ all, present int }

func (fs followers) count(m *Member, by int) {
	for _, f := range m.Rooms {
		n := fs[f.Room]
		if n.all += by; m.Present() {
			n.present += by
		}
		if fs[f.Room] = n; n.all == 0 {
			delete(fs, f.Room)
		}
	}
}
