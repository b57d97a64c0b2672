package room_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"salon/room"
	"salon/room/state"
)

// page reads a page.
func (p *person) page(line string) (texts []string, more bool) {
	p.h.Helper()
	r, err := p.Do(p.h.Context(), line)
	past, ok := r.(room.Past)
	if err != nil || !ok || past.Continued != (line == "/suite") {
		p.h.Fatalf("%s: %+v, %v", line, r, err)
	}
	for _, e := range past.Events {
		texts = append(texts, e.Body.(state.Said).Text)
	}
	return texts, past.More
}

// pages reads a page, and those before it, up to the first.
func (p *person) pages(line string) (pages [][]string) {
	p.h.Helper()
	for {
		page, more := p.page(line)
		if pages = append(pages, page); !more {
			return pages
		}
		line = "/suite"
	}
}

func (p *person) nothingMore() {
	p.h.Helper()
	if r, err := p.Do(p.h.Context(), "/more"); err != nil || r != (room.Notice{What: room.NothingMore}) {
		p.h.Errorf("/more: %+v, %v", r, err)
	}
}

func TestHistoryAndSearchTurnPages(t *testing.T) {
	inFreeRoom(t, func(h *house) {
		ann, bob := h.two("ann", "bob")
		var odd, all []string
		for i := range 260 {
			who, text := ann, fmt.Sprint("even ", i)
			if i%2 > 0 {
				who, text = bob, fmt.Sprint("odd ", i)
				odd = append(odd, text)
			}
			all = append(all, text)
			who.does(text)
		}
		ann.nothingMore()
		for line, want := range map[string]struct {
			size int
			all  []string
		}{
			"/historique":          {50, all},
			"/historique 70":       {70, all},
			"/historique 999":      {200, all},
			"/history today":       {200, all},
			"/chercher odd":        {50, odd},
			"/search @bob today":   {50, odd},
			"/search odd 259 @bob": {50, odd[129:]},
		} {
			pages := ann.pages(line)
			var got []string
			for _, page := range slices.Backward(pages) {
				got = append(got, page...)
				if n := len(page); n > want.size {
					h.Errorf("%s: a page of %d", line, n)
				}
			}
			if !slices.Equal(got, want.all) {
				h.Errorf("%s: %d pages of %d messages, want %d", line, len(pages), len(got), len(want.all))
			}
			ann.nothingMore()
		}
	})
}

func TestWhatIsSaidMeanwhileMovesNoPage(t *testing.T) {
	inFreeRoom(t, func(h *house) {
		ann, bob := h.two("ann", "bob")
		for i := range 4 {
			bob.does(fmt.Sprint(i))
		}
		ann.does("mine")
		ann.Do(h.Context(), "/ignore bob")
		if got := ann.pages("/historique 2"); fmt.Sprint(got) != "[[mine] [] []]" {
			h.Errorf("without bob ann reads %v", got)
		}
		ann.Do(h.Context(), "/unignore bob")
		ann.page("/historique 2")
		bob.does("meanwhile")
		if got, _ := ann.page("/suite"); fmt.Sprint(got) != "[1 2]" {
			h.Errorf("the page before is %v", got)
		}
	})
}

func TestHistoryAroundAPlace(t *testing.T) {
	inFreeRoom(t, func(h *house) {
		ann := h.join("ann")[0]
		for i := range 100 {
			ann.does(fmt.Sprint("message ", i))
		}
		found, _ := ann.Do(h.Context(), "/chercher 50")
		at := found.(room.Past).Events[0].Seq
		r, err := ann.Do(h.Context(), fmt.Sprintf("/historique #%d", at))
		past, ok := r.(room.Past)
		if err != nil || !ok || past.Around != at || !past.More || len(past.Events) != 50 {
			h.Fatalf("%+v, %v", r, err)
		}
		if first, last := past.Events[0].Seq, past.Events[49].Seq; first != at-25 || last != at+24 {
			h.Errorf("around %d stand %d to %d", at, first, last)
		}
		for _, line := range []string{"/historique #", "/historique #x", "/historique #-1"} {
			wantError[*room.UsageError](h, ann.tries(line))
		}
	})
}

func TestAScriptIsOfferedNoOtherPage(t *testing.T) {
	inFreeRoom(t, func(h *house) {
		ann := h.join("ann")[0]
		for i := range 10 {
			ann.does(fmt.Sprint(i))
		}
		e := as("bot")
		e.Quiet = true
		bot := h.arrive(e)
		if r, err := bot.Do(h.Context(), "/historique 5"); err != nil || r.(room.Past).More {
			h.Errorf("%+v, %v", r, err)
		}
	})
}

// unreadStore is one whose disk is away: it gives what is at hand.
type unreadStore struct{ *room.MemoryStore }

func (s unreadStore) Last(ctx context.Context, n int, before state.Seq) ([]state.Event, error) {
	events, _ := s.MemoryStore.Last(ctx, n, before)
	return events, fmt.Errorf("%w: %w", state.ErrUnread, errDisk)
}

func (s unreadStore) Search(ctx context.Context, q state.Query, n int) ([]state.Event, error) {
	events, _ := s.MemoryStore.Search(ctx, q, n)
	return events, state.ErrUnread
}

// illLog is one that keeps nothing since a moment.
type illLog struct {
	*room.MemoryLog
	since time.Time
}

func (l illLog) Health() (state.Health, <-chan struct{}) {
	return state.Health{Err: errDisk, Since: l.since}, nil
}

// TestAPageSaysWhatItCannotShow, besides what is at hand: nothing found is not the
// same as nothing there.
func TestAPageSaysWhatItCannotShow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		since := time.Now().Add(-time.Hour)
		ann := open(t, room.Config{}, illLog{room.NewMemoryLog(), since}, unreadStore{room.NewMemoryStore()}).join("ann")[0]
		ann.does("hello")
		for line, want := range map[string]int{"/historique": 1, "/historique hier": 0, "/chercher hello": 1, "/chercher absent": 0} {
			if past := replied[room.Past](ann, line); !past.Unread || !past.Unrecorded.Equal(since) || len(past.Events) != want {
				t.Errorf("%s: %+v", line, past)
			}
		}
	})
	inFreeRoom(t, func(h *house) {
		if past := replied[room.Past](h.join("ann")[0], "/chercher absent"); past.Unread || !past.Unrecorded.IsZero() {
			h.Errorf("all is well, and ann is shown %+v", past)
		}
	})
}
