package main_test

import (
	"bufio"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"salon/room/roomtest"
	"salon/room/state"
	"salon/room/text"
)

// The size of the crowd, and of what it says.
const (
	perFront   = 200 // members on each front
	deafEach   = 5   // of them never read
	terminals  = 20  // of the others over ssh have one that only appends
	screens    = 20  // more have a screen, which shows the end of it all
	speakers   = 8   // half on each front
	perBatch   = 18  // messages of each speaker before all wait for all to have read
	batches    = 4
	textSize   = 4000 // bytes of a message: together 2.3 MB, over the 2 MiB that a client's ssh window holds
	listeners  = 2*(perFront-deafEach) - screens
	crowdWaits = 60 * time.Second // a limit for failures only
)

// slowWithin is how long somebody stuck may stay.
const slowWithin = 15 * time.Second

// TestACrowdOnBothFrontsHearsEverythingInOneOrderDespiteThoseWhoNeverRead has four hundred members, ten of whom never
// read: everyone else misses nothing, and only those ten are cut.
func TestACrowdOnBothFrontsHearsEverythingInOneOrderDespiteThoseWhoNeverRead(t *testing.T) {
	defer wantNoLeak(t, goleak.IgnoreCurrent())
	c := gather(t)
	defer c.close()
	for range batches {
		c.talk(perBatch)
	}
	stuck := time.Now() // at the latest
	c.await("those who never read have left", func() bool { return len(c.left) >= 2*deafEach })
	if took := time.Since(stuck); took > slowWithin {
		t.Errorf("those who never read were cut after %v", took)
	}
	c.talk(1) // and life goes on
	c.checkDepartures()
	c.checkOrder()
	c.checkScreens()
}

// wantNoLeak waits until nothing runs but what did before: of four hundred members,
// some may still be on their last instructions.
func wantNoLeak(t testing.TB, before goleak.Option) {
	var left error
	roomtest.Until(t, func() string { return left.Error() }, func() bool {
		left = goleak.Find(before)
		return left == nil
	})
}

// skip reads past the next delim.
func skip(in *bufio.Reader, delim byte) error {
	for {
		if _, err := in.ReadSlice(delim); !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
	}
}

// talk has every speaker say so many messages, and waits until everyone who reads
// has them: the room keeps 8 MiB for those who are late.
func (c *crowd) talk(messages int) {
	c.t.Helper()
	c.target.Add(int64(listeners * speakers * messages))
	var talking sync.WaitGroup
	for who, to := range c.speakers {
		talking.Go(func() {
			for n := range messages {
				id := "<" + strconv.Itoa(who) + "-" + strconv.Itoa(c.said+n) + ">"
				if _, err := io.WriteString(to, id+strings.Repeat("x", textSize-len(id))+"\n"); err != nil {
					c.t.Errorf("speaker %d: %v", who, err)
				}
			}
		})
	}
	talking.Wait()
	c.said += messages
	select {
	case <-c.whole:
	case <-time.After(crowdWaits):
		c.mu.Lock()
		defer c.mu.Unlock()
		c.t.Fatalf("%d messages heard, want %d; left: %v", c.heard.Load(), c.target.Load(), c.left)
	}
}

// checkDepartures checks that those who never read have left, once each and as
// slow, and nobody else.
func (c *crowd) checkDepartures() {
	c.mu.Lock()
	defer c.mu.Unlock()
	seen := map[text.Pseudo]bool{}
	for _, l := range c.left {
		if l.Cause != state.Slow || !strings.HasPrefix(string(l.Pseudo), "sourd-") || seen[l.Pseudo] {
			c.t.Errorf("%s left by %v (before: %v)", l.Pseudo, l.Cause, seen[l.Pseudo])
		}
		seen[l.Pseudo] = true
	}
	if len(seen) != 2*deafEach {
		c.t.Errorf("%d have left, want %d", len(seen), 2*deafEach)
	}
}

// checkOrder checks that everyone who reads has heard every message, once, in the
// one order of the room, in which each speaker's own messages are in theirs.
func (c *crowd) checkOrder() {
	c.await("the console has seen everything", func() bool { return len(c.order) == speakers*c.said })
	next := make([]int, speakers)
	for _, id := range c.order {
		who, n, _ := strings.Cut(id, "-")
		speaker, _ := strconv.Atoi(who)
		if n != strconv.Itoa(next[speaker]) {
			c.t.Fatalf("speaker %s's message %s comes in place of %d", who, n, next[speaker])
		}
		next[speaker]++
	}
	for i, r := range c.readers {
		r.mu.Lock()
		if !slices.Equal(r.heard, c.order) {
			c.t.Errorf("reader %d heard %d messages, not the %d of the room in their order", i, len(r.heard), len(c.order))
		}
		r.mu.Unlock()
	}
}
