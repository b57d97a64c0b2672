package history

import (
	"sync"
	"testing"
	"time"

	"salon/room/state"
)

// hands is a clock that tests set: the wall, and the machine's since it started.
type hands struct {
	mu   sync.Mutex
	wall time.Time
	ran  time.Duration
	boot string
}

func newHands() *hands {
	return &hands{wall: time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC), ran: 42 * time.Hour, boot: "first"}
}

func (h *hands) clock() clock {
	return clock{boot: h.boot,
		now: func() time.Time { h.mu.Lock(); defer h.mu.Unlock(); return h.wall },
		up:  func() time.Duration { h.mu.Lock(); defer h.mu.Unlock(); return h.ran },
	}
}

// pass lets time go by, set changes the wall alone, restart the machine's.
func (h *hands) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.wall, h.ran = h.wall.Add(d), h.ran+d
}

func (h *hands) set(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.wall = h.wall.Add(d)
}

func (h *hands) restart(boot string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ran, h.boot = 10*time.Second, boot
}

// TestBansNeitherVanishNorStretch sets the clock in every order with a ban of an
// hour, a life of the process and a snapshot.
func TestBansNeitherVanishNorStretch(t *testing.T) {
	for name, c := range map[string]struct {
		first, down, second time.Duration // by how much the clock is set, in a life, between two, and in the next
		reboot              bool
		snapshot            bool // the life ends in good order
	}{
		"nothing":                         {snapshot: true},
		"nothing, killed":                 {},
		"a restart of the machine":        {reboot: true, snapshot: true},
		"forward while down":              {down: 5 * time.Hour, snapshot: true},
		"back while down":                 {down: -5 * time.Hour, snapshot: true},
		"forward while down, killed":      {down: 5 * time.Hour},
		"back while down, killed":         {down: -5 * time.Hour},
		"forward in the life":             {first: 5 * time.Hour, snapshot: true},
		"back in the life":                {first: -5 * time.Hour, snapshot: true},
		"forward in the life, killed":     {first: 5 * time.Hour},
		"forward in the life, a reboot":   {first: 5 * time.Hour, reboot: true, snapshot: true},
		"back, a kill and a reboot":       {first: -5 * time.Hour, reboot: true},
		"forward in the next life":        {second: 5 * time.Hour, snapshot: true},
		"back in all of them":             {first: -time.Hour, down: -time.Hour, second: -time.Hour, snapshot: true},
		"back and forth":                  {first: 3 * time.Hour, down: -7 * time.Hour, second: 5 * time.Hour},
		"back and forth, in good order":   {first: 3 * time.Hour, down: -7 * time.Hour, second: 5 * time.Hour, snapshot: true},
		"back before the epoch of the up": {first: -50 * time.Hour, snapshot: true},
	} {
		t.Run(name, func(t *testing.T) {
			clocks, dir := newHands(), t.TempDir()
			h := open(t, Options{Dir: dir, clock: clocks.clock()})
			st, _ := loaded(t, h)
			decide(t, h, st, 1, state.Banned{Ban: state.Ban{Target: state.Target{Kind: state.ByPseudo, Pseudo: "bob"}, For: time.Hour}})
			decide(t, h, st, 2, state.Muted{Pseudo: "dan", For: time.Hour})
			clocks.pass(10 * time.Minute)
			setAll(clocks, st, c.first)
			decide(t, h, st, 3, state.Said{From: "ann", Text: "the disk sees the clock"})
			for life := range 2 {
				if c.snapshot {
					if err := h.Snapshot(t.Context(), state.Snapshot{Seq: st.Applied, State: st.Encode()}); err != nil {
						t.Fatal(err)
					}
				}
				shut(t, h)
				if c.reboot {
					clocks.restart([]string{"second", "third"}[life])
				}
				clocks.pass(10 * time.Minute)
				if !c.reboot {
					clocks.set(c.down)
				}
				h = open(t, Options{Dir: dir, clock: clocks.clock()})
				st, _ = loaded(t, h)
				wantLeft(t, clocks, st, time.Duration(40-20*life)*time.Minute)
				clocks.pass(10 * time.Minute)
				setAll(clocks, st, c.second)
				decide(t, h, st, uint64(10+life), state.Said{From: "ann", Text: "again"})
			}
		})
	}
}

// setAll sets the wall while a room is running: its own durations do not care,
// and its snapshot is as the wall is then.
func setAll(clocks *hands, st *state.State, d time.Duration) {
	clocks.set(d)
	shift(st, d)
}

func loaded(t *testing.T, h *History) (*state.State, state.Seq) {
	t.Helper()
	snap, err := h.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if snap.State == nil {
		return state.NewState(), snap.Seq
	}
	st, err := state.DecodeState(snap.State)
	if err != nil {
		t.Fatal(err)
	}
	return st, snap.Seq
}

// decide proposes an event and applies it to the state and to the store.
func decide(t *testing.T, h *History, st *state.State, n uint64, b state.Body) {
	t.Helper()
	seq, err := h.Propose(t.Context(), state.Event{ID: state.ID{Origin: 3, N: n}, Body: b})
	if err != nil {
		t.Fatal(err)
	}
	h.tail.mu.Lock()
	e := h.tail.events[seq-h.tail.first]
	h.tail.mu.Unlock()
	if out := st.Apply(e); out.Shown {
		e = out.Event
	}
	if err := h.Apply([]state.Event{e}); err != nil {
		t.Fatal(err)
	}
	h.quiet(t)
}

// wantLeft holds the ban and the mute to last that long from now.
func wantLeft(t *testing.T, clocks *hands, st *state.State, want time.Duration) {
	t.Helper()
	if len(st.Bans) != 1 || len(st.Mutes) != 1 {
		t.Fatalf("the state is %s", st.Encode())
	}
	var left []time.Duration
	for _, b := range st.Bans {
		left = append(left, b.Until().Sub(clocks.wall))
	}
	for _, m := range st.Mutes {
		left = append(left, m.Until().Sub(clocks.wall))
	}
	for _, d := range left {
		if (d - want).Abs() > 2*time.Second {
			t.Errorf("%v are left, want %v", left, want)
		}
	}
}
