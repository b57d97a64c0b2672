package load

import (
	"math"
	"testing"
	"time"
)

func TestKindsAreSpreadInProportion(t *testing.T) {
	c := Config{Screen: 2, Line: 4, Raw: 6}
	counts := map[kind]int{}
	for i, k := range c.spreadKinds() {
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
		if got := upper(b); got < d || float64(got) > float64(d)*(1+1.0/steps)+float64(time.Microsecond) {
			t.Errorf("%v is counted in bucket %d, up to %v", d, b, got)
		}
		if b > 0 && upper(b-1) >= d {
			t.Errorf("%v would fit bucket %d, up to %v", d, b-1, upper(b-1))
		}
	}
}

func TestQuantiles(t *testing.T) {
	tally := newTally(1, 100, 0)
	m := &reader{index: 1}
	for n := range 100 {
		tally.delivered(m, mark{0, n, time.Second - time.Duration(n+1)*time.Millisecond}, time.Second)
	}
	for _, q := range []struct{ share, ms float64 }{{0.5, 51}, {0.99, 100}, {1, 100}} {
		if got := float64(tally.quantile(q.share)) / 1e6; math.Abs(got-q.ms) > q.ms/8 {
			t.Errorf("%v of the deliveries within %v ms, want about %v", q.share, got, q.ms)
		}
	}
}

func TestAMessageSeenAgainCountsAsDoubledUnlessOnAScreen(t *testing.T) {
	tally := newTally(1, 1, 0)
	line, screen := &reader{index: 1}, &reader{index: 2, screen: true}
	for range 3 {
		tally.delivered(line, mark{}, 0)
		tally.delivered(screen, mark{}, 0)
	}
	tally.delivered(line, mark{sender: 7}, 0) // not of this load
	tally.delivered(line, mark{n: 9}, 0)
	if tally.shown() != 2 || tally.doubled.Load() != 2 {
		t.Errorf("%d shown, %d doubled", tally.shown(), tally.doubled.Load())
	}
}

func TestWhatCannotBeRunIsRefused(t *testing.T) {
	for name, c := range map[string]Config{
		"nobody":           {},
		"no ssh address":   {Line: 1, Senders: 1, Burst: 1},
		"no tcp address":   {Raw: 1, Senders: 1, Burst: 1},
		"too many senders": {TCP: "x", Raw: 2, Stalled: 1, Senders: 2, Burst: 1},
		"nothing to say":   {TCP: "x", Raw: 2, Senders: 1},
		"narrow screens":   {SSH: "x", Screen: 2, Senders: 1, Burst: 100, Width: 40, Height: 24},
		"low screens":      {SSH: "x", Screen: 2, Senders: 1, Burst: 100, Width: 80, Height: 8},
		"long messages":    {SSH: "x", Screen: 2, Senders: 1, Burst: 100, Width: 80, Height: 24, Size: 400},
		"alone on screen":  {SSH: "x", Screen: 1, Senders: 1, Burst: 100, Width: 80, Height: 24},
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
		whole, parts := newTally(64, 64, 0), newTally(64, 64, 0)
		a, b := &member{tally: whole}, &member{tally: parts}
		a.countMarks(data)
		cut = max(1, cut%len(append(data, 0)))
		var kept []byte
		for len(data) > 0 {
			n := min(cut, len(data))
			kept = append(kept, data[:n]...)
			data = data[n:]
			kept = kept[b.countMarks(kept):]
			if len(kept) > maxMark {
				t.Fatalf("%d bytes are kept", len(kept))
			}
		}
		if whole.shown() != parts.shown() || whole.doubled.Load() != parts.doubled.Load() {
			t.Errorf("whole: %d and %d, in parts: %d and %d", whole.shown(), whole.doubled.Load(), parts.shown(), parts.doubled.Load())
		}
	})
}

func TestAMarkComesBackAsItWasMade(t *testing.T) {
	want := mark{12, 345, 678901 * time.Microsecond}
	b := appendMark(nil, want)
	got, size, ok := parseMark(append(b, " and more"...))
	if !ok || got != want || size != len(b) {
		t.Errorf("%q is read as %v, %d bytes, %v", b, got, size, ok)
	}
}

// A screen that shows the last of what came is up to date; what it never showed is
// summarised if the room said it, and lost if not, or if its end never came.
func TestWhatAScreenPassedOverIsSummarised(t *testing.T) {
	tally := newTally(2, 4, 0)
	join := func(index int, screen bool) *member {
		return &member{tally: tally, reader: reader{index: index, screen: screen}}
	}
	show := func(m *member, k mark) { tally.delivered(&m.reader, k, time.Millisecond) }
	talker, bright, stuck, witness := join(0, true), join(2, true), join(3, true), join(-1, false)
	witness.witness = true
	for n := range 3 { // the fourth of sender 1 is never said
		show(witness, mark{sender: 1, n: n})
	}
	for n := range 4 {
		show(witness, mark{n: n})
		show(talker, mark{n: n}) // typed
	}
	show(talker, mark{sender: 1, n: 4})
	show(bright, mark{n: 3})
	show(bright, mark{n: 4})
	show(stuck, mark{sender: 1, n: 1})
	var r Report
	readers := []*member{talker, bright, stuck}
	r.count(tally, readers, []*member{talker, bright, stuck, witness})
	if r.Expected != 4+8+8 || r.Shown != 2 || r.Summarised != 3+6+1 || r.Lost() != 1+1+6 {
		t.Errorf("of %d expected %d shown, %d summarised, %d lost", r.Expected, r.Shown, r.Summarised, r.Lost())
	}
	if end := tally.end(readers); end != time.Millisecond {
		t.Errorf("all were up to date after %v", end)
	}
}

func TestMarksOfAnyLengthFitWhatIsKeptOfThem(t *testing.T) {
	if b := appendMark(nil, mark{100_000, 1_000_000, maxNumber * time.Microsecond}); len(b) > maxMark {
		t.Errorf("%q has %d bytes", b, len(b))
	}
}
