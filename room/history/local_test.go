package history

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"salon/room/roomtest"
	"salon/room/state"
)

// local is a history that another log's events are applied to.
type local struct {
	*History
	t    *testing.T
	log  *roomtest.Journal
	last state.Seq
}

func startLocal(t *testing.T, o Options) *local {
	t.Helper()
	l := &local{t: t, log: &roomtest.Journal{}}
	o.StoreOnly = true
	o.Log, o.retry = slog.New(slog.NewTextHandler(l.log, nil)), 10*time.Millisecond
	l.History = open(t, o)
	snap, err := l.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	l.last = snap.Seq
	return l
}

// says applies n messages that say their places.
func (l *local) says(n int) {
	var events []state.Event
	for range n {
		l.last++
		events = append(events, saidAt(l.last, time.Now(), "ann", fmt.Sprint("number ", l.last)))
	}
	l.Apply(l.last, events)
}

// restores goes on from a snapshot of a place, as after a time away.
func (l *local) restores(at state.Seq) {
	l.t.Helper()
	l.Skip(at)
	l.keeps(at)
	l.last = at
}

func (l *local) keeps(at state.Seq) {
	l.t.Helper()
	if err := l.Snapshot(l.t.Context(), state.Snapshot{Seq: at, State: state.Import(state.Imported{Applied: at}).Encode()}); err != nil {
		l.t.Fatal(err)
	}
}

func (l *local) until(what string, ok func() bool) {
	l.t.Helper()
	roomtest.Until(l.t, func() string { return fmt.Sprintf("%s: never. The log says:\n%s", what, l.log) }, ok)
}

func (l *local) well() bool {
	health, _ := l.Health()
	return health.Err == nil
}

// wantLoaded checks from where a room starts.
func wantLoaded(t *testing.T, h *History, at state.Seq) {
	t.Helper()
	if snap, err := h.Load(t.Context()); err != nil || snap.Seq != at || (snap.State == nil) != (at == 0) {
		t.Errorf("it starts from %d (%d bytes), %v, want %d", snap.Seq, len(snap.State), err, at)
	}
}

// wantSaid checks how many of the last messages are there, and the first of them.
func wantSaid(t *testing.T, h *History, n int, first string) {
	t.Helper()
	if got := texts(t, h, n+1); len(got) != n || got[0] != first {
		t.Errorf("there are %d, %q, want %d from %q on", len(got), got[:min(3, len(got))], n, first)
	}
}

// TestARoomStartsFromTheLogOfOthers: without a snapshot that is its beginning, however much of
// it was applied before a kill. What is applied again changes nothing.
func TestARoomStartsFromTheLogOfOthers(t *testing.T) {
	l := startLocal(t, Options{Dir: t.TempDir()})
	l.says(300)
	if err := l.writeWaiting(); err != nil {
		t.Fatal(err)
	}
	h := killed(t, l.History)
	wantLoaded(t, h, 0)
	wantSaid(t, h, 300, "number 1")
	l = &local{History: h, t: t}
	l.says(310)
	wantSaid(t, h, 310, "number 1")
	l.keeps(305)
	h = killed(t, h)
	wantLoaded(t, h, 305)
	wantSaid(t, h, 305, "number 1") // the log has the others again
}

// TestAFirstStartAtAHighPlace knows where it is after a kill, at any moment.
func TestAFirstStartAtAHighPlace(t *testing.T) {
	const high = 1 << 40
	l := startLocal(t, Options{Dir: t.TempDir()})
	l.Skip(high)
	h := killed(t, l.History)
	wantLoaded(t, h, 0)
	l.restores(high) // the snapshot takes along what is missing
	h = killed(t, l.History)
	wantLoaded(t, h, high)
	wantMissing(t, h, state.Missing{First: 1, Last: high})
	l.says(600) // more than one transaction
	if err := l.writeWaiting(); err != nil {
		t.Fatal(err)
	}
	h = killed(t, l.History)
	wantLoaded(t, h, high)
	wantMissing(t, h, state.Missing{First: 1, Last: high})
	wantSaid(t, h, 601, "")
	if first, last := h.Bounds(); first <= high || last < high+600 {
		t.Errorf("the bounds are %d and %d", first, last) // a room that goes on alone assigns no number twice
	}
}

