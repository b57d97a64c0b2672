package room

import (
	"context"
	"sync"

	"salon/room/state"
)

// Bounds of the ring. What is older than both is forgotten; a reader that was
// still behind it is shown how many messages it missed.
const (
	ringEvents = 8192
	ringBytes  = 8 << 20
)

// ring holds the room's recent events for every session to read at its own
// pace. Places in it count from 1 and are the ring's own: it also holds events
// that have no place in the log.
//
// It is safe for concurrent use: the room pushes, sessions read.
type ring struct {
	mu    sync.RWMutex
	slots [ringEvents]*state.Event // the event at place p is slots[p%ringEvents]
	first uint64                   // oldest place held
	next  uint64                   // place of the next event
	bytes int
}

func newRing() *ring { return &ring{first: 1, next: 1} }

// push adds an event and returns its place.
func (r *ring) push(e *state.Event) uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	place := r.next
	r.next++
	r.bytes += state.Size(e.Body)
	for r.next-r.first > ringEvents || r.bytes > ringBytes && r.first < place {
		oldest := &r.slots[r.first%ringEvents]
		r.bytes -= state.Size((*oldest).Body)
		*oldest = nil
		r.first++
	}
	r.slots[place%ringEvents] = e
	return place
}

// end returns the place after the newest event.
func (r *ring) end() uint64 {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.next
}

// bounds returns the oldest place held, and the place after the newest.
func (r *ring) bounds() (first, next uint64) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.first, r.next
}

// at returns the event at a place; nil when it is not held.
func (r *ring) at(place uint64) *state.Event {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if place < r.first || place >= r.next {
		return nil
	}
	return r.slots[place%ringEvents]
}

// lastSeq returns the place in the log of the newest event held before a place; 0
// when there is none.
func (r *ring) lastSeq(before uint64) state.Seq {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for place := min(before, r.next); place > r.first; place-- {
		if e := r.slots[(place-1)%ringEvents]; e.Seq != 0 {
			return e.Seq
		}
	}
	return 0
}

// find returns where the event of the log's place seq is held. Events came in the
// log's order, those without a place in it anywhere between.
func (r *ring) find(seq state.Seq) (place uint64, ok bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if seq == 0 {
		return 0, false
	}
	for place = r.next - 1; place >= r.first; place-- {
		if e := r.slots[place%ringEvents]; e.Seq == seq {
			return place, true
		} else if e.Seq != 0 && e.Seq < seq {
			break
		}
	}
	return 0, false
}

// read appends the events from place at up to, but not including, place until,
// as far as items has room, which must be one item at least: that events were
// already forgotten is an item too. It returns the place to go on from.
func (r *ring) read(items []Item, at, until uint64) (_ []Item, next uint64) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if at < r.first {
		missed := min(r.first, until) - at
		items = append(items, Item{Reply: Skipped{missed}})
		at += missed
	}
	for ; at < min(until, r.next) && len(items) < cap(items); at++ {
		items = append(items, Item{Place: at, Event: r.slots[at%ringEvents]})
	}
	return items, at
}

// Bounds of what was said before the room started and can be scrolled back to.
const (
	seedEvents = 500
	seedBytes  = 1 << 20
)

// seed puts the end of what was said before on the ring. What the log is still to
// tell again comes from there.
func (r *Room) seed(ctx context.Context, upto state.Seq) {
	past, _ := r.store.Last(ctx, seedEvents, upto+1) // a room without a past starts all the same
	past = newest(past, seedBytes)
	for i := range past {
		r.ring.push(&past[i])
	}
}
