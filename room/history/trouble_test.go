package history

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
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

	before [32]byte // the State's hash when this life began

	heard chan state.Outcome
	stop  context.CancelFunc
	end   sync.WaitGroup

	mu sync.Mutex // guards st
	st *state.State
}

func talking(t *testing.T, o Options) *chat {
	t.Helper()
	c := &chat{T: t, log: &roomtest.Journal{}, heard: make(chan state.Outcome, 100_000)}
	o.Log = slog.New(slog.NewTextHandler(c.log, nil))
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	if o.retry == 0 {
		o.retry = 10 * time.Millisecond
	}
	h, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	c.History = h
	c.st, _ = loaded(t, h)
	ctx, stop := context.WithCancel(context.Background())
	c.stop = stop
	t.Cleanup(c.over)
	_, last := h.Bounds()
	caughtUp := make(chan struct{})
	if c.st.Applied() >= last {
		close(caughtUp)
	}
	c.end.Go(func() { c.follow(last, caughtUp) })
	c.end.Go(func() { c.keepWhenWell(ctx) })
	<-caughtUp
	for len(c.heard) > 0 {
		<-c.heard
	}
	c.before = c.st.Hash()
	c.does(state.NodeUp{Node: "here", Version: state.Version})
	c.ann = c.does(state.Joined{Pseudo: "ann", Forms: text.Pseudo("ann").Forms()}).ID
	return c
}

