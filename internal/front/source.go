package front

import (
	"net/netip"
	"time"

	"salon/room"
)

// offence is what a source did that it may be kept out for, as the time that each adds.
// The time passes as a clock does, so that rare failures are forgiven between them.
type offence time.Duration

const (
	wrongSecret = offence(5 * time.Second)  // or a key that may not enter, or somebody banned
	tooLate     = offence(5 * time.Second)  // the time for logging in was over
	gone        = offence(1 * time.Second)  // hung up before it logged in
	garbage     = offence(15 * time.Second) // sent what no client sends
)

// minPenalty is how much time failures must have added before they keep a source out:
// behind one address there may be a classroom, in which a few mistype.
const minPenalty = time.Minute

// source is one origin of connections. The admission's mu guards it.
type source struct {
	prefix  netip.Prefix
	open    int       // connections
	logins  []*Login  // those that have not logged in, the oldest first
	last    time.Time // when a connection was last let in
	whole   time.Time // when its allowance of new connections is whole again
	until   time.Time // when all failures are forgiven
	kept    bool      // out, until then
	lines   time.Time // when its allowance of log lines is whole again
	dropped int       // lines that were not logged
}

// check returns why one more connection is refused now. However fast they come, one a
// second is let in, as long as the source has not too many open in all.
func (s *source) check(now time.Time, l *Limits, keys bool) error {
	penalty := s.penalty(now)
	switch {
	case l.PerSource > 0 && s.open >= l.PerSource:
		return room.ErrTooMany
	case penalty > 0 && !keys:
		return &room.PenaltyError{Wait: penalty}
	case now.Sub(s.last) >= time.Second:
		return nil
	case penalty > 0:
		return &room.PenaltyError{Wait: penalty}
	case l.LoginsPerSource > 0 && len(s.logins) >= l.LoginsPerSource:
		return room.ErrTooManyNew
	case l.ConnectBurst > 0 && s.whole.Sub(now) > time.Duration(l.ConnectBurst-1)*time.Second:
		return room.ErrTooManyNew
	}
	return nil
}

// enter counts a connection.
func (s *source) enter(now time.Time, burst int) {
	s.open++
	s.last = now
	if s.whole.Before(now) {
		s.whole = now
	}
	if s.whole = s.whole.Add(time.Second); burst > 0 && s.whole.Sub(now) > time.Duration(burst)*time.Second {
		s.whole = now.Add(time.Duration(burst) * time.Second)
	}
}

// penalty returns how long the source is kept out; 0 when it is not.
func (s *source) penalty(now time.Time) time.Duration {
	if s.kept {
		return max(0, s.until.Sub(now))
	}
	return 0
}

// penalize adds the time of an offence, and reports whether it begins to keep the source out.
func (s *source) penalize(o offence, now time.Time, most time.Duration) (begins bool) {
	if most <= 0 {
		return false
	}
	if !s.until.After(now) {
		s.until, s.kept = now, false
	}
	s.until = s.until.Add(time.Duration(o))
	if s.until.Sub(now) > most {
		s.until = now.Add(most)
	}
	was := s.kept
	s.kept = was || s.until.Sub(now) >= min(minPenalty, most)
	return s.kept && !was
}

// isDone reports whether there is nothing to remember of a source.
func (s *source) isDone(now time.Time) bool {
	return s.open == 0 && s.dropped == 0 && !s.whole.After(now) && !s.until.After(now) && !s.lines.After(now)
}
