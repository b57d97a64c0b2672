package screen

import (
	"cmp"
	"slices"
	"time"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// Room is the room as one session sees it; [room.Session] is one.
type Room interface {
	Arrived() uint64
	Held() (first, next uint64)
	After(in state.Seq, place uint64) (uint64, *state.Event)
	Before(in state.Seq, place uint64) (uint64, *state.Event)
	PlaceOf(seq state.Seq) (uint64, bool)
	Hides(e *state.Event) bool
	Rooms() *room.Rooms
	Looks() state.Seq
	Shows() state.Seq
	Roster() *room.Roster
	Available() []*room.Command
	Complete(line string, pos int) (start int, candidates []string)
	Prefs() room.Prefs
	Pseudo() text.Pseudo
	Target() []text.Pseudo
	Role() state.Role
}

// Bounds of what only this session was shown (private messages, answers). The
// oldest go when there are more; the room's events stay in its ring.
const (
	maxLocals      = 200
	maxLocalsBytes = 64 << 10
)

// transcript is everything said and shown in a room, in order: its events, read from
// the ring where they are shared by all, and among them what was shown to this
// session alone.
type transcript struct {
	room    Room
	id      state.Seq // of the room
	arrived uint64    // place of the first event after this session came to it
	end     pos
	locals  []local
	dropped int // locals that were forgotten, less those that came before number 0: locals[i] is number dropped+i
	bytes   int // that locals weigh, about
}

// local is something shown to this session alone.
type local struct {
	at    uint64 // the place in the ring that it comes before
	when  time.Time
	day   time.Time    // in whose day it stands; zero: that of when
	event *state.Event // a private message, or one too old for the ring; or
	reply room.Reply
}

// weight is about what it takes in memory, in bytes.
func (l *local) weight() int {
	const most = 400 // of anything else than text
	if l.event != nil {
		return most + state.Size(l.event.Body)
	}
	return most
}

// pos is a point between two entries: before the event at place, after local
// number local-1. Of an entry it is the same from wherever it was reached, but for
// what was forgotten in between.
type pos struct {
	place uint64
	local int
}

// entry is one thing in the transcript and the point before it.
type entry struct {
	pos
	event *state.Event
	local *local // nil for the room's events
}

// entryRef refers to an entry of the transcript, whatever is added meanwhile.
type entryRef struct {
	pos
	set     bool // false: to none
	private bool // the entry is for this session alone
}

// is reports whether e is the entry referred to.
func (t *entryRef) is(e entry) bool {
	switch {
	case !t.set || t.private != (e.local != nil):
		return false
	case t.private:
		return t.local == e.pos.local
	}
	return t.place == e.place
}

// dayTime returns a time in the day that the entry belongs to.
func (e entry) dayTime() time.Time {
	switch {
	case e.local == nil:
		return e.event.Time
	case !e.local.day.IsZero():
		return e.local.day
	}
	return e.local.when
}

// add puts something for this session alone at the end.
func (t *transcript) add(l local) {
	l.at = t.end.place
	t.insert(l)
}

// welcome puts the welcome before the messages that somebody who comes back is replayed, in
// the day of the first, and behind them on a first visit: what one may type is then in view.
// They are in the ring, or kept here if they are too old for it.
func (t *transcript) welcome(w room.Welcome, now time.Time) {
	last := w.Last
	w.Last = nil
	t.greet(local{when: now, reply: w}, last, w.Seen != 0)
}

// entered puts what is told of a room that somebody goes to beside what was said there last,
// as welcome does.
func (t *transcript) entered(w room.Entered, now time.Time) {
	last := w.Last
	w.Last = nil
	t.greet(local{when: now, reply: w}, last, w.Again)
}

// greet puts a greeting beside the messages that are replayed, before them for whoever comes
// back.
func (t *transcript) greet(greeting local, last []state.Event, back bool) {
	first := t.arrived
	old := last // those that the ring does not hold
	for i, e := range last {
		if place, held := t.room.PlaceOf(e.Seq); held && place < t.arrived {
			old, first = last[:i], place
			break
		}
	}
	greeting.at = t.arrived
	if back {
		if greeting.at = first; len(last) > 0 {
			greeting.day = last[0].Time
		}
		t.insert(greeting)
	}
	for _, e := range old {
		t.insert(local{at: first, when: e.Time, event: &e})
	}
	if !back {
		t.insert(greeting)
	}
}

// replayed returns where message i of a welcome stands: it is for this session alone
// when the ring does not hold it. The welcome is the first local of somebody who comes back.
func (t *transcript) replayed(i int, seq state.Seq) entryRef {
	if place, held := t.room.PlaceOf(seq); held && place < t.arrived {
		return entryRef{t.point(place), true, false}
	}
	return entryRef{pos{place: t.arrived, local: t.dropped + 1 + i}, true, true}
}

// fill adds messages that the ring does not hold, in front of those that it does: behind what
// this session alone was shown or, where nothing but a greeting was, before it. Those that are
// here already are left out, and the oldest where there is no room for all.
func (t *transcript) fill(events []state.Event, isNew bool) {
	place, held := t.firstHeld()
	newest := state.Seq(0)
	for i := range t.locals {
		if l := &t.locals[i]; l.event != nil {
			newest = max(newest, l.event.Seq)
		}
	}
	size, from, to := t.bytes, len(events), len(events)
	for i := len(events) - 1; i >= 0 && events[i].Seq > newest; i-- {
		l := local{event: &events[i]}
		if events[i].Seq >= held {
			to = i
		} else if size += l.weight(); size > maxLocalsBytes {
			break
		}
		from = i
	}
	place = min(place, t.end.place)
	var old []local
	for i := range events[from:to] {
		e := &events[from+i]
		old = append(old, local{at: place, when: e.Time, event: e})
	}
	if !isNew {
		for _, l := range old {
			t.insert(l)
		}
		return
	}
	for i := range old {
		t.bytes += old[i].weight()
		if len(t.locals) > 0 {
			old[i].at = min(place, t.locals[0].at)
		}
	}
	t.locals, t.dropped = append(old, t.locals...), t.dropped-len(old) // what is there keeps its number
}

func (t *transcript) insert(l local) {
	if n := len(t.locals); n > 0 {
		l.at = max(l.at, t.locals[n-1].at)
	}
	t.locals = append(t.locals, l)
	t.bytes += l.weight()
	t.end.local++
	for len(t.locals) > 1 && (len(t.locals) > maxLocals || t.bytes > maxLocalsBytes) {
		t.bytes -= t.locals[0].weight()
		t.locals[0] = local{}
		t.locals = t.locals[1:]
		t.dropped++
	}
}

// localAt returns a local by its number; nil when it is forgotten or not there.
func (t *transcript) localAt(n int) *local {
	if n < t.dropped || n >= t.dropped+len(t.locals) {
		return nil
	}
	return &t.locals[n-t.dropped]
}

// before returns the entry that ends at p.
func (t *transcript) before(p pos) (entry, bool) {
	for {
		place, e := t.room.Before(t.id, p.place) // without one, the oldest that the ring holds
		switch l := t.localAt(p.local - 1); {
		case l != nil && (e == nil || l.at > place):
			at := pos{min(max(l.at, min(place, p.place)), p.place), p.local - 1}
			return entry{pos: at, event: l.event, local: l}, true
		case e == nil:
			return entry{}, false
		}
		if p.place = place; t.isShown(place, e) {
			return entry{pos: p, event: e}, true
		}
	}
}

// after returns the entry that begins at p, and the point behind it.
func (t *transcript) after(p pos) (e entry, next pos, ok bool) {
	if p.local < t.dropped {
		p.local = t.dropped
	}
	if first, _ := t.room.Held(); p.place < first {
		p.place = min(first, t.end.place)
	}
	for {
		place, e := t.room.After(t.id, p.place)
		if place >= t.end.place {
			place, e = t.end.place, nil
		}
		if l := t.localAt(p.local); l != nil && (e == nil || l.at <= place) {
			p.place = max(l.at, p.place)
			return entry{pos: p, event: l.event, local: l}, pos{p.place, p.local + 1}, true
		}
		if e == nil {
			return entry{}, p, false
		}
		p.place = place
		if t.isShown(place, e) {
			return entry{pos: p, event: e}, pos{place + 1, p.local}, true
		}
		p.place++
	}
}

// isShown reports whether this session sees an event of the room: of what happened
// before it came, only what was said.
func (t *transcript) isShown(place uint64, e *state.Event) bool {
	return (place >= t.arrived || state.KindOf(e.Body).Spoken) && !t.room.Hides(e)
}

// point returns the point before the event at a place, whether it is shown or not.
func (t *transcript) point(place uint64) pos {
	n, _ := slices.BinarySearchFunc(t.locals, place+1, func(l local, at uint64) int { return cmp.Compare(l.at, at) })
	return pos{place, t.dropped + n}
}

// firstSeq returns the place in the log of the first event held that has one, 0 for
// none.
func (t *transcript) firstSeq() state.Seq {
	for e, next, ok := t.after(t.start()); ok; e, next, ok = t.after(next) {
		if e.event != nil && e.event.Seq > 0 {
			return e.event.Seq
		}
	}
	return 0
}

// newestSeq is after all events in the log.
const newestSeq state.Seq = 1 << 62

// firstHeld returns the first event in the log of those that the ring holds, by its places in
// both; newestSeq if there is none.
func (t *transcript) firstHeld() (place uint64, seq state.Seq) {
	place, e := t.room.After(t.id, 0)
	for e != nil && e.Seq == 0 {
		place, e = t.room.After(t.id, place+1)
	}
	if e == nil {
		return place, newestSeq
	}
	return place, e.Seq
}

// start returns the point before everything.
func (t *transcript) start() pos {
	first, _ := t.room.Held()
	return pos{place: first, local: t.dropped}
}
