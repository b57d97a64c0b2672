package rows

import (
	"maps"
	"math"
	"sync"
	"sync/atomic"
)

// maxClasses is how many classes a ClassCache holds. When one more comes, the class
// that was asked for longest ago is dropped with all that it holds, which is made
// again for whoever still shows it.
const maxClasses = 64

// ClassCache holds a V for each class of terminals: what those that look alike share.
// K is all that the look depends on. A V is zero when its class first comes; who uses
// it fills it, and must expect others to do so at the same time.
//
// The zero value is ready, and safe for concurrent use. Finding a class that is there
// takes no lock and allocates nothing.
type ClassCache[K comparable, V any] struct {
	classes atomic.Pointer[map[K]*cached[V]] // the map is replaced, never changed
	round   atomic.Uint64                    // counts the replacements

	mu sync.Mutex // held to replace the map
}

// cached is what a ClassCache holds for one class.
type cached[V any] struct {
	used  atomic.Uint64 // the round in which it was last asked for
	value V
}

// Get returns the value of a class. It stays usable after the cache has dropped it.
func (k *ClassCache[K, V]) Get(class K) *V {
	var c *cached[V]
	if all := k.classes.Load(); all != nil {
		c = (*all)[class]
	}
	if c == nil {
		c = k.add(class)
	}
	if round := k.round.Load(); c.used.Load() != round {
		c.used.Store(round)
	}
	return &c.value
}

func (k *ClassCache[K, V]) all() map[K]*cached[V] {
	if all := k.classes.Load(); all != nil {
		return *all
	}
	return nil
}

// add adds a class, unless somebody else just has.
func (k *ClassCache[K, V]) add(class K) *cached[V] {
	k.mu.Lock()
	defer k.mu.Unlock()
	if c := k.all()[class]; c != nil {
		return c
	}
	all := make(map[K]*cached[V], len(k.all())+1)
	maps.Copy(all, k.all())
	if len(all) >= maxClasses {
		delete(all, leastRecent(all))
	}
	c := &cached[V]{}
	c.used.Store(k.round.Add(1))
	all[class] = c
	k.classes.Store(&all)
	return c
}

// leastRecent returns the class to drop. Those used since the last replacement are
// all equal.
func leastRecent[K comparable, V any](all map[K]*cached[V]) (class K) {
	oldest := uint64(math.MaxUint64)
	for k, c := range all {
		if used := c.used.Load(); used < oldest {
			class, oldest = k, used
		}
	}
	return class
}
