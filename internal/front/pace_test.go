package front

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestAPaceAllowsABurstAndThenItsRate(t *testing.T) {
	const rate, burst, span = 1000, 5000, 20 * time.Second
	for _, size := range []int{1, 100, 3000, 12_000} {
		synctest.Test(t, func(t *testing.T) {
			p := NewPace(rate, burst)
			start, read := time.Now(), 0
			for time.Since(start) < span {
				p.Count(size)
				read += size
				time.Sleep(p.Delay())
			}
			most := burst + rate*int(span/time.Second) + size
			if least := most - 2*size - rate; read > most || read < least {
				t.Errorf("%d at a time: %d in %v, want %d to %d", size, read, span, least, most)
			}
		})
	}
}

func TestAPaceThatWasExceededIsSeldomAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPace(1000, 5000)
		waits := 0
		for start := time.Now(); time.Since(start) < 10*time.Second; {
			p.Count(1)
			if d := p.Delay(); d > 0 {
				waits++
				time.Sleep(d)
			}
		}
		if most := int(10 * time.Second / paceDelay); waits == 0 || waits > most {
			t.Errorf("it waits %d times, want at most %d", waits, most)
		}
	})
}

func TestAnAllowanceComesBackWhileNothingIsRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPace(1000, 5000)
		for range 3 {
			if p.Count(5000); p.Delay() != 0 {
				t.Fatalf("the burst has to wait %v", p.Delay())
			}
			if p.Count(1); p.Delay() == 0 {
				t.Fatal("more than the burst does not have to wait")
			}
			time.Sleep(time.Hour)
		}
	})
}

func TestTheZeroPaceHasNoLimit(t *testing.T) {
	var p Pace
	if p.Count(1 << 30); p.Delay() != 0 {
		t.Errorf("it waits %v", p.Delay())
	}
}
