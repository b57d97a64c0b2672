package history

import "time"

// clock is where times come from.
type clock struct {
	// now is the wall's, which an operator may set.
	now func() time.Time
	// up is how long the machine has run: a clock that nobody sets, and that starts
	// again with the machine, under another name.
	up   func() time.Duration
	boot string
}

// wallClock believes the wall also when it was set: for systems that do not tell
// how long they have run in a way that survives a restart.
func wallClock() clock {
	return clock{now: time.Now, up: func() time.Duration { return time.Duration(time.Now().UnixNano()) }, boot: "wall"}
}

// stamp is a moment on the clock that nobody sets. The zero value is no moment.
type stamp struct {
	boot int64 // the table boots
	up   int64 // nanoseconds
}

// slack is how far two clocks may part before it counts: below, they are read
// one after the other, and NTP slews.
const slack = int64(time.Second)

// apart reports whether two times or offsets differ by more than slack.
func apart(a, b int64) bool { return a-b > slack || b-a > slack }

// frame says what the wall showed at stamps: for each boot, how far the wall was
// ahead of it when last seen, which for this one is now.
type frame map[int64]int64

// wall returns what the wall would have shown at a stamp had it been right then;
// recorded is what it did show, and is kept where the two hardly differ.
func (f frame) wall(s stamp, recorded int64) int64 {
	offset, ok := f[s.boot]
	if !ok || s == (stamp{}) || !apart(s.up+offset, recorded) {
		return recorded
	}
	return s.up + offset
}
