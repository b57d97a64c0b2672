package main

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestMemoryIsGivenBackOnceAfterAWaveOfArrivals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		freed := 0
		w := &waves{free: func() { freed++ }}
		wave := func(n int) {
			for range n {
				w.arrived()
				time.Sleep(waveCalm / 2)
			}
			time.Sleep(2 * waveCalm)
			synctest.Wait()
		}
		for i, c := range []struct{ came, want int }{{waveSize - 1, 0}, {waveSize, 1}, {1, 1}, {3 * waveSize, 2}} {
			wave(c.came)
			if freed != c.want {
				t.Errorf("wave %d, of %d: given back %d times, want %d", i, c.came, freed, c.want)
			}
		}
	})
}
