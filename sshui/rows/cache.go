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
	// overhead is about what a Fragment takes besides its rows.
	overhead = 256
)

// Cache keeps the rows of recent public events for all sessions of a class. The zero value
// is ready and safe for concurrent use. Finding rows takes no lock and allocates nothing;
// rows that several sessions ask for at once are made once.
type Cache struct {
	classes classcache.Cache[Class, recent]
	words   wordCache
	took    atomic.Pointer[state.Event] // the last that took messages back

	// Counts counts the rows that were found, and those that were made; nil: nothing is
	// counted. It is set before the Cache is used.
	Counts *classcache.Counts
}

// TakeBack forgets the rows and words of messages that an event takes back, once for all who
// are shown it.
func (k *Cache) TakeBack(by *state.Event) {
	if k.took.Swap(by) == by {
		return
	}
	for r := range k.classes.Values {
		r.takeBack(by)
	}
	k.words.takeBack(by)
}

// MayMention reports whether a message, at a place of the room's ring, holds a word with this
// hash: only then it can mention who has it of WordOf, and Mentions says whether it does. For
// the latest messages it costs some nanoseconds.
func (k *Cache) MayMention(place uint64, e *state.Event, word uint32) bool {
	return k.words.hold(place, e, word)
}

// Event returns the rows of the event at a place of the room's ring, with a Head, as members
// of class c see them who are not mentioned and have not written it. It makes them if they
// are missing.
func (k *Cache) Event(c Class, place uint64, e *state.Event, h Head) *Fragment {
	own := h.of(c, e)
	r, at := k.classes.Get(c), slot(place, own)
	switch f := r.slots[at].Load(); {
	case f != nil && f.Event == e && f.run == (Run{}):
		k.Counts.Count(true)
		return f
	case r.isPast(place):
		k.Counts.Count(false)
		return c.Event(e, lang.View{}, own)
	}
	k.Counts.Count(false)
	return r.make(place, at, &Fragment{Event: e}, func() *Fragment { return c.Event(e, lang.View{}, own) })
}

// Run returns the row of a Run whose first event is at a place of the room's ring.
func (k *Cache) Run(c Class, place uint64, run Run) *Fragment {
	r, at := k.classes.Get(c), slot(place, 0)
	switch f := r.slots[at].Load(); {
	case f != nil && f.run == run:
		k.Counts.Count(true)
		return f
	case r.isPast(place):
		k.Counts.Count(false)
		return c.Run(run, lang.View{})
	}
	k.Counts.Count(false)
	return r.make(place, at, &Fragment{Event: run.first, run: run}, func() *Fragment { return c.Run(run, lang.View{}) })
}

// slot is where the rows of an event are kept.
func slot(place uint64, h Head) int { return int(place%maxPlaces)*heads + int(h) }

// recent holds the rows of recent events for one class: an event's at its place modulo
// maxPlaces, with each Head that a screen has asked for.
type recent struct {
	slots  [maxPlaces * heads]atomic.Pointer[Fragment]
	newest atomic.Uint64 // place

	mu     sync.Mutex // held to make and to keep rows; guards what follows
	places [maxPlaces * heads]uint64
	bytes  int
}

// isPast reports whether a place is too old to be kept.
func (r *recent) isPast(place uint64) bool { return place+maxPlaces <= r.newest.Load() }

// make makes the rows that a slot lacks, unless somebody else just has, and keeps them. They
// are of the same event, or run, as like.
func (r *recent) make(place uint64, slot int, like *Fragment, rows func() *Fragment) *Fragment {
	r.mu.Lock()
	defer r.mu.Unlock()
	if f := r.slots[slot].Load(); f != nil && f.Event == like.Event && f.run == like.run {
		return f
	}
	f := rows()
	if size(f) <= maxKept && !r.isPast(place) {
		r.keepLocked(place, slot, f)
	}
	return f
}

// keepLocked puts rows in their slot and drops older ones to make room. Rows that are
// themselves older than those it would have to drop are not kept.
func (r *recent) keepLocked(place uint64, slot int, f *Fragment) {
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

func (r *recent) takeBack(by *state.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for slot := range r.slots {
		if f := r.slots[slot].Load(); f != nil {
			if _, taken := by.Takes(f.Event); taken {
				r.dropLocked(slot)
			}
		}
	}
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
func size(f *Fragment) int { return overhead + len(f.Bytes) }
