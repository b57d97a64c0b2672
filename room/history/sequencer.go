package history

import (
	"time"

	"salon/room/state"
)

// sequence gives places to what was proposed until the log ends: it takes what
// gathered while the last commit ran, commits it, lets it be seen and answers.
func (h *History) sequence() {
	defer h.tail.close()
	var batch []*proposal
	for {
		var closed bool
		batch, closed = h.queue.take(batch[:0])
		switch {
		case len(batch) > 0:
			h.commit(batch)
			continue
		case closed:
			h.record(nil)
			return
		case h.memory.hasUnwritten() || h.trouble.now() != nil:
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
	batch, repeated := h.known(batch)
	events, rows := h.order(batch)
	h.record(rows)
	h.tail.push(events)
	for _, p := range batch {
		p.answer <- verdict{seq: p.event.Seq}
	}
	for _, p := range repeated { // their first may have been in this very batch
		if seq, ok := h.tail.place(p.event.ID); ok {
			p.answer <- verdict{seq: seq}
		} else {
			p.answer <- verdict{err: state.ErrBusy}
		}
	}
}

// known sorts out what was proposed before, and refuses what the tail has no room
// for.
func (h *History) known(batch []*proposal) (fresh, repeated []*proposal) {
	free := h.tail.free()
	here := make(map[state.ID]bool, len(batch))
	for _, p := range batch {
		if _, ok := h.tail.place(p.event.ID); ok || here[p.event.ID] {
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

// order gives places and the time. Times keep Go's monotonic reading, so that
// the room's durations survive a clock that jumps.
func (h *History) order(batch []*proposal) (events []state.Event, rows []*row) {
	now := h.clock.now()
	if now.Before(h.lastTime) {
		now = h.lastTime
	}
	h.lastTime = now
	seq := h.given.Load()
	for _, p := range batch {
		seq++
		p.event.Seq, p.event.Time = state.Seq(seq), now
		events = append(events, p.event)
		if r := p.row; r != nil {
			r.seq, r.time = p.event.Seq, now.UnixNano()
			if r.changesState() {
				r.stamp = h.stamp()
			}
			rows = append(rows, r)
		}
	}
	h.memory.expect(rows) // before anybody knows that there are such places
	h.given.Store(seq)
	return events, rows
}

// record brings rows to the disk, with all that waits for it; or to memory,
// while the disk fails. It writes nothing for events that are only ordered, but
// for a new block of places.
func (h *History) record(rows []*row) {
	if h.trouble.now() != nil {
		h.memory.addUnwritten(rows)
		if h.trouble.due() {
			h.recover()
		}
		return
	}
	if len(rows) == 0 && !h.memory.hasUnwritten() && h.given.Load() <= h.block.Load() {
		return
	}
	if err := h.write(rows, nil); err != nil {
		h.memory.addUnwritten(rows)
		h.fail(err)
	}
}

// fail raises the alarm, once, and tries again at once where that may help.
func (h *History) fail(err error) {
	h.trouble.begin(err, h.clock.now())
	h.log.Error("history: nothing is recorded", "err", err)
	if movedAway(err) {
		h.recover()
	}
}

// recover tries to write again, and ends the alarm when that succeeds.
func (h *History) recover() {
	since := h.Health().Since
	err := h.mend()
	if err == nil {
		err = h.drain(nil)
	}
	if err != nil {
		h.trouble.still(err)
		return
	}
	h.trouble.end()
	about := []any{"since", since.Truncate(time.Second)}
	if told := h.memory.toldMissing(); told.seq == 0 || told.Count > 0 { // nobody counted what only a lost file held
		about = append(about, "missing", told.Count)
	} else {
		about = append(about, "missing before", told.To.Truncate(time.Second))
	}
	h.log.Info("history: recording again", about...)
}
