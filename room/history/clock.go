package history

import (
	"time"

	"salon/room/state"
)

// clock is where times come from.
type clock struct {
	now func() time.Time     // the wall's, which an operator may set
	up  func() time.Duration // one that nobody sets: it runs while the server does
}

// stamps makes the log's own clock of a clock: it begins where the file's last life
// ended, or later by as much as the wall has moved forward since, and goes on as up
// does. It never goes back, and setting the wall clock while the server runs does not
// touch it. It is not changed once it is in use.
type stamps struct {
	clock
	base  time.Duration // what it showed when up was began
	began time.Duration
}

// resume returns the clock of a life that begins now, after one whose last moment is
// known; the zero Moment is none.
func (c clock) resume(last state.Moment) stamps {
	s := stamps{clock: c, base: last.Stamp, began: c.up()}
	if !last.Time.IsZero() {
		s.base += max(0, c.now().Sub(last.Time))
	}
	return s
}

// moment returns what both clocks show, in whole microseconds.
func (s *stamps) moment() state.Moment {
	return state.Moment{
		Time:  s.now().UTC().Truncate(time.Microsecond),
		Stamp: (s.base + s.up() - s.began).Truncate(time.Microsecond),
	}
}

// Now implements room.Log.
func (h *History) Now() state.Moment { return h.stamps.moment() }
