package room

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"salon/room/state"
	"salon/room/text"
)

// timedLock is a room's lock that measures how long it is held, and how often.
type timedLock struct {
	sync.Mutex
	since time.Time // guarded by the lock itself, as below
	held  []time.Duration
}

func (l *timedLock) Lock() {
	l.Mutex.Lock()
	l.since = time.Now()
}

func (l *timedLock) Unlock() {
	l.held = append(l.held, time.Since(l.since))
	l.Mutex.Unlock()
}

// take returns what was measured since it was asked last.
func (l *timedLock) take() (held []time.Duration) {
	l.Mutex.Lock()
	defer l.Mutex.Unlock()
	held, l.held = l.held, nil
	return held
}

// crowdedRoom is a room of 10,000 members and 10,000 bans. Somebody who speaks, an
// operator and the console are there to do things.
type crowdedRoom struct {
	*testing.B
	room             *Room
	lock             *timedLock
	ann, op, console *Session
	next             int
}

func openFull(b *testing.B) *crowdedRoom {
	h := &crowdedRoom{B: b, lock: &timedLock{}}
	cfg := Config{Limits: Limits{Replay: 20}, GatherAbove: 100, GatherEvery: time.Hour, mu: h.lock}
	r, err := New(b.Context(), cfg, NewMemoryLog(), NewMemoryStore())
	if err != nil {
		b.Fatal(err)
	}
	h.room = r
	b.Cleanup(func() { r.Close() })
	h.console = r.Watch(Prefs{})
	for i := range 9_990 {
		h.do(h.console, "ban "+[]string{fmt.Sprintf("nobody%dx", i), fmt.Sprintf("SHA256:%042dA", i), fmt.Sprintf("10.%d.%d.0/24", i/256, i%256)}[i%3])
	}
	for range 10_000 {
		h.join()
	}
	h.ann, h.op = h.join(), h.join()
	h.op.role.Store(uint32(state.Operator))
	return h
}

func (h *crowdedRoom) join() *Session {
	h.next++
	s, err := h.room.Join(h.Context(), Entry{
		Pseudo: text.Pseudo(fmt.Sprintf("m%dx", h.next)), Front: "ssh", KeyID: fmt.Sprintf("SHA256:m%041d", h.next),
		Addr: netip.AddrFrom4([4]byte{192, 168, byte(h.next >> 8), byte(h.next)}),
	})
	if err != nil {
		h.Fatal(err)
	}
	return s
}

func (h *crowdedRoom) do(s *Session, line string) {
	if _, err := s.Do(context.Background(), line); err != nil {
		h.Fatalf("%s: %v", line, err)
	}
}

// BenchmarkLock prints how long the room's lock is held at the longest, for each thing
// that is done in a room of 10,000 members and 10,000 bans, and how often it is taken
// for one public line. Bans of networks are left out. The longest
// of many holds includes whatever else the machine did meanwhile: the least of ten
// rounds is printed too.
func BenchmarkLock(b *testing.B) {
	h := openFull(b)
	for _, what := range []struct {
		name string
		do   func()
	}{
		{"say", func() { h.do(h.ann, "hello") }},
		{"join and leave", func() { h.join().Close(state.Ending{Cause: state.Quit}) }},
		{"rename", func() { h.next++; h.do(h.ann, fmt.Sprintf("/nick m%dx", h.next)) }},
		{"whisper", func() { h.do(h.ann, "@m17x hello"); h.do(h.ann, "/r hello") }},
		{"list", func() { h.do(h.ann, "/list") }},
		{"unknown", func() { h.ann.Do(context.Background(), "@nobody hello") }},
		{"complete", func() { h.ann.Complete("@m99", 4) }},
		{"roster", func() { h.room.roster.expire(); h.ann.Roster() }},
		{"bans", func() { h.do(h.console, "bans") }},
		{"ban of a pseudo", func() {
			h.next++
			h.do(h.console, fmt.Sprintf("ban n%dx 1h", h.next))
			h.do(h.console, fmt.Sprintf("unban n%dx", h.next))
		}},
		{"ban of a key", func() {
			h.next++
			s := fmt.Sprintf("SHA256:n%041dA", h.next)
			h.do(h.console, "ban "+s)
			h.do(h.console, "unban "+s)
		}},
		{"mute", func() { h.do(h.console, "mute m18x 1h"); h.do(h.console, "unmute m18x") }},
		{"kick", func() { h.do(h.console, "kick "+string(h.join().Pseudo())) }},
		{"stats", func() { h.do(h.console, "stats") }},
		{"limits", func() { h.room.SetLimits(*h.room.limits.Load()) }},
		{"admit", func() { h.room.Admit(netip.MustParseAddr("192.0.2.1")) }},
	} {
		b.Run(what.name, func(b *testing.B) {
			h.B = b
			h.lock.take()
			least, taken := time.Hour, 0
			for b.Loop() {
				var longest []time.Duration
				for range 10 {
					what.do()
					held := h.lock.take()
					longest, taken = append(longest, slices.Max(held)), len(held)
				}
				least = min(least, slices.Max(longest))
			}
			b.ReportMetric(float64(least.Nanoseconds())/1000, "us-longest")
			b.ReportMetric(float64(taken), "taken")
		})
	}
}
