package room

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"salon/room/state"
	"salon/room/text"
)

// Bounds on what one member may ask for.
const (
	// lineRate and lineBurst bound lines of any kind, commands included, unless
	// messages alone may come faster; beyond them the room takes the member's
	// lines more slowly.
	lineRate, lineBurst = 20, 40
	// strikeBurst is how many messages in a row may be refused as too fast
	// before the sender is kicked; one is forgiven every strikeEvery.
	strikeBurst = 30
	strikeEvery = 2 * time.Second
	// maxIgnored is how many people one member may ignore; one more forgets the
	// first.
	maxIgnored = 200
	// maxDesks is how many absent members' desks the room keeps; beyond it the
	// idle ones are cleared.
	maxDesks = 4096
)

// Limits are what one person or one address may ask of the room.
type Limits struct {
	Rate  float64 // messages a second for one member; 0: no limit
	Burst int     // messages at once
	// Replay is how many of the last messages a newcomer is shown.
	Replay int
	// MaxPerSource is how many connections one IPv4 address or IPv6 /64 may have
	// open; 0: no limit. Loopback is exempt.
	MaxPerSource int
}

// SetLimits changes what may be asked, from now on, of those who are here too.
// Nobody is put out.
func (r *Room) SetLimits(l Limits) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.limits = l
	for _, d := range r.desks {
		d.limit(l)
	}
}

// limitsNow returns what may be asked now.
func (r *Room) limitsNow() Limits {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.limits
}

// desk is what a member keeps on this node only: how fast it has been talking,
// whom it ignores, whom it last spoke to in private. How fast outlives the session,
// so that coming back does not clear the account; the rest too, for a key that
// comes back. Its fields are guarded by the room's mu, but for those that guard
// themselves.
type desk struct {
	messages *rate.Limiter
	lines    *rate.Limiter
	requests *rate.Limiter // of keys, see Session.Ask
	strikes  *rate.Limiter
	ignored  atomic.Pointer[[]ignored]
	proof    string     // whose it is, see State.proof; "" for somebody without one
	peer     state.Peer // who wrote in private last, or was written to
	sessions int
}

// open gives the desk to a session of whoever has that proof. What the last owner
// kept to themselves is forgotten unless it shows that they are the same.
func (d *desk) open(proof string) {
	if d.sessions == 0 && (proof == "" || proof != d.proof) {
		d.ignored.Store(nil)
		d.peer = state.Peer{}
		d.proof = proof
	}
	d.sessions++
}

func newDesk(l Limits) *desk {
	return &desk{
		messages: rate.NewLimiter(l.messages()),
		lines:    rate.NewLimiter(l.lines()),
		requests: rate.NewLimiter(l.requests()),
		strikes:  rate.NewLimiter(rate.Every(strikeEvery), strikeBurst),
	}
}

// messages are how many a second, and at once.
func (l Limits) messages() (rate.Limit, int) {
	if l.Rate <= 0 {
		return rate.Inf, l.Burst
	}
	return rate.Limit(l.Rate), l.Burst
}

// lines are how many of any kind.
func (l Limits) lines() (rate.Limit, int) {
	if l.Rate <= 0 {
		return rate.Inf, lineBurst
	}
	return rate.Limit(max(lineRate, 2*l.Rate)), max(lineBurst, 2*l.Burst)
}

// requests are how many pages keys ask for.
func (l Limits) requests() (rate.Limit, int) {
	if l.Rate <= 0 {
		return rate.Inf, requestBurst
	}
	return requestRate, requestBurst
}

// limit holds the desk to other limits from now on. What was said counts on.
func (d *desk) limit(l Limits) {
	limiters := map[*rate.Limiter]func() (rate.Limit, int){d.messages: l.messages, d.lines: l.lines, d.requests: l.requests}
	for limiter, of := range limiters {
		every, burst := of()
		limiter.SetLimit(every)
		limiter.SetBurst(burst)
	}
}

// idle reports whether forgetting the desk would change nothing that matters.
func (d *desk) idle(now time.Time) bool {
	return d.sessions == 0 && d.messages.TokensAt(now) >= float64(d.messages.Burst())
}

