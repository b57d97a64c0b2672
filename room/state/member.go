package state

import (
	"iter"
	"net/netip"
	"slices"
	"time"

	"github.com/tidwall/btree"

	"salon/room/text"
)

// maxSessions is how many sessions one member may have open at once. One more ends
// the oldest, one-shot commands first and then those that were cut, with the cause
// Replaced.
const maxSessions = 8

// Member is somebody in the room, through one session or several: those of one key,
// or of one account. A Member is never changed; one that is different takes its
// place.
type Member struct {
	ID       ID            `json:"id"` // of the Joined that made them: who they are, whatever they are called
	Pseudo   text.Pseudo   `json:"pseudo"`
	Forms    text.Forms    `json:"forms"`
	KeyID    string        `json:"key,omitempty"`  // of the session that came first
	Role     Role          `json:"role,omitempty"` // the highest of its sessions
	Since    time.Time     `json:"since"`
	Away     *Away         `json:"away,omitempty"`
	Spoke    time.Duration `json:"spoke,omitempty"` // when they said something last, on the State's tick; 0: never
	Sessions []Attendance  `json:"sessions"`
}

// Attendance is one session of a member.
type Attendance struct {
	ID     ID         `json:"id"`
	Since  time.Time  `json:"since"`
	Addr   netip.Addr `json:"addr,omitzero"`
	Front  string     `json:"front,omitempty"`
	Client string     `json:"client,omitempty"`
	KeyID  string     `json:"key,omitempty"`
	Passed Seq        `json:"passed,omitempty"` // the account whose pass phrase was given
	Role   Role       `json:"role,omitempty"`
	Quiet  bool       `json:"quiet,omitempty"`
	// Cut is until when, on the State's tick, the session waits whose connection was
	// lost: then it is due to leave. 0 while it is not cut.
	Cut time.Duration `json:"cut,omitempty"`
}

// Away says since when and why somebody is not reading.
type Away struct {
	Since time.Time `json:"since"`
	Text  string    `json:"text,omitempty"`
}

// Present reports whether the member is in the room for others to see: one that
// only runs one-shot commands is not, one whose connection was just lost is.
func (m *Member) Present() bool {
	return slices.ContainsFunc(m.Sessions, func(a Attendance) bool { return !a.Quiet })
}

// IsCut reports whether the member is present by sessions alone whose connection was
// lost.
func (m *Member) IsCut() bool {
	return m.Present() && !slices.ContainsFunc(m.Sessions, func(a Attendance) bool { return !a.Quiet && a.Cut == 0 })
}

// IsAway reports whether the member does not read: they said so, or are cut.
func (m *Member) IsAway() bool { return m.Away != nil || m.IsCut() }

// Attendance returns one of the member's sessions; nil if it is not theirs.
func (m *Member) Attendance(session ID) *Attendance {
	if i := m.index(session); i >= 0 {
		return &m.Sessions[i]
	}
	return nil
}

func (m *Member) index(session ID) int {
	return slices.IndexFunc(m.Sessions, func(a Attendance) bool { return a.ID == session })
}

// copied returns a member to be changed and put in m's place.
func (m *Member) copied() *Member {
	c := *m
	c.Sessions = slices.Clone(m.Sessions)
	return &c
}

// rank gives a member the highest role of its sessions.
func (m *Member) rank() {
	m.Role = Guest
	for _, at := range m.Sessions {
		m.Role = max(m.Role, at.Role)
	}
}

// owns reports whether one of a member's sessions is the account's owner's.
func (m *Member) owns(a *Account) bool {
	return slices.ContainsFunc(m.Sessions, func(at Attendance) bool { return at.Proves(a) })
}

// Proves reports whether the session is the account's owner's.
func (at *Attendance) Proves(a *Account) bool { return a.Opens(at.KeyID, at.Passed) }

// entry is where the indexes find a member, whichever Member it is by now.
type entry struct{ member *Member }

