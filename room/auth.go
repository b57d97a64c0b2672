package room

import (
	"context"
	"maps"
	"net/netip"
	"sync"
	"time"

	"salon/internal/wait"
	"salon/room/text"
)

// How fast secrets may be guessed, hashed, and pseudos registered. Right guesses are not
// counted as wrong, so that a classroom behind one address is not slowed down.
const (
	sourceGuesses, sourceGuessEvery = 5, 10 * time.Second // wrong guesses at once from one source, then one every
	pseudoGuesses, pseudoGuessEvery = 10, 5 * time.Second // wrong guesses at once for one pseudo, from anywhere; above it, it is attacked
	registrations, registerEvery    = 20, time.Minute     // new accounts at once from one source
	hashes, hashEvery               = 64, time.Second     // secrets of one source hashed at once, then one every
	memberHashes                    = 5                   // of which as many at once, and then one every, for a member who registers
	maxLimited                      = 16384               // sources or pseudos remembered; see keyedLimiter
	overdrawn                       = time.Hour           // how long at most a limiter stays used up by what is over
)

// While a pseudo is attacked, a guess from a site with wrong guesses of its own is refused
// until firstPause after the last one, pauseGrowth times as long after each other, at most
// longestPause; the others wait, at most longestDelay. An IPv6 site is a /48.
//
// A site that guesses as fast as it may has 2 guesses before the first is found wrong (see
// delayedAtOnce) and 10 more in a day: after 40 s, 160 s, 640 s, 43 min, 2 h 51 min and
// then every 4 h. All sites have 17,290 a day together before the pseudo counts as
// attacked. 1,000 sites thus try 29,000 phrases a day and 10,000 sites 137,000; eight
// random letters are 2e11. From more than maxLimited sites at once, guessing is as fast as
// hashing, 40 a second for each two processors.
const (
	firstPause, longestPause, pauseGrowth = 10 * time.Second, 4 * time.Hour, 4
	failureMemory                         = 24 * time.Hour // of a site, since the last one
	longestDelay, delayShare              = 4 * time.Second, 10
	siteBits6                             = 48
	// delayedAtOnce is how many guesses of one site may wait at once because a pseudo is
	// attacked; one more is refused.
	delayedAtOnce = 2
	// longestHashWait is how long a login waits until its source may have something hashed;
	// one that would wait longer is refused.
	longestHashWait = 10 * time.Second
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

// take uses up one of k's allowance, which is never more than overdrawn away from
// having some left: what others did is forgotten after that time.
func (l *keyedLimiter[K]) take(k K, now time.Time) { l.charge(k, now, l.every) }

// charge uses up so much of k's allowance, of which every is one.
func (l *keyedLimiter[K]) charge(k K, now time.Time, cost time.Duration) {
	k = l.stored(k, now)
	whole := l.whole[k]
	if whole.Before(now) {
		whole = now
	}
	l.whole[k] = minTime(whole.Add(cost), now.Add(time.Duration(l.burst-1)*l.every+overdrawn))
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
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

// failures are the wrong guesses of a site.
type failures struct {
	count   int
	last    time.Time
	delayed int // guesses that wait now
}

// pause returns how long the site has to wait before it may guess again.
func (f failures) pause(now time.Time) time.Duration {
	if f.count == 0 {
		return 0
	}
	pause := firstPause
	for n := 1; n < f.count && pause < longestPause; n++ {
		pause *= pauseGrowth
	}
	return max(0, min(pause, longestPause)-now.Sub(f.last))
}

// authLimiter limits guesses of secrets, what is hashed for them, and registrations of
// pseudos. A source is an IPv4 address or an IPv6 /64; loopback is one like any other.
type authLimiter struct {
	mu       sync.Mutex // guards all below; never held while somebody waits
	bySource keyedLimiter[netip.Prefix]
	byPseudo keyedLimiter[text.Key]
	newcomer keyedLimiter[netip.Prefix]
	hashing  keyedLimiter[netip.Prefix]
	byMember keyedLimiter[text.Key]    // pass phrases that a member registers
	failed   map[netip.Prefix]failures // by site, at most maxLimited; above it any other is forgotten
}

func newAuthLimiter() *authLimiter {
	return &authLimiter{
		bySource: newKeyedLimiter[netip.Prefix](sourceGuesses, sourceGuessEvery),
		byPseudo: newKeyedLimiter[text.Key](pseudoGuesses, pseudoGuessEvery),
		newcomer: newKeyedLimiter[netip.Prefix](registrations, registerEvery),
		hashing:  newKeyedLimiter[netip.Prefix](hashes, hashEvery),
		byMember: newKeyedLimiter[text.Key](memberHashes, hashEvery),
		failed:   map[netip.Prefix]failures{},
	}
}

// site returns what counts as one origin of guesses for a day: an IPv4 address, or an
// IPv6 /48, of which one customer may have all 65,536 sources.
func site(addr netip.Addr) netip.Prefix {
	addr = addr.Unmap().WithZone("")
	if addr.Is6() {
		p, _ := addr.Prefix(siteBits6) // never fails: the bits fit the family
		return p
	}
	return Source(addr)
}

// guess begins a guess at the secret of a pseudo, or of the room if it is "". The caller
// then checks it, and calls done with what it found: true also if it could not be checked.
// A [*GuessError] forbids checking it. guess waits while others attack the pseudo, and
// while the source has too much to be hashed; when ctx ends meanwhile it returns the cause.
func (l *authLimiter) guess(ctx context.Context, addr netip.Addr, pseudo text.Key, hashed bool) (done func(right bool), err error) {
	g := guessing{l: l, source: Source(addr), site: site(addr), pseudo: pseudo}
	delay, err := g.begin(time.Now(), hashed)
	if err != nil || delay == 0 {
		return g.end, err
	}
	if wait.Pause(ctx, delay) {
		err = l.refused(g.source) // by now others from there may have been wrong
	} else {
		err = context.Cause(ctx)
	}
	if err != nil {
		g.end(true)
	}
	return g.end, err
}

// refused returns a [*GuessError] for a source that was wrong too often.
func (l *authLimiter) refused(from netip.Prefix) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if wait := l.bySource.wait(from, time.Now()); wait > 0 {
		return &GuessError{Wait: wait}
	}
	return nil
}

// guessing is one guess under way.
type guessing struct {
	l            *authLimiter
	source, site netip.Prefix
	pseudo       text.Key
	delayed      bool // the pseudo was attacked when it began
}

// begin counts the guess as wrong for its pseudo, and returns how long it has to wait.
func (g *guessing) begin(now time.Time, hashed bool) (delay time.Duration, err error) {
	if err := g.l.refused(g.source); err != nil {
		return 0, err
	}
	l := g.l
	l.mu.Lock()
	defer l.mu.Unlock()
	if hashed {
		if delay = l.hashing.wait(g.source, now); delay > longestHashWait {
			return 0, &GuessError{Wait: delay}
		}
	}
	if g.pseudo != "" {
		attacked, err := g.attacked(now)
		if err != nil {
			return 0, err
		}
		delay = max(delay, attacked)
		l.byPseudo.take(g.pseudo, now)
	}
	if hashed {
		l.hashing.take(g.source, now)
	}
	return delay, nil
}

// attacked returns how long a guess waits because others guessed wrong for its pseudo, or
// an error because its own site did too.
func (g *guessing) attacked(now time.Time) (delay time.Duration, err error) {
	heat := g.l.byPseudo.wait(g.pseudo, now)
	if heat == 0 {
		return 0, nil
	}
	f := g.l.failed[g.site]
	if pause := f.pause(now); pause > 0 && now.Sub(f.last) < failureMemory {
		return 0, &GuessError{Wait: pause}
	}
	if f.delayed >= delayedAtOnce {
		return 0, &GuessError{Wait: longestDelay}
	}
	g.delayed = true
	f.delayed++
	g.l.remember(g.site, f, now)
	return min(longestDelay, heat/delayShare), nil
}

// end takes the count back if the guess was right, and else counts it against its source,
// and against its site if the pseudo was attacked.
func (g *guessing) end(right bool) {
	l, now := g.l, time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case !right:
		l.bySource.take(g.source, now)
	case g.pseudo != "":
		l.byPseudo.giveBack(g.pseudo, now)
	}
	if !g.delayed {
		return
	}
	f := l.failed[g.site]
	f.delayed--
	if !right {
		if now.Sub(f.last) >= failureMemory {
			f.count = 0
		}
		f.count, f.last = f.count+1, now
	}
	l.remember(g.site, f, now)
}