// deskLocked returns the member's desk, new or kept.
func (r *Room) deskLocked(k text.Key) *desk {
	if d, ok := r.desks[k]; ok {
		return d
	}
	if len(r.desks) >= maxDesks+r.state.Count() {
		for k, d := range r.desks {
			if d.idle(time.Now()) {
				delete(r.desks, k)
			}
		}
	}
	d := newDesk(r.limits)
	r.desks[k] = d
	return d
}

// ignored is somebody whom a member does not want to read: their pseudo, and the
// last few before it, under which they may have said what is still to be read.
// It is never changed: lists of them are copied.
type ignored struct {
	now    text.Pseudo
	before []text.Pseudo // newest first, at most maxFormer
}

// maxFormer is how many former pseudos stay hidden; those before are forgotten.
const maxFormer = 4

func (q ignored) is(p text.Pseudo) bool {
	same := func(name text.Pseudo) bool { return strings.EqualFold(string(name), string(p)) }
	return same(q.now) || slices.ContainsFunc(q.before, same)
}

func (d *desk) ignore(p text.Pseudo) {
	list := append(d.ignoring(), ignored{now: p})
	if len(list) > maxIgnored {
		list = list[1:]
	}
	d.ignored.Store(&list)
}

func (d *desk) unignore(p text.Pseudo) bool {
	list := d.ignoring()
	i := slices.IndexFunc(list, func(q ignored) bool { return q.now.Key() == p.Key() })
	if i < 0 {
		return false
	}
	list = slices.Delete(list, i, i+1)
	d.ignored.Store(&list)
	return true
}

// renamed keeps somebody ignored who is called otherwise now: in one place of the
// list, so that renaming again and again pushes nobody else out of it.
func (d *desk) renamed(from, to text.Pseudo) {
	list := d.ignoring()
	i := slices.IndexFunc(list, func(q ignored) bool { return strings.EqualFold(string(q.now), string(from)) })
	if i < 0 {
		return
	}
	before := append([]text.Pseudo{from}, list[i].before...)
	list[i] = ignored{now: to, before: before[:min(len(before), maxFormer)]}
	d.ignored.Store(&list)
}

// ignoring returns a copy of the list.
func (d *desk) ignoring() []ignored {
	if p := d.ignored.Load(); p != nil {
		return slices.Clone(*p)
	}
	return nil
}

func (d *desk) ignoredNames() []text.Pseudo {
	var names []text.Pseudo
	for _, q := range d.ignoring() {
		names = append(names, q.now)
	}
	return names
}

// ignores disregards case: whoever is ignored may come back as Bob or BOB. It is
// asked for every event, which Pseudo.Key would be too slow for.
func (d *desk) ignores(p text.Pseudo) bool {
	list := d.ignored.Load()
	return p != "" && list != nil && slices.ContainsFunc(*list, func(q ignored) bool { return q.is(p) })
}

// allow takes one message from the member's allowance. A session that is paced
// waits for it; any other is refused, warned, and at last kicked.
func (s *Session) allow(ctx context.Context) error {
	if s.Role() >= state.Operator {
		return nil
	}
	if s.paced {
		if err := s.desk.messages.Wait(ctx); err != nil {
			return err
		}
		return s.slowMode(ctx)
	}
	if s.desk.messages.Allow() {
		return s.slowMode(ctx)
	}
	wait := s.desk.messages.Reserve()
	defer wait.Cancel()
	if !s.desk.strikes.Allow() {
		s.room.propose(ctx, state.Kicked{Pseudo: s.Pseudo(), Flood: true})
	}
	return &TooFastError{Wait: wait.Delay(), Last: s.desk.strikes.Tokens() < 1}
}

// slowMode keeps two messages of one member apart by what operators decided.
func (s *Session) slowMode(ctx context.Context) error {
	wait := s.slowWait()
	if wait <= 0 {
		return nil
	}
	if !s.paced {
		return &TooFastError{Wait: wait, Slow: true}
	}
	select {
	case <-time.After(wait):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Session) slowWait() time.Duration {
	s.room.mu.Lock()
	defer s.room.mu.Unlock()
	m, ok := s.room.state.Sessions[s.id]
	if !ok || s.room.state.Slow == 0 || m.LastSaid.IsZero() {
		return 0
	}
	return s.room.state.Slow - time.Since(m.LastSaid)
}
