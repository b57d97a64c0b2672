package room_test

import (
	"errors"
	"slices"
	"testing"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// atScreen is how somebody comes at a terminal with a screen.
func atScreen(name text.Pseudo, key string) room.Entry {
	e := withKey(name, key)
	e.Screen = true
	return e
}

func TestLinesGoToTheTargetUntilItIsEveryone(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann := h.arrive(atScreen("ann", "A"))
		bob, cleo := h.two("bob", "cleo")
		h.settle()
		ann.does("@bob", "psst", `\@x`, "@tous hello", "@cleo hi", "/msg cleo ho")
		bob.sees("ann -> [bob]: psst", "ann -> [bob]: @x", "ann: hello")
		cleo.sees("ann: hello", "ann -> [cleo]: hi", "ann -> [cleo]: ho")
		if err := ann.tries("/me smiles"); !errors.Is(err, room.ErrActionAlone) {
			h.Errorf("an action: %v", err)
		}
		if unknown := refused[*state.UnknownMemberError](ann, "@cloe"); unknown.Suggestion != "cleo" {
			h.Errorf("%+v", unknown)
		}
		ann.does("still bob", "@bob,cleo:", "both")
		bob.sees("ann -> [bob]: still bob", "ann -> [bob cleo]: both")
		cleo.sees("ann -> [bob cleo]: both")
		ann.does("@all", "everyone")
		bob.sees("ann: everyone")
		cleo.sees("ann: everyone")
	})
}

// TestTheTargetIsAPerson: not a pseudo that somebody else may take.
func TestTheTargetIsAPerson(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann, bob := h.arrive(atScreen("ann", "A")), h.arrive(withKey("bob", "B"))
		h.settle()
		ann.does("@bob")
		bob.does("/pseudo rob")
		bob.items()
		ann.does("psst")
		bob.sees("ann -> [rob]: psst")
		if got := ann.Target(); !slices.Equal(got, []text.Pseudo{"rob"}) {
			h.Errorf("the target is %q", got)
		}
		bob.does("/quitter")
		stranger := h.arrive(withKey("rob", "X"))
		h.settle()
		if unknown := refused[*state.UnknownMemberError](ann, "where are you?"); !slices.Equal(unknown.Gone, []text.Pseudo{"rob"}) || !unknown.Other || !unknown.Target {
			h.Errorf("%+v", unknown)
		}
		stranger.sees()
		if got := ann.Target(); !slices.Equal(got, []text.Pseudo{"rob"}) {
			h.Errorf("the target is %q", got)
		}
	})
}

// TestASignAloneNamesNobody: "nobody is called «»" would help nobody.
func TestASignAloneNamesNobody(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann := h.arrive(atScreen("ann", "A"))
		for _, line := range []string{"@", "@@", "@@ hello", "/msg @ hello", "/info @"} {
			refused[*room.UsageError](ann, line)
		}
	})
}

// TestOnlyAScreenHasATarget: elsewhere nobody would see it.
func TestOnlyAScreenHasATarget(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		refused[*room.UsageError](ann, "@bob")
		refused[*room.UsageError](ann, "@tous")
		ann.does("hello")
		bob.sees("ann: hello")
	})
}

// TestInTextModeTheTargetIsSaidInWords.
func TestInTextModeTheTargetIsSaidInWords(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann := h.arrive(atScreen("ann", "A"))
		h.two("bob", "cleo")
		h.settle()
		replied[room.Notice](ann, "/texte")
		if n := replied[room.Notice](ann, "@bob,cleo"); n.What != room.NowTo || n.Name != "bob" || n.Text != ", cleo" {
			h.Errorf("%+v", n)
		}
		if n := replied[room.Notice](ann, "@tous"); n.What != room.NowToEveryone {
			h.Errorf("%+v", n)
		}
	})
}

func TestTabOnAnEmptyLineOffersTheLastPrivateConversation(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann := h.arrive(atScreen("ann", "A"))
		bob, _ := h.two("bob", "cleo")
		h.settle()
		offers := func(want ...string) {
			h.Helper()
			h.settle()
			if _, got := ann.Complete("", 0); !slices.Equal(got, want) {
				h.Errorf("Tab offers %q, want %q", got, want)
			}
		}
		offers()
		ann.does("@cleo hi")
		offers("@cleo ")
		bob.does("@ann,cleo hi")
		offers("@bob,cleo ")
	})
}
