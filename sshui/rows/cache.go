package rows

import (
	"maps"
	"math"
	"sync"
	"sync/atomic"

	"salon/room/lang"
	"salon/room/state"
)

// Bounds of a Cache. All classes together hold at most maxClasses * shelfBytes, 16
// MiB, and the events that those rows show, which are no larger.
const (
	// maxClasses is how many classes have a shelf; a new one takes the place of the
	// one not used for the longest, whose shelf goes whole.
	maxClasses = 64
	// shelfPlaces is how many of the newest places of the room a shelf has; what is
	// older is made for each who asks.
	shelfPlaces = 256
	// shelfBytes is how much one shelf holds; beyond, the oldest of it goes.
	shelfBytes = 256 << 10
	// maxKept is the largest Fragment that is kept; a larger one is made for each
	// who asks. No message within the room's limits comes to that on a terminal of
	// 20 columns or more.
	maxKept = 24 << 10
	// overhead is what a Fragment costs besides its rows and mentions, about.
	overhead = 192
)

// Cache keeps the rows of recent public events for all the sessions of their class.
// It is safe for concurrent use. What is there is found without a lock and without
// allocating; what several ask for at once is made once.
type Cache struct {
	shelves atomic.Pointer[map[Class]*shelf] // never changed: exchanged for another
	turn    atomic.Uint64                    // counts the exchanges

	mu sync.Mutex // held to exchange the shelves
}

// shelf is what is kept for one class: an event's rows at its place modulo
// shelfPlaces.
type shelf struct {
	slots  [shelfPlaces]atomic.Pointer[Fragment]
	newest atomic.Uint64 // place
	used   atomic.Uint64 // the turn when it was last asked

	mu     sync.Mutex // held to make and to keep rows; guards what follows
	places [shelfPlaces]uint64
	bytes  int
}

// NewCache returns an empty Cache.
func NewCache() *Cache {
	k := &Cache{}
	k.shelves.Store(&map[Class]*shelf{})
	return k
}

// Event returns the rows of the event at a place of the room's ring as c shows them
// to somebody not mentioned, and makes them if nobody has.
func (k *Cache) Event(c Class, place uint64, e *state.Event) *Fragment {
	s := k.of(c)
	if turn := k.turn.Load(); s.used.Load() != turn {
		s.used.Store(turn)
	}
	if f := s.slots[place%shelfPlaces].Load(); f != nil && f.Event == e {
		return f
	}
	if s.isPast(place) {
		return c.Event(e, lang.View{})
	}
	return s.make(c, place, e)
}

// of returns the shelf of a class.
func (k *Cache) of(c Class) *shelf {
	if s := (*k.shelves.Load())[c]; s != nil {
		return s
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	all := *k.shelves.Load()
	if s := all[c]; s != nil {
		return s
	}
	all = maps.Clone(all)
	if len(all) >= maxClasses {
		delete(all, longestUnused(all))
	}
	s := &shelf{}
	s.used.Store(k.turn.Add(1))
	all[c] = s
	k.shelves.Store(&all)
	return s
}

// longestUnused chooses the class to give up. Those used since the last exchange are
// all equal.
func longestUnused(all map[Class]*shelf) (c Class) {
	oldest := uint64(math.MaxUint64)
	for class, s := range all {
		if used := s.used.Load(); used < oldest {
			c, oldest = class, used
		}
	}
	return c
}

// isPast reports whether a place is too old to be kept.
func (s *shelf) isPast(place uint64) bool { return place+shelfPlaces <= s.newest.Load() }

// make makes the rows of an event, unless somebody else just has, and keeps them.
func (s *shelf) make(c Class, place uint64, e *state.Event) *Fragment {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.slots[place%shelfPlaces].Load(); f != nil && f.Event == e {
		return f
	}
	f := c.Event(e, lang.View{})
	if size(f) <= maxKept && !s.isPast(place) {
		s.keep(place, f)
	}
	return f
}

// keep puts rows in their slot, after what must go for them; rows older than all
// that would have to go are not kept. It expects mu to be held.
func (s *shelf) keep(place uint64, f *Fragment) {
	slot := int(place % shelfPlaces)
	s.drop(slot)
	for s.bytes+size(f) > shelfBytes {
		oldest := s.oldest()
		if s.places[oldest] > place {
			return
		}
		s.drop(oldest)
	}
	s.bytes += size(f)
	s.places[slot] = place
	s.slots[slot].Store(f)
	s.newest.Store(max(place, s.newest.Load()))
}

func (s *shelf) drop(slot int) {
	if f := s.slots[slot].Swap(nil); f != nil {
		s.bytes -= size(f)
	}
}

// oldest returns the slot of the oldest rows, of which there are some.
func (s *shelf) oldest() (slot int) {
	least := uint64(math.MaxUint64)
	for i := range s.slots {
		if s.slots[i].Load() != nil && s.places[i] <= least {
			slot, least = i, s.places[i]
		}
	}
	return slot
}

// size is what a Fragment weighs, in bytes.
func size(f *Fragment) int {
	n := overhead + len(f.Bytes)
	for _, key := range f.Mentions {
		n += 16 + len(key)
	}
	return n
}
