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
	maxLimited                      = 16384               // sources or pseudos remembered; see keyedLimiter
)

// keyedLimiter lets each key do something burst times at once, and then once every
// `every`. It stores for each key only the time when its allowance is whole again,
// and forgets a key once it is. When maxLimited keys are stored, all other keys
// share the allowance of the zero K.
type keyedLimiter[K comparable] struct {
	burst int
	every time.Duration
	whole map[K]time.Time
	swept time.Time // when expired keys were last removed; at most once every
}

func newKeyedLimiter[K comparable](burst int, every time.Duration) keyedLimiter[K] {
	return keyedLimiter[K]{burst: burst, every: every, whole: map[K]time.Time{}}
}

// wait returns how long k has to wait before it may; 0 when it may now.
func (l *keyedLimiter[K]) wait(k K, now time.Time) time.Duration {
	whole := l.whole[l.place(k, now)]
	if !whole.After(now) {
		return 0
	}
	return max(0, whole.Sub(now)-time.Duration(l.burst-1)*l.every)
}

// take uses up one of k'l.
func (l *keyedLimiter[K]) take(k K, now time.Time) {
	k = l.place(k, now)
	whole := l.whole[k]
	if whole.Before(now) {
		whole = now
	}
	l.whole[k] = whole.Add(l.every)
}

// giveBack undoes a take.
func (l *keyedLimiter[K]) giveBack(k K, now time.Time) {
	k = l.place(k, now)
	if whole := l.whole[k].Add(-l.every); whole.After(now) {
		l.whole[k] = whole
	} else {
		delete(l.whole, k)
	}
}

// place returns what k is remembered by.
func (l *keyedLimiter[K]) place(k K, now time.Time) K {
	if _, ok := l.whole[k]; ok || len(l.whole) < maxLimited {
		return k
	}
	if now.Sub(l.swept) >= l.every {
		l.swept = now
		maps.DeleteFunc(l.whole, func(_ K, whole time.Time) bool { return !whole.After(now) })
	}
	if len(l.whole) < maxLimited {
		return k
	}
	var others K
	return others
}

// authLimiter limits guesses of secrets and registrations of pseudos. A
// source is an IPv4 address or an IPv6 /64; loopback is one like any other.
type authLimiter struct {
	mu       sync.Mutex
	bySource keyedLimiter[netip.Prefix]
	byPseudo keyedLimiter[text.Key]
	newcomer keyedLimiter[netip.Prefix]
}

func newAuthLimiter() *authLimiter {
	return &authLimiter{
		bySource: newKeyedLimiter[netip.Prefix](sourceGuesses, sourceGuessEvery),
		byPseudo: newKeyedLimiter[text.Key](pseudoGuesses, pseudoGuessEvery),
		newcomer: newKeyedLimiter[netip.Prefix](registrations, registerEvery),
	}
}

// guess asks to try a secret: that of a pseudo, or the room's if it is "". While one
// is being looked at it counts as wrong; right takes that back. A [*GuessError]
// means that it must not even be looked at.
func (l *authLimiter) guess(addr netip.Addr, pseudo text.Key) (right func(), err error) {
	from, now := sourceOf(addr), time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	wait := l.bySource.wait(from, now)
	if pseudo != "" {
		wait = max(wait, l.byPseudo.wait(pseudo, now))
	}
	if wait > 0 {
		return nil, &GuessError{Wait: wait}
	}
	l.bySource.take(from, now)
	if pseudo != "" {
		l.byPseudo.take(pseudo, now)
	}
	return func() { l.wasRight(from, pseudo) }, nil
}

func (l *authLimiter) wasRight(from netip.Prefix, pseudo text.Key) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	l.bySource.giveBack(from, now)
	if pseudo != "" {
		l.byPseudo.giveBack(pseudo, now)
	}
}

// register takes one new account from a source's allowance.
func (l *authLimiter) register(addr netip.Addr) error {
	from, now := sourceOf(addr), time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if wait := l.newcomer.wait(from, now); wait > 0 {
		return &TooFastError{Wait: wait}
	}
	l.newcomer.take(from, now)
	return nil
}

func sourceOf(addr netip.Addr) netip.Prefix { return source(addr.Unmap().WithZone("")) }
