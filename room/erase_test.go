package room_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"salon/room"
	"salon/room/state"
)

// placeOf returns where the ring has a message.
func (p *person) placeOf(said string) uint64 {
	p.h.Helper()
	first, next := p.Held()
	for place := first; place < next; place++ {
		if e := p.At(place); e != nil && state.SpeechOf(e.Body).Text == said {
			return place
		}
	}
	p.h.Fatalf("the ring does not have %q", said)
	return 0
}

// remembers checks the last messages that the history shows somebody.
func (p *person) remembers(want ...string) {
	p.h.Helper()
	past := replied[room.Past](p, fmt.Sprint("/history ", len(want)))
	for i, e := range past.Events {
		if got := sketch(room.Item{Event: &e}); i >= len(want) || got != want[i] {
			p.h.Errorf("the history has %q, want %q", got, want)
		}
	}
	if len(past.Events) != len(want) {
		p.h.Errorf("the history has %d messages, want %d", len(past.Events), len(want))
	}
}

func TestMessagesAreTakenBackByTheirAuthors(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		ann.does("one", "two")
		bob.does("three")
		ann.does("four")
		place := bob.placeOf("two")
		bob.items()
		ann.does("/delete 2")
		bob.sees("ann deleted ann's")
		if got := sketch(room.Item{Event: bob.At(place)}); got != "ann: (deleted by ann, own true)" {
			t.Errorf("the ring has %q", got)
		}
		ann.does("/delete 2", "/delete")
		const gone = "ann: (deleted by ann, own true)"
		bob.remembers(gone, gone, "bob: three", gone)
		ann.isRefused("/delete", room.ErrNoMessage)
		bob.does("/delete")
		bob.isRefused("/delete", room.ErrNoMessage)
		bob.isRefused("/delete #1", room.ErrNoMessage)
		for _, wrong := range []string{"/delete zero", "/delete 0", "/delete -1", "/delete 1 2"} {
			refused[*room.UsageError](bob, wrong)
		}
	})
}

func TestModeratorsTakeBackWhatOthersSaid(t *testing.T) {
	cfg := withRooms()
	var acts []room.Act
	cfg.Audit = func(a room.Act) { acts = append(acts, a) }
	inRoomLike(t, cfg, func(h *testRoom) {
		ann, bob, leo := h.three("ann", "bob", "leo")
		op, console := h.operator("op"), h.console()
		ann.does("/join #dev", "/private on", "/invite bob")
		bob.does("#dev", "rude", "ruder")
		seq := bob.At(bob.placeOf("rude")).Seq
		at := fmt.Sprint("/delete #", uint64(seq))

		// Nobody learns of what is said in a private room, and nobody deletes what others said.
		leo.isRefused(at, room.ErrNoMessage)
		refused[*room.DeniedError](leo, "/delete @bob")
		leo.isRefused("/delete #dev @bob", state.ErrNoRoom)
		leo.does("of leo")
		refused[*room.DeniedError](bob, fmt.Sprint("/delete #", uint64(leo.At(leo.placeOf("of leo")).Seq)))
		refused[*room.DeniedError](ann, "/delete #salon @leo")

		ann.does("/delete @bob")
		leo.items()
		op.items()
		ann.does("/join #salon")
		if n := replied[room.Notice](ann, at); n.What != room.NowDeleted || n.Name != "bob" { // from elsewhere, by its place
			t.Errorf("ann is told %+v", n)
		}
		ann.isRefused(at, room.ErrNoMessage)
		op.does("/delete @leo")
		refused[*room.UsageError](console, "delete")
		refused[*state.UnknownMemberError](console, "delete @lea")
		leo.does("again of leo")
		console.does("delete @leo")
		console.remembers("leo: (deleted by op, own false)", "leo: (deleted by , own false)")
		wantActs(t, acts, "ann #dev of bob", "ann #dev of bob", "op  of leo", "console  of leo")
	})
}

// wantActs checks which messages were taken back, and by whom, for the audit log.
func wantActs(t *testing.T, acts []room.Act, want ...string) {
	t.Helper()
	var got []string
	for _, a := range acts {
		if a.Of != "" && a.Err == nil {
			got = append(got, fmt.Sprint(cmp.Or(a.By, "console"), " ", a.Room, " of ", a.Of))
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("recorded are %q, want %q", got, want)
	}
}

// TestAllThatSomebodySaidIsTakenBack once they have typed who they are; what waits for those
// who are slow to read it too.
func TestAllThatSomebodySaidIsTakenBack(t *testing.T) {
	inRoomLike(t, withRooms(), func(h *testRoom) {
		ann, bob := h.arrive(withKey("ann", "ann")), h.join("bob")[0]
		ann.asks("/register")
		ann.does("/join #dev", "one", "bob: look")
		bob.does("#dev", "mine", "/join #salon")
		ann.does("bob, two")
		refused[*room.UsageError](ann, "/forget")
		refused[*room.UsageError](ann, "/forget bob ann")
		for _, line := range []string{"/forget me", "/forget me bob", "/oublier moi"} {
			if n := replied[room.Notice](ann, line); n.What != room.ConfirmForget || n.Name != "ann" {
				t.Errorf("%s gives %+v", line, n)
			}
		}
		if n := replied[room.Notice](ann, "/forget me Ann"); n.What != room.NowForgotten {
			t.Errorf("it gives %+v", n)
		}
		for _, it := range bob.items() { // none has been read before
			if r, ok := it.Reply.(room.Elsewhere); ok {
				it.Event = r.Event
			}
			if got := sketch(it); strings.Contains(got, "two") || strings.Contains(got, "look") {
				t.Errorf("bob sees %q", got)
			}
		}
		bob.does("/join #dev")
		const gone = "ann: (deleted by ann, own true)"
		bob.remembers(gone, gone, "bob: mine", gone)
		if h.operator("op"); replied[room.Accounts](h.console(), "free").Pseudos != nil {
			t.Error("the account is still there")
		}
	})
}
