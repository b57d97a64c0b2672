package room

import (
	"context"
	"slices"

	"salon/internal/wait"
	"salon/room/state"
	"salon/room/text"
)

const (
	// welcomeNames is how many names a welcome lists; the others are counted.
	welcomeNames = 50
	// maxMissed is how many messages an owner who was away is shown at most, where that
	// is more than others are.
	maxMissed = 200
)

// welcome puts the first item in a newcomer's inbox, before anything else.
func (r *Room) welcome(ctx context.Context, s *Session, joined state.Event) {
	me, seen := s.Pseudo(), r.seenBefore(s)
	shown := newest(s.withoutIgnored(r.replay(ctx, joined.Seq, seen)), pastBytes)
	r.mu.Lock()
	defer r.mu.Unlock()
	w := Welcome{
		MOTD: r.access.MOTD, Pseudo: me, Topic: r.state.Topic(), Names: r.namesLocked(), Present: r.state.Count(),
		Last: shown, Seen: seen, Missed: missed(shown, seen, me), Shutdown: r.state.Shutdown(),
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inbox = slices.Insert(s.inbox, 0, pending{Item{Reply: w}, 0})
	s.replies++
	wait.Signal(s.wake)
}

// namesLocked returns the first welcomeNames of those present, sorted.
func (r *Room) namesLocked() []text.Pseudo {
	names := make([]text.Pseudo, 0, min(welcomeNames, r.state.Count()))
	for m := range r.state.Present() {
		if len(names) == welcomeNames {
			break
		}
		names = append(names, m.Pseudo)
	}
	return names
}

// replay returns what a newcomer is shown of the past: as many messages as everyone
// is, or for somebody who was here before all that they missed, up to maxMissed.
func (r *Room) replay(ctx context.Context, before, seen state.Seq) []state.Event {
	n := r.limits.Load().Replay
	events, _ := r.store.Last(ctx, n, before) // joining does not depend on the past
	if seen == 0 || n == 0 || len(events) < n || events[0].Seq <= seen {
		return events
	}
	more, _ := r.store.Last(ctx, max(n, maxMissed), before)
	first := slices.IndexFunc(more, func(e state.Event) bool { return e.Seq > seen })
	if first < 0 {
		return events
	}
	return more[min(first, max(0, len(more)-n)):]
}

// missed counts what others said after an event; 0 counts nothing.
func missed(events []state.Event, seen state.Seq, me text.Pseudo) int {
	n := 0
	for i := range events {
		if e := &events[i]; seen > 0 && e.Seq > seen && e.Author() != me {
			n++
		}
	}
	return n
}