// members are all members, by what they are found by. byKey is the set itself; the
// other indexes follow from it.
type members struct {
	byKey    *btree.Map[text.Key, *Member]
	places   map[ID]*entry        // by Member.ID
	sessions map[ID]*entry        // by the ID of each session
	looks    [2]map[string]*entry // by text.Forms.Looks
	proofs   map[string][]*entry  // by key and by account of each session: see proofs
	lapses   *btree.BTreeG[lapse] // sessions that were cut, the first to lapse first
	present  int
}

// lapse is the end of the time that a session waits to be resumed.
type lapse struct {
	at      time.Duration
	session ID
}

func newMembers() members {
	return members{
		byKey: &btree.Map[text.Key, *Member]{}, places: map[ID]*entry{}, sessions: map[ID]*entry{},
		looks: [2]map[string]*entry{{}, {}}, proofs: map[string][]*entry{},
		lapses: btree.NewBTreeGOptions(earlier, btree.Options{NoLocks: true}),
	}
}

func earlier(a, b lapse) bool {
	if a.at != b.at {
		return a.at < b.at
	}
	if a.session.Origin != b.session.Origin {
		return a.session.Origin < b.session.Origin
	}
	return a.session.N < b.session.N
}

// byID returns a member by who they are; nil if they left.
func (ms *members) byID(id ID) *Member {
	if p := ms.places[id]; p != nil {
		return p.member
	}
	return nil
}

// bySession returns the member whose session it is; nil if it has ended.
func (ms *members) bySession(id ID) *Member {
	if p := ms.sessions[id]; p != nil {
		return p.member
	}
	return nil
}

// put takes a member in, or puts it in the place of what it was. All indexes follow.
func (ms *members) put(m *Member) {
	p := ms.places[m.ID]
	if p == nil {
		p = &entry{}
		ms.places[m.ID] = p
	} else {
		ms.unindex(p)
	}
	p.member = m
	ms.index(p)
}

// remove takes a member out.
func (ms *members) remove(m *Member) {
	p := ms.places[m.ID]
	ms.unindex(p)
	delete(ms.places, m.ID)
}

// touch puts a member in the place of what it was, nothing having changed that it is
// found by.
func (ms *members) touch(m *Member) {
	ms.places[m.ID].member = m
	ms.byKey.Set(m.Forms.Key, m)
}

func (ms *members) index(p *entry) {
	m := p.member
	ms.byKey.Set(m.Forms.Key, m)
	for i, look := range m.Forms.Looks {
		ms.looks[i][look] = p
	}
	for i := range m.Sessions {
		at := &m.Sessions[i]
		ms.sessions[at.ID] = p
		for _, proof := range at.proofs() {
			if !slices.Contains(ms.proofs[proof], p) {
				ms.proofs[proof] = append(ms.proofs[proof], p)
			}
		}
		if at.Cut != 0 {
			ms.lapses.Set(lapse{at.Cut, at.ID})
		}
	}
	if m.Present() {
		ms.present++
	}
}

func (ms *members) unindex(p *entry) {
	m := p.member
	ms.byKey.Delete(m.Forms.Key)
	for i, look := range m.Forms.Looks {
		delete(ms.looks[i], look)
	}
	for i := range m.Sessions {
		at := &m.Sessions[i]
		delete(ms.sessions, at.ID)
		for _, proof := range at.proofs() {
			ms.unprove(proof, p)
		}
		if at.Cut != 0 {
			ms.lapses.Delete(lapse{at.Cut, at.ID})
		}
	}
	if m.Present() {
		ms.present--
	}
}

func (ms *members) unprove(proof string, p *entry) {
	left := slices.DeleteFunc(slices.Clone(ms.proofs[proof]), func(q *entry) bool { return q == p })
	if len(left) == 0 {
		delete(ms.proofs, proof)
		return
	}
	ms.proofs[proof] = left
}

