package room

import (
	"sort"
	"sync"
	"time"

	"salon/room/state"
)

// Bounds of the ring. The oldest events are dropped; a reader that had not read them is
// told how many it missed.
const (
	ringEvents = 8192
	ringBytes  = 8 << 20
)

// ring holds the room's recent events for every session to read at its own
// pace. Its places count from 1 and are not the log's sequence numbers: it also holds
// events that are not in the log.
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

// push adds an event.
func (r *ring) push(e *state.Event) {
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

// at returns the event at a place; nil when the ring does not hold it.
func (r *ring) at(place uint64) *state.Event {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if place < r.first || place >= r.next {
		return nil
	}
	return r.slots[place%ringEvents]
}

// lastSeq returns the sequence number of the newest event before a place; 0
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

// since returns the first place before another one whose event is not older than a time,
// as far as the clock went on evenly; the other one if there is none.
func (r *ring) since(t time.Time, before uint64) uint64 {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if before <= r.first {
		return before
	}
	n := sort.Search(int(before-r.first), func(i int) bool { return !r.slots[(r.first+uint64(i))%ringEvents].Time.Before(t) })
	return r.first + uint64(n)
}

// find returns the place of the event with a sequence number. Events are in the log's
// order; those that are not in the log stand anywhere between.
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

// read appends the events from place at up to, but not including, place until, within
// the capacity of items, which must have room for one. If some are no longer held, the
// first item is Skipped. It returns the place to read next.
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

// newest drops the oldest events above so many bytes of text; one stays.
func newest(events []state.Event, limit int) []state.Event {
	size := 0
	for i := len(events) - 1; i >= 0; i-- {
		if size += state.Size(events[i].Body); size > limit && i < len(events)-1 {
			return events[i+1:]
		}
	}
	return events
}
