package lang

import (
	"fmt"
	"time"

	"salon/room/state"
)

var (
	frenchDays   = [...]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"}
	frenchMonths = [...]string{
		"janvier", "février", "mars", "avril", "mai", "juin",
		"juillet", "août", "septembre", "octobre", "novembre", "décembre",
	}
)

// Day writes the day of a time, in its own zone: in full, without its name, and in
// figures, as commands take it.
func Day(t time.Time, l state.Lang) (full, date, figures string) {
	if l == state.English {
		return t.Format("Monday 2 January 2006"), t.Format("2 January 2006"), t.Format(time.DateOnly)
	}
	day := fmt.Sprint(t.Day())
	if t.Day() == 1 {
		day = "1er"
	}
	date = fmt.Sprintf("%s %s %d", day, frenchMonths[t.Month()-1], t.Year())
	return frenchDays[t.Weekday()] + " " + date, date, t.Format("02/01/2006")
}

// sameDay reports whether two times are of one day, for the reader.
func (v View) sameDay(a, b time.Time) bool {
	a, b = v.in(a), v.in(b)
	return a.YearDay() == b.YearDay() && a.Year() == b.Year()
}

// day writes the day of a time in full.
func (v View) day(t time.Time) string {
	full, _, _ := Day(v.in(t), v.Lang)
	return full
}

// figures writes the day of a time as commands take it.
func (v View) figures(t time.Time) string {
	_, _, figures := Day(v.in(t), v.Lang)
	return figures
}
