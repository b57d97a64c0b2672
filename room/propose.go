package room

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"salon/internal/wait"
	"salon/room/state"
)

// How long a proposal is tried again of which nobody knows whether the log has it:
// only then is somebody told.
const (
	unknownFor   = 10 * time.Second
	stoppingFor  = 2 * time.Second // once the room was asked to stop
	unknownPause = 50 * time.Millisecond
)

// proposals are those of this node that are under way. Each is answered when its
// event is applied here, whatever the log said of it.
type proposals struct {
	count atomic.Uint64 // made so far

	mu      sync.Mutex // guards waiting
	waiting map[state.ID]chan<- state.Outcome
}

func newProposals() proposals { return proposals{waiting: map[state.ID]chan<- state.Outcome{}} }

// expect returns where the outcome of a proposal comes: once at most.
func (p *proposals) expect(id state.ID) <-chan state.Outcome {
	answer := make(chan state.Outcome, 1)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting[id] = answer
	return answer
}

func (p *proposals) forget(id state.ID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.waiting, id)
}

// answer tells the proposer of an event, if it waits, what became of it.
func (p *proposals) answer(id state.ID, out state.Outcome) {
	p.mu.Lock()
	to, ok := p.waiting[id]
	delete(p.waiting, id)
	p.mu.Unlock()
	if ok {
		to <- out // cap 1, and once: it never waits
	}
}

// ids returns the proposals that still wait.
func (p *proposals) ids() []state.ID {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := make([]state.ID, 0, len(p.waiting))
	for id := range p.waiting {
		list = append(list, id)
	}
	return list
}

// newID names one more proposal of this node.
func (r *Room) newID() state.ID { return state.ID{Origin: r.epoch, N: r.proposals.count.Add(1)} }

// propose asks the log for an event and waits until it is true here. The
// Outcome's own refusal is returned as the error; any other error is one of
// [Log.Propose].
func (r *Room) propose(ctx context.Context, b state.Body) (state.Outcome, error) {
	return r.proposeAs(ctx, r.newID(), b)
}

// proposeAs is propose under an ID that was drawn before, and may have been proposed:
// then this is a retry.
func (r *Room) proposeAs(ctx context.Context, id state.ID, b state.Body) (state.Outcome, error) {
	answer := r.proposals.expect(id)
	defer r.proposals.forget(id)
	if err := r.takePlace(ctx, state.Event{ID: id, Body: b}, answer); err != nil {
		return state.Outcome{}, err
	}
	failed := state.ErrClosed
	select {
	case out := <-answer:
		return out, out.Err
	case <-ctx.Done():
		failed = state.ErrUnknown
	case <-r.stopped:
	}
	select {
	case out := <-answer: // it was true before the end
		return out, out.Err
	default:
		return state.Outcome{}, failed
	}
}

// takePlace proposes an event until the log says that it has it, or surely not. While
// nobody knows, it proposes the same again; what comes back through the log ends that
// too. answer is not emptied.
func (r *Room) takePlace(ctx context.Context, e state.Event, answer <-chan state.Outcome) error {
	began, unknown := time.Now(), false
	for {
		_, err := r.log.Propose(ctx, e)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, state.ErrUnknown):
			unknown = true
		case !unknown || errors.Is(err, state.ErrClosed) || ctx.Err() != nil:
			return err
		}
		patience := unknownFor
		if r.isStopped() {
			patience = stoppingFor
		}
		switch {
		case len(answer) > 0:
			return nil
		case time.Since(began) >= patience || !wait.Pause(ctx, unknownPause):
			return state.ErrUnknown
		}
	}
}

// proposeLast proposes what the room says after it has stopped, and waits until that is
// true here, which propose does no more by then.
func (r *Room) proposeLast(ctx context.Context, b state.Body) {
	id := r.newID()
	answer := r.proposals.expect(id)
	defer r.proposals.forget(id)
	if r.takePlace(ctx, state.Event{ID: id, Body: b}, answer) != nil {
		return
	}
	select {
	case <-answer:
	case <-ctx.Done():
	case <-r.followed:
	}
}
