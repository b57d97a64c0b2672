package history

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	sqlite3 "modernc.org/sqlite/lib"

	"salon/room/state"
)

// TestTheChatGoesOnWithoutADisk breaks every commit for a while.
func TestTheChatGoesOnWithoutADisk(t *testing.T) {
	var broken atomic.Bool
	c := startChat(t, Options{fault: failing(&broken)})
	c.says("before")
	broken.Store(true)
	for i := range 50 {
		c.says(fmt.Sprint("during ", i))
	}
	c.does(state.TopicSet{By: "ann", Text: "the topic"})
	if health, _ := c.Health(); health.Err == nil || health.Since.IsZero() {
		t.Error("it says that it is well")
	}
	if got, err := c.Search(t.Context(), nil, state.Query{Text: "during 7"}, 10); err != nil || len(got) != 1 {
		t.Errorf("a search without a disk finds %v, %v", got, err)
	}
	broken.Store(false)
	c.until("recording again", c.well)
	c.says("after")
	c.wantAlarms(1)
	c.wantLogged("missing=0")
	h := c.reopened()
	events, err := h.Last(t.Context(), nil, 100, 0)
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
	c := startChat(t, Options{recent: 10, wait: waiting, fault: failing(&broken)})
	c.says("before")
	c.flush(t)
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
	for _, name := range []string{"in this run", "in the next"} {
		events, err := h.Last(t.Context(), nil, 2*waiting, 0)
		if h != c.History && len(events) != waiting+3 {
			t.Errorf("%s: %d are recorded, %v", name, len(events), err)
		}
		wantGap(t, name, events, first, last, extra)
		for from, want := range map[time.Time]int{first.Time: 1, first.Time.Add(time.Nanosecond): 1, first.Time.Add(time.Microsecond): 1, last.Time: 0} {
			events, err := h.Search(t.Context(), nil, state.Query{From: from}, 2*waiting)
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
	c := startChat(t, Options{})
	pragma := func(p string) {
		c.disk.mu.Lock()
		defer c.disk.mu.Unlock()
		if _, err := c.disk.durable.Exec(p); err != nil {
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
	if code(c.trouble.now()) != sqlite3.SQLITE_FULL {
		t.Fatalf("it is not full: %v", c.trouble.now())
	}
	pragma(`PRAGMA max_page_count = 100000`)
	c.until("recording again", c.well)
	c.wantAlarms(1)
	wantTexts(t, c.reopened(), want...)
}

// TestAReadOnlyDiskIsOnlyAnAlarm makes SQLite refuse to write.
func TestAReadOnlyDiskIsOnlyAnAlarm(t *testing.T) {
	c := startChat(t, Options{})
	c.says("before")
	c.disk.mu.Lock()
	_, err := c.disk.durable.Exec(`PRAGMA query_only = 1`)
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
		"file":      func(dir string) error { return os.Remove(filepath.Join(dir, FileName)) },
		"log":       func(dir string) error { return os.Remove(filepath.Join(dir, FileName+"-wal")) },
		"moved":     func(dir string) error { return os.Rename(dir, dir+".old") },
	} {
		t.Run(name, func(t *testing.T) {
			c := startChat(t, Options{Dir: filepath.Join(t.TempDir(), "data")})
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
			if got, err := h.Search(t.Context(), nil, state.Query{Text: "two"}, 2); err != nil || len(got) != 1 {
				t.Errorf("a search finds %v, %v", got, err)
			}
			if info, err := os.Stat(h.disk.path()); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("the file is %v, %v", info, err)
			}
		})
	}
}

// TestARemovalJustBeforeTheEnd is noticed in time for what is in memory to be kept.
func TestARemovalJustBeforeTheEnd(t *testing.T) {
	c := startChat(t, Options{Dir: filepath.Join(t.TempDir(), "data"), retry: time.Hour})
	c.says("one")
	if err := os.RemoveAll(c.disk.dir); err != nil {
		t.Fatal(err)
	}
	c.says("two")
	wantTexts(t, c.reopened(), "one", "two")
}

// TestWhatOnlyARemovedFileHeldIsAGap keeps less at hand than there was.
func TestWhatOnlyARemovedFileHeldIsAGap(t *testing.T) {
	c := startChat(t, Options{Dir: filepath.Join(t.TempDir(), "data"), recent: 8})
	for i := range 50 {
		c.says(fmt.Sprint(i))
	}
	c.flush(t)
	if err := os.RemoveAll(c.disk.dir); err != nil {
		t.Fatal(err)
	}
	c.says("50")
	c.until("recording again", c.well)
	c.wantLogged("missing_before")
	events, err := c.reopened().Last(t.Context(), nil, 100, 0)
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
	c := startChat(t, Options{Dir: filepath.Join(parent, "data")})
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
	c.until("an alarm", func() bool { return !c.well() })
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
// found, and whoever asks for more gets an error that says so.
func TestWhatCannotBeReadIsSaid(t *testing.T) {
	parent := filepath.Join(t.TempDir(), "disk")
	c := startChat(t, Options{Dir: filepath.Join(parent, "data"), recent: 8})
	for i := range 50 {
		c.says(fmt.Sprint("before ", i))
	}
	c.flush(t)
	if err := os.RemoveAll(parent); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(parent, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c.says("during")
	c.until("an alarm, and the file closed", func() bool { return !c.well() && c.disk.readers.Load() == nil })
	for text, want := range map[string]int{"during": 1, "before 1": 0, "never": 0} {
		if got, err := c.Search(t.Context(), nil, state.Query{Text: text}, 50); !errors.Is(err, state.ErrUnread) || len(got) != want {
			t.Errorf("%q finds %v, %v", text, got, err)
		}
	}
	if got, err := c.Last(t.Context(), nil, 2, 0); err != nil || len(got) != 2 {
		t.Errorf("of what is at hand it gives %v, %v", got, err)
	}
	if got, err := c.Last(t.Context(), nil, 50, 0); !errors.Is(err, state.ErrUnread) || len(got) < 8 {
		t.Errorf("of all it gives %v, %v", got, err)
	}
	if err := os.Remove(parent); err != nil {
		t.Fatal(err)
	}
	c.until("recording again", c.well)
	if _, err := c.Search(t.Context(), nil, state.Query{Text: "before 1"}, 50); err != nil {
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
	c := startChat(t, Options{Dir: filepath.Join(dir, "data")})
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
