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

// lapse has a session wait to be resumed from a tick on, and reports whether it may: a
// one-shot command and what does not wait may not.
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

// entry is where the indexes find a member, whichever Member it is by now.
type entry struct{ member *Member }

// get returns the member; nil for an entry that is nil.
func (p *entry) get() *Member {
	if p == nil {
		return nil
	}
	return p.member
}

// members are all members, by what they are found by. byKey is the set itself; the
// other indexes follow from it.
type members struct {
	byKey    *btree.Map[text.Key, *Member]
	entries  map[ID]*entry        // by Member.ID
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
		byKey: &btree.Map[text.Key, *Member]{}, entries: map[ID]*entry{}, sessions: map[ID]*entry{},
		looks: [2]map[string]*entry{{}, {}}, proofs: map[string][]*entry{},
		lapses: btree.NewBTreeGOptions(earlier, btree.Options{NoLocks: true}),
	}
}

func earlier(a, b lapse) bool {
	return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.session.Origin, b.session.Origin), cmp.Compare(a.session.N, b.session.N)) < 0
}

// put takes a member in, or puts it in the place of what it was; one that has no
// session left is taken out. All indexes follow.
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

// touch is put for a member of whom nothing has changed that it is found by.
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

// provedBy finds the members with a session that a proof opened.
func (ms *members) provedBy(proof string, found map[*Member]bool) {
	for _, p := range ms.proofs[proof] {
		found[p.member] = true
	}
}

// goingBy finds the members who go by an account: under its pseudo, by one of its keys
// or by its pass phrase.
func (ms *members) goingBy(a *Account, found map[*Member]bool) {
	if a == nil {
		return
	}
	if m, ok := ms.byKey.Get(a.Forms.Key); ok {
		found[m] = true
	}
	for _, key := range a.Keys {
		ms.provedBy(key, found)
	}
	ms.provedBy(a.Proof(), found)
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
