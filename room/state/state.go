package state

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/netip"
	"time"

	"salon/room/text"
)

// maxSessions is how many sessions one member may have open at once. One more
// ends the oldest, one-shot commands first, with the cause Replaced.
const maxSessions = 8

// State is what the room's events add up to: who is here, what is banned, the
// topic. It is a deterministic machine: the same events give the same state, and
// the same [State.Hash], on every node and after every restart. It reads no
// clock; time comes with the events.
//
// A State is not safe for concurrent use; the room guards its own.
type State struct {
	Applied  Seq
	Members  map[text.Key]*Member
	Topic    Topic
	Slow     time.Duration
	Bans     map[string]Ban // by Target.name
	Mutes    map[text.Key]Mute
	Accounts map[text.Key]*Account `json:",omitempty"`
	Shutdown *Plan                 `json:",omitempty"`

	Sessions map[ID]*Member        `json:"-"` // derived from Members
	Register register              `json:"-"` // derived from Accounts
	looks    [2]map[string]*Member // derived: Pseudo.Lookalikes of those present
	loud     int                   // derived: members present
	Messages uint64                `json:"-"` // messages since this State was made
}

// Member is somebody in the room, through one session or several: those of one key,
// or of one account.
type Member struct {
	Pseudo   text.Pseudo
	KeyID    string `json:",omitempty"` // of the session that came first
	Role     Role   `json:",omitempty"` // the highest of its sessions
	Since    time.Time
	Away     *Away     `json:",omitempty"`
	LastSaid time.Time `json:",omitzero"`
	Sessions []Attendance
}

// Attendance is one session of a member.
type Attendance struct {
	ID     ID
	Since  time.Time
	Addr   netip.Addr
	Front  string
	Client string
	KeyID  string `json:",omitempty"`
	Passed Seq    `json:",omitempty"` // the account whose pass phrase was given
	Role   Role   `json:",omitempty"`
	Quiet  bool   `json:",omitempty"`
}

// Away says since when and why somebody is not reading.
type Away struct {
	Since time.Time
	Text  string
}

// Topic is what the room is about.
type Topic struct {
	Text string
	By   text.Pseudo
	Set  time.Time
}

// Plan is a shutdown announced.
type Plan struct {
	Seq    Seq // of the announcement
	At     time.Time
	By     text.Pseudo
	Reason string
}

// Present reports whether the member is in the room for others to see: one that
// only runs one-shot commands is not.
func (m *Member) Present() bool {
	for _, a := range m.Sessions {
		if !a.Quiet {
			return true
		}
	}
	return false
}

// NewState returns an empty room.
func NewState() *State {
	st := &State{}
	st.index()
	return st
}

// DecodeState reads what Encode wrote.
func DecodeState(data []byte) (*State, error) {
	st := &State{}
	if err := json.Unmarshal(data, st); err != nil {
		return nil, fmt.Errorf("decode state: %w", err)
	}
	st.index()
	return st, nil
}

// index makes the derived fields from the others.
func (st *State) index() {
	if st.Members == nil {
		st.Members = map[text.Key]*Member{}
	}
	if st.Bans == nil {
		st.Bans = map[string]Ban{}
	}
	if st.Mutes == nil {
		st.Mutes = map[text.Key]Mute{}
	}
	if st.Accounts == nil {
		st.Accounts = map[text.Key]*Account{}
	}
	st.Register = newRegister()
	for _, a := range st.Accounts {
		st.Register.add(a)
	}
	st.Sessions, st.loud = map[ID]*Member{}, 0
	st.looks = [2]map[string]*Member{{}, {}}
	for _, m := range st.Members {
		st.claim(m)
		for _, a := range m.Sessions {
			st.Sessions[a.ID] = m
		}
		if m.Present() {
			st.loud++
		}
	}
}

// Encode writes the state in a form that depends on nothing but its content.
func (st *State) Encode() []byte {
	data, err := json.Marshal(st)
	if err != nil {
		panic("room: state does not encode: " + err.Error()) // a programming error: every field is plain data
	}
	return data
}

// Hash returns a digest of Encode: equal on two nodes that applied the same log.
func (st *State) Hash() [sha256.Size]byte { return sha256.Sum256(st.Encode()) }

// WithoutMembers returns a copy for a room that starts again: accounts, bans, mutes,
// topic and slow mode last, sessions do not, nor does a planned shutdown.
func (st *State) WithoutMembers() *State {
	kept := &State{Applied: st.Applied, Topic: st.Topic, Slow: st.Slow, Bans: st.Bans, Mutes: st.Mutes, Accounts: st.Accounts}
	kept.index()
	return kept
}

// Find returns the member present under that name.
func (st *State) Find(k text.Key) (*Member, bool) {
	m, ok := st.Members[k]
	return m, ok && m.Present()
}

// Count returns how many members are present.
func (st *State) Count() int { return st.loud }

// holder returns who, but for one, has a pseudo equal to p or too much like it.
func (st *State) holder(p text.Pseudo, but *Member) (*Member, bool) {
	if m, ok := st.Members[p.Key()]; ok && m != but {
		return m, true
	}
	for i, look := range p.Lookalikes() {
		if m, ok := st.looks[i][look]; ok && m != but {
			return m, true
		}
	}
	return nil, false
}

func (st *State) claim(m *Member) {
	st.Members[m.Pseudo.Key()] = m
	for i, look := range m.Pseudo.Lookalikes() {
		st.looks[i][look] = m
	}
}

func (st *State) unclaim(m *Member) {
	delete(st.Members, m.Pseudo.Key())
	for i, look := range m.Pseudo.Lookalikes() {
		delete(st.looks[i], look)
	}
}
