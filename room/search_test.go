package room_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// laggingStore is a store whose searches take time, and are cut: each looks at one message.
type laggingStore struct {
	*room.MemoryStore
	takes time.Duration

	mu           sync.Mutex // guards all below
	running      int
	most, served int
}

func (s *laggingStore) Search(ctx context.Context, in state.Rooms, q state.Query, n int) ([]state.Event, error) {
	s.begin()
	defer s.end()
	select {
	case <-time.After(s.takes):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	last, err := s.Last(ctx, in, 1, q.Before)
	if err != nil || len(last) == 0 || last[0].Seq == 1 {
		return nil, err
	}
	cut := &state.CutError{Before: last[0].Seq, Since: last[0].Time}
	if !q.Matcher()(&last[0]) {
		last = nil
	}
	return last, cut
}

func (s *laggingStore) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running++
	s.most, s.served = max(s.most, s.running), s.served+1
}

func (s *laggingStore) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running--
}

// inLaggingRoom runs a test in a room whose searches take a quarter of a second.
func inLaggingRoom(t *testing.T, test func(*testRoom, *laggingStore)) {
	synctest.Test(t, func(t *testing.T) {
		cfg := room.DefaultConfig()
		cfg.Limits.Rate, cfg.Limits.Burst = 1000, 1000 // messages are not what is limited here
		store := &laggingStore{MemoryStore: room.NewMemoryStore(), takes: 250 * time.Millisecond}
		test(open(t, cfg, room.NewMemoryLog(), store), store)
	})
}

func TestACutSearchSaysHowFarItLookedAndGoesOn(t *testing.T) {
	inLaggingRoom(t, func(h *testRoom, _ *laggingStore) {
		ann := h.join("ann")[0]
		for _, said := range []string{"train 1", "2", "3"} {
			ann.does(said)
		}
		var got []string
		for line, more := "/chercher train", true; more; line = "/suite" {
			r, err := ann.Do(h.Context(), line)
			past, ok := r.(room.Past)
			if err != nil || !ok || past.More == past.Searched.IsZero() {
				h.Fatalf("%s: %+v, %v", line, r, err)
			}
			for _, e := range past.Events {
				got = append(got, state.SpeechOf(e.Body).Text)
			}
			more = past.More
			time.Sleep(time.Minute) // what it cost is forgiven
		}
		if fmt.Sprint(got) != "[train 1]" {
			h.Errorf("found %q", got)
		}
	})
}

// TestSearchesCostTheirMember a part of a core and no more, on every kind of session.
func TestSearchesCostTheirMember(t *testing.T) {
	for kind, ask := range map[string]func(*testRoom, *person) error{
		"a line": func(h *testRoom, p *person) error {
			_, err := p.Do(h.Context(), "/chercher xyzzy")
			return err
		},
		"a key": func(h *testRoom, p *person) error {
			_, err := p.Ask(h.Context(), room.Search{Text: "xyzzy"})
			return err
		},
	} {
		t.Run(kind, func(t *testing.T) {
			inLaggingRoom(t, func(h *testRoom, store *laggingStore) {
				ann, began := h.join("ann")[0], time.Now()
				ann.does("hello")
				ann.does("world")
				for time.Since(began) < 5*time.Minute {
					fast, refused := errors.AsType[*room.TooFastError](ask(h, ann))
					if refused {
						time.Sleep(fast.Wait)
					}
				}
				ran := time.Duration(store.served) * store.takes
				if share := ran.Seconds() / time.Since(began).Seconds(); share > 0.03 || share < 0.015 {
					h.Errorf("%d searches took %.1f %% of a core", store.served, 100*share)
				}
			})
		})
	}
}

// TestSearchesOfAllWaitForEachOther: one runs, some wait, others are refused, and the
// history waits for none of them.
func TestSearchesOfAllWaitForEachOther(t *testing.T) {
	inLaggingRoom(t, func(h *testRoom, store *laggingStore) {
		var names []text.Pseudo
		for i := range 64 {
			names = append(names, text.Pseudo(fmt.Sprint("member", i)))
		}
		var refused, done int
		var mu sync.Mutex
		var searching sync.WaitGroup
		all := h.join(names...)
		all[0].does("hello")
		for _, p := range all {
			searching.Go(func() {
				_, err := p.Do(h.Context(), "/chercher xyzzy")
				mu.Lock()
				defer mu.Unlock()
				if done++; errors.Is(err, room.ErrManySearches) {
					refused++
				} else if err != nil {
					h.Errorf("%v", err)
				}
			})
		}
		synctest.Wait()
		began := time.Now()
		if _, err := all[0].Do(h.Context(), "/historique"); err != nil {
			h.Errorf("/historique: %v", err)
		}
		if time.Since(began) > 0 {
			h.Errorf("the history took %v", time.Since(began))
		}
		searching.Wait()
		if store.most != 1 || refused == 0 || store.served+refused != 64 {
			h.Errorf("%d ran at once, %d in all, %d were refused", store.most, store.served, refused)
		}
		if took := time.Since(began); took > 5*time.Second {
			h.Errorf("the last waited %v", took)
		}
	})
}

// TestASearchEndsWithItsSession, whether it runs or waits, also on a front that gives no
// context of its own.
func TestASearchEndsWithItsSession(t *testing.T) {
	inLaggingRoom(t, func(h *testRoom, store *laggingStore) {
		store.takes = time.Hour
		people := h.join("ann", "bob", "cleo")
		var searching sync.WaitGroup
		for _, p := range people[:2] {
			searching.Go(func() { p.Submit(context.Background(), "/chercher xyzzy") })
		}
		synctest.Wait()
		began := time.Now()
		for _, p := range people[:2] {
			p.End(state.Ending{Cause: state.Lost})
		}
		searching.Wait()
		if took := time.Since(began); took > 0 || store.running != 0 {
			h.Errorf("they went on for %v", took)
		}
	})
}
