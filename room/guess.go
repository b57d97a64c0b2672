package room

import (
	"maps"
	"net/netip"
	"sync"
	"time"

	"salon/room/text"
)

// How fast secrets may be guessed, and pseudos registered. What was right costs
// nothing, so that a classroom behind one address is not slowed by coming in.
const (
	sourceGuesses, sourceGuessEvery = 5, 10 * time.Second // wrong ones at once from one source, then one every
	pseudoGuesses, pseudoGuessEvery = 10, 5 * time.Second // wrong ones at once for one pseudo, whoever guesses
	registrations, registerEvery    = 20, time.Minute     // new accounts at once from one source
	maxSlowed                       = 16384               // sources or pseudos remembered; see slowed
)

// slowed lets each of many do something so many times at once, and then once in a
// while. It remembers for each only when it will have all of its allowance again,
// and forgets those who have. When maxSlowed are remembered that do not, all others
// share the allowance of the zero K.
type slowed[K comparable] struct {
	burst int
	every time.Duration
	whole map[K]time.Time
	swept time.Time // when those who rest were last looked for; not more often than every
}

func newSlowed[K comparable](burst int, every time.Duration) slowed[K] {
	return slowed[K]{burst: burst, every: every, whole: map[K]time.Time{}}
}

// wait returns how long k has to wait before it may; 0 when it may now.
func (s *slowed[K]) wait(k K, now time.Time) time.Duration {
	whole := s.whole[s.place(k, now)]
	if !whole.After(now) {
		return 0
	}
	return max(0, whole.Sub(now)-time.Duration(s.burst-1)*s.every)
}

// take uses up one of k's.
func (s *slowed[K]) take(k K, now time.Time) {
	k = s.place(k, now)
	whole := s.whole[k]
	if whole.Before(now) {
		whole = now
	}
	s.whole[k] = whole.Add(s.every)
}

// giveBack undoes a take.
func (s *slowed[K]) giveBack(k K, now time.Time) {
	k = s.place(k, now)
	if whole := s.whole[k].Add(-s.every); whole.After(now) {
		s.whole[k] = whole
	} else {
		delete(s.whole, k)
	}
}

// place returns what k is remembered by.
func (s *slowed[K]) place(k K, now time.Time) K {
	if _, ok := s.whole[k]; ok || len(s.whole) < maxSlowed {
		return k
	}
	if now.Sub(s.swept) >= s.every {
		s.swept = now
		maps.DeleteFunc(s.whole, func(_ K, whole time.Time) bool { return !whole.After(now) })
	}
	if len(s.whole) < maxSlowed {
		return k
	}
	var others K
	return others
}

// guard slows down whoever guesses secrets or registers pseudos, by the hundred. A
// source is an IPv4 address or an IPv6 /64; loopback is one like any other.
type guard struct {
	mu       sync.Mutex
	bySource slowed[netip.Prefix]
	byPseudo slowed[text.Key]
	newcomer slowed[netip.Prefix]
}

func newGuard() *guard {
	return &guard{
		bySource: newSlowed[netip.Prefix](sourceGuesses, sourceGuessEvery),
		byPseudo: newSlowed[text.Key](pseudoGuesses, pseudoGuessEvery),
		newcomer: newSlowed[netip.Prefix](registrations, registerEvery),
	}
}

// guess asks to try a secret: that of a pseudo, or the room's if it is "". While one
// is being looked at it counts as wrong; right takes that back. A [*GuessError]
// means that it must not even be looked at.
func (g *guard) guess(addr netip.Addr, pseudo text.Key) (right func(), err error) {
	from, now := sourceOf(addr), time.Now()
	g.mu.Lock()
	defer g.mu.Unlock()
	wait := g.bySource.wait(from, now)
	if pseudo != "" {
		wait = max(wait, g.byPseudo.wait(pseudo, now))
	}
	if wait > 0 {
		return nil, &GuessError{Wait: wait}
	}
	g.bySource.take(from, now)
	if pseudo != "" {
		g.byPseudo.take(pseudo, now)
	}
	return func() { g.wasRight(from, pseudo) }, nil
}

func (g *guard) wasRight(from netip.Prefix, pseudo text.Key) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	g.bySource.giveBack(from, now)
	if pseudo != "" {
		g.byPseudo.giveBack(pseudo, now)
	}
}

// register takes one new account from a source's allowance.
func (g *guard) register(addr netip.Addr) error {
	from, now := sourceOf(addr), time.Now()
	g.mu.Lock()
	defer g.mu.Unlock()
	if wait := g.newcomer.wait(from, now); wait > 0 {
		return &TooFastError{Wait: wait}
	}
	g.newcomer.take(from, now)
	return nil
}

func sourceOf(addr netip.Addr) netip.Prefix { return source(addr.Unmap().WithZone("")) }
