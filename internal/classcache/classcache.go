// Package classcache holds what is made once for all readers who are shown the same: a
// class. It bounds how many classes there are; what one of them holds, and how much, is
// up to the owner of a [Cache]. Call [Cache.Get].
package classcache

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
)

// Max is how many classes a Cache holds. For one more it drops the class that was used
// longest ago; what that held is made again if it is still needed.
const Max = 64

// Counts counts what users of a [Cache] found in it, and what they had to make. A nil Counts
// counts nothing.
type Counts struct{ hits, misses atomic.Uint64 }

// Count counts one thing that was asked for.
func (c *Counts) Count(hit bool) {
	switch {
	case c == nil:
	case hit:
		c.hits.Add(1)
	default:
		c.misses.Add(1)
	}
}

// Get returns how many were found, and how many were made.
func (c *Counts) Get() (hits, misses uint64) { return c.hits.Load(), c.misses.Load() }

// Cache holds a V for each class K of readers. A V is zero at first; its users fill it, and
// must expect others to do so at the same time.
//
// The zero value is ready and safe for concurrent use. Finding a class takes no lock and
// allocates nothing.
type Cache[K comparable, V any] struct {
	classes atomic.Pointer[map[K]*cached[V]] // the map is replaced, never changed
	round   atomic.Uint64                    // counts the replacements

	mu sync.Mutex // held to replace the map
}

// cached is what a Cache holds for one class.
type cached[V any] struct {
	used  atomic.Uint64 // the round in which it was last asked for
	value V
}

// Get returns the value of a class. It stays usable after the cache has dropped it.
func (k *Cache[K, V]) Get(class K) *V {
	c := k.all()[class]
	if c == nil {
		c = k.add(class)
	}
	if round := k.round.Load(); c.used.Load() != round {
		c.used.Store(round)
	}
	return &c.value
}

// Values yields the values of all classes that are held.
func (k *Cache[K, V]) Values(yield func(*V) bool) {
	for _, c := range k.all() {
		if !yield(&c.value) {
			return
		}
	}
}

func (k *Cache[K, V]) all() map[K]*cached[V] {
	if all := k.classes.Load(); all != nil {
		return *all
	}
	return nil
}

// add adds a class, unless somebody else just has.
func (k *Cache[K, V]) add(class K) *cached[V] {
	k.mu.Lock()
	defer k.mu.Unlock()
	if c := k.all()[class]; c != nil {
		return c
	}
	all := maps.Clone(k.all())
	switch {
	case all == nil:
		all = map[K]*cached[V]{}
	case len(all) >= Max: // those used since the last replacement are all equal
		oldest := func(a, b K) int { return cmp.Compare(all[a].used.Load(), all[b].used.Load()) }
		delete(all, slices.MinFunc(slices.Collect(maps.Keys(all)), oldest))
	}
	c := &cached[V]{}
	c.used.Store(k.round.Add(1))
	all[class] = c
	k.classes.Store(&all)
	return c
}
