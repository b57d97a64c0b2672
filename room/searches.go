package room

import (
	"context"
	"time"

	"golang.org/x/time/rate"

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
	// searchShare is the part of a core that the searches of one member get, over all their
	// sessions, once they have used up searchCredit. Until it is theirs a line is refused as
	// too fast, on a session that is paced it waits, and so does what keys ask for.
	searchShare  = 25
	searchCredit = 500 * time.Millisecond
)

// searches limits the searches of a room.
type searches struct {
	running chan struct{} // one for each that runs
	entered chan struct{} // one for each that runs or waits
}

func newSearches() searches {
	return searches{make(chan struct{}, maxSearching), make(chan struct{}, maxSearching+maxSearchesWaiting)}
}

// run searches a store when it is the search's turn, and returns how long that took. It ends
// with ctx.
func (s *searches) run(ctx context.Context, store Store, q state.Query, n int) (found []state.Event, took time.Duration, err error) {
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
	found, err = store.Search(ctx, q, n)
	return found, time.Since(began), err
}

// searching limits the searches of one member.
type searching struct {
	one    chan struct{} // taken while one runs: another waits
	credit *rate.Limiter // of nanoseconds
}

// searcher returns what limits the member's searches.
func (ms *memberState) searcher() *searching {
	if l := ms.searching.Load(); l != nil {
		return l
	}
	ms.searching.CompareAndSwap(nil, &searching{
		one: make(chan struct{}, 1), credit: rate.NewLimiter(rate.Limit(time.Second/searchShare), int(searchCredit)),
	})
	return ms.searching.Load()
}

// searchStore searches for the asker, when it is their turn.
func (c *call) searchStore(q state.Query, n int) ([]state.Event, error) {
	r := c.room
	if c.Role() >= state.Operator || r.limits.Load().Rate <= 0 {
		found, _, err := r.searches.run(c, r.store, q, n)
		return found, err
	}
	own := c.own.searcher()
	select {
	case own.one <- struct{}{}:
	case <-c.Done():
		return nil, c.Err()
	}
	defer func() { <-own.one }()
	if left := own.left(); left > 0 {
		if asked := c.command == nil; !asked && !c.from.Paced {
			return nil, &TooFastError{Wait: left}
		}
		if !wait.Pause(c, left) {
			return nil, c.Err()
		}
	}
	found, took, err := r.searches.run(c, r.store, q, n)
	own.credit.ReserveN(time.Now(), int(min(took, searchCredit)))
	return found, err
}

// left returns how long the next search has to wait for what the last ones cost.
func (s *searching) left() time.Duration {
	owed := max(0, -s.credit.Tokens())
	return time.Duration(owed * searchShare)
}
