// Package state is the replicated part of a room: the events that its log orders,
// the State that they add up to, and how both are encoded. It leaves to the room who
// may propose what and who is shown it, and to a log how events are ordered and
// stored. Begin with [NewState] or [DecodeState] and call [State.Apply].
//
// A State is a deterministic machine. It reads no clock, takes no lock, starts no
// goroutine and draws no random number: the same events give the same State, and
// the same [State.Hash], on every node, in every process and after every restart.
package state

import (
	"cmp"
	"slices"
	"time"

	"salon/room/text"
)

// State is what a room's events add up to: members, bans, mutes, accounts, the topic. Its
// zero value is not usable; see [NewState] and [DecodeState].
//
// A State has a clock of its own, the tick, which only goes on: at each event by as
// much as the log's stamp is ahead of the one before, and never back. Bans, mutes,
// slow mode, a planned shutdown and the time that a lost connection may take to come
// back are all measured on it. What people are shown is wall time, which decides
// nothing.
//
// A State is not safe for concurrent use: its room guards it. The members, accounts,
// bans and mutes that it returns are immutable, and any goroutine may read them later.
type State struct {
	header
	nodes    map[epoch]*node
	ended    []epoch // the last ones
	members  members
	accounts accounts
	rooms    rooms
	bans     penalties[Ban]
	mutes    penalties[Mute]
	messages uint64 // since this State was made; not replicated
}

// header is what a State, a View and a Frozen have in common.
type header struct {
	applied  Seq
	tick     time.Duration
	stamp    time.Duration // of the last event
	salon    *Room         // where everybody arrives; like the next, never changed: exchanged
	shutdown *Plan         // of all nodes
	closing  []*Plan       // each of one node, in the order of their epochs
}

// Topic is the subject of the room, and who set it when.
type Topic struct {
	Text string      `json:"text,omitempty"`
	By   text.Pseudo `json:"by,omitempty"`
	Set  time.Time   `json:"set,omitzero"`
}

// Plan is a shutdown that was announced.
type Plan struct {
	Seq       Seq           `json:"seq"`                 // of the announcement
	At        time.Time     `json:"at"`                  // for people
	Ends      time.Duration `json:"ends"`                // on the State's tick
	Epoch     uint64        `json:"epoch"`               // of who announced it
	Node      uint64        `json:"node,omitempty"`      // the epoch of the node that closes; 0: all do
	Announced time.Duration `json:"announced,omitempty"` // the least time left that was announced since; 0: none
	By        text.Pseudo   `json:"by,omitempty"`
	Reason    string        `json:"reason,omitempty"`
}

// firstTick is where the State's clock begins: 0 is never.
const firstTick = time.Microsecond

// NewState returns an empty room.
func NewState() *State {
	return &State{
		header: header{tick: firstTick, salon: newSalon()}, nodes: map[epoch]*node{},
		members: newMembers(), accounts: newAccounts(0), rooms: newRooms(), bans: newPenalties[Ban](), mutes: newPenalties[Mute](),
	}
}

// Applied returns the place of the last event that was applied.
func (h *header) Applied() Seq { return h.applied }

// Tick returns the State's clock at the last event.
func (h *header) Tick() time.Duration { return h.tick }

// TickAt returns what the State's clock shows when the log's shows stamp: for checks
// between two events.
func (h *header) TickAt(stamp time.Duration) time.Duration { return h.tick + max(0, stamp-h.stamp) }

// Rebase has the State go on in another log, where its last event would have had this stamp.
func (st *State) Rebase(stamp time.Duration) { st.stamp = stamp }

// Stamp returns the log's stamp of the last event.
func (h *header) Stamp() time.Duration { return h.stamp }

// Salon returns the room where everybody arrives.
func (h *header) Salon() *Room { return h.salon }

