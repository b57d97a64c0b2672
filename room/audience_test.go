package room

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"salon/room/text"
)

// crowd is an audience, and sessions without a room that are in it.
type crowd struct {
	*testing.T
	audience
	all []*Session
}

// inCrowd runs a test in a bubble, with so many sessions that wait to be woken.
func inCrowd(t *testing.T, n int, test func(*crowd)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c := &crowd{T: t}
		defer c.close()
		for range n {
			c.join().await()
		}
		test(c)
	})
}

func (c *crowd) join() *Session {
	s := &Session{wake: make(chan struct{}, 1)}
	c.all = append(c.all, s)
	c.add(s)
	return s
}

// woken has those who are signalled, of some, notice it, and returns how many they are.
func woken(some []*Session) (n int) {
	synctest.Wait()
	for _, s := range some {
		select {
		case <-s.wake:
			n++
		default:
		}
	}
	return n
}

// want wants so many of some to be signalled now.
func (c *crowd) want(n int, some []*Session) {
	c.Helper()
	if got := woken(some); got != n {
		c.Errorf("%d of %d are woken, want %d", got, len(some), n)
	}
}

// wantAfter wants some to be signalled after so long, and none before.
func (c *crowd) wantAfter(d time.Duration, some []*Session) {
	c.Helper()
	time.Sleep(d - time.Nanosecond)
	c.want(0, some)
	time.Sleep(time.Nanosecond)
	c.want(len(some), some)
}

// take has some begin to read, and wait again at once.
func take(some []*Session) {
	for _, s := range some {
		s.heed()
		s.await()
	}
}

func TestAnIdleAudienceIsWokenAtOnce(t *testing.T) {
	for _, n := range []int{1, 2, 100, 1000} {
		inCrowd(t, n, func(c *crowd) {
			c.wake()
			c.want(n, c.all)
			take(c.all)
			time.Sleep(time.Second)
			c.wake()
			c.want(n, c.all)
		})
	}
}

func TestWhatComesWhileOthersReadIsGathered(t *testing.T) {
	inCrowd(t, 1000, func(c *crowd) {
		c.wake()
		c.want(1000, c.all)
		take(c.all[:900])
		for range 10 {
			c.wake()
		}
		time.Sleep(2 * time.Millisecond)
		c.want(0, c.all)
		take(c.all[900:])
		c.wantAfter(restShare*2*time.Millisecond, c.all) // once, for all ten
		take(c.all)
		time.Sleep(time.Second)
		c.want(0, c.all)
	})
}

func TestASmallAudienceDoesNotRest(t *testing.T) {
	inCrowd(t, fullAudience-1, func(c *crowd) {
		c.wake()
		c.want(len(c.all), c.all)
		c.wake()
		time.Sleep(2 * time.Millisecond)
		take(c.all)
		c.want(len(c.all), c.all)
	})
}

func TestAnAudienceRestsNoLongerThanMaxRest(t *testing.T) {
	inCrowd(t, 1000, func(c *crowd) {
		c.wake()
		c.want(1000, c.all)
		time.Sleep(wakePatience / 2)
		take(c.all)
		c.wake()
		c.wantAfter(maxRest, c.all)
	})
}

func TestWhoDoesNotWaitToBeWokenDelaysNobody(t *testing.T) {
	inCrowd(t, 100, func(c *crowd) {
		reading := slices.Clone(c.all)
		for range 50 { // they write, and the client does not read
			c.join()
		}
		paced := c.all[100:110]
		for _, s := range paced {
			s.await()
		}
		c.wake()
		c.want(150, c.all)
		for _, s := range paced {
			s.heed()
		}
		take(reading)
		c.wake()
		c.want(150, c.all)
	})
}

func TestAFewStragglersDelayNobody(t *testing.T) {
	inCrowd(t, 160, func(c *crowd) {
		for range 3 {
			c.wake()
			c.want(150, c.all[:150])
			take(c.all[:150])
		}
	})
}

func TestManyStragglersDelayOthersOnce(t *testing.T) {
	inCrowd(t, 100, func(c *crowd) {
		c.wake()
		c.want(100, c.all)
		take(c.all[:50])
		c.wake()
		c.wantAfter(wakePatience, c.all[:50])
		take(c.all[:50])
		for range 3 {
			c.wake()
			c.want(50, c.all[:50])
			take(c.all[:50])
		}
		take(c.all[50:]) // they are counted on again
		c.wake()
		c.want(100, c.all)
		take(c.all[:50])
		c.wake()
		c.want(0, c.all)
	})
}

func TestWhoLeavesIsNotWaitedFor(t *testing.T) {
	inCrowd(t, 100, func(c *crowd) {
		c.wake()
		c.want(100, c.all)
		left, others := c.all[10:60], slices.Concat(c.all[:10], c.all[60:])
		take(others)
		c.wake()
		c.want(0, c.all)
		for _, s := range left {
			c.remove(s)
		}
		c.want(50, others)
	})
}

func TestAClosedAudienceIsNotWoken(t *testing.T) {
	inCrowd(t, 100, func(c *crowd) {
		c.wake()
		c.want(100, c.all)
		c.wake() // due later
		c.close()
		c.wake()
		take(c.all)
		time.Sleep(time.Second)
		c.want(0, c.all)
	})
}

// TestNobodyMissesAWakeUp has sessions come, read and go while they are woken.
func TestNobodyMissesAWakeUp(t *testing.T) {
	const readers, said = 2 * wakeAtOnce, 300
	var a audience
	defer a.close()
	var ring atomic.Int64
	var reading sync.WaitGroup
	for i := range readers {
		s := &Session{wake: make(chan struct{}, 1)}
		a.add(s)
		reading.Go(func() {
			for at := int64(0); at < said; {
				if s.heed(); at < ring.Load() {
					at = ring.Load()
					if i%7 == 0 { // as somebody who looks at another room, and comes back
						a.remove(s)
						a.add(s)
						at = ring.Load()
					}
					continue
				}
				s.await()
				<-s.wake
			}
			a.remove(s)
		})
	}
	for range said {
		ring.Add(1)
		a.wake()
	}
	reading.Wait()
	if n := a.unread.Load() + a.allowed; n != 0 || len(a.sessions) != 0 {
		t.Errorf("%d are counted on and %d are there, after all have gone", n, len(a.sessions))
	}
}

// TestOneStuckReaderInTenDelaysNobody has 300 members follow a room, of whom 30 do not get
// beyond the first thing that they are shown.
func TestOneStuckReaderInTenDelaysNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, err := New(t.Context(), Config{}, NewMemoryLog(), NewMemoryStore())
		if err != nil {
			t.Fatal(err)
		}
		free, said := make(chan struct{}), make([]atomic.Int64, 300)
		var following sync.WaitGroup
		var ann *Session
		for i := range said {
			ann, err = r.Join(t.Context(), Entry{Pseudo: text.Pseudo(fmt.Sprintf("m%dx", i))})
			if err != nil {
				t.Fatal(err)
			}
			s := ann
			following.Go(func() {
				s.Follow(nil, func(items []Item) error {
					if i%10 == 0 {
						<-free
					}
					said[i].Add(int64(len(items)))
					return nil
				})
				s.Close(*s.Ending())
			})
		}
		synctest.Wait()
		for range 5 {
			for i := range said {
				said[i].Store(0)
			}
			if _, err := ann.Do(context.Background(), "hello"); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			for i := range said {
				if got := said[i].Load(); (got == 1) == (i%10 == 0) {
					t.Fatalf("at once, member %d has read %d messages", i, got)
				}
			}
		}
		close(free)
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		following.Wait()
	})
}
