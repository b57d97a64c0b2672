package room_test

import (
	"fmt"
	"runtime"
	"testing"

	"salon/room"
	"salon/room/state"
)

// BenchmarkEmptyRoom prints what a room takes in memory that somebody owns and nobody is in,
// with the names of those who came and went in the ring, which is bounded.
func BenchmarkEmptyRoom(b *testing.B) {
	cfg := withRooms()
	cfg.Limits.MaxRooms = 0
	r, err := room.New(b.Context(), cfg, room.NewMemoryLog(), room.NewMemoryStore())
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	s, err := r.Join(b.Context(), withKey("ann", fingerprint("ann")))
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close(state.Ending{Cause: state.Quit})
	does := func(line string) {
		if _, err := s.Do(b.Context(), line); err != nil {
			b.Fatalf("%s: %v", line, err)
		}
		for len(s.Take(make([]room.Item, 0, 64))) > 0 {
		}
	}
	does("/inscrire")
	makes := func(name string, n int) {
		for i := range n {
			does(fmt.Sprintf("/join #%s%d", name, i))
			does("/leave")
		}
	}
	const full = 9000 // events, so that the ring and the log's end grow no more
	for range full {
		does("bonjour")
	}
	makes("before", 1000)
	before, rooms := heap(), 0
	for b.Loop() {
		does(fmt.Sprintf("/join #r%d", rooms))
		does("/leave")
		rooms++
	}
	b.ReportMetric(float64(heap()-before)/float64(rooms), "B/room")
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
