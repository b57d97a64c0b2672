package roomtest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// Console is an operator's console that records all events. Its methods may be called
// from any goroutine.
type Console struct {
	*room.Session
	Bell // rings for every event
	// Leave ends the console's session; leaving again does nothing. What was recorded can
	// still be read.
	Leave func()
	t     testing.TB
	left  chan struct{} // closed once it records no more

	mu     sync.Mutex
	events []state.Event
}

// Watch opens a room's console. Leave must be called in the end.
func Watch(t testing.TB, r *room.Room) *Console {
	c := &Console{Session: r.Watch(room.Prefs{}), t: t, left: make(chan struct{})}
	go func() {
		defer close(c.left)
		c.Follow(nil, c.show)
	}()
	c.Leave = sync.OnceFunc(func() {
		c.Session.Close(state.Ending{Cause: state.Quit})
		<-c.left
	})
	return c
}

// mark is a failure that catchUp shows on the console, to see when it gets there.
type mark struct{ passed chan struct{} }

func (*mark) Error() string { return "a mark" }

func (c *Console) show(items []room.Item) error {
	for _, it := range items {
		if it.Event != nil {
			c.mu.Lock()
			c.events = append(c.events, *it.Event)
			c.mu.Unlock()
			c.Ring()
		} else if failure, ok := it.Reply.(room.Failure); ok {
			if m, ok := failure.Err.(*mark); ok {
				close(m.passed)
			}
		}
	}
	return nil
}

// catchUp waits until the console has recorded all that anybody was shown until now:
// replies are shown in order with the events.
func (c *Console) catchUp() {
	c.t.Helper()
	m := &mark{make(chan struct{})}
	c.Answer(nil, m)
	select {
	case <-m.passed:
	case <-c.left:
	case <-time.After(Patience):
		c.t.Error("the console no longer follows the room")
	}
}

// Events returns all that has happened so far: at least what anybody was shown, by
// whatever front, before the call.
func (c *Console) Events() []state.Event {
	c.t.Helper()
	c.catchUp()
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.events)
}

// Forget deletes the events recorded so far.
func (c *Console) Forget() {
	c.t.Helper()
	c.catchUp()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.events = nil
}

// Seen returns the bodies of all [Console.Events] that are of type B.
func Seen[B state.Body](c *Console) []B {
	c.t.Helper()
	var list []B
	for _, e := range c.Events() {
		if b, ok := e.Body.(B); ok {
			list = append(list, b)
		}
	}
	return list
}

// Await waits for an event whose body is a B that ok accepts, and returns the first.
// After [Patience] the test fails and prints what.
func Await[B state.Body](t testing.TB, c *Console, what string, ok func(B) bool) (found B) {
	t.Helper()
	looked := 0
	c.Bell.Await(t, func() string { return "never: " + what }, func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		for looked = min(looked, len(c.events)); looked < len(c.events); looked++ {
			if b, is := c.events[looked].Body.(B); is && ok(b) {
				found = b
				return true
			}
		}
		return false
	})
	return found
}

// AwaitJoined waits until somebody has joined.
func (c *Console) AwaitJoined(t testing.TB, who text.Pseudo) state.Joined {
	t.Helper()
	return Await(t, c, string(who)+" joins", func(j state.Joined) bool { return j.Pseudo == who })
}

// AwaitLeft waits until somebody has left, and returns how.
func (c *Console) AwaitLeft(t testing.TB, who text.Pseudo) state.Left {
	t.Helper()
	return Await(t, c, string(who)+" leaves", func(l state.Left) bool { return l.Pseudo == who })
}

// AwaitSaid waits until somebody has said a text.
func (c *Console) AwaitSaid(t testing.TB, text string) state.Said {
	t.Helper()
	return Await(t, c, fmt.Sprintf("somebody says %.100q", text), func(s state.Said) bool { return s.Text == text })
}

// Said returns all that one member has said so far, in order; see [Console.Events].
func (c *Console) Said(who text.Pseudo) []string {
	c.t.Helper()
	var list []string
	for _, s := range Seen[state.Said](c) {
		if s.From == who {
			list = append(list, s.Text)
		}
	}
	return list
}

// Order does an operator's command, which must succeed.
func (c *Console) Order(t testing.TB, line string) room.Reply {
	t.Helper()
	r, err := c.Do(context.Background(), line)
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return r
}
