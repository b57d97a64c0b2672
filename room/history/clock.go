package history

import (
	"time"

	"salon/room/state"
)

// clock is a source of time.
type clock struct {
	now func() time.Time     // the wall clock, which may step
	up  func() time.Duration // the time since a fixed moment, which never steps
}

// stamps computes the log's own clock. It starts where the file's last run ended, or
// later by as much as the wall clock moved forward since, and advances with up: it never
// goes back and ignores steps of the wall clock. It is immutable.
type stamps struct {
	clock
	base    time.Duration // the stamp when this run started
	started time.Duration // what up returned then
}

// resume returns the log's clock for a run that starts now, after one whose last moment
// is given; the zero Moment means that there was none.
func (c clock) resume(last state.Moment) stamps {
	s := stamps{clock: c, base: last.Stamp, started: c.up()}
	if !last.Time.IsZero() {
		s.base += max(0, c.now().Sub(last.Time))
	}
	return s
}

// moment returns what both clocks show, in whole microseconds.
func (s *stamps) moment() state.Moment {
	return state.Moment{
		Time:  s.now().UTC().Truncate(time.Microsecond),
		Stamp: (s.base + s.up() - s.started).Truncate(time.Microsecond),
	}
}