// follow applies what the log has, and says when that is all of the lives before.
func (c *chat) follow(last state.Seq, caughtUp chan struct{}) {
	c.History.Follow(context.Background(), c.st.Applied(), func(events []state.Event) error {
		outcomes, spoken := c.apply(events)
		c.Apply(events[len(events)-1].Seq, spoken)
		for _, out := range outcomes {
			c.heard <- out
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

// over ends the talk.
func (c *chat) over() {
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
		c.Fatalf("%q is heard as %+v", text, e)
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
	out := <-c.heard
	if out.Event.Seq != seq {
		c.Fatalf("%#v at %d is heard as %+v", b, seq, out.Event)
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
	roomtest.Until(c, func() string { return fmt.Sprintf("%s: never. The log says:\n%s", what, c.log) }, ok)
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

// wantLogged holds the log to say once that it is recording again, and what is
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
	events, err := s.Last(t.Context(), n, 0)
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
	c.over()
	return open(c.T, Options{Dir: c.disk.dir})
}

// again ends the chat and begins another life of it.
func (c *chat) again() *chat {
	c.Helper()
	c.over()
	return talking(c.T, Options{Dir: c.disk.dir})
}

func wantTexts(t *testing.T, h *History, want ...string) {
	t.Helper()
	if got := texts(t, h, len(want)+1); strings.Join(got, ",") != strings.Join(want, ",") {
		t.Errorf("the history holds %q, want %q", got, want)
	}
}

// TestTheChatGoesOnWithoutADisk breaks every commit for a while.
func TestTheChatGoesOnWithoutADisk(t *testing.T) {
	var broken atomic.Bool
	c := talking(t, Options{fault: func() error {
		if broken.Load() {
			return errors.New("disk on fire")
		}
		return nil
	}})
	c.says("before")
	broken.Store(true)
	for i := range 50 {
		c.says(fmt.Sprint("during ", i))
	}
	c.does(state.TopicSet{By: "ann", Text: "the topic"})
	if health, _ := c.Health(); health.Err == nil || health.Since.IsZero() {
		t.Error("it says that it is well")
	}
	if got, err := c.Search(t.Context(), state.Query{Text: "during 7"}, 10); err != nil || len(got) != 1 {
		t.Errorf("a search without a disk finds %v, %v", got, err)
	}
	broken.Store(false)
	c.until("recording again", c.well)
	c.says("after")
	c.wantAlarms(1)
	c.wantLogged("missing=0")
	h := c.reopened()
	events, err := h.Last(t.Context(), 100, 0)
	if err != nil || len(events) != 53 {
		t.Errorf("%d are recorded, %v", len(events), err)
	}
	if gaps := gapsIn(events); len(gaps) != 0 {
		t.Errorf("there are gaps: %v", gaps)
	}
}

// TestWhatMemoryCannotHoldIsAGap keeps a disk away for longer than memory lasts.
func TestWhatMemoryCannotHoldIsAGap(t *testing.T) {
	const waiting, extra = 1000, 300
	var broken atomic.Bool
	c := talking(t, Options{recent: 10, wait: waiting, fault: func() error {
		if broken.Load() {
			return errors.New("disk on fire")
		}
		return nil
	}})
	c.says("before")
	c.quiet(t)
	broken.Store(true)
	first := c.says("the first")
	for i := range waiting + extra - 1 {
		c.says(fmt.Sprint("during ", i))
	}
	broken.Store(false)
	c.until("recording again", c.well)
	last := c.says("after")
	c.wantLogged("missing=300")
	h := c.History
	for _, name := range []string{"in this life", "in the next"} {
		events, err := h.Last(t.Context(), 2*waiting, 0)
		if h != c.History && len(events) != waiting+3 {
			t.Errorf("%s: %d are recorded, %v", name, len(events), err)
		}
		wantGap(t, name, events, first, last, extra)
		for from, want := range map[time.Time]int{first.Time: 1, first.Time.Add(time.Nanosecond): 1, first.Time.Add(time.Microsecond): 1, last.Time: 0} {
			events, err := h.Search(t.Context(), state.Query{From: from}, 2*waiting)
			if err != nil || len(gapsIn(events)) != want {
				t.Errorf("%s: from %v there are %d, %v, want %d", name, from, len(gapsIn(events)), err, want)
			}
		}
		if h == c.History {
			h = c.reopened()
		}
	}
}

func gapsIn(events []state.Event) []state.Event {
	return slices.DeleteFunc(slices.Clone(events), func(e state.Event) bool { _, ok := e.Body.(state.Gap); return !ok })
}

func wantGap(t *testing.T, name string, events []state.Event, first, last state.Event, count int) {
	t.Helper()
	gaps := gapsIn(events)
	if len(gaps) != 1 {
		t.Fatalf("%s: the gaps are %v", name, gaps)
	}
	g := gaps[0].Body.(state.Gap)
	if g.Count != count || gaps[0].Seq != first.Seq || !g.From.Equal(first.Time.Round(0)) || g.To.After(last.Time) || g.To.Before(first.Time) {
		t.Errorf("%s: the gap is %+v after %d", name, gaps[0], first.Seq)
	}
}

// TestAFullDiskIsOnlyAnAlarm fills the file as far as it may grow.
func TestAFullDiskIsOnlyAnAlarm(t *testing.T) {
	c := talking(t, Options{})
	pragma := func(p string) {
		c.disk.mu.Lock()
		defer c.disk.mu.Unlock()
		if _, err := c.disk.writer.Exec(p); err != nil {
			t.Fatal(err)
		}
	}
	pragma(`PRAGMA max_page_count = 40`)
	long := strings.Repeat("long ", 700)
	var want []string
	for i := range 100 {
		want = append(want, fmt.Sprint(i, long))
		c.says(want[i])
	}
	if code(c.trouble.now()) != codeFull {
		t.Fatalf("it is not full: %v", c.trouble.now())
	}
	pragma(`PRAGMA max_page_count = 100000`)
	c.until("recording again", c.well)
	c.wantAlarms(1)
	wantTexts(t, c.reopened(), want...)
}

// TestAReadOnlyDiskIsOnlyAnAlarm makes SQLite refuse to write.
func TestAReadOnlyDiskIsOnlyAnAlarm(t *testing.T) {
	c := talking(t, Options{})
	c.says("before")
	c.disk.mu.Lock()
	_, err := c.disk.writer.Exec(`PRAGMA query_only = 1`)
	c.disk.mu.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	c.says("during")
	c.until("recording again", c.well)
	c.says("after")
	c.wantAlarms(1)
	wantTexts(t, c.reopened(), "before", "during", "after")
}

// TestARemovedDirectoryIsMadeAgain takes the file away, or the directory, or the
// write-ahead log alone.
func TestARemovedDirectoryIsMadeAgain(t *testing.T) {
	for name, remove := range map[string]func(dir string) error{
		"directory": os.RemoveAll,
		"file":      func(dir string) error { return os.Remove(filepath.Join(dir, fileName)) },
		"log":       func(dir string) error { return os.Remove(filepath.Join(dir, fileName+"-wal")) },
		"moved":     func(dir string) error { return os.Rename(dir, dir+".old") },
	} {
		t.Run(name, func(t *testing.T) {
			c := talking(t, Options{Dir: filepath.Join(t.TempDir(), "data")})
			c.does(state.Banned{Ban: state.Ban{Target: state.PseudoTarget("bob")}})
			c.says("one")
			c.says("two")
			if err := remove(c.disk.dir); err != nil {
				t.Fatal(err)
			}
			c.says("three")
			c.until("recording again", c.well)
			c.until("a snapshot", func() bool { return c.kept.Load() > 0 })
			c.says("four")
			c.wantAlarms(1)
			hash := c.st.Hash()
			c = c.again()
			h := c.History
			wantTexts(t, h, "one", "two", "three", "four")
			if c.before != hash {
				t.Errorf("the state is %s", c.st.Encode())
			}
			if got, err := h.Search(t.Context(), state.Query{Text: "two"}, 2); err != nil || len(got) != 1 {
				t.Errorf("a search finds %v, %v", got, err)
			}
			if info, err := os.Stat(h.disk.path()); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("the file is %v, %v", info, err)
			}
		})
	}
}

// TestWhatOnlyARemovedFileHeldIsAGap keeps less at hand than there was.
func TestWhatOnlyARemovedFileHeldIsAGap(t *testing.T) {
	c := talking(t, Options{Dir: filepath.Join(t.TempDir(), "data"), recent: 8})
	for i := range 50 {
		c.says(fmt.Sprint(i))
	}
	c.quiet(t)
	if err := os.RemoveAll(c.disk.dir); err != nil {
		t.Fatal(err)
	}
	c.says("50")
	c.until("recording again", c.well)
	c.wantLogged("missing before")
	events, err := c.reopened().Last(t.Context(), 100, 0)
	if err != nil || len(events) < 9 {
		t.Fatalf("%d are left, %v", len(events), err)
	}
	g, ok := events[0].Body.(state.Gap)
	if !ok || g.Count != 0 || !g.From.IsZero() || !g.To.Equal(events[1].Time) || events[0].Seq != 1 {
		t.Errorf("%+v comes before %+v", events[0], events[1])
	}
}

// TestADirectoryThatStaysAway cannot be made again for a while.
func TestADirectoryThatStaysAway(t *testing.T) {
	parent := filepath.Join(t.TempDir(), "disk")
	c := talking(t, Options{Dir: filepath.Join(parent, "data")})
	c.says("one")
	if err := os.RemoveAll(parent); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(parent, nil, 0o600); err != nil { // nothing can be made in a file
		t.Fatal(err)
	}
	for i := range 20 {
		c.says(fmt.Sprint("during ", i))
	}
	if c.well() {
		t.Error("it says that it is well")
	}
	if got := texts(t, c, 30); len(got) != 21 {
		t.Errorf("%d are at hand", len(got))
	}
	if err := os.Remove(parent); err != nil {
		t.Fatal(err)
	}
	c.until("recording again", c.well)
	c.wantAlarms(1)
	if got := texts(t, c.reopened(), 30); len(got) != 21 {
		t.Errorf("%d are recorded", len(got))
	}
}

// TestWhatCannotBeReadIsSaid: while a directory is away only what is at hand is
// found, and whoever asks for more is told that there may be.
func TestWhatCannotBeReadIsSaid(t *testing.T) {
	parent := filepath.Join(t.TempDir(), "disk")
	c := talking(t, Options{Dir: filepath.Join(parent, "data"), recent: 8})
	for i := range 50 {
		c.says(fmt.Sprint("before ", i))
	}
	c.quiet(t)
	if err := os.RemoveAll(parent); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(parent, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c.says("during")
	for text, want := range map[string]int{"during": 1, "before 1": 0, "never": 0} {
		if got, err := c.Search(t.Context(), state.Query{Text: text}, 50); !errors.Is(err, state.ErrUnread) || len(got) != want {
			t.Errorf("%q finds %v, %v", text, got, err)
		}
	}
	if got, err := c.Last(t.Context(), 2, 0); err != nil || len(got) != 2 {
		t.Errorf("of what is at hand it gives %v, %v", got, err)
	}
	if got, err := c.Last(t.Context(), 50, 0); !errors.Is(err, state.ErrUnread) || len(got) < 8 {
		t.Errorf("of all it gives %v, %v", got, err)
	}
	if err := os.Remove(parent); err != nil {
		t.Fatal(err)
	}
	c.until("recording again", c.well)
	if _, err := c.Search(t.Context(), state.Query{Text: "before 1"}, 50); err != nil {
		t.Errorf("after that: %v", err)
	}
}

// TestARealFullDisk fills a small file system, and makes it read-only.
func TestARealFullDisk(t *testing.T) {
	dir := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "mount", "-t", "tmpfs", "-o", "size=2m", "none", dir).CombinedOutput(); err != nil {
		t.Skipf("no file system can be mounted here: %v, %s", err, out)
	}
	t.Cleanup(func() { exec.Command("umount", "-l", dir).Run() })
	c := talking(t, Options{Dir: filepath.Join(dir, "data")})
	c.says("before")
	ballast := filepath.Join(dir, "ballast")
	data := make([]byte, 4096)
	f, err := os.Create(ballast)
	for err == nil {
		_, err = f.Write(data)
	}
	f.Close()
	long := strings.Repeat("long ", 700)
	want := []string{"before"}
	for i := range 100 {
		want = append(want, fmt.Sprint(i, long))
		c.says(want[i+1])
	}
	if c.well() {
		t.Fatal("it says that it is well")
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	c.until("recording again", c.well)
	c.says("after")
	c.wantAlarms(1)
	wantTexts(t, c.reopened(), append(want, "after")...)
}
