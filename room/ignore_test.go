package room_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

func TestIgnoringHidesWhatSomebodySaysAndNothingElse(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann, bob, cleo := h.three("ann", "bob", "cleo")
		if n := replied[room.Notice](ann, "/ignorer BOB"); n.What != room.NowIgnored || n.Name != "bob" {
			h.Errorf("ann is told %+v", n)
		}
		bob.does("one", "/me waves", "@ann two", "@ann,cleo three")
		cleo.does("four")
		bob.does("/pseudo rob")
		ann.sees("cleo: four", "bob = rob")
		cleo.sees("bob: one", "* bob waves", "bob -> [ann cleo]: three", "cleo: four", "bob = rob")
		bob.Close(state.Ending{Cause: state.Quit})
		ann.sees("-rob (quit)")
	})
}

func TestIgnoringFollowsARename(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		ann.asks("/ignore bob")
		bob.does("one", "/nick rob", "two", "/nick Rob", "three", "@ann four")
		ann.sees("bob = rob", "rob = Rob")
	})
}

func TestIgnoringIsNotEscapedByComingBack(t *testing.T) {
	for _, again := range []text.Pseudo{"bob", "Bob", "BOB"} {
		inFreeRoom(t, func(h *testRoom) {
			ann, bob := h.two("ann", "bob")
			ann.asks("/ignore bob")
			bob.Close(state.Ending{Cause: state.Quit})
			bob = h.join(again)[0]
			bob.does("one", "@ann two")
			ann.sees()
			if past := replied[room.Past](ann, "/history"); len(past.Events) != 0 {
				h.Errorf("ann reads %d messages of %s again", len(past.Events), again)
			}
			replied[room.Notice](ann, "/unignore "+string(again))
			bob.does("three")
			ann.sees(string(again) + ": three")
		})
	}
}

func TestUnignore(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		ann.asks("/ignorer bob")
		if list := replied[room.Ignoring](ann, "/ignorer").Names; !slices.Equal(list, []text.Pseudo{"bob"}) {
			h.Errorf("ann ignores %q", list)
		}
		bob.does("one")
		ann.sees()
		if n := replied[room.Notice](ann, "/entendre @Bob"); n.What != room.NowUnignored {
			h.Errorf("ann is told %+v", n)
		}
		bob.does("two")
		ann.sees("bob: two")
		refused[*state.NotInForceError](ann, "/entendre bob")
		if list := replied[room.Ignoring](ann, "/ignorer").Names; len(list) != 0 {
			h.Errorf("ann ignores %q", list)
		}
	})
}

func TestNobodyIgnoresThemselvesOrSomebodyUnknown(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann, _ := h.two("ann", "bob")
		for _, self := range []string{"ann", "moi"} {
			if err := ann.tries("/ignorer " + self); !errors.Is(err, room.ErrSelf) {
				h.Errorf("ignoring %s: %v", self, err)
			}
		}
		if unknown := refused[*state.UnknownMemberError](ann, "/ignorer bobb"); unknown.Suggestion != "bob" {
			h.Errorf("%q is suggested", unknown.Suggestion)
		}
	})
}

func TestIgnoringHoldsForEverySessionAndAfterComingBack(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		one, two := h.arrive(withKey("ann", "A")), h.arrive(withKey("ann", "A"))
		bob := h.join("bob")[0]
		one.asks("/ignorer bob")
		bob.does("first")
		two.sees()
		one.Close(state.Ending{Cause: state.Quit})
		two.Close(state.Ending{Cause: state.Quit})
		again := h.arrive(withKey("ann", "A"))
		if w := again.items()[0].Reply.(room.Welcome); len(w.Last) != 0 {
			h.Errorf("ann is replayed %v", w.Last)
		}
		bob.does("second")
		again.sees()
	})
}

// TestAMessageIsShownAtOnceBehindManyIgnored: one Take must not stop at a batch
// of which nothing is left.
func TestAMessageIsShownAtOnceBehindManyIgnored(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann, bob, cleo := h.three("ann", "bob", "cleo")
		ann.asks("/ignorer bob")
		for i := range 500 {
			bob.does(fmt.Sprint("spam ", i))
		}
		cleo.does("hello")
		ann.sees("cleo: hello")
	})
}

func TestThoseWhoIgnoreManyForgetTheFirst(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		for i := range 201 {
			ann.h.arrive(as(text.Pseudo(fmt.Sprint("u", i, "x"))))
			ann.asks(fmt.Sprint("/ignorer u", i, "x"))
		}
		list := replied[room.Ignoring](ann, "/ignorer").Names
		if len(list) != 200 || list[0] != "u1x" || list[199] != "u200x" {
			h.Errorf("ann ignores %d people, from %q to %q", len(list), list[0], list[len(list)-1])
		}
	})
}

func TestAWallCannotBeIgnored(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann, op := h.join("ann")[0], h.operator("op")
		h.settle()
		ann.asks("/ignorer op")
		op.does("unseen", "/wall seen", "/sujet new")
		ann.sees("wall by op: seen", "topic by op: new")
	})
}

func TestAStrangerDoesNotInheritWhomSomebodyIgnoredOrWroteTo(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		bob := h.join("bob")[0]
		ann := h.join("ann")[0]
		bob.does("@ann hello")
		ann.asks("/ignorer bob")
		ann.Close(state.Ending{Cause: state.Quit})
		sleep(time.Second)
		stranger := h.join("ann")[0]
		bob.does("heard by the new ann")
		stranger.sees("bob: heard by the new ann")
		if err := stranger.tries("/r to nobody"); !errors.Is(err, room.ErrNobody) {
			h.Errorf("the stranger could answer bob: %v", err)
		}
		if unknown := refused[*state.UnknownMemberError](bob, "/r for the old ann only"); unknown.Name != "ann" {
			h.Errorf("bob's answer went astray: %v", unknown)
		}
	})
}

// TestAnAccountKeepsWhomItsOwnerIgnores, over a restart and whatever they are called,
// also those ignored before it was made.
func TestAnAccountKeepsWhomItsOwnerIgnores(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, store := keptLog{room.NewMemoryLog()}, room.NewMemoryStore()
		defer log.MemoryLog.Close()
		before := open(t, room.Config{}, log, store)
		ann := before.arrive(withKey("ann", "SHA256:A"))
		bob := before.owner("bob", "SHA256:B")
		before.join("cleo")
		ann.asks("/ignorer cleo")
		ann.asks("/inscrire")
		ann.asks("/ignorer bob")
		bob.does("hidden")
		ann.items()
		if err := before.room.Close(); err != nil {
			t.Fatal(err)
		}
		after := open(t, room.Config{}, log, store)
		again := after.arrive(withKey("ann", "SHA256:A"))
		rob := after.arrive(withKey("bob", "SHA256:B"))
		cleo := after.join("cleo")[0]
		after.settle()
		rob.does("hidden by the account")
		cleo.does("hidden by the name")
		again.sees()
		if list := replied[room.Ignoring](again, "/ignorer").Names; !slices.Equal(list, []text.Pseudo{"cleo", "bob"}) {
			t.Errorf("ann ignores %q", list)
		}
		replied[room.Notice](again, "/entendre bob")
		rob.does("heard again")
		again.sees("bob: heard again")
	})
}
