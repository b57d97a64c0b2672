package history

import (
	"time"

	"salon/room"
	"salon/room/state"
)

// sequence gives places to what was proposed until the log ends: it takes what
// gathered while the last commit ran, commits it, lets it be seen and answers.
func (h *History) sequence() {
	defer h.tail.Close()
	var batch []*proposal
	for {
		var closed bool
		batch, closed = h.queue.take(batch[:0])
		switch {
		case len(batch) > 0:
			h.commit(batch)
			continue
		case closed:
			return
		case h.trouble.now() != nil:
			h.record(nil)
		}
		select {
		case <-h.queue.wake:
		case <-h.trouble.again():
		}
	}
}

// commit takes one batch all the way.
func (h *History) commit(batch []*proposal) {
	fresh, repeated := h.known(batch)
	taken, events, entries := h.order(fresh)
	h.record(entries)
	h.tail.Push(events)
	for _, p := range taken {
		p.answer <- verdict{seq: p.event.Seq}
	}
	for _, p := range repeated { // their first may have been in this very batch
		if seq, ok := h.tail.Place(p.event.ID); ok {
			p.answer <- verdict{seq: seq}
		} else {
			p.answer <- verdict{err: state.ErrBusy}
		}
	}
}

// known sorts out what was proposed before, and refuses what the tail has no room
// for.
func (h *History) known(batch []*proposal) (fresh, repeated []*proposal) {
	free := h.tail.Free(room.BatchEvents)
	here := make(map[state.ID]bool, len(batch))
	for _, p := range batch {
		if _, ok := h.tail.Place(p.event.ID); ok || here[p.event.ID] {
			repeated = append(repeated, p)
			continue
		}
		if free--; free < 0 {
			p.answer <- verdict{err: state.ErrBusy}
			continue
		}
		here[p.event.ID] = true
		fresh = append(fresh, p)
	}
	return fresh, repeated
}

// order gives places and times. What cannot be written down is refused.
func (h *History) order(fresh []*proposal) (taken []*proposal, events []state.Event, entries []*entry) {
	now := h.Now()
	seq := h.given.Load()
	for _, p := range fresh {
		e := p.event
		e.Seq, e.Time, e.Stamp = state.Seq(seq+1), now.Time, now.Stamp
		data, err := state.EncodeEvent(e)
		if err != nil {
			p.answer <- verdict{err: err}
			continue
		}
		seq++
		p.event = e
		taken, events = append(taken, p), append(events, e)
		entries = append(entries, &entry{e.Seq, e.Stamp.Microseconds(), string(data), state.KindOf(e.Body).Passing})
	}
	h.given.Store(seq)
	return taken, events, entries
}

// manyMessages is from how many messages on a commit takes those along that wait.
// Fewer are written a moment later, all at once.
const manyMessages = room.BatchEvents / 2

// record brings entries to the disk, with messages if many wait for it; or to memory,
// while the disk fails.
func (h *History) record(entries []*entry) {
	switch {
	case h.trouble.now() != nil:
		h.keepEntries(entries)
		if h.trouble.due() {
			h.recover()
		}
	case len(entries) > 0:
		if err := h.write(entries, manyMessages, gap{}); err != nil {
			h.keepEntries(entries)
			h.fail(err)
		}
	}
}

// keepEntries has entries wait in memory. What is dropped for them can be followed no
// more.
func (h *History) keepEntries(entries []*entry) {
	if dropped := h.memory.keepEntries(entries); dropped > 0 {
		h.keepFrom(dropped + 1)
	}
}

// fail raises the alarm, once, and tries again at once where that may help.
func (h *History) fail(err error) {
	h.trouble.begin(err, h.stamps.now())
	h.log.Error("history: nothing is recorded", "err", err)
	if movedAway(err) {
		h.recover()
	}
}

// recover tries to write again, and ends the alarm when that succeeds.
func (h *History) recover() {
	health, _ := h.Health()
	err := h.mend()
	if err == nil {
		err = h.drain()
	}
	if err != nil {
		h.trouble.still(err)
		return
	}
	h.trouble.end()
	about := []any{"since", health.Since.Truncate(time.Second)}
	if missing := h.memory.takeReported(); missing.seq == 0 || missing.Count > 0 { // nobody counted what only a lost file held
		about = append(about, "missing", missing.Count)
	} else {
		about = append(about, "missing before", missing.To.Truncate(time.Second))
	}
	h.log.Info("history: recording again", about...)
}
