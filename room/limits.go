package room

import (
	"maps"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"salon/room/text"
)

// Bounds on what one member may ask for, over all their sessions.
const (
	// lineRate and lineBurst bound lines of any kind, commands included, unless
	// Limits allow more messages than that. Lines above it wait.
	lineRate, lineBurst = 20, 40
	// requestRate and requestBurst bound what keys ask for; [Session.Ask] waits
	// above it.
	requestRate, requestBurst = 5, 10
	// strikeBurst is how many messages may be refused as too fast before the next one
	// kicks its sender; every strikeEvery one refusal is forgiven.
	strikeBurst, strikeEvery = 30, 2 * time.Second
)

// Limits are what one person may ask of the room.
type Limits struct {
	Rate  float64 // messages per second of one member; 0: no limit
	Burst int     // messages at once
	// Replay is how many of the last messages a newcomer is shown.
	Replay int
}

// messages returns the rate and the burst of a member's messages.
func (l Limits) messages() (rate.Limit, int) { return l.perSecond(l.Rate), l.Burst }

// lines returns the rate and the burst of a member's lines of any kind.
func (l Limits) lines() (rate.Limit, int) {
	return l.perSecond(max(lineRate, 2*l.Rate)), max(lineBurst, 2*l.Burst)
}

// requests returns the rate and the burst of what a member's keys ask for.
func (l Limits) requests() (rate.Limit, int) { return l.perSecond(requestRate), requestBurst }

// perSecond returns n per second, or no limit where members have none.
func (l Limits) perSecond(n float64) rate.Limit {
	if l.Rate <= 0 {
		return rate.Inf
	}
	return rate.Limit(n)
}

// source returns what counts as one origin: an IPv4 address, or the /64 that an IPv6
// customer usually is given whole.
func source(addr netip.Addr) netip.Prefix {
	addr = addr.Unmap().WithZone("")
	bits := 32
	if addr.Is6() {
		bits = 64
	}
	p, _ := addr.Prefix(bits) // never fails: bits fits the family
	return p
}

// Source returns what counts as one origin of connections and of guesses: an IPv4
// address, however it is written, or an IPv6 /64; the zero Prefix for the zero Addr.
func Source(addr netip.Addr) netip.Prefix { return source(addr) }

// How fast secrets may be guessed, and pseudos registered. Right guesses are not
// counted, so that a classroom behind one address is not slowed down.
const (
	sourceGuesses, sourceGuessEvery = 5, 10 * time.Second // wrong guesses at once from one source, then one every
	pseudoGuesses, pseudoGuessEvery = 10, 5 * time.Second // wrong guesses at once for one pseudo, from anywhere
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

// wait returns how long k has to wait; 0 when it need not.
func (l *keyedLimiter[K]) wait(k K, now time.Time) time.Duration {
	whole := l.whole[l.stored(k, now)]
	if !whole.After(now) {
		return 0
	}
	return max(0, whole.Sub(now)-time.Duration(l.burst-1)*l.every)
}

// take uses up one of k's allowance.
func (l *keyedLimiter[K]) take(k K, now time.Time) {
	k = l.stored(k, now)
	whole := l.whole[k]
	if whole.Before(now) {
		whole = now
	}
	l.whole[k] = whole.Add(l.every)
}

// giveBack undoes a take.
func (l *keyedLimiter[K]) giveBack(k K, now time.Time) {
	k = l.stored(k, now)
	if whole := l.whole[k].Add(-l.every); whole.After(now) {
		l.whole[k] = whole
	} else {
		delete(l.whole, k)
	}
}

// stored returns the key that k's allowance is stored under.
func (l *keyedLimiter[K]) stored(k K, now time.Time) K {
	if _, ok := l.whole[k]; ok {
		return k
	}
	if len(l.whole) >= maxLimited && now.Sub(l.swept) >= l.every {
		l.swept = now
		maps.DeleteFunc(l.whole, func(_ K, whole time.Time) bool { return !whole.After(now) })
	}
	if len(l.whole) >= maxLimited {
		var others K
		return others
	}
	return k
}

// authLimiter limits guesses of secrets and registrations of pseudos. A
// source is an IPv4 address or an IPv6 /64; loopback is one like any other.
type authLimiter struct {
	mu       sync.Mutex // guards all below
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

// guess counts a wrong guess at the secret of a pseudo, or of the room if it is "". The
// caller then checks the guess, and calls right if it was not wrong, which takes the
// count back. A [*GuessError] forbids checking it.
func (l *authLimiter) guess(addr netip.Addr, pseudo text.Key) (right func(), err error) {
	from, now := source(addr), time.Now()
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
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		now := time.Now()
		l.bySource.giveBack(from, now)
		if pseudo != "" {
			l.byPseudo.giveBack(pseudo, now)
		}
	}, nil
}

// register uses up one new account of a source's allowance, or returns a
// [*TooFastError].
func (l *authLimiter) register(addr netip.Addr) error {
	from, now := source(addr), time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if wait := l.newcomer.wait(from, now); wait > 0 {
		return &TooFastError{Wait: wait}
	}
	l.newcomer.take(from, now)
	return nil
}
