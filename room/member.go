package room

import (
	"slices"
	"sync/atomic"

	"golang.org/x/time/rate"

	"salon/room/state"
	"salon/room/text"
)

// Bounds on the memberStates of absent members.
const (
	maxMemberStates = 4096 // kept; above it the idle ones are forgotten
	forgetAtOnce    = 16   // looked at for each newcomer
)

// memberState is what this node alone keeps of a member, for all their sessions. The
// limiters outlive the last session, so that leaving and coming back resets no limit.
// The rest outlives it only for somebody who proves to be the same person.
type memberState struct {
	// Each guards itself.
	messages, lines, requests, strikes *rate.Limiter
	ignored                            ignoreList
	searching                          atomic.Pointer[chan struct{}] // nil until they search

	// Guarded by the room's mu.
	proof    string             // whose it is, see State.Proof; "" for a guest without a key
	peers    []peer             // whom /reply answers: maxRecipients at most
	sessions int                // on this node
	marks    map[state.Seq]mark // how far they have read rooms; nil while they follow one only
	made     *rate.Limiter      // rooms that they make; nil before the first
}

func newMemberState(l *Limits) *memberState {
	return &memberState{
		messages: rate.NewLimiter(l.messages()), lines: rate.NewLimiter(l.lines()), requests: rate.NewLimiter(l.requests()),
		strikes: rate.NewLimiter(rate.Every(strikeEvery), strikeBurst),
	}
}

// setLimits changes the limits. What was used up stays used up.
func (ms *memberState) setLimits(l *Limits) {
	for limiter, limits := range map[*rate.Limiter]func() (rate.Limit, int){ms.messages: l.messages, ms.lines: l.lines, ms.requests: l.requests} {
		limit, burst := limits()
		limiter.SetLimit(limit)
		limiter.SetBurst(burst)
	}
}

// open adds a session of the member with that proof. What the last owner left is cleared
// unless the proof shows that they are the same.
func (ms *memberState) open(proof string) {
	if ms.sessions == 0 && (proof == "" || proof != ms.proof) {
		ms.ignored.set(nil)
		ms.peers, ms.marks = nil, nil
		ms.proof = proof
	}
	ms.sessions++
}

// memberStates are the memberStates of all members here and of some who have left.
type memberStates map[text.Key]*memberState

// get returns the memberState of a pseudo, a new one if there is none, held to the
// limits. It forgets some idle ones when there are many more than members.
func (all memberStates) get(k text.Key, l *Limits, members int) *memberState {
	if ms, ok := all[k]; ok {
		ms.setLimits(l)
		return ms
	}
	if len(all) >= maxMemberStates+members {
		all.forgetSome()
	}
	ms := newMemberState(l)
	all[k] = ms
	return ms
}

// forgetSome looks at forgetAtOnce memberStates and forgets those of absent members who
// have used up none of their messages.
func (all memberStates) forgetSome() {
	looked := 0
	for k, ms := range all {
		if looked++; looked > forgetAtOnce {
			return
		}
		if ms.sessions == 0 && ms.messages.Tokens() >= float64(ms.messages.Burst()) {
			delete(all, k)
		}
	}
}

// peer is somebody to reply to, also after a rename. Somebody else who takes their
// pseudo later is not them.
type peer struct {
	member state.ID
	key    text.Key // of the pseudo that they had
	pseudo text.Pseudo
	proof  string
}

func newPeer(st *state.State, m *state.Member) peer {
	return peer{m.ID, m.Forms.Key, m.Pseudo, st.Proof(m)}
}

// peersOf returns a private message's author and those it was sent to as peers of a
// member who has it: all but themselves.
func peersOf(st *state.State, me *state.Member, l *Letter) []peer {
	b := l.Event.Body.(state.Whispered)
	peers := []peer{namedPeer(st, b.Member, b.From)}
	for i, p := range b.To {
		if i < len(l.Named) && l.Named[i] != b.Member {
			peers = append(peers, namedPeer(st, l.Named[i], p))
		}
	}
	return slices.DeleteFunc(peers, func(p peer) bool { return p.member == me.ID })
}

// namedPeer returns a member as a peer, also one who has just left.
func namedPeer(st *state.State, id state.ID, p text.Pseudo) peer {
	if m := st.ByID(id); m != nil {
		return newPeer(st, m)
	}
	return peer{member: id, key: p.Key(), pseudo: p}
}

// find returns the member that a peer is, also after they left and came back with the
// same key or account.
func (p peer) find(st *state.State) (*state.Member, bool) {
	if m := st.ByID(p.member); m != nil {
		return m, m.Present()
	}
	m, ok := st.Find(p.key)
	return m, ok && p.proof != "" && st.Proof(m) == p.proof
}

// ignoreList is whom a member ignores. Any goroutine may read it; only one that holds
// the room's mu changes it.
type ignoreList struct {
	list atomic.Pointer[[]state.Ignored] // what it points to is never changed
}

func (l *ignoreList) get() []state.Ignored {
	if p := l.list.Load(); p != nil {
		return *p
	}
	return nil
}

func (l *ignoreList) set(list []state.Ignored) { l.list.Store(&list) }

// hides reports whether an event is from somebody on the list. Nobody is hidden from
// themselves.
func (l *ignoreList) hides(e *state.Event, me state.ID) bool {
	list := l.get()
	if len(list) == 0 {
		return false
	}
	from, ok := e.Signature()
	return ok && from.Member != me && slices.ContainsFunc(list, func(q state.Ignored) bool { return q.Matches(from) })
}
