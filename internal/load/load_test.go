package load

import (
	"math"
	"testing"
	"time"
)

func TestKindsAreSpreadInProportion(t *testing.T) {
	c := Config{Screen: 2, Line: 4, Raw: 6}
	counts := map[kind]int{}
	for i, k := range c.deal() {
		counts[k]++
		if i == 5 && (counts[screens] != 1 || counts[lines] != 2 || counts[raw] != 3) {
			t.Errorf("the first half is %v", counts)
		}
	}
	if counts[screens] != 2 || counts[lines] != 4 || counts[raw] != 6 {
		t.Errorf("all are %v", counts)
	}
}

func TestLatenciesAreToldToWithinASixteenth(t *testing.T) {
	for d := time.Duration(0); d < 2*time.Minute; d = d*5/4 + time.Microsecond {
		b := bucket(d)
		if got := upper(b); got < d.Truncate(time.Microsecond) || float64(got) > float64(d)*(1+1.0/steps)+float64(time.Microsecond) {
			t.Errorf("%v is counted in bucket %d, up to %v", d, b, got)
		}
		if b > 0 && upper(b-1) >= d.Truncate(time.Microsecond) && d >= time.Microsecond {
			t.Errorf("%v would fit bucket %d, up to %v", d, b-1, upper(b-1))
		}
	}
}

func TestQuantiles(t *testing.T) {
	tally := newTally(1, 100)
	m := &member{seen: tally.newSeen()}
	tally.start = time.Now().Add(-time.Second)
	for n := range 100 {
		tally.delivered(m, 0, n, time.Since(tally.start)-time.Duration(n+1)*time.Millisecond)
	}
	for _, q := range []struct{ share, ms float64 }{{0.5, 51}, {0.99, 100}, {1, 100}} {
		if got := float64(tally.quantile(q.share)) / 1e6; math.Abs(got-q.ms) > q.ms/8 {
			t.Errorf("%v of the deliveries within %v ms, want about %v", q.share, got, q.ms)
		}
	}
}

func TestAMessageSeenAgainCountsAsDoubledUnlessOnAScreen(t *testing.T) {
	tally := newTally(1, 1)
	line, screen := &member{seen: tally.newSeen()}, &member{seen: tally.newSeen(), screen: true}
	for range 3 {
		tally.delivered(line, 0, 0, 0)
		tally.delivered(screen, 0, 0, 0)
	}
	tally.delivered(line, 7, 0, 0) // not of this load
	if tally.unique.Load() != 2 || tally.doubled.Load() != 2 {
		t.Errorf("%d seen, %d doubled", tally.unique.Load(), tally.doubled.Load())
	}
}

func TestWhatCannotBeRunIsRefused(t *testing.T) {
	for name, c := range map[string]Config{
		"nobody":           {},
		"no ssh address":   {Line: 1, Senders: 1, Burst: 1},
		"no tcp address":   {Raw: 1, Senders: 1, Burst: 1},
		"too many senders": {TCP: "x", Raw: 2, Stalled: 1, Senders: 2, Burst: 1},
		"nothing to say":   {TCP: "x", Raw: 2, Senders: 1},
	} {
		if c.Check() == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

// FuzzMarks proves that a mark is found however reads cut it, and that nothing a
// server sends confuses the reader.
func FuzzMarks(f *testing.F) {
	f.Add([]byte("14:02 ann: ~3.17.k2f9~ xxx\r\n~~~3.~1.2.3~"), 7)
	f.Add([]byte("~1.1.zz~~1.2.zz~"), 1)
	f.Fuzz(func(t *testing.T, data []byte, cut int) {
		whole, parts := newTally(64, 64), newTally(64, 64)
		a, b := &member{tally: whole, seen: whole.newSeen()}, &member{tally: parts, seen: parts.newSeen()}
		a.marks(data)
		cut = max(1, cut%len(append(data, 0)))
		var kept []byte
		for len(data) > 0 {
			n := min(cut, len(data))
			kept = append(kept, data[:n]...)
			data = data[n:]
			kept = kept[b.marks(kept):]
			if len(kept) > maxMark {
				t.Fatalf("%d bytes are kept", len(kept))
			}
		}
		if whole.unique.Load() != parts.unique.Load() || whole.doubled.Load() != parts.doubled.Load() {
			t.Errorf("whole: %d and %d, in parts: %d and %d", whole.unique.Load(), whole.doubled.Load(), parts.unique.Load(), parts.doubled.Load())
		}
	})
}

func TestAMarkComesBackAsItWasMade(t *testing.T) {
	b := appendMark(nil, 12, 345, 678901*time.Microsecond)
	s, n, sent, size, ok := parseMark(append(b, " and more"...))
	if !ok || s != 12 || n != 345 || sent != 678901*time.Microsecond || size != len(b) {
		t.Errorf("%q is read as %d.%d at %v, %d bytes, %v", b, s, n, sent, size, ok)
	}
}
