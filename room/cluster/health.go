package cluster

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"salon/room/state"
)

const (
	// silentFor is how long the servers may take no lease, or a proposal may be under way,
	// before nothing can be said: somebody who writes is told in time.
	silentFor = 2500 * time.Millisecond
	// leaderless is how long the stream's leader may not answer.
	leaderless = watchEvery + requestTimeout + time.Second
	// judgeEvery is how often that is looked at.
	judgeEvery = 200 * time.Millisecond
	// unsureFor is how long a proposal may be repeated whose outcome is not known, although
	// nothing else can be proposed.
	unsureFor = 15 * time.Second
)

// health says whether this node can propose.
type health struct {
	store Local

	mu       sync.Mutex // guards all below
	is       state.Health
	changed  chan struct{}          // closed when it changes, and then another
	leased   time.Time              // when the servers last took this node's lease
	steady   time.Time              // since when they have, without a break
	answered time.Time              // when the stream's leader last did
	flying   map[state.ID]time.Time // proposals that are under way, by when they were first made
	count    int                    // of Proposes that are: one ID may be proposed twice at once
	unsure   map[state.ID]time.Time // proposals of unknown outcome, by when they were first made
	closed   bool
	landed   chan struct{} // closed once closed is set and nothing is under way
}

func (h *health) start(store Local) {
	now := time.Now()
	h.store, h.changed, h.answered = store, make(chan struct{}), now
	h.flying, h.unsure, h.landed = map[state.ID]time.Time{}, map[state.ID]time.Time{}, make(chan struct{})
}

func (h *health) now() (state.Health, <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.is, h.changed
}

// begin notes that a proposal is under way, or returns why nothing can be proposed.
func (h *health) begin(id state.ID) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	since, again := h.unsure[id]
	switch {
	case h.closed:
		return state.ErrClosed
	case h.is.ReadOnly && !again:
		return state.ErrUnavailable
	case !again:
		since = time.Now()
	}
	h.flying[id] = since
	h.count++
	return nil
}

// close refuses what is proposed from now on. landed is closed once nothing is under way.
func (h *health) close() (landed <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	if h.count == 0 {
		close(h.landed)
	}
	return h.landed
}

// end notes what became of it.
func (h *health) end(id state.ID, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	since := h.flying[id]
	delete(h.flying, id)
	if h.count--; h.closed && h.count == 0 {
		close(h.landed)
	}
	delete(h.unsure, id)
	if err != nil && !errors.Is(err, state.ErrUnavailable) && !errors.Is(err, state.ErrBusy) && !errors.Is(err, state.ErrTooLarge) {
		h.unsure[id] = since
	}
	for old, at := range h.unsure {
		if time.Since(at) > unsureFor {
			delete(h.unsure, old)
		}
	}
}

// took notes that the servers took this node's lease.
func (h *health) took() {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	if now.Sub(h.leased) > silentFor {
		h.steady = now
	}
	h.leased = now
}

// led notes that the stream's leader answered.
func (h *health) led() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.answered = time.Now()
}

// wellFor returns for how long the servers have taken this node's lease without a break.
func (h *health) wellFor() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	if time.Since(h.leased) > silentFor {
		return 0
	}
	return time.Since(h.steady)
}

// follow returns what judges the health until ctx ends.
func (h *health) follow(ctx context.Context) func() {
	return func() {
		tick := time.NewTicker(judgeEvery)
		defer tick.Stop()
		for {
			own, changed := h.store.Health()
			h.judge(own)
			select {
			case <-tick.C:
			case <-changed:
			case <-ctx.Done():
				return
			}
		}
	}
}

// judge says how this node is, given how its store is.
func (h *health) judge(own state.Health) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	silent := max(now.Sub(h.leased)-silentFor, now.Sub(h.answered)-leaderless)
	for _, since := range h.flying {
		silent = max(silent, now.Sub(since)-silentFor)
	}
	is := own
	if silent > 0 {
		is = state.Health{Err: fmt.Errorf("cluster: %w", ErrNoMajority), Since: now.UTC(), ReadOnly: true}
	}
	if is.ReadOnly == h.is.ReadOnly && (is.Err == nil) == (h.is.Err == nil) {
		return
	}
	h.is = is
	close(h.changed)
	h.changed = make(chan struct{})
}
