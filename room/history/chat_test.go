package history

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"salon/room"
	"salon/room/roomtest"
	"salon/room/state"
	"salon/room/text"
)

// chat is a history that talks, with a room's State: what is followed is applied, and
// a snapshot is handed in when recording goes on.
type chat struct {
	*testing.T
	*History
	log  *roomtest.Journal
	n    uint64
	ann  state.ID // her session
	kept atomic.Int64

	before [32]byte // the State's hash when this run began

	outcomes chan state.Outcome
	stop     context.CancelFunc
	end      sync.WaitGroup

	mu sync.Mutex // guards st
	st *state.State
}

// failing is a disk that fails while broken is set.
func failing(broken *atomic.Bool) func() error {
	return func() error {
		if broken.Load() {
			return errors.New("disk on fire")
		}
		return nil
	}
}

func startChat(t *testing.T, o Options) *chat {
	t.Helper()
	c := &chat{T: t, log: &roomtest.Journal{}, outcomes: make(chan state.Outcome, 100_000)}
	o.Log = slog.New(slog.NewTextHandler(c.log, nil))
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	if o.retry == 0 {
		o.retry = 10 * time.Millisecond
	}
	o.search = cmp.Or(o.search, time.Hour) // a machine under load cuts no search
	h, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	c.History = h
	c.st, _ = loaded(t, h)
	ctx, stop := context.WithCancel(context.Background())
	c.stop = stop
	t.Cleanup(c.finish)
	_, last := h.Bounds()
	caughtUp := make(chan struct{})
	if c.st.Applied() >= last {
		close(caughtUp)
	}
	c.end.Go(func() { c.follow(last, caughtUp) })
	c.end.Go(func() { c.keepWhenWell(ctx) })
	<-caughtUp
	for len(c.outcomes) > 0 {
		<-c.outcomes
	}
	c.before = c.st.Hash()
	c.does(state.NodeUp{Node: "here", Version: state.Version})
	c.ann = c.does(state.Joined{Pseudo: "ann", Forms: text.Pseudo("ann").Forms()}).ID
	return c
}

// follow applies what the log has, and says when that is all of the runs before.
func (c *chat) follow(last state.Seq, caughtUp chan struct{}) {
	c.History.Follow(context.Background(), c.st.Applied(), func(events []state.Event) error {
		outcomes, spoken := c.apply(events)
		c.Apply(events[len(events)-1].Seq, spoken)
		for _, out := range outcomes {
			if out.Err == nil && !out.Again {
				c.Erase(out.Event)
			}
		}
		for _, out := range outcomes {
			c.outcomes <- out
		}
		if seq := events[len(events)-1].Seq; seq >= last && events[0].Seq <= last {
			close(caughtUp)
		}
		return nil
	})
}

func (c *chat) apply(events []state.Event) (outcomes []state.Outcome, spoken []state.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range events {
		out := c.st.Apply(e)
		outcomes = append(outcomes, out)
		if out.Shown && state.KindOf(e.Body).Spoken {
			spoken = append(spoken, out.Event)
		}
	}
	return outcomes, spoken
}

func (c *chat) keepWhenWell(ctx context.Context) {
	for bad := false; ; {
		health, changed := c.Health()
		if bad && health.Err == nil && c.Snapshot(ctx, c.snapshot()) == nil {
			c.kept.Add(1)
		}
		bad = health.Err != nil
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

func (c *chat) snapshot() state.Snapshot {
	c.mu.Lock()
	defer c.mu.Unlock()
	return state.Snapshot{Seq: c.st.Applied(), State: c.st.Encode()}
}

// finish ends the talk.
func (c *chat) finish() {
	c.Close()
	c.stop()
	c.end.Wait()
	c.Shut()
}

// says proposes a message that everybody must hear.
func (c *chat) says(text string) state.Event {
	c.Helper()
	e := c.does(state.Said{Session: c.ann, Text: text})
	if said, _ := e.Body.(state.Said); said.From != "ann" || said.Text != text {
		c.Fatalf("%q is applied as %+v", text, e)
	}
	return e
}

// does proposes something that must not be refused.
func (c *chat) does(b state.Body) state.Event {
	c.Helper()
	out := c.tries(b)
	if out.Err != nil {
		c.Fatalf("%#v: %v", b, out.Err)
	}
	return out.Event
}

func (c *chat) tries(b state.Body) state.Outcome {
	c.Helper()
	c.n++
	seq, err := c.Propose(context.Background(), state.Event{ID: state.ID{Origin: uint64(c.born), N: c.n}, Body: b})
	if err != nil {
		c.Fatalf("%#v: %v", b, err)
	}
	out := <-c.outcomes
	if out.Event.Seq != seq {
		c.Fatalf("%#v at %d is applied as %+v", b, seq, out.Event)
	}
	return out
}

// loaded returns the State that a history starts from.
func loaded(t testing.TB, h *History) (*state.State, state.Seq) {
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

// until waits for something to become true.
func (c *chat) until(what string, ok func() bool) {
	c.Helper()
	roomtest.Until(c.T, func() string { return fmt.Sprintf("%s: never. The log says:\n%s", what, c.log) }, ok)
}

func (c *chat) well() bool {
	health, _ := c.Health()
	return health.Err == nil
}

// alarms counts the errors that were logged.
func (c *chat) wantAlarms(n int) {
	c.Helper()
	if got := strings.Count(c.log.String(), "level=ERROR"); got != n {
		c.Errorf("%d alarms, want %d:\n%s", got, n, c.log)
	}
}

// wantLogged checks that the log says once that it is recording again, and what is
// missing.
func (c *chat) wantLogged(missing string) {
	c.Helper()
	c.until("logged", func() bool { return strings.Contains(c.log.String(), "recording again") })
	if got := c.log.String(); strings.Count(got, "recording again") != 1 || !strings.Contains(got, missing) {
		c.Errorf("the log says:\n%s\nwant %s", got, missing)
	}
}

// texts are what the last n said.
func texts(t *testing.T, s room.Store, n int) []string {
	t.Helper()
	events, err := s.Last(t.Context(), nil, n, 0)
	if err != nil {
		t.Fatalf("Last: %v", err)
	}
	var all []string
	for _, e := range events {
		all = append(all, state.SpeechOf(e.Body).Text)
	}
	return all
}

// reopened ends the chat and opens what it left.
func (c *chat) reopened() *History {
	c.Helper()
	c.finish()
	return open(c.T, Options{Dir: c.disk.dir})
}

// again ends the chat and starts another run on it.
func (c *chat) again() *chat {
	c.Helper()
	c.finish()
	return startChat(c.T, Options{Dir: c.disk.dir})
}

func wantTexts(t *testing.T, h *History, want ...string) {
	t.Helper()
	if got := texts(t, h, len(want)+1); strings.Join(got, ",") != strings.Join(want, ",") {
		t.Errorf("the history holds %q, want %q", got, want)
	}
}
