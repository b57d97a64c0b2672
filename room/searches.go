package room

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"salon/internal/wait"
	"salon/room/state"
)

// Bounds on searches, which cost more than anything else that members ask for. What a page
// of the history or a welcome reads waits for none of them.
const (
	// maxSearching is how many searches run at once, those of all members together. Others
	// wait.
	maxSearching = 1
	// maxSearchesWaiting is how many wait, each for a quarter of a second of those before it;
	// further ones are refused with ErrManySearches.
	maxSearchesWaiting = 16
	// searchShare is the part of a core that the searches from one source get, once they have
	// used up searchCredit: a member who comes back under another pseudo gets no more. Until
	// it is theirs a line is refused as too fast, on a session that is paced it waits, and so
	// does what keys ask for. What is searched at the same time on other cores may double it.
	searchShare  = 50
	searchCredit = 500 * time.Millisecond
)

// searches limits the searches of a room.
type searches struct {
	running chan struct{} // one for each that runs
	entered chan struct{} // one for each that runs or waits
	meter   *Meter

	mu    sync.Mutex
	spent keyedLimiter[netip.Prefix] // of each source, searchShare times the time that searches took
}

func newSearches() searches {
	return searches{
		running: make(chan struct{}, maxSearching), entered: make(chan struct{}, maxSearching+maxSearchesWaiting),
		spent: newKeyedLimiter[netip.Prefix](2, searchCredit*searchShare),
	}
}

// wait returns how long a source has to wait for what its last searches cost.
func (s *searches) wait(from netip.Prefix) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.spent.wait(from, time.Now())
}

// charge counts what a search of a source took.
func (s *searches) charge(from netip.Prefix, took time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spent.charge(from, time.Now(), min(took, searchCredit)*searchShare)
}

// run searches a store when it is the search's turn, and returns how long that took. It ends
// with ctx.
func (s *searches) run(ctx context.Context, store Store, in state.Rooms, q state.Query, n int) (found []state.Event, took time.Duration, err error) {
	select {
	case s.entered <- struct{}{}:
	default:
		return nil, 0, ErrManySearches
	}
	defer func() { <-s.entered }()
	select {
	case s.running <- struct{}{}:
	case <-ctx.Done():
		return nil, 0, ctx.Err()
	}
	defer func() { <-s.running }()
	began := time.Now()
	found, err = store.Search(ctx, in, q, n)
	took = time.Since(began)
	s.meter.searched(took)
	return found, took, err
}

// searcher returns what a member's search holds, so that another of theirs waits.
func (ms *memberState) searcher() chan struct{} {
	if one := ms.searching.Load(); one != nil {
		return *one
	}
	one := make(chan struct{}, 1)
	ms.searching.CompareAndSwap(nil, &one)
	return *ms.searching.Load()
}

// searchStore searches for the asker, when it is their turn.
func (c *call) searchStore(in state.Rooms, q state.Query, n int) ([]state.Event, error) {
	r := c.room
	if c.Role() >= state.Operator || r.limits.Load().Rate <= 0 {
		found, _, err := r.searches.run(c, r.store, in, q, n)
		return found, err
	}
	one, from := c.own.searcher(), Source(c.from.Addr)
	select {
	case one <- struct{}{}:
	case <-c.Done():
		return nil, c.Err()
	}
	defer func() { <-one }()
	if left := r.searches.wait(from); left > 0 {
		if c.command != nil && (!c.from.Paced || c.losesPatience(time.Now(), left)) { // typed, not asked for by a key
			return nil, &TooFastError{Wait: left}
		}
		if !wait.Pause(c, left) {
			return nil, c.Err()
		}
	}
	found, took, err := r.searches.run(c, r.store, in, q, n)
	r.searches.charge(from, took)
	return found, err
}
