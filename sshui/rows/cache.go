package rows

import (
	"math"
	"sync"
	"sync/atomic"

	"salon/internal/classcache"
	"salon/room/lang"
	"salon/room/state"
)

// Bounds of what a Cache holds for one class. All classes together hold at most
// classcache.Max * classBytes, 16 MiB, and the events that those rows show, which are no
// larger.
const (
	// maxPlaces is how many of the newest places of the room are kept; the rows of
	// older events are made for each who asks.
	maxPlaces = 256
	// classBytes is how much is kept; beyond it the oldest rows are dropped.
	classBytes = 256 << 10
	// maxKept is the largest Fragment that is kept; a larger one is made for each
	// who asks. No message within the room's limits is as large on a terminal of 20
	// columns or more.
	maxKept = 24 << 10
	// overhead is about what a Fragment takes besides its rows and mentions.
	overhead = 192
)

// Cache keeps the rows of recent public events for all sessions of a class. The zero value
// is ready and safe for concurrent use. Finding rows takes no lock and allocates nothing;
// rows that several sessions ask for at once are made once.
type Cache struct {
	classes classcache.Cache[Class, recent]
}

// Event returns the rows of the event at a place of the room's ring, as members of class c
// see them who are not mentioned. It makes them if they are missing.
func (k *Cache) Event(c Class, place uint64, e *state.Event) *Fragment {
	r := k.classes.Get(c)
	switch f := r.slots[place%maxPlaces].Load(); {
	case f != nil && f.Event == e:
		return f
	case r.isPast(place):
		return c.Event(e, lang.View{})
	}
	return r.make(c, place, e)
}

// recent holds the rows of recent events for one class: an event's at its place modulo
// maxPlaces.
type recent struct {
	slots  [maxPlaces]atomic.Pointer[Fragment]
	newest atomic.Uint64 // place

	mu     sync.Mutex // held to make and to keep rows; guards what follows
	places [maxPlaces]uint64
	bytes  int
}

// isPast reports whether a place is too old to be kept.
func (r *recent) isPast(place uint64) bool { return place+maxPlaces <= r.newest.Load() }

// make makes the rows of an event, unless somebody else just has, and keeps them.
func (r *recent) make(c Class, place uint64, e *state.Event) *Fragment {
	r.mu.Lock()
	defer r.mu.Unlock()
	if f := r.slots[place%maxPlaces].Load(); f != nil && f.Event == e {
		return f
	}
	f := c.Event(e, lang.View{})
	if size(f) <= maxKept && !r.isPast(place) {
		r.keepLocked(place, f)
	}
	return f
}

// keepLocked puts rows in their slot and drops older ones to make room. Rows that are
// themselves older than those it would have to drop are not kept.
func (r *recent) keepLocked(place uint64, f *Fragment) {
	slot := int(place % maxPlaces)
	r.dropLocked(slot)
	for r.bytes+size(f) > classBytes {
		oldest := r.oldestLocked()
		if r.places[oldest] > place {
			return
		}
		r.dropLocked(oldest)
	}
	r.bytes += size(f)
	r.places[slot] = place
	r.slots[slot].Store(f)
	r.newest.Store(max(place, r.newest.Load()))
}

func (r *recent) dropLocked(slot int) {
	if f := r.slots[slot].Swap(nil); f != nil {
		r.bytes -= size(f)
	}
}

// oldestLocked returns the slot of the oldest rows; there must be some.
func (r *recent) oldestLocked() (slot int) {
	least := uint64(math.MaxUint64)
	for i := range r.slots {
		if r.slots[i].Load() != nil && r.places[i] <= least {
			slot, least = i, r.places[i]
		}
	}
	return slot
}

// size is about what a Fragment takes, in bytes.
func size(f *Fragment) int { return overhead + len(f.Bytes) + 48*len(f.Mentions) }
