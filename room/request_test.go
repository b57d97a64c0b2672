package room_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"salon/room"
	"salon/room/state"
)

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
func (h *house) talked(n int) (said []string) {
	h.Helper()
	op := h.operator("op")
	for i := range n {
		said = append(said, fmt.Sprint("message ", i))
		op.does(said[i])
	}
	return said
}

func (h *house) lastSeq() state.Seq {
	h.Helper()
	past := replied[room.Past](h.console(), "history 1")
	return past.Events[0].Seq
}

// TestPagesThatKeysAskForComeAtTheirOwnPace: however many, nobody is refused, warned
// or kicked, and what they may say is as it was.
func TestPagesThatKeysAskForComeAtTheirOwnPace(t *testing.T) {
	inRoom(t, func(h *house) {
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
	inRoom(t, func(h *house) {
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
	inRoom(t, func(h *house) {
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

func TestNothingIsWaitedForWithoutLimits(t *testing.T) {
	inRoom(t, func(h *house) {
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
	inFreeRoom(t, func(h *house) {
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
	inFreeRoom(t, func(h *house) {
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
