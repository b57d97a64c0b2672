package room

import (
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"
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
