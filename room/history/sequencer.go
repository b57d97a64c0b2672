package history

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"salon/internal/wait"
	"salon/room"
	"salon/room/state"
)

const (
	// maxWaiting is how many proposals wait for the commits before theirs; beyond, Propose
	// returns state.ErrBusy.
	maxWaiting = 4096
	// batchBytes bounds the text of one transaction, besides room.BatchEvents. What is
	// beyond is left for the next.
	batchBytes = 1 << 20
)

// proposal is one Propose in progress.
type proposal struct {
	event  state.Event
	size   int
	answer chan answer // cap 1
}

// answer is what Propose returns.
type answer struct {
	seq state.Seq
	err error
}

func newProposal(e state.Event) *proposal {
	return &proposal{event: e, size: state.Size(e.Body) + rowBytes, answer: make(chan answer, 1)}
}

// queue holds the proposals that wait for the sequencer.
type queue struct {
	wake chan struct{} // cap 1: there is something to take

	mu      sync.Mutex // guards all below
	waiting []*proposal
	closed  bool
}

// propose queues an event and waits for its answer. When ctx ends first, the event may
// still be ordered.
func (q *queue) propose(ctx context.Context, e state.Event) (state.Seq, error) {
	p := newProposal(e)
	if err := q.add(p); err != nil {
		return 0, err
	}
	select {
	case a := <-p.answer:
		return a.seq, a.err
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

func (q *queue) add(p *proposal) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return state.ErrClosed
	}
	if len(q.waiting) == maxWaiting {
		return state.ErrBusy
	}
	q.waiting = append(q.waiting, p)
	wait.Signal(q.wake)
	return nil
}

// take moves what waits to an empty batch, within the bounds of a transaction. closed
// means that there will be nothing more.
func (q *queue) take(batch []*proposal) (taken []*proposal, closed bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	size := 0
	for _, p := range q.waiting {
		if size += p.size; len(batch) == room.BatchEvents || size > batchBytes {
			wait.Signal(q.wake)
			break
		}
		batch = append(batch, p)
	}
	q.waiting = slices.Delete(q.waiting, 0, len(batch))
	return batch, q.closed
}

// close refuses what waits and what comes later.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	for _, p := range q.waiting {
		p.answer <- answer{err: state.ErrClosed}
	}
	q.waiting = nil
	wait.Signal(q.wake)
}

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
		h.writeMost()
		select {
		case <-h.queue.wake:
		case err := <-h.worker.late():
			h.worker.busy = false
			h.settle(err)
		case <-tick.C:
			h.inspect()
		}
	}
}

// commit orders, records, publishes and answers proposals.
func (h *History) commit(proposals []*proposal) {
	ordered, events, entries := h.order(proposals)
	h.record(entries)
	h.tail.Push(events)
	for _, p := range ordered {
		p.answer <- answer{seq: p.event.Seq}
	}
}

// order assigns sequence numbers and times to what was not proposed before. It refuses what
// the tail has no room for, and what cannot be encoded; ordered are the other proposals.
func (h *History) order(proposals []*proposal) (ordered []*proposal, events []state.Event, entries []*entry) {
	now, free := h.Now(), h.tail.Free(room.BatchEvents)
	numbers := make(map[state.ID]state.Seq, len(proposals))
	for _, p := range proposals {
		seq, _ := h.tail.Seq(p.event.ID)
		if p.event.Seq = cmp.Or(seq, numbers[p.event.ID]); p.event.Seq != 0 {
			ordered = append(ordered, p)
			continue
		}
		if len(events) >= free {
			p.answer <- answer{err: state.ErrBusy}
			continue
		}
		e := p.event
		e.Seq, e.Time, e.Stamp = h.given+1, now.Time, now.Stamp
		data, err := state.EncodeEvent(e)
		if err != nil {
			p.answer <- answer{err: err}
			continue
		}
		h.given, p.event.Seq, numbers[e.ID] = e.Seq, e.Seq, e.Seq
		ordered, events = append(ordered, p), append(events, e)
		entries = append(entries, &entry{e.Seq, e.Stamp.Microseconds(), string(data), state.KindOf(e.Body).Passing})
	}
	return ordered, events, entries
}