// TestAKillForgetsNothingThatIsMissing, whatever of it and of what was said since is written.
func TestAKillForgetsNothingThatIsMissing(t *testing.T) {
	l := &local{History: openAlone(t, Options{Dir: t.TempDir(), StoreOnly: true}), t: t}
	l.says(255)
	l.Skip(1000) // the last of a transaction
	l.last = 1000
	l.says(300)
	for n := range 4 {
		h := killed(t, l.History)
		applied := h.memory.appliedTo()
		switch missing, err := h.Missing(t.Context()); {
		case err != nil:
			t.Fatal(err)
		case len(missing) == 0 && applied > 255 || len(missing) == 1 && (applied < 1000 || missing[0] != state.Missing{First: 256, Last: 1000}):
			t.Errorf("after %d transactions %d is applied and missing are %v", n, applied, missing)
		}
		if err := l.writeMessages(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestALostFileOfALocalStore is replaced. What only it held is missing and can be filled; the
// room starts from its log, or the next snapshot.
func TestALostFileOfALocalStore(t *testing.T) {
	l := startLocal(t, Options{Dir: filepath.Join(t.TempDir(), "data"), recent: 8})
	l.restores(5000)
	l.says(500)
	if err := l.writeWaiting(); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(l.disk.dir); err != nil {
		t.Fatal(err)
	}
	l.until("an alarm", func() bool { return !l.well() })
	l.says(3)
	l.until("recording again", l.well)
	wantLoaded(t, l.History, 0)
	missing, err := l.Missing(t.Context())
	if err != nil || len(missing) != 1 || missing[0].First != 1 || missing[0].Last < 5480 || missing[0].Last > 5500 {
		t.Fatalf("missing are %v, %v", missing, err)
	}
	wantLoaded(t, killed(t, l.History), 0)
	l.keeps(5400)
	h := killed(t, l.History)
	wantLoaded(t, h, 5400)
	wantMissing(t, h, missing...)
	var said []state.Event
	for seq := state.Seq(5001); seq <= missing[0].Last; seq++ {
		said = append(said, saidAt(seq, time.Now(), "ann", fmt.Sprint("number ", seq)))
	}
	if err := h.Fill(t.Context(), missing[0], 1, said); err != nil {
		t.Fatal(err)
	}
	wantSaid(t, h, 503, "number 5001")
}

// TestAnOlderCopyOfALocalStore is noticed also if it has the same snapshot.
func TestAnOlderCopyOfALocalStore(t *testing.T) {
	dir := t.TempDir()
	l := startLocal(t, Options{Dir: dir})
	l.says(10)
	l.keeps(10)
	if err := l.Shut(); err != nil {
		t.Fatal(err)
	}
	copyFile(t, filepath.Join(dir, FileName), filepath.Join(dir, "copy"))
	l = startLocal(t, Options{Dir: dir})
	l.says(10)
	if err := l.writeWaiting(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{FileName, FileName + "-wal", FileName + "-shm"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Rename(filepath.Join(dir, "copy"), filepath.Join(dir, FileName)); err != nil {
		t.Fatal(err)
	}
	l.until("an alarm", func() bool { return !l.well() })
	l.until("recording again", l.well)
	wantMissing(t, l.History)
	h := killed(t, l.History)
	wantSaid(t, h, 20, "number 1")
	wantLoaded(t, h, 10)
}

// TestALocalStoreRaisesTheAlarm when the disk takes nothing, although nobody proposes anything,
// and bounds what waits. What did not fit can be filled.
func TestALocalStoreRaisesTheAlarm(t *testing.T) {
	var broken atomic.Bool
	l := startLocal(t, Options{Dir: t.TempDir(), wait: 1000, recent: 10, fault: failing(&broken)})
	l.says(5)
	l.until("written", func() bool { return !l.memory.hasMessages() })
	broken.Store(true)
	l.says(5)
	l.until("an alarm", func() bool { return !l.well() })
	for range 30 {
		l.says(100)
	}
	if n := l.memory.messagesWaiting(); n > 1000 {
		t.Errorf("%d wait", n)
	}
	if _, err := l.Missing(t.Context()); err == nil {
		t.Error("what is missing is known without a disk")
	}
	broken.Store(false)
	l.until("recording again", l.well)
	m := state.Missing{First: 6, Last: 2010}
	wantMissing(t, l.History, m)
	var said []state.Event
	for seq := m.First; seq <= m.Last; seq++ {
		said = append(said, saidAt(seq, time.Now(), "ann", fmt.Sprint("number ", seq)))
	}
	if err := l.Fill(t.Context(), m, m.First, said); err != nil {
		t.Fatal(err)
	}
	wantSaid(t, l.History, 3010, "number 1")
}

// TestMuchAtOnceDoesNotWaitInMemory: a room that catches up applies faster than the disk takes
// it, and nobody proposes anything.
func TestMuchAtOnceDoesNotWaitInMemory(t *testing.T) {
	const most, at = 2000, 256
	l := &local{History: openAlone(t, Options{Dir: t.TempDir(), wait: most, StoreOnly: true}), t: t} // nobody but the sequencer writes
	for range 80 {
		l.says(at)
		if n := l.memory.messagesWaiting(); n > most+at {
			t.Fatalf("%d wait", n)
		}
	}
	l.until("written", func() bool { return l.memory.messagesWaiting() < mostMessages })
	if n := l.number(t, `SELECT count(*) FROM messages`); n < 80*at-mostMessages {
		t.Errorf("%d are written", n)
	}
}
