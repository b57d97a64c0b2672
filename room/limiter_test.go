package room

import (
	"context"
	"errors"
	"net/netip"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"salon/internal/wait"
)

// TestAKeyedLimiterIsBounded: keys above the bound share one allowance, and idle
// keys are removed.
func TestAKeyedLimiterIsBounded(t *testing.T) {
	s, now := newKeyedLimiter[int](2, time.Second), time.Now()
	for i := range 2 * maxLimited {
		s.take(i+1, now)
		s.take(i+1, now)
	}
	if n := len(s.whole); n > maxLimited+1 {
		t.Errorf("%d are remembered", n)
	}
	if s.wait(1, now) != time.Second || s.wait(3*maxLimited, now) < time.Hour {
		t.Errorf("one waits %v, one more %v", s.wait(1, now), s.wait(3*maxLimited, now))
	}
	later := now.Add(3 * time.Second)
	if wait := s.wait(3*maxLimited, later); wait != 0 {
		t.Errorf("once there is place, one more waits %v", wait)
	}
	s.take(3*maxLimited, later)
	s.giveBack(3*maxLimited, later)
	if n := len(s.whole); n > 1 { // the zero one still has long to go
		t.Errorf("%d are remembered", n)
	}
}

func TestRegistrationsAreCountedBySource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newAuthLimiter()
		for range registrations {
			if err := g.register(netip.MustParseAddr("::ffff:192.0.2.1")); err != nil {
				t.Fatal(err)
			}
		}
		if g.register(netip.MustParseAddr("192.0.2.1")) == nil || g.register(netip.Addr{}) != nil {
			t.Error("one more is taken, or from nowhere is not")
		}
	})
}

// TestGuessingFromManySitesIsSlow: a day of guesses at one pseudo, each site as fast as it
// is let. From one that has not guessed the owner is let in all the time.
func TestGuessingFromManySitesIsSlow(t *testing.T) {
	const sites = 300
	synctest.Test(t, func(t *testing.T) {
		g := newAuthLimiter()
		ctx, cancel := context.WithTimeout(t.Context(), 24*time.Hour)
		defer cancel()
		var guesses atomic.Int64
		var guessing sync.WaitGroup
		for i := range sites {
			addr := netip.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, byte(i >> 8), byte(i)})
			guessing.Go(func() {
				for ; ctx.Err() == nil; addr = netip.AddrFrom16(next64(addr)) { // each from another /64
					done, err := g.guess(ctx, addr, "ann", false)
					if tooFast, ok := errors.AsType[*GuessError](err); ok {
						wait.Pause(ctx, tooFast.Wait)
					} else if err == nil {
						guesses.Add(1)
						done(false)
					}
				}
			})
		}
		for i := range 900 {
			time.Sleep(86 * time.Second)
			start := time.Now()
			done, err := g.guess(ctx, netip.AddrFrom4([4]byte{192, 0, byte(i >> 8), byte(i)}), "ann", false)
			if took := time.Since(start); err != nil || took > longestDelay {
				t.Fatalf("the owner waits %v: %v", took, err)
			}
			done(true)
		}
		guessing.Wait()
		if n, most := guesses.Load(), int64(10+24*time.Hour/pseudoGuessEvery+12*sites); n > most {
			t.Errorf("%d guesses in a day, want at most %d", n, most)
		}
		if len(g.failed) > sites {
			t.Errorf("%d sites are remembered", len(g.failed))
		}
	})
}

// next64 returns an address of the next /64.
func next64(a netip.Addr) [16]byte {
	b := a.As16()
	b[7]++
	return b
}

// TestFailuresAreBounded: whatever comes, and those that are over go first.
func TestFailuresAreBounded(t *testing.T) {
	g, now := newAuthLimiter(), time.Now()
	for i := range maxLimited + 1000 {
		at := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 32)
		g.remember(at, failures{count: 1, last: now}, now)
	}
	if n := len(g.failed); n != maxLimited {
		t.Errorf("%d are remembered", n)
	}
	for n, want := range map[int]time.Duration{0: 0, 1: 10 * time.Second, 2: 40 * time.Second, 6: 10240 * time.Second, 7: 4 * time.Hour, 1 << 40: 4 * time.Hour} {
		if got := (failures{count: n, last: now}).pause(now); got != want {
			t.Errorf("after %d wrong guesses a site waits %v, want %v", n, got, want)
		}
	}
}