// Shutdown returns the planned shutdown that comes first for the node of an epoch: its own or
// that of all nodes; nil when there is none.
func (h *header) Shutdown(node uint64) *Plan {
	plan := h.shutdown
	if own := h.planOf(node); own != nil && (plan == nil || own.Ends < plan.Ends) {
		plan = own
	}
	return plan
}

// planOf returns the planned shutdown of one node alone, 0: that of all; nil for none.
func (h *header) planOf(node uint64) *Plan {
	if node == 0 {
		return h.shutdown
	}
	i := slices.IndexFunc(h.closing, func(p *Plan) bool { return p.Node == node })
	if i < 0 {
		return nil
	}
	return h.closing[i]
}

// setPlan replaces the planned shutdown of one node, 0: of all; nil removes it.
func (h *header) setPlan(node uint64, p *Plan) {
	if node == 0 {
		h.shutdown = p
		return
	}
	h.closing = slices.DeleteFunc(slices.Clone(h.closing), func(p *Plan) bool { return p.Node == node })
	if p != nil {
		h.closing = append(h.closing, p)
		slices.SortFunc(h.closing, func(a, b *Plan) int { return cmp.Compare(a.Node, b.Node) })
	}
}

// Messages returns how many messages were applied since this State was made here.
func (st *State) Messages() uint64 { return st.messages }

// Member returns the member whose session it is; nil if the session has ended.
func (st *State) Member(session ID) *Member { return st.members.sessions[session].get() }

// ByID returns a member by ID; nil if they left.
func (st *State) ByID(member ID) *Member { return st.members.entries[member].get() }

// Find returns the present member whose pseudo has that key.
func (st *State) Find(k text.Key) (*Member, bool) {
	m, ok := st.members.byKey.Get(k)
	return m, ok && m.Present()
}

// Count returns how many members are present.
func (st *State) Count() int { return st.members.present }

// Sessions returns how many sessions there are, open or cut.
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

// Account returns the account of a pseudo; nil for one that nobody has registered.
func (st *State) Account(k text.Key) *Account { return st.accounts.get(k) }

// Near returns an account whose pseudo is near to the one of that key (see [text.Near]):
// it is to be refused to everybody. nil for none, and for a pseudo that is registered
// itself. Nothing that is applied depends on it.
func (st *State) Near(k text.Key) *Account {
	if st.accounts.get(k) != nil {
		return nil
	}
	n := k.Near()
	for _, key := range st.accounts.near[n.Index] {
		if n.To(key.Near()) {
			return st.accounts.get(key)
		}
	}
	return nil
}

// AccountByID returns an account by its ID; nil if it was given up.
func (st *State) AccountByID(id Seq) *Account { return st.accounts.ids[id] }

// AccountByKey returns the account that a key opens; nil for none.
func (st *State) AccountByKey(keyID string) *Account { return st.accounts.keys[keyID] }

// Accounts returns how many accounts there are.
func (st *State) Accounts() int { return st.accounts.byKey.Len() }

// Owned returns the account of the pseudo that a session's member has, if it is the
// owner's session; nil if it is a guest's, or has ended.
func (st *State) Owned(session ID) *Account {
	m := st.Member(session)
	if m == nil {
		return nil
	}
	if a := st.accounts.get(m.Forms.Key); m.Attendance(session).Proves(a) {
		return a
	}
	return nil
}

// ownedBy returns the account that a member owns by one of their sessions; nil for
// none.
func (st *State) ownedBy(m *Member) *Account {
	if a := st.accounts.get(m.Forms.Key); m.owns(a) {
		return a
	}
	return nil
}

// AccountOf returns the ID of the account that a member owns by one of their sessions;
// 0 for none.
func (st *State) AccountOf(m *Member) Seq {
	if a := st.ownedBy(m); a != nil {
		return a.ID
	}
	return 0
}

// Proof returns what identifies a member between two visits: the same for all keys of
// one account, else the member's key; "" for somebody who has proved nothing.
func (st *State) Proof(m *Member) string {
	if a := st.ownedBy(m); a != nil {
		return a.Proof()
	}
	return m.KeyID
}
