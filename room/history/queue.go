package history

import (
	"context"
	"slices"
	"sync"

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
