package history

import (
	"testing"

	"go.uber.org/goleak"

	"salon/room"
	"salon/room/logtest"
	"salon/room/state"
)

func TestMain(m *testing.M) {
	childMain()
	goleak.VerifyTestMain(m)
}

// open opens a history that the test's end shuts.
func open(t testing.TB, o Options) *History {
	t.Helper()
	h, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, h) })
	return h
}

func shut(t testing.TB, h *History) {
	t.Helper()
	if err := h.Shut(); err != nil {
		t.Errorf("Shut: %v", err)
	}
}

// quiet brings everything that was applied to the disk and into the index.
func (h *History) quiet(t testing.TB) {
	t.Helper()
	if err := h.drain(nil); err != nil {
		t.Fatal(err)
	}
	if err := h.clerk.index(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.clerk.spared.Store(true)
	if err := h.clerk.sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// count returns how many rows are so.
func (h *History) count(t testing.TB, condition string) (n int) {
	t.Helper()
	if err := h.disk.readers.Load().QueryRow(`SELECT count(*) FROM events WHERE ` + condition).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestItIsALog(t *testing.T) {
	logtest.TestLog(t, func(t *testing.T) room.Log { return open(t, Options{Dir: t.TempDir()}) })
}

func TestItIsAStore(t *testing.T) {
	logtest.TestStore(t, func(t *testing.T) room.Store { return open(t, Options{Dir: t.TempDir()}) })
}

// indexed is a store of which next to nothing is at hand in memory.
type indexed struct {
	*History
	t *testing.T
}

func (s indexed) Apply(events []state.Event) error {
	if err := s.History.Apply(events); err != nil {
		return err
	}
	for _, e := range events {
		s.given.Store(max(s.given.Load(), uint64(e.Seq)))
	}
	s.quiet(s.t)
	return nil
}

func TestItIsAStoreFromTheFile(t *testing.T) {
	logtest.TestStore(t, func(t *testing.T) room.Store {
		return indexed{open(t, Options{Dir: t.TempDir(), recent: 1}), t}
	})
}

func TestItSurvives(t *testing.T) {
	for _, recent := range []int{recentEvents, 1} {
		logtest.TestReopen(t, func(t *testing.T, dir string) logtest.Life {
			h, err := Open(t.Context(), Options{Dir: dir, recent: recent})
			if err != nil {
				t.Fatal(err)
			}
			return logtest.Life{Log: h, Store: h, End: h.Shut}
		})
	}
}