// proofs are what members are found by when their key or account is banned.
func (at *Attendance) proofs() []string {
	var list []string
	if at.KeyID != "" {
		list = append(list, at.KeyID)
	}
	if at.Passed != 0 {
		list = append(list, accountProof(at.Passed))
	}
	return list
}

// heldBy yields the members with sessions of an epoch that are not cut, by their keys.
// It walks all members.
func (ms *members) heldBy(epoch uint64) iter.Seq[*Member] {
	return func(yield func(*Member) bool) {
		ms.byKey.Scan(func(_ text.Key, m *Member) bool {
			held := slices.ContainsFunc(m.Sessions, func(at Attendance) bool { return at.ID.Origin == epoch && at.Cut == 0 })
			return !held || yield(m)
		})
	}
}

// exchange puts members in the places of what they were, and takes those out who have
// no session left. Where many change, all indexes are made again, which is faster.
func (ms *members) exchange(changed map[*Member]*Member) {
	if 2*len(changed) < ms.byKey.Len() {
		for m, next := range changed {
			if len(next.Sessions) == 0 {
				ms.remove(m)
			} else {
				ms.put(next)
			}
		}
		return
	}
	was := ms.byKey
	*ms = newMembers()
	was.Scan(func(_ text.Key, m *Member) bool {
		if next, ok := changed[m]; ok {
			m = next
		}
		if len(m.Sessions) > 0 {
			ms.put(m)
		}
		return true
	})
}

// Member returns who has a session; nil when it has ended.
func (st *State) Member(session ID) *Member { return st.members.bySession(session) }

// ByID returns a member by who they are, whatever they are called; nil if they left.
func (st *State) ByID(member ID) *Member { return st.members.byID(member) }

// Find returns the member present under that name.
func (st *State) Find(k text.Key) (*Member, bool) {
	m, ok := st.members.byKey.Get(k)
	return m, ok && m.Present()
}

// Count returns how many members are present, Sessions how many sessions there are.
func (st *State) Count() int { return st.members.present }

// Sessions returns how many sessions there are.
func (st *State) Sessions() int { return len(st.members.sessions) }

// NextLapse returns the session that was cut and lapses first, with when that is on
// the State's tick; ok is false when none was cut.
func (st *State) NextLapse() (session ID, at time.Duration, ok bool) {
	first, ok := st.members.lapses.Min()
	return first.session, first.at, ok
}

// Lapsed returns the sessions that were cut and have waited long enough at a tick, the
// first limit of them: each is due to be Left. Until that is ordered, Resumed still
// takes one back.
func (st *State) Lapsed(tick time.Duration, limit int) []ID {
	var ids []ID
	st.members.lapses.Scan(func(l lapse) bool {
		if l.at > tick || len(ids) == limit {
			return false
		}
		ids = append(ids, l.session)
		return true
	})
	return ids
}

// conflict returns the member, other than except, whose pseudo equals or is
// confusable with the one of these forms.
func (st *State) conflict(f text.Forms, except *Member) (*Member, bool) {
	if m, ok := st.members.byKey.Get(f.Key); ok && (except == nil || m.ID != except.ID) {
		return m, true
	}
	for i, look := range f.Looks {
		if p := st.members.looks[i][look]; p != nil && (except == nil || p.member.ID != except.ID) {
			return p.member, true
		}
	}
	return nil, false
}

// drop ends one session, and its member with the last.
func (st *State) drop(id ID) {
	m := st.members.bySession(id).copied()
	m.Sessions = slices.DeleteFunc(m.Sessions, func(a Attendance) bool { return a.ID == id })
	if len(m.Sessions) == 0 {
		st.members.remove(m)
		return
	}
	m.rank()
	st.members.put(m)
}

// expel ends every session of a member.
func (st *State) expel(m *Member, why Ending) []Ended {
	var ended []Ended
	for _, a := range m.Sessions {
		ended = append(ended, Ended{a.ID, why})
	}
	st.members.remove(m)
	return ended
}
