package history

import (
	"context"
	"slices"
	"sync"

	"salon/internal/wait"
	"salon/room"
	"salon/room/state"
)

// Bounds of what is proposed.
const (
	// maxWaiting is how many proposals wait for the commits before theirs;
	// beyond, Propose returns room.ErrBusy.
	maxWaiting = 4096
	// batchBytes bounds the text of one transaction, besides room.BatchEvents; what is
	// beyond is for the next.
	batchBytes = 1 << 20
)

// proposal is one Propose that waits.
type proposal struct {
	event  state.Event
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
// and, unless Health says otherwise at that moment, that it is in the file; and on the
// disk, if it is of a kind that is not Passing. When ctx ends first the event may still
// be taken. The same ID is remembered for at least room.TailEvents events of this life
// of the process.
func (h *History) Propose(ctx context.Context, e state.Event) (state.Seq, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if err := room.Loggable(e.Body); err != nil {
		return 0, err
	}
	p := &proposal{event: e, size: state.Size(e.Body) + rowBytes, answer: make(chan verdict, 1)}
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

// take fills an empty batch with what has gathered, within the bounds of a
// transaction.
func (q *queue) take(batch []*proposal) (taken []*proposal, closed bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	size := 0
	for _, p := range q.waiting {
		if size += p.size; len(batch) == room.BatchEvents || size > batchBytes {
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
	wait.Signal(q.wake)
}
