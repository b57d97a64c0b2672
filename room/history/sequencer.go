package history

import (
	"time"

	"salon/room"
	"salon/room/state"
)

// inspectEvery is the time between two looks of the sequencer at the disk.
const inspectEvery = time.Second

// sequence assigns sequence numbers until the log is closed: it takes what gathered during
// the last commit, commits it, makes it visible and answers.
func (h *History) sequence() {
	defer h.tail.Close()
	tick := time.NewTicker(h.every)
	defer tick.Stop()
	var proposals []*proposal
	for {
		var closed bool
		if proposals, closed = h.queue.take(proposals[:0]); closed {
			return
		}
		if len(proposals) > 0 {
			h.commit(proposals)
		}
		select {
		case <-h.queue.wake:
		case <-tick.C:
			h.inspect()
		}
	}
}

// commit orders, records, publishes and answers proposals.
func (h *History) commit(proposals []*proposal) {
	fresh, repeated := h.sort(proposals)
	ordered, events, entries := h.order(fresh)
	h.record(entries)
	h.tail.Push(events)
	for _, p := range ordered {
		p.answer <- answer{seq: p.event.Seq}
	}
	for _, p := range repeated { // after Push: the first may be one of these proposals
		if seq, ok := h.tail.Place(p.event.ID); ok {
			p.answer <- answer{seq: seq}
		} else {
			p.answer <- answer{err: state.ErrBusy}
		}
	}
}

// sort separates what was proposed before from what is fresh, and refuses what the tail
// has no room for.
func (h *History) sort(proposals []*proposal) (fresh, repeated []*proposal) {
	free := h.tail.Free(room.BatchEvents)
	seen := make(map[state.ID]bool, len(proposals))
	for _, p := range proposals {
		if _, ok := h.tail.Place(p.event.ID); ok || seen[p.event.ID] {
			repeated = append(repeated, p)
			continue
		}
		if free--; free < 0 {
			p.answer <- answer{err: state.ErrBusy}
			continue
		}
		seen[p.event.ID] = true
		fresh = append(fresh, p)
	}
	return fresh, repeated
}

// order assigns sequence numbers and times. What cannot be encoded is refused.
func (h *History) order(fresh []*proposal) (ordered []*proposal, events []state.Event, entries []*entry) {
	now := h.Now()
	for _, p := range fresh {
		e := p.event
		e.Seq, e.Time, e.Stamp = h.given+1, now.Time, now.Stamp
		data, err := state.EncodeEvent(e)
		if err != nil {
			p.answer <- answer{err: err}
			continue
		}
		h.given, p.event = e.Seq, e
		ordered, events = append(ordered, p), append(events, e)
		entries = append(entries, &entry{e.Seq, e.Stamp.Microseconds(), string(data), state.KindOf(e.Body).Passing})
	}
	return ordered, events, entries
}
