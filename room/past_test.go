package room_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
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
	inFreeRoom(t, func(h *testRoom) {
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
	inFreeRoom(t, func(h *testRoom) {
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

func TestHistoryAroundAnEvent(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
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
		for _, line := range []string{"/historique #", "/historique #-1"} {
			wantError[*room.UsageError](h, ann.tries(line))
		}
		if err := ann.tries("/historique #x"); !errors.Is(err, state.ErrNoRoom) { // not a place: a room's name
			h.Errorf("history of a room that is not there: %v", err)
		}
	})
}

func TestAScriptIsOfferedNoOtherPage(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
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

func (s unreadStore) Last(ctx context.Context, in state.Rooms, n int, before state.Seq) ([]state.Event, error) {
	events, _ := s.MemoryStore.Last(ctx, in, n, before)
	return events, fmt.Errorf("%w: %w", state.ErrUnread, errDisk)
}

func (s unreadStore) Search(ctx context.Context, in state.Rooms, q state.Query, n int) ([]state.Event, error) {
	events, _ := s.MemoryStore.Search(ctx, in, q, n)
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
	inFreeRoom(t, func(h *testRoom) {
		if past := replied[room.Past](h.join("ann")[0], "/chercher absent"); past.Unread || !past.Unrecorded.IsZero() {
			h.Errorf("all is well, and ann is shown %+v", past)
		}
	})
}

// wants has a person's key ask for a page.
func (p *person) wants(r room.Request) room.Past {
	p.h.Helper()
	past, err := p.Ask(p.h.Context(), r)
	if _, older := r.(room.Older); err != nil || past.Asked != r || past.Continued != older {
		p.h.Fatalf("%+v: %+v, %v", r, past, err)
	}
	return past
}

// back reads a page, then those before it up to the first, and returns all messages
// of them, the oldest first, and how many pages they are.
func (p *person) back(r room.Request) (texts []string, pages int) {
	p.h.Helper()
	for past := p.wants(r); ; past = p.wants(past.Older) {
		var page []string
		for _, e := range past.Events {
			page = append(page, e.Body.(state.Said).Text)
		}
		texts = append(page, texts...)
		if pages++; !past.More {
			return texts, pages
		}
	}
}

// talked has an operator say so many messages, and returns them.
func (h *testRoom) talked(n int) (said []string) {
	h.Helper()
	op := h.operator("op")
	for i := range n {
		said = append(said, fmt.Sprint("message ", i))
		op.does(said[i])
	}
	return said
}

func (h *testRoom) lastSeq() state.Seq {
	h.Helper()
	past := replied[room.Past](h.console(), "history 1")
	return past.Events[0].Seq
}

// TestPagesThatKeysAskForComeAtTheirOwnPace: however many, nobody is refused, warned
// or kicked, and what they may say is as it was.
func TestPagesThatKeysAskForComeAtTheirOwnPace(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		said := h.talked(1900) // the store keeps 2000
		ann := h.join("ann")[0]
		for range 20 { // the same pages, again and again
			start := time.Now()
			got, pages := ann.back(room.Around{Seq: h.lastSeq()})
			if !slices.Equal(got, said) {
				h.Fatalf("ann reads %d messages of %d", len(got), len(said))
			}
			if took, most := time.Since(start), time.Duration(pages)*200*time.Millisecond; took > most || took < most-2*time.Second {
				h.Errorf("%d pages took %v", pages, took)
			}
		}
		for i := range 5 {
			ann.does(fmt.Sprint("as before ", i))
		}
		refused[*room.TooFastError](ann, "too fast")
		ann.wants(room.Search{Text: "before"})
		ann.stays()
		if items := ann.items(); len(items) != 5 {
			h.Errorf("besides what she says, ann is shown %d items", len(items)-5)
		}
	})
}

func TestTheScreensOfOneMemberShareABudget(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		h.talked(1)
		a, b, bob := h.arrive(withKey("ann", "k")), h.arrive(withKey("ann", "k")), h.arrive(as("bob"))
		start := time.Now()
		for range 10 {
			a.wants(room.Search{Text: "message"})
		}
		bob.wants(room.Search{Text: "message"})
		if took := time.Since(start); took != 0 {
			h.Errorf("10 pages took %v", took)
		}
		b.wants(room.Search{Text: "message"})
		if took := time.Since(start); took != 200*time.Millisecond {
			h.Errorf("the 11th came after %v", took)
		}
	})
}

func TestARequestThatWaitsEndsWithItsSession(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		h.talked(1)
		ann := h.join("ann")[0]
		for range 10 {
			ann.wants(room.Search{Text: "message"})
		}
		ctx, cancel := context.WithCancel(h.Context())
		cancel()
		if _, err := ann.Ask(ctx, room.Search{Text: "message"}); !errors.Is(err, context.Canceled) {
			h.Errorf("cancelled: %v", err)
		}
		failed := make(chan error)
		go func() {
			_, err := ann.Ask(h.Context(), room.Search{Text: "message"})
			failed <- err
		}()
		h.console().does("kick ann")
		if why := wantError[*state.Ending](h, <-failed); why.Cause != state.Expelled {
			h.Errorf("the request failed with %v", why)
		}
		_, err := ann.Ask(h.Context(), room.Older{})
		wantError[*state.Ending](h, err)
	})
}

func TestWithoutLimitsRequestsDoNotWait(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		start := time.Now()
		h.talked(1)
		op, ann := h.people[0], h.join("ann")[0]
		for range 100 {
			op.wants(room.Search{Text: "message"})
		}
		h.room.SetLimits(room.Limits{})
		for range 100 {
			ann.wants(room.Search{Text: "message"})
		}
		if took := time.Since(start); took != 0 {
			h.Errorf("it took %v", took)
		}
	})
}

// TestOlderKnowsOfWhichPage: whatever else was asked for since. The command goes on
// from what was shown last.
func TestOlderKnowsOfWhichPage(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		h.talked(200)
		ann := h.join("ann")[0]
		found := ann.wants(room.Search{Text: "message @op"})
		if n := len(found.Events); n != 50 || !found.More || found.Search != "message @op" {
			h.Fatalf("a page of %d: %+v", n, found)
		}
		ann.wants(room.Search{Text: "nothing of the kind"})
		ann.nothingMore()
		around := ann.wants(room.Around{Seq: found.Events[0].Seq})
		page := ann.wants(found.Older)
		if first := page.Events[0].Seq; first != found.Events[0].Seq-50 || page.Search != found.Search {
			h.Errorf("the page before begins at %d: %+v", first, page)
		}
		if around.Older == found.Older || around.Older == page.Older {
			h.Error("two pages have the same before them")
		}
		if got, _ := ann.page("/suite"); got[49] != "message 99" {
			h.Errorf("the command shows up to %q", got[49])
		}
	})
}

func TestARequestForNothingFindsNothing(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		h.talked(1)
		ann := h.join("ann")[0]
		for _, p := range []room.Past{ann.wants(room.Older{}), ann.wants(room.Search{Text: "absent"})} {
			if len(p.Events) != 0 || p.More || p.Older != (room.Older{}) {
				h.Errorf("%+v", p)
			}
		}
		for text, want := range map[string]error{"": room.ErrEmpty, " \x1b[2J\n": room.ErrEmpty, strings.Repeat("x", 5000): room.ErrTextTooLong} {
			if _, err := ann.Ask(h.Context(), room.Search{Text: text}); !errors.Is(err, want) {
				h.Errorf("%.20q: %v", text, err)
			}
		}
	})
}
