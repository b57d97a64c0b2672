package room

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"salon/internal/wait"
	"salon/room/state"
)

// How long a proposal is retried while it is unknown whether the log stored it. Only
// then does the proposer get ErrUnknown.
const (
	unknownFor   = 10 * time.Second
	stoppingFor  = 2 * time.Second // once the room has stopped
	unknownPause = 50 * time.Millisecond
)

// proposer proposes this node's events to the log and returns what became of them when
// they are applied here. Its methods may be called from any goroutine.
type proposer struct {
	log      Log
	epoch    atomic.Uint64 // of this node now: the Origin of all that it proposes
	fenced   atomic.Bool   // its epoch ended, and the new one has not begun: nothing but that is proposed
	stopped  chan struct{} // closed when the room has stopped: nobody waits for an answer any more
	followed chan struct{} // closed when no event is applied any more
	count    atomic.Uint64 // IDs drawn so far

	meter *Meter
	// checkFormat returns an error for what not every node reads.
	checkFormat func(state.Body) error

	waitingMu sync.Mutex // guards waiting
	waiting   map[state.ID]chan<- state.Outcome
}

// errFenced refuses a proposal of an epoch that has ended.
var errFenced = fmt.Errorf("room: this node is out of the room for a moment: %w", state.ErrUnavailable)

func newProposer(log Log) *proposer {
	p := &proposer{
		log: log, stopped: make(chan struct{}), followed: make(chan struct{}),
		waiting: map[state.ID]chan<- state.Outcome{},
	}
	p.beginEpoch()
	return p
}

// beginEpoch has what is proposed from now on come from a new epoch.
func (p *proposer) beginEpoch() {
	var epoch [8]byte
	rand.Read(epoch[:]) // never fails
	p.epoch.Store(binary.BigEndian.Uint64(epoch[:]))
}

// fence begins a new epoch, whose NodeUp is yet to be ordered, and returns what still waits
// for an answer of the one that ended.
func (p *proposer) fence() []state.ID {
	p.fenced.Store(true)
	p.beginEpoch()
	return p.unanswered()
}

// isStopped reports whether the room has stopped.
func (p *proposer) isStopped() bool {
	select {
	case <-p.stopped:
		return true
	default:
		return false
	}
}

// newID returns an ID for one more proposal of this node.
func (p *proposer) newID() state.ID { return state.ID{Origin: p.epoch.Load(), N: p.count.Add(1)} }

// propose asks the log for an event and waits until it is applied here. It returns the
// Outcome's refusal, or an error of [Log.Propose].
func (p *proposer) propose(ctx context.Context, b state.Body) (state.Outcome, error) {
	return p.proposeUntil(ctx, p.newID(), b, p.stopped)
}

// proposeUntil is propose with an ID that was drawn before, and may have been proposed
// before: then this is a retry. It gives up with ErrClosed when end is closed.
func (p *proposer) proposeUntil(ctx context.Context, id state.ID, b state.Body, end <-chan struct{}) (state.Outcome, error) {
	answer := p.expect(id)
	defer p.forget(id)
	if _, up := b.(state.NodeUp); id.Origin != p.epoch.Load() || p.fenced.Load() && !up { // looked at once it is expected: see fence
		return state.Outcome{}, errFenced
	}
	if err := p.checkFormat(b); err != nil {
		return state.Outcome{}, err
	}
	if err := p.store(ctx, state.Event{ID: id, Body: b}, answer); err != nil {
		return state.Outcome{}, err
	}
	failed := state.ErrClosed
	select {
	case out := <-answer:
		return out, out.Err
	case <-ctx.Done():
		failed = state.ErrUnknown
	case <-end:
	}
	select {
	case out := <-answer: // applied just before the end
		return out, out.Err
	default:
		return state.Outcome{}, failed
	}
}

// store proposes an event until the log has stored it or refused it, retrying while
// that is unknown. An answer, which store leaves in the channel, ends it too.
func (p *proposer) store(ctx context.Context, e state.Event, answer <-chan state.Outcome) error {
	began, unknown := time.Now(), false
	for {
		asked := p.meter.begin()
		_, err := p.log.Propose(ctx, e)
		switch {
		case err == nil:
			p.meter.committed(asked)
			return nil
		case errors.Is(err, state.ErrUnknown):
			unknown = true
		case !unknown || errors.Is(err, state.ErrClosed) || ctx.Err() != nil:
			return err
		}
		patience := unknownFor
		if p.isStopped() {
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

// expect returns where the outcome of a proposal is sent, once at most.
func (p *proposer) expect(id state.ID) <-chan state.Outcome {
	answer := make(chan state.Outcome, 1)
	p.waitingMu.Lock()
	defer p.waitingMu.Unlock()
	p.waiting[id] = answer
	return answer
}

func (p *proposer) forget(id state.ID) {
	p.waitingMu.Lock()
	defer p.waitingMu.Unlock()
	delete(p.waiting, id)
}

// answer sends the outcome of an event to its proposer, if it still waits.
func (p *proposer) answer(out state.Outcome) {
	p.waitingMu.Lock()
	defer p.waitingMu.Unlock()
	if to, ok := p.waiting[out.Event.ID]; ok {
		delete(p.waiting, out.Event.ID)
		to <- out // never blocks: capacity 1, sent once
	}
}

// unanswered returns the proposals that still wait.
func (p *proposer) unanswered() []state.ID {
	p.waitingMu.Lock()
	defer p.waitingMu.Unlock()
	return slices.Collect(maps.Keys(p.waiting))
}
