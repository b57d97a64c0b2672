package front

import (
	"errors"
	"math"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"salon/room"
)

// kept is what a test keeps from being garbage.
var kept [][]byte

func TestNewcomersAreRefusedByWhatIsInUseNotByGarbage(t *testing.T) {
	defer func() { kept = nil }()
	runtime.GC()
	var m memory
	used := m.read()
	limit := (used + 64<<20) / memoryShare * 100 // 64 MiB are left
	if left := m.left(limit, 32<<20); left < 32<<20 || left > 65<<20 {
		t.Errorf("%d bytes are left", left)
	}
	for range 96 { // of which only the last is no garbage
		kept = [][]byte{make([]byte, 1<<20)}
	}
	if left := m.left(limit, 32<<20); left < 32<<20 {
		t.Errorf("with garbage %d bytes are left", left)
	}
	m.next = time.Time{}
	for range 48 {
		kept = append(kept, make([]byte, 1<<20))
	}
	if left := m.left(limit, 32<<20); left >= 32<<20 {
		t.Errorf("with 48 MiB in use %d bytes are left", left)
	}
	if left := m.left(0, 1<<40); left != math.MaxInt64 {
		t.Errorf("without a limit %d bytes are left", left)
	}
}

// TestCollectionsForNewcomersAreRare: what strangers do must not make the server collect
// garbage all the time.
func TestCollectionsForNewcomersAreRare(t *testing.T) {
	var m memory
	m.left(1<<20, loginMemory)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	for range 1000 {
		m.left(1<<20, loginMemory)
	}
	runtime.ReadMemStats(&after)
	if n := after.NumForcedGC - before.NumForcedGC; n > uint32(1+time.Since(start)/collectEvery) {
		t.Errorf("%d collections", n)
	}
}

func TestWhenMemoryIsShortTheBusiestSourceIsNotLetIn(t *testing.T) {
	withGate(t, Limits{}, func(g *gate) {
		for range 10 {
			g.enter("192.0.2.1")
		}
		g.enter("192.0.2.2")
		a := g.Admission
		a.mu.Lock()
		defer a.mu.Unlock()
		busy, other := a.sourceLocked(netip.MustParseAddr("192.0.2.1"), time.Now()), a.sourceLocked(netip.MustParseAddr("192.0.2.2"), time.Now())
		few := int64(11 * loginMemory)
		if oldest, err := a.makeRoomLocked(busy, few+loginMemory); oldest != nil || err != nil {
			t.Errorf("with memory for one more: %v, %v", oldest, err)
		}
		if _, err := a.makeRoomLocked(busy, few); !errors.Is(err, room.ErrNoMemory) {
			t.Errorf("the busiest source is told %v", err)
		}
		if oldest, err := a.makeRoomLocked(other, few); err != nil || oldest != busy.logins[0] {
			t.Errorf("another does not displace its oldest login: %v", err)
		}
	})
}

func TestNobodyIsLetInWhenMemoryIsShort(t *testing.T) {
	withGate(t, Limits{Memory: 1 << 20}, func(g *gate) {
		g.wantRefused("192.0.2.1", room.ErrNoMemory)
		g.wantRefused("127.0.0.1", room.ErrNoMemory)
	})
}
