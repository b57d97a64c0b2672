package room

import (
	"slices"
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

// everyRoom is what somebody reads who is shown the events of all rooms.
const everyRoom state.Seq = 1<<64 - 1

// ring holds the recent events of all rooms for every session to read at its own
// pace. Its places count from 1 and are not the log's sequence numbers: it also holds
// events that are not in the log.
//
// It is safe for concurrent use: the room pushes, sessions read.
type ring struct {
	mu     sync.RWMutex
	slots  [ringEvents]*state.Event // the event at place p is slots[p%ringEvents]
	first  uint64                   // oldest place held
	next   uint64                   // place of the next event
	bytes  int
	tracks map[state.Seq]*track // by room; nil as long as there is but one, where all is
}

// track is where the events of one room are in the ring: number n at places[n-first]. Those
// that the ring holds no more are dropped when others come.
type track struct {
	first  uint64
	places []uint64
}

// reading is how far somebody has read a room, or everyRoom.
type reading struct {
	room   state.Seq
	place  uint64 // to read next
	number uint64 // in the room, of the first event there or later; the place where tracks are not kept
}

func newRing() *ring { return &ring{first: 1, next: 1} }

// open begins to keep a room's events apart from the others.
func (r *ring) open(room state.Seq) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.tracks == nil {
		all := &track{first: r.first}
		for place := r.first; place < r.next; place++ {
			all.places = append(all.places, place)
		}
		r.tracks = map[state.Seq]*track{0: all}
	}
	if r.tracks[room] == nil {
		r.tracks[room] = &track{first: 1}
	}
}

// close forgets which events are of a room.
func (r *ring) close(room state.Seq) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.tracks, room)
}

// push adds an event of some rooms, or of all of them: none is named.
func (r *ring) push(e *state.Event, rooms ...state.Seq) {
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
	if r.tracks == nil {
		return
	}
	for _, room := range rooms {
		if t := r.tracks[room]; t != nil {
			t.add(place, r.first)
		}
	}
	for _, t := range r.tracks {
		if len(rooms) > 0 {
			break
		}
		t.add(place, r.first)
	}
}

// add adds a place, and drops those before the oldest that the ring holds.
func (t *track) add(place, oldest uint64) {
	drop := t.before(oldest)
	t.places, t.first = append(t.places[drop:], place), t.first+uint64(drop)
}

// before returns how many of its places are before another.
func (t *track) before(place uint64) int {
	n, _ := slices.BinarySearch(t.places, place)
	return n
}

// erase replaces messages by what is left of them, which takes says, and returns that. Those
// who have read them have other events, which are never changed.
func (r *ring) erase(takes func(*state.Event) (left state.Said, ok bool)) (erased []*state.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for place := r.first; place < r.next; place++ {
		old := &r.slots[place%ringEvents]
		if left, ok := takes(*old); ok {
			r.bytes -= state.Size((*old).Body)
			e := **old
			e.Body = left
			*old = &e
			erased = append(erased, &e)
		}
	}
	return erased
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

// readingAt returns a reading of a room that begins at a place.
func (r *ring) readingAt(room state.Seq, place uint64) reading {
	r.mu.RLock()
	defer r.mu.RUnlock()
	at := reading{room, place, place}
	if t := r.tracks[room]; t != nil {
		at.number = t.first + uint64(t.before(place))
	}
	return at
}

// after returns the place of the first event of a room that is not before a place, and the
// event; nil if the ring holds none.
func (r *ring) after(room state.Seq, place uint64) (uint64, *state.Event) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	place = max(place, r.first)
	if t := r.trackOf(room); t != nil {
		n := t.before(place)
		if n == len(t.places) {
			return r.next, nil
		}
		place = t.places[n]
	}
	if place >= r.next {
		return r.next, nil
	}
	return place, r.slots[place%ringEvents]
}

// before returns the place of the last event of a room before a place, and the event; nil
// if the ring holds none.
func (r *ring) before(room state.Seq, place uint64) (uint64, *state.Event) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	place = min(place, r.next)
	if t := r.trackOf(room); t != nil {
		n := t.before(place)
		if n == 0 || t.places[n-1] < r.first {
			return r.first, nil
		}
		place = t.places[n-1] + 1
	}
	if place <= r.first {
		return r.first, nil
	}
	return place - 1, r.slots[(place-1)%ringEvents]
}

// last returns the last n spoken events of a room before a place, oldest first, as far as the
// ring holds them.
func (r *ring) last(room state.Seq, place uint64, n int) (list []state.Event) {
	for at, e := r.before(room, place); e != nil && len(list) < n; at, e = r.before(room, at) {
		if state.KindOf(e.Body).Spoken {
			list = append(list, *e)
		}
	}
	slices.Reverse(list)
	return list
}

// trackOf returns the track of a room; nil where all events are of it. A room that is not
// there has none of them.
func (r *ring) trackOf(room state.Seq) *track {
	if r.tracks == nil || room == everyRoom {
		return nil
	}
	if t := r.tracks[room]; t != nil {
		return t
	}
	return &track{first: 1}
}

// read appends the events from a reading on up to, but not including, place until, within
// the capacity of items, which must have room for one. If some are no longer held, the
// first item is Skipped. It returns how far it has read.
func (r *ring) read(items []Item, at reading, until uint64) (_ []Item, next reading) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	t := r.trackOf(at.room)
	if t == nil {
		items, at.place = r.readAll(items, at.place, until)
		at.number = at.place
		return items, at
	}
	i, end := t.before(r.first), t.before(min(until, r.next))
	if oldest := t.first + uint64(i); at.number < oldest {
		items = append(items, Item{Reply: Skipped{oldest - at.number}})
	} else {
		i = int(at.number - t.first)
	}
	for ; i < end && len(items) < cap(items); i++ {
		place := t.places[i]
		items = append(items, Item{Place: place, Event: r.slots[place%ringEvents]})
	}
	at.number = t.first + uint64(i)
	if at.place = max(at.place, min(until, r.next)); i < end {
		at.place = t.places[i]
	}
	return items, at
}

// readAll is read where all events count: it takes a place and returns the next one.
func (r *ring) readAll(items []Item, at, until uint64) (_ []Item, next uint64) {
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
