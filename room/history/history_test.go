package history

import (
	"cmp"
	"context"
	"testing"
	"time"

	"go.uber.org/goleak"

	"salon/room"
	"salon/room/logtest"
	"salon/room/state"
)

var (
	_ room.Log   = (*History)(nil)
	_ room.Store = (*History)(nil)
)

func TestMain(m *testing.M) {
	childMain()
	oldLockMain()
	goleak.VerifyTestMain(m)
}

// open opens a history that the test's end shuts. Its searches have the time that they need,
// unless the test says otherwise.
func open(t testing.TB, o Options) *History {
	t.Helper()
	o.search = cmp.Or(o.search, time.Hour)
	h, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, h) })
	return h
}

// reader opens what a history left, or has, until the test's end.
func reader(t testing.TB, dir string) *Reader {
	t.Helper()
	r, err := OpenReader(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func shut(t testing.TB, h *History) {
	t.Helper()
	if err := h.Shut(); err != nil {
		t.Errorf("Shut: %v", err)
	}
}

// flush brings everything that was applied to the disk and into the index, and sweeps
// what the snapshot covers.
func (h *History) flush(t testing.TB) {
	t.Helper()
	if err := h.drain(); err != nil {
		t.Fatal(err)
	}
	if err := h.maintenance.index(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.maintenance.covered.Store(true)
	if err := h.maintenance.sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// applyAll applies what is followed as a room does where nothing is refused.
func (h *History) applyAll(events []state.Event) error {
	var spoken []state.Event
	for _, e := range events {
		if state.KindOf(e.Body).Spoken {
			spoken = append(spoken, e)
		}
	}
	h.Apply(events[len(events)-1].Seq, spoken)
	return nil
}

// openAlone is open without maintenance at work, whose work the test does.
func openAlone(t testing.TB, o Options) *History {
	t.Helper()
	o.search = cmp.Or(o.search, time.Hour)
	h, err := newHistory(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.start(); err != nil {
		t.Fatal(err)
	}
	h.ended, h.stop = context.WithCancel(t.Context())
	h.sequencing.Go(h.sequence)
	go h.worker.work()
	t.Cleanup(func() { shut(t, h) })
	return h
}

// number returns the answer to a question about the file.
func (h *History) number(t testing.TB, question string) (n int) {
	t.Helper()
	if err := h.disk.readers.Load().QueryRow(question).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestLog(t *testing.T) {
	logtest.TestLog(t, func(t *testing.T) room.Log { return open(t, Options{Dir: t.TempDir()}) })
}

func TestStore(t *testing.T) {
	logtest.TestStore(t, func(t *testing.T) room.Store { return open(t, Options{Dir: t.TempDir()}) })
}

// fromFile is a store of which next to nothing is at hand in memory.
type fromFile struct {
	*History
	t *testing.T
}

func (s fromFile) Apply(upto state.Seq, spoken []state.Event) {
	s.History.Apply(upto, spoken)
	s.flush(s.t)
}

func TestStoreFromFile(t *testing.T) {
	logtest.TestStore(t, func(t *testing.T) room.Store {
		return fromFile{open(t, Options{Dir: t.TempDir(), recent: 1}), t}
	})
}

func TestLocal(t *testing.T) {
	logtest.TestLocal(t, func(t *testing.T) logtest.Local { return open(t, Options{Dir: t.TempDir(), StoreOnly: true}) })
}

func TestLocalFromFile(t *testing.T) {
	logtest.TestLocal(t, func(t *testing.T) logtest.Local {
		return fromFile{open(t, Options{Dir: t.TempDir(), recent: 1, StoreOnly: true}), t}
	})
}

func TestReopen(t *testing.T) {
	for _, recent := range []int{recentEvents, 1} {
		logtest.TestReopen(t, func(t *testing.T, dir string) logtest.Run {
			h, err := Open(t.Context(), Options{Dir: dir, recent: recent, search: time.Hour})
			if err != nil {
				t.Fatal(err)
			}
			return logtest.Run{Log: h, Store: h, End: h.Shut}
		})
	}
}
