package room

import (
	"context"
	"slices"
	"time"

	"golang.org/x/time/rate"

	"salon/room/state"
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
// Nobody is disconnected.
func (r *Room) SetLimits(l Limits) {
	r.limits.Store(&l)
	r.mu.Lock()
	here := slices.Clone(r.order)
	r.mu.Unlock()
	for _, s := range here { // whoever comes later, or back, does so at the door
		s.own.obey(&l)
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

// allow takes one message from the member's allowance. A session that is paced
// waits for it; any other is refused, warned, and at last kicked.
func (s *Session) allow(ctx context.Context) error {
	if s.Role() >= state.Operator {
		return nil
	}
	if s.paced {
		if err := s.own.messages.Wait(ctx); err != nil {
			return err
		}
		return s.slowMode(ctx)
	}
	if s.own.messages.Allow() {
		return s.slowMode(ctx)
	}
	wait := s.own.messages.Reserve()
	defer wait.Cancel()
	if !s.own.strikeLimiter().Allow() {
		s.room.kickForFlooding(ctx, s)
	}
	return &TooFastError{Wait: wait.Delay(), Last: s.own.strikeLimiter().Tokens() < 1}
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

// slowWait is how long until a member may speak again.
func (s *Session) slowWait() time.Duration {
	now := s.room.log.Now().Stamp
	s.room.mu.Lock()
	defer s.room.mu.Unlock()
	st := s.room.state
	m := st.Member(s.id)
	if m == nil || st.Slow() == 0 || m.Spoke == 0 {
		return 0
	}
	return st.Slow() - (st.TickAt(now) - m.Spoke)
}

// kickForFlooding kicks a session's member in the room's own name.
func (r *Room) kickForFlooding(ctx context.Context, s *Session) {
	r.mu.Lock()
	m := r.state.Member(s.id)
	r.mu.Unlock()
	if m != nil {
		r.propose(ctx, state.Kicked{Member: m.ID, Pseudo: m.Pseudo, Flood: true})
	}
}