// remember keeps what is known of a site, and forgets another one when there are too many:
// one that is over, or else any that nothing waits for.
func (l *authLimiter) remember(at netip.Prefix, f failures, now time.Time) {
	if _, known := l.failed[at]; !known && len(l.failed) >= maxLimited {
		l.forgetFailures(now)
	}
	if f.count == 0 && f.delayed == 0 {
		delete(l.failed, at)
		return
	}
	l.failed[at] = f
}

// forgetFailures forgets one site, or a few that are over.
func (l *authLimiter) forgetFailures(now time.Time) {
	looked, victim := 0, netip.Prefix{}
	for at, f := range l.failed { // in no order
		if f.delayed == 0 {
			victim = at
			if now.Sub(f.last) >= failureMemory {
				break
			}
		}
		if looked++; looked > forgetAtOnce && victim.IsValid() {
			break
		}
	}
	delete(l.failed, victim)
}

// register uses up one new account of a source's allowance, or returns a
// [*TooFastError].
func (l *authLimiter) register(addr netip.Addr) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return spend(&l.newcomer, Source(addr), time.Now())
}

// hash uses up one of what a source, and a member of that pseudo, may have hashed, or
// returns a [*TooFastError].
func (l *authLimiter) hash(addr netip.Addr, pseudo text.Key) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if err := spend(&l.byMember, pseudo, now); err != nil {
		return err
	}
	return spend(&l.hashing, Source(addr), now)
}

// spend uses up one of k's allowance, or returns a [*TooFastError].
func spend[K comparable](limiter *keyedLimiter[K], k K, now time.Time) error {
	if wait := limiter.wait(k, now); wait > 0 {
		return &TooFastError{Wait: wait}
	}
	limiter.take(k, now)
	return nil
}
