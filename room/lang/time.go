package lang

import (
	"cmp"
	"fmt"
	"time"

	"salon/room/state"
)

// in returns t in the view's time zone.
func (v View) in(t time.Time) time.Time { return t.In(cmp.Or(v.Zone, time.Local)) }

// Clock writes the time of day.
func (v View) Clock(t time.Time) string {
	if v.Hour12 {
		return v.in(t).Format("3:04 PM")
	}
	return v.in(t).Format("15:04")
}

// Moment writes a time with its day when that is not today's.
func (v View) Moment(t, now time.Time) string {
	if !v.sameDay(t, now) {
		return v.figures(t) + " " + v.Clock(t)
	}
	return v.Clock(t)
}

// Duration writes a length of time in its largest whole unit, rounded up, since
// all that is told this way is a wait.
func Duration(d time.Duration, l state.Lang) string {
	units := []struct {
		size time.Duration
		name string
	}{{24 * time.Hour, Of(l).DayUnit}, {time.Hour, "h"}, {time.Minute, "min"}}
	seconds := (max(d, 0) + time.Second - 1) / time.Second * time.Second
	for _, u := range units {
		if seconds >= u.size && seconds%u.size == 0 || seconds >= 2*u.size {
			return fmt.Sprintf("%d %s", (seconds+u.size-1)/u.size, u.name)
		}
	}
	return fmt.Sprintf("%d s", seconds/time.Second)
}

// sameDay reports whether two times are of one day, for the reader.
func (v View) sameDay(a, b time.Time) bool {
	a, b = v.in(a), v.in(b)
	return a.YearDay() == b.YearDay() && a.Year() == b.Year()
}

// day writes the day of a time in full.
func (v View) day(t time.Time) string {
	full, _, _ := v.texts().Day(v.in(t))
	return full
}

// figures writes the day of a time as commands take it.
func (v View) figures(t time.Time) string {
	_, _, figures := v.texts().Day(v.in(t))
	return figures
}