// TestTheQueueForHashingIsBounded: one more is refused, and half of the processors hash.
func TestTheQueueForHashingIsBounded(t *testing.T) {
	h := newHasher(8, 1)
	if most := max(1, runtime.GOMAXPROCS(0)/2); cap(h.turns) != most || cap(h.queue) != most+hashesWaiting {
		t.Errorf("%d at once, %d in the queue", cap(h.turns), cap(h.queue))
	}
	synctest.Test(t, func(t *testing.T) {
		h := newHasher(8, 1)
		for range cap(h.turns) {
			h.turns <- struct{}{}
		}
		ctx, cancel := context.WithCancel(t.Context())
		var waiting sync.WaitGroup
		for range cap(h.queue) {
			waiting.Go(func() {
				if _, err := h.hash(ctx, "secret"); !errors.Is(err, context.Canceled) {
					t.Errorf("one that waits gets %v", err)
				}
			})
		}
		synctest.Wait()
		if _, err := h.hash(ctx, "secret"); !errors.Is(err, ErrHashing) {
			t.Errorf("one too many gets %v", err)
		}
		cancel()
		waiting.Wait()
		<-h.turns
		if _, err := h.hash(t.Context(), "secret"); err != nil {
			t.Errorf("later one gets %v", err)
		}
	})
}

func TestAHashOfAnyOtherFormIsRefused(t *testing.T) {
	h := newHasher(8, 1)
	good, err := h.hash(t.Context(), "secret")
	if err != nil || !strings.HasPrefix(good, "$argon2id$v=19$m=8,t=1,p=1$") {
		t.Fatalf("%s, %v", good, err)
	}
	if again, _ := h.hash(t.Context(), "secret"); again == good {
		t.Error("two hashes have one salt")
	}
	for secret, want := range map[string]bool{"secret": true, "Secret": false, "": false} {
		if ok, err := h.verify(t.Context(), secret, good); ok != want || err != nil {
			t.Errorf("%q is right: %v, %v", secret, ok, err)
		}
	}
	for _, bad := range []string{
		"", "secret", strings.Replace(good, "argon2id", "argon2i", 1), strings.Replace(good, "v=19", "v=16", 1), strings.Replace(good, "t=1", "t=0", 1),
		strings.Replace(good, "t=1", "t=99", 1), strings.Replace(good, "p=1", "p=0", 1), strings.Replace(good, "m=8", "m=99999999", 1), good + "!", good + "$", good[:60],
	} {
		if ok, err := h.verify(t.Context(), "secret", bad); ok || err == nil {
			t.Errorf("%q opens: %v, %v", bad, ok, err)
		}
	}
}

func TestAHashHasDefaultParameters(t *testing.T) {
	if h := newHasher(0, 0); h.memory != 19456 || h.time != 2 {
		t.Errorf("%+v", h)
	}
	if h := newHasher(1<<31, 1<<31); h.memory != maxPassMemory || h.time != maxPassTime {
		t.Errorf("%+v", h)
	}
}

// FuzzPHC: whatever a file holds in place of a hash neither panics nor asks for more
// than the bounds, and what is read is written the same.
func FuzzPHC(f *testing.F) {
	f.Add("$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$MDEyMzQ1Njc4OWFiY2RlZg")
	f.Add("$argon2id$v=19$m=-1,t=2,p=999$$")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := parsePHC(s)
		if err != nil {
			return
		}
		if again, err := parsePHC(p.String()); err != nil || !p.bounded() || again.String() != p.String() {
			t.Errorf("%q is read as %+v, %v", s, p, err)
		}
	})
}
