package room_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// welcomed lets somebody in and returns what they are shown first.
func (h *testRoom) welcomed(e room.Entry) (*person, room.Welcome) {
	h.Helper()
	p := h.arrive(e)
	w, ok := p.Take(make([]room.Item, 0, 1))[0].Reply.(room.Welcome)
	if !ok {
		h.Fatalf("%s is not welcomed first", e.Pseudo)
	}
	return p, w
}

func TestAWelcomeNamesMembersAndTopic(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		_, w := h.welcomed(as("bob"))
		if w.Pseudo != "bob" || w.Present != 1 || !slices.Equal(w.Names, []text.Pseudo{"bob"}) || w.Topic.Text != "" || w.Shutdown != nil || len(w.Last) != 0 {
			h.Errorf("the first is welcomed with %+v", w)
		}
		h.console().does("sujet les vacances")
		quiet := as("bot")
		quiet.Quiet = true
		h.arrive(quiet)
		_, w = h.welcomed(as("Ann"))
		if w.Pseudo != "Ann" || w.Present != 2 || !slices.Equal(w.Names, []text.Pseudo{"Ann", "bob"}) || w.Topic.Text != "les vacances" {
			h.Errorf("the second is welcomed with %+v", w)
		}
	})
}

func TestANewcomerIsShownTheLastMessagesOnce(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		for i := range 30 {
			ann.does(fmt.Sprint("/me ", i))
			sleep(time.Minute)
		}
		ann.does("@bob in private", "/pseudo anna")
		h.console().does("wall hear")
		cleo, w := h.welcomed(as("cleo"))
		bob.does("after")
		var last []string
		for _, e := range w.Last {
			last = append(last, sketch(room.Item{Event: &e}))
		}
		if len(last) != 20 || last[0] != "* ann 11" || last[18] != "* ann 29" || last[19] != "wall by console: hear" {
			h.Errorf("cleo is replayed %q", last)
		}
		cleo.sees("bob: after")
	})
}

// farStore takes a second to find what was said.
type farStore struct{ *room.MemoryStore }

func (s farStore) Last(ctx context.Context, in state.Rooms, n int, before state.Seq) ([]state.Event, error) {
	time.Sleep(time.Second)
	return s.MemoryStore.Last(ctx, in, n, before)
}

func TestTheWelcomeComesBeforeWhatHappensMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, room.Config{Limits: room.Limits{Replay: 5}}, room.NewMemoryLog(), farStore{room.NewMemoryStore()})
		ann := h.join("ann")[0]
		var arriving sync.WaitGroup
		arriving.Go(func() { h.arrive(as("bob")) })
		synctest.Wait()
		ann.does("hello", "@bob in private")
		arriving.Wait()
		h.people[1].sees("welcome", "ann: hello", "ann -> [bob]: in private")
	})
}

func TestTheWelcomeOfAFullRoomNamesFifty(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		for i := range 80 {
			h.arrive(as(text.Pseudo(fmt.Sprintf("p%02dx", (i*37)%80))))
		}
		_, w := h.welcomed(as("zoe"))
		names := slices.Compact(slices.Clone(w.Names))
		if w.Present != 81 || len(names) != 50 || !slices.IsSorted(names) {
			h.Errorf("%d present, named %q", w.Present, w.Names)
		}
	})
}

func TestARoomMayReplayNothing(t *testing.T) {
	inRoomLike(t, room.Config{}, func(h *testRoom) {
		h.join("ann")[0].does("hello")
		if _, w := h.welcomed(as("bob")); len(w.Last) != 0 {
			h.Errorf("bob is replayed %v", w.Last)
		}
	})
}

func TestTheListSaysWhoSinceWhen(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		first := time.Now()
		h.arrive(withKey("bob", "K"))
		sleep(time.Minute)
		h.arrive(withKey("bob", "K"))
		e := as("Ann")
		e.Front = "tcp"
		ann := h.arrive(e)
		list := replied[room.People](ann, "/qui").Members
		if len(list) != 2 || list[0].Pseudo != "Ann" || list[1].Pseudo != "bob" {
			h.Fatalf("ann reads %+v", list)
		}
		if !list[1].Since.Equal(first) || !slices.Equal(list[1].Fronts, []string{"ssh", "ssh"}) || !slices.Equal(list[0].Fronts, []string{"tcp"}) {
			h.Errorf("ann reads %+v", list)
		}
	})
}

func TestHistoryAndItsLength(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		if past := replied[room.Past](ann, "/historique"); len(past.Events) != 0 || past.Search != "" {
			h.Errorf("a new room has the past %+v", past)
		}
		for i := range 600 {
			ann.does(fmt.Sprint("n", i))
		}
		for line, want := range map[string]int{"/historique": 50, "/historique 3": 3, "/history 500": 200, "/history 100000": 200} {
			past := replied[room.Past](ann, line)
			if len(past.Events) != want || sketch(room.Item{Event: &past.Events[want-1]}) != "ann: n599" {
				h.Errorf("%s gives %d messages", line, len(past.Events))
			}
		}
		for _, line := range []string{"/historique 0", "/historique -3", "/historique x", "/historique 3 4"} {
			refused[*room.UsageError](ann, line)
		}
	})
}

func TestSearchFindsWhatWasSaidWhoeverAsks(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "Bob")
		ann.does("Le cœur a ses raisons", "autre chose")
		bob.does("COEUR de pierre")
		h.console().does("wall haut les cœurs")
		for _, p := range []*person{ann, h.console()} {
			past := replied[room.Past](p, "/chercher  Cœur")
			var found []string
			for _, e := range past.Events {
				found = append(found, sketch(room.Item{Event: &e}))
			}
			if want := []string{"ann: Le cœur a ses raisons", "Bob: COEUR de pierre", "wall by console: haut les cœurs"}; !slices.Equal(found, want) || past.Search != "Cœur" {
				h.Errorf("%q finds %q", p.Pseudo(), found)
			}
		}
		if past := replied[room.Past](ann, "/search bob"); len(past.Events) != 1 {
			h.Errorf("Bob said %d messages", len(past.Events))
		}
		if past := replied[room.Past](ann, "/search nothing"); past.Search != "nothing" || len(past.Events) != 0 {
			h.Errorf("a search for nothing gives %+v", past)
		}
		ann.asks("/ignorer bob")
		if past := replied[room.Past](ann, "/chercher coeur"); len(past.Events) != 2 {
			h.Errorf("ann finds %d messages, though she ignores Bob", len(past.Events))
		}
		refused[*room.UsageError](ann, "/chercher")
	})
}

func TestHistoryIsBoundedInBytesToo(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		for range 100 {
			ann.does(strings.Repeat("x", text.MaxText))
		}
		ann.does("last")
		past := replied[room.Past](ann, "/history 100")
		if n := len(past.Events); n < 20 || n > 33 || past.Events[n-1].Body.(state.Said).Text != "last" {
			h.Errorf("%d long messages are shown at once", n)
		}
	})
}
