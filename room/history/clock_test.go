package history

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"salon/room/state"
)

// fakeClock is a clock that tests set: the wall, and the machine's since it started.
type fakeClock struct {
	mu   sync.Mutex
	wall time.Time
	ran  time.Duration
}

func newFakeClock() *fakeClock {
	return &fakeClock{wall: time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC), ran: 42 * time.Hour}
}

func (h *fakeClock) clock() clock {
	return clock{
		now: func() time.Time { h.mu.Lock(); defer h.mu.Unlock(); return h.wall },
		up:  func() time.Duration { h.mu.Lock(); defer h.mu.Unlock(); return h.ran },
	}
}

// pass lets time go by, set changes the wall alone, restart the machine's.
func (h *fakeClock) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.wall, h.ran = h.wall.Add(d), h.ran+d
}

func (h *fakeClock) set(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.wall = h.wall.Add(d)
}

func (h *fakeClock) restart() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ran = 10 * time.Second
}

// TestTheLogsClock sets the wall clock in a run and between two, and checks that the log's own
// clock to go on by what has passed.
func TestTheLogsClock(t *testing.T) {
	for name, c := range map[string]struct {
		first, down, second time.Duration // by how much the wall is set, in a run, while down, and in the next
		reboot              bool
		want                time.Duration // has passed from the first message to the last, 10 minutes each of which in a run, down, and in the next
	}{
		"nothing":                      {want: 30 * time.Minute},
		"a restart of the machine":     {reboot: true, want: 30 * time.Minute},
		"forward in the run":           {first: 5 * time.Hour, want: 30 * time.Minute},
		"back in the run":              {first: -5 * time.Hour, want: 30 * time.Minute},
		"back long before all":         {first: -50 * 365 * 24 * time.Hour, want: 30 * time.Minute},
		"forward in the next run":      {second: 5 * time.Hour, want: 30 * time.Minute},
		"forward while down":           {down: 5 * time.Hour, want: 5*time.Hour + 30*time.Minute},
		"back while down":              {down: -5 * time.Hour, want: 20 * time.Minute},
		"back and forth":               {first: 3 * time.Hour, down: -7 * time.Hour, second: 5 * time.Hour, reboot: true, want: 20 * time.Minute},
		"forward, and back while down": {first: 5 * time.Hour, down: -5 * time.Hour, want: 20 * time.Minute},
	} {
		for _, snapshot := range []bool{false, true} {
			t.Run(fmt.Sprint(name, ", snapshot ", snapshot), func(t *testing.T) {
				clocks, dir := newFakeClock(), t.TempDir()
				run := startChat(t, Options{Dir: dir, clock: clocks.clock()})
				first := run.says("first")
				clocks.pass(10 * time.Minute)
				clocks.set(c.first)
				run.says("the file sees the clock")
				if snapshot {
					if err := run.Snapshot(t.Context(), run.snapshot()); err != nil {
						t.Fatal(err)
					}
				}
				run.finish()
				if c.reboot {
					clocks.restart()
				}
				clocks.pass(10 * time.Minute)
				clocks.set(c.down)
				run = startChat(t, Options{Dir: dir, clock: clocks.clock()})
				clocks.pass(10 * time.Minute)
				clocks.set(c.second)
				last := run.says("last")
				if passed := last.Stamp - first.Stamp; passed != c.want {
					t.Errorf("%v have passed, want %v", passed, c.want)
				}
				if now := clocks.wall; !last.Time.Equal(now) {
					t.Errorf("it is said at %v, not at %v", last.Time, now)
				}
			})
		}
	}
}

// TestOneWrongStartDoesNotPoisonLaterOnes: a machine may start with a clock far ahead,
// which is then set right.
func TestOneWrongStartDoesNotPoisonLaterOnes(t *testing.T) {
	clocks, dir := newFakeClock(), t.TempDir()
	startChat(t, Options{Dir: dir, clock: clocks.clock()}).finish()
	clocks.set(50 * 365 * 24 * time.Hour)
	c := startChat(t, Options{Dir: dir, clock: clocks.clock()})
	wrong := c.says("wrong")
	clocks.set(-50 * 365 * 24 * time.Hour)
	c.says("set right")
	c.finish()
	for range 3 {
		clocks.pass(time.Hour)
		c = startChat(t, Options{Dir: dir, clock: clocks.clock()})
		c.does(state.TopicSet{Text: "an hour more"})
		c.finish()
	}
	c = startChat(t, Options{Dir: dir, clock: clocks.clock()})
	if last := c.says("last"); last.Stamp-wrong.Stamp != 3*time.Hour || last.Time.Year() != 2026 {
		t.Errorf("at %v %v have passed", last.Time, last.Stamp-wrong.Stamp)
	}
}

// TestTimesAreWholeMicroseconds in UTC, whatever the clock shows.
func TestTimesAreWholeMicroseconds(t *testing.T) {
	clocks := newFakeClock()
	clocks.wall = clocks.wall.Add(123456789).In(time.FixedZone("here", 3600))
	clocks.ran += 987
	c := startChat(t, Options{clock: clocks.clock()})
	clocks.pass(1500)
	e, now := c.says("hello"), c.Now()
	if e.Time.Nanosecond() != 123458000 || e.Time.Location() != time.UTC || e.Stamp%time.Microsecond != 0 || now.Time != e.Time || now.Stamp != e.Stamp {
		t.Errorf("at %v, %v; now %+v", e.Time, e.Stamp, now)
	}
}
