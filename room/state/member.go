package state

import (
	"cmp"
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
// or of one account. A Member is immutable: a change replaces it.
type Member struct {
	ID       ID            `json:"id"` // of the Joined that made them: who they are, whatever they are called
	Pseudo   text.Pseudo   `json:"pseudo"`
	Forms    text.Forms    `json:"forms"`
	KeyID    string        `json:"key,omitempty"` // of the session that came first
	Hue      Hue           `json:"hue"`
	Role     Role          `json:"role,omitempty"` // the highest of its sessions
	Since    time.Time     `json:"since"`
	Away     *Away         `json:"away,omitempty"`
	Spoke    time.Duration `json:"spoke,omitempty"` // when they said something last, on the State's tick; 0: never
	Rooms    []Following   `json:"rooms,omitempty"` // that they follow, the first one too, and how far each is read
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
	// Cut is when, on the State's tick, a session whose connection was lost stops
	// waiting to be resumed. 0 while it is connected.
	Cut time.Duration `json:"cut,omitempty"`
}

// Away is since when, and why, a member is away.
type Away struct {
	Since time.Time `json:"since"`
	Text  string    `json:"text,omitempty"`
}

// Present reports whether others see the member in the room: not if they only run
// one-shot commands, but still while a connection that was lost may be resumed.
func (m *Member) Present() bool {
	return slices.ContainsFunc(m.Sessions, func(a Attendance) bool { return !a.Quiet })
}

// IsCut reports whether the member is present, and all connections of sessions that are
// not Quiet were lost.
func (m *Member) IsCut() bool {
	return m.Present() && !slices.ContainsFunc(m.Sessions, func(a Attendance) bool { return !a.Quiet && a.Cut == 0 })
}

// IsAway reports whether the member said that they are away, or is cut.
func (m *Member) IsAway() bool { return m.Away != nil || m.IsCut() }

// Attendance returns one of the member's sessions; nil if it is not theirs.
func (m *Member) Attendance(session ID) *Attendance {
	i := slices.IndexFunc(m.Sessions, func(at Attendance) bool { return at.ID == session })
	if i < 0 {
		return nil
	}
	return &m.Sessions[i]
}

// copied returns a member to be changed and put in m's place.
func (m *Member) copied() *Member {
	c := *m
	c.Sessions = slices.Clone(m.Sessions)
	return &c
}

// lapse cuts a session at a tick for as long as wait, and reports whether that is
// possible: not for a one-shot command, nor without wait.
func (at *Attendance) lapse(tick, wait time.Duration) bool {
	if wait <= 0 || at.Quiet {
		return false
	}
	at.Cut = tick + wait
	return true
}

// owns reports whether one of a member's sessions is the account's owner's.
func (m *Member) owns(a *Account) bool {
	return slices.ContainsFunc(m.Sessions, func(at Attendance) bool { return at.Proves(a) })
}

// Proves reports whether the session is the account's owner's.
func (at *Attendance) Proves(a *Account) bool { return a.Opens(at.KeyID, at.Passed) }

// entry is where the indexes find a member, whichever Member represents them now.
type entry struct{ member *Member }

// get returns the member; nil for an entry that is nil.
func (p *entry) get() *Member {
	if p == nil {
		return nil
	}
	return p.member
}

// members is the set of all members and its indexes. byKey is the set itself; the others
// follow from it.
type members struct {
	byKey    *btree.Map[text.Key, *Member]
	entries  map[ID]*entry        // by Member.ID
	sessions map[ID]*entry        // by the ID of each session
	looks    [2]map[string]*entry // by text.Forms.Looks
	proofs   map[string][]*entry  // by key and by account of each session: see proofs
	lapses   *btree.BTreeG[lapse] // sessions that were cut, the first to lapse first
	present  int
	hues     hueUse    // of those who are present
	follow   followers // of each room
}

// lapse is the end of the time that a session waits to be resumed.
type lapse struct {
	at      time.Duration
	session ID
}

func newMembers() members {
	earlier := func(a, b lapse) bool {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.session.Origin, b.session.Origin), cmp.Compare(a.session.N, b.session.N)) < 0
	}
	return members{
		byKey: &btree.Map[text.Key, *Member]{}, entries: map[ID]*entry{}, sessions: map[ID]*entry{},
		looks: [2]map[string]*entry{{}, {}}, proofs: map[string][]*entry{}, follow: followers{},
		lapses: btree.NewBTreeGOptions(earlier, btree.Options{NoLocks: true}),
	}
}

// put adds a member or replaces the one of its ID, and sets the role. It removes one
// that has no session left. All indexes follow.
func (ms *members) put(m *Member) {
	if len(m.Sessions) == 0 {
		ms.remove(m)
		return
	}
	p := ms.entries[m.ID]
	if p == nil {
		p = &entry{}
		ms.entries[m.ID] = p
	} else {
		ms.unindex(p)
	}
	m.Role = Guest
	for _, at := range m.Sessions {
		m.Role = max(m.Role, at.Role)
	}
	p.member = m
	ms.index(p)
}

func (ms *members) remove(m *Member) {
	ms.unindex(ms.entries[m.ID])
	delete(ms.entries, m.ID)
}

// touch is put for a member who has the same pseudo, sessions, role and rooms as before.
func (ms *members) touch(m *Member) {
	ms.entries[m.ID].member = m
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
	ms.follow.count(m, 1)
	if m.Present() {
		ms.present++
		ms.hues[m.Hue]++
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
			removeFrom(ms.proofs, proof, p)
		}
		if at.Cut != 0 {
			ms.lapses.Delete(lapse{at.Cut, at.ID})
		}
	}
	ms.follow.count(m, -1)
	if m.Present() {
		ms.present--
		ms.hues[m.Hue]--
	}
}

// proofs returns what the session proved: a key, an account or both. Members are found
// by it when their key or account is banned.
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

// withProof adds to found the members with a session that a proof opened.
func (ms *members) withProof(proof string, found map[*Member]bool) {
	for _, p := range ms.proofs[proof] {
		found[p.member] = true
	}
}

// withAccount adds to found the members who have an account's pseudo, or used one of its
// keys or its pass phrase.
func (ms *members) withAccount(a *Account, found map[*Member]bool) {
	if a == nil {
		return
	}
	if m, ok := ms.byKey.Get(a.Forms.Key); ok {
		found[m] = true
	}
	for _, key := range a.Keys {
		ms.withProof(key, found)
	}
	ms.withProof(a.Proof(), found)
}

// drop ends one session, and its member with the last.
func (ms *members) drop(session ID) {
	m := ms.sessions[session].get().copied()
	m.Sessions = slices.DeleteFunc(m.Sessions, func(at Attendance) bool { return at.ID == session })
	ms.put(m)
}

// expel ends every session of a member.
func (ms *members) expel(m *Member, why Ending) (ended []Ended) {
	for _, at := range m.Sessions {
		ended = append(ended, Ended{at.ID, why})
	}
	ms.remove(m)
	return ended
}

// conflict returns the member, other than except, whose pseudo equals or is
// confusable with the one of these forms; nil for none.
func (ms *members) conflict(f text.Forms, except *Member) *Member {
	if m, ok := ms.byKey.Get(f.Key); ok && (except == nil || m.ID != except.ID) {
		return m
	}
	for i, look := range f.Looks {
		if m := ms.looks[i][look].get(); m != nil && (except == nil || m.ID != except.ID) {
			return m
		}
	}
	return nil
}
