package history

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"salon/room/state"
	"salon/room/text"
)

// Bounds of what is proposed.
const (
	// maxWaiting is how many proposals wait for the commits before theirs;
	// beyond, Propose returns room.ErrBusy.
	maxWaiting = 4096
	// batchBytes bounds one transaction, besides batchEvents.
	batchBytes = 1 << 20
	// maxEvent is how large one event may be when written down: eight times the
	// longest message, so that one of nothing but escapes fits with what surrounds it.
	maxEvent = 8 * text.MaxText
)

// proposal is one Propose that waits.
type proposal struct {
	event  state.Event
	row    *row // nil: only ordered
	size   int
	answer chan verdict // cap 1
}

// verdict is what becomes of it.
type verdict struct {
	seq state.Seq
	err error
}

// queue holds the proposals that wait for the sequencer.
type queue struct {
	wake chan struct{} // cap 1: there is something to do

	mu      sync.Mutex // guards all below
	waiting []*proposal
	closed  bool
}

// Propose implements room.Log. A nil error means that the event has its place
// and, unless Health says otherwise at that moment, that it is on the disk if it
// is of the kinds that are written down. When ctx ends first the event may still
// be taken.
func (h *History) Propose(ctx context.Context, e state.Event) (state.Seq, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	p, err := newProposal(e)
	if err != nil {
		return 0, err
	}
	if err := h.queue.add(p); err != nil {
		return 0, err
	}
	select {
	case v := <-p.answer:
		return v.seq, v.err
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

func newProposal(e state.Event) (*proposal, error) {
	if _, ok := e.Body.(state.Gap); ok {
		return nil, fmt.Errorf("history: %T has no place in a log", e.Body)
	}
	r, err := newRow(e)
	if err != nil {
		return nil, err
	}
	p := &proposal{event: e, row: r, answer: make(chan verdict, 1)}
	if r != nil {
		p.size = r.size()
	} else {
		data, err := json.Marshal(e.Body)
		if err != nil {
			return nil, err
		}
		p.size = len(data)
	}
	if p.size > maxEvent {
		return nil, state.ErrTooLarge
	}
	return p, nil
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
	signal(q.wake)
	return nil
}

// take fills an empty batch with what has gathered, within the bounds of a
// transaction.
func (q *queue) take(batch []*proposal) (taken []*proposal, closed bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	size := 0
	for _, p := range q.waiting {
		if size += p.size; len(batch) == batchEvents || size > batchBytes {
			break
		}
		batch = append(batch, p)
	}
	q.waiting = slices.Delete(q.waiting, 0, len(batch))
	return batch, q.closed
}

// close refuses what waits and what comes.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	for _, p := range q.waiting {
		p.answer <- verdict{err: state.ErrClosed}
	}
	q.waiting = nil
	signal(q.wake)
}
