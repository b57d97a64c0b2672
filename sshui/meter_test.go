package sshui

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
)

// rests returns the part of the time that keys cost of which each costs so much and
// comes so long after the one before was done.
func rests(cost, gap time.Duration) (share float64, first time.Duration) {
	m := newMeter()
	start := time.Unix(0, 0)
	now, spent := start, time.Duration(0)
	for range 2000 {
		m2 := now.Add(cost)
		spent += cost
		rest := m.charge(now, m2)
		if rest > 0 && first == 0 {
			first = spent
		}
		now = m2.Add(rest + gap)
	}
	return float64(spent-keyCredit) / float64(now.Sub(start)), first
}

func TestWhoTypesDoesNotWait(t *testing.T) {
	for _, typed := range []struct{ cost, gap time.Duration }{
		{100 * time.Microsecond, 10 * time.Millisecond}, // a key held down
		{400 * time.Microsecond, 33 * time.Millisecond}, // a page at each repetition of a key
		{10 * time.Millisecond, time.Second},
	} {
		if _, first := rests(typed.cost, typed.gap); first != 0 {
			t.Errorf("%+v: waits after %v", typed, first)
		}
	}
}

func TestKeysAllTheTimeCostNoMoreThanTheirShare(t *testing.T) {
	for _, cost := range []time.Duration{100 * time.Microsecond, time.Millisecond, 10 * time.Millisecond, maxCharge} {
		share, first := rests(cost, 0)
		if share > 1.02/keyShare {
			t.Errorf("%v each: %.1f %% of a core", cost, 100*share)
		}
		if first < keyCredit {
			t.Errorf("%v each: waits after %v", cost, first)
		}
	}
}

func TestAPortionOfKeysIsWholeKeys(t *testing.T) {
	for _, debt := range []time.Duration{0, keyCredit} {
		m, now := newMeter(), time.Now()
		m.credit.ReserveN(now, int(debt))
		for _, key := range []string{"\x1b[5~", "\x1bp", "\x1b\x1b[A", "a\x7f", "\r", "\x1b\r", "é"} {
			b := []byte(strings.Repeat(key, 100))
			for len(b) > 0 {
				n := m.portion(b, now)
				if n == 0 || n > 0 && b[n-1] == ansi.ESC {
					t.Fatalf("%q is cut after %d bytes", key, n)
				}
				if keys := n / len(key); keys > maxKeys && key[0] < ' ' {
					t.Fatalf("%q: %d keys at once", key, keys)
				}
				b = b[n:]
			}
		}
		if n := m.portion([]byte(strings.Repeat("é", 200)), now); n != 400 {
			t.Errorf("text is cut after %d bytes", n)
		}
	}
}
