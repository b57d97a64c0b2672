package room

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"salon/room/state"
	"salon/room/text"
)

// maxMemberStates is how many absent members the room keeps the memberState of;
// beyond it the idle ones are forgotten, a few at a time.
const (
	maxMemberStates = 4096
	forgetAtOnce    = 16
)

// memberState is what a member keeps on this node only: how fast they have been
// talking, whom they ignore, whom they last spoke to in private. How fast outlives
// the session, so that coming back does not clear the account; the rest too, for
// somebody who proves to be the same. Its fields are guarded by the room's mu, but for
// those that guard themselves.
type memberState struct {
	messages *rate.Limiter
	lines    *rate.Limiter
	requests atomic.Pointer[rate.Limiter] // of keys, see Session.Ask; nil until the first
	strikes  atomic.Pointer[rate.Limiter] // nil until the first
	limits   atomic.Pointer[Limits]       // that they are held to
	ignored  ignoreList
	proof    string // whose it is, see State.Proof; "" for somebody without one
	peer     peer   // who wrote in private last, or was written to
	sessions int
}

// peer is somebody to reply to, whatever they are called by then. A stranger who takes
// their pseudo later is not them.
type peer struct {
	member state.ID
	key    text.Key // of the pseudo that they had
	pseudo text.Pseudo
	proof  string
}

func newPeer(st *state.State, m *state.Member) peer {
	return peer{m.ID, m.Forms.Key, m.Pseudo, st.Proof(m)}
}

// find returns the member that a peer is: still the same stay, or another of the same
// key or account.
func (p peer) find(st *state.State) (*state.Member, bool) {
	if m := st.ByID(p.member); m != nil {
		return m, m.Present()
	}
	m, ok := st.Find(p.key)
	return m, ok && p.proof != "" && st.Proof(m) == p.proof
}

// open gives the memberState to a session of whoever has that proof. What the last
// owner kept to themselves is forgotten unless it shows that they are the same.
func (d *memberState) open(proof string) {
	if d.sessions == 0 && (proof == "" || proof != d.proof) {
		d.ignored.set(nil)
		d.peer = peer{}
		d.proof = proof
	}
	d.sessions++
}

func newMemberState(l *Limits) *memberState {
	d := &memberState{
		messages: rate.NewLimiter(l.messages()),
		lines:    rate.NewLimiter(l.lines()),
	}
	d.limits.Store(l)
	return d
}

// obey holds the member to the limits of now. What was said counts on.
func (d *memberState) obey(l *Limits) {
	if d.limits.Swap(l) == l {
		return
	}
	limiters := map[*rate.Limiter]func() (rate.Limit, int){d.messages: l.messages, d.lines: l.lines, d.requests.Load(): l.requests}
	delete(limiters, nil)
	for limiter, of := range limiters {
		every, burst := of()
		limiter.SetLimit(every)
		limiter.SetBurst(burst)
	}
}

// requestLimiter holds what keys ask for; few members ever do.
func (d *memberState) requestLimiter() *rate.Limiter {
	return orNew(&d.requests, func() *rate.Limiter { return rate.NewLimiter(d.limits.Load().requests()) })
}

// strikeLimiter counts messages that came too fast.
func (d *memberState) strikeLimiter() *rate.Limiter {
	return orNew(&d.strikes, func() *rate.Limiter { return rate.NewLimiter(rate.Every(strikeEvery), strikeBurst) })
}

// orNew returns what p points to, which it makes if nobody has.
func orNew[T any](p *atomic.Pointer[T], make func() *T) *T {
	if v := p.Load(); v != nil {
		return v
	}
	p.CompareAndSwap(nil, make())
	return p.Load()
}

// idle reports whether forgetting this would change nothing that matters.
func (d *memberState) idle(now time.Time) bool {
	return d.sessions == 0 && d.messages.TokensAt(now) >= float64(d.messages.Burst())
}

// memberStateLocked returns what is kept of a member, new or as it was.
func (r *Room) memberStateLocked(k text.Key) *memberState {
	if d, ok := r.memberStates[k]; ok {
		d.obey(r.limits.Load())
		return d
	}
	if len(r.memberStates) >= maxMemberStates+r.state.Count() {
		r.forgetSomeLocked()
	}
	d := newMemberState(r.limits.Load())
	r.memberStates[k] = d
	return d
}

// forgetSomeLocked looks at some memberStates and forgets those that are idle: at
// each arrival more than one, so that they stay few.
func (r *Room) forgetSomeLocked() {
	looked, now := 0, time.Now()
	for k, d := range r.memberStates {
		if looked++; looked > forgetAtOnce {
			return
		}
		if d.idle(now) {
			delete(r.memberStates, k)
		}
	}
}

// ignoreList is whom a member does not want to read. Sessions look at it for each
// event, whatever else goes on.
type ignoreList struct {
	list atomic.Pointer[[]state.Ignored] // what it points to is never changed
	mu   sync.Mutex                      // held to exchange it
}

func (l *ignoreList) get() []state.Ignored {
	if p := l.list.Load(); p != nil {
		return *p
	}
	return nil
}

func (l *ignoreList) set(list []state.Ignored) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(list) == 0 {
		l.list.Store(nil)
		return
	}
	l.list.Store(&list)
}

func (l *ignoreList) change(who state.Ignored, off bool) {
	l.set(state.Ignoring(l.get(), who, off))
}

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
