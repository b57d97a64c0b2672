package room_test

import (
	"slices"
	"testing"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

func TestReplyToAGroupAnswersTheGroup(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, bob, cleo := h.three("ann", "bob", "cleo")
		dan := h.join("dan")[0]
		h.settle()
		if got := ann.Peers(); got != nil {
			h.Errorf("nobody wrote to ann, and she answers %q", got)
		}
		ann.does("@bob,cleo,ann shall we?")
		h.settle()
		for p, want := range map[*person][]text.Pseudo{ann: {"bob", "cleo"}, bob: {"ann", "cleo"}, cleo: {"ann", "bob"}} {
			if got := p.Peers(); !slices.Equal(got, want) {
				h.Errorf("%s answers %q, want %q", p.Pseudo(), got, want)
			}
		}
		cleo.does("/r yes")
		for _, p := range []*person{ann, bob, cleo} {
			p.sees("cleo -> [ann bob]: yes")
		}
		bob.does("/pseudo rob", "/r fine")
		ann.sees("bob = rob", "rob -> [cleo ann]: fine")
		dan.sees("bob = rob")
		dan.does("@ann alone")
		h.settle()
		ann.does("/r you alone")
		dan.sees("ann -> [dan]: you alone")
		cleo.sees()
	})
}

// TestReplyToAGroupReachesAllOrNobody: whoever takes the pseudo of one who left is not
// them, and those who are not here are named.
func TestReplyToAGroupReachesAllOrNobody(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann, bob, cleo := h.three("ann", "bob", "cleo")
		ann.does("@bob,cleo shall we?")
		h.settle()
		bob.does("/quitter")
		stranger := h.join("bob")[0]
		h.settle()
		if unknown := refused[*state.UnknownMemberError](cleo, "/r yes"); !slices.Equal(unknown.Gone, []text.Pseudo{"bob"}) || unknown.Suggestion != "" {
			h.Errorf("cleo is told %+v", unknown)
		}
		ann.does("/quitter")
		h.settle()
		if unknown := refused[*state.UnknownMemberError](cleo, "/r yes"); !slices.Equal(unknown.Gone, []text.Pseudo{"ann", "bob"}) {
			h.Errorf("cleo is told %+v", unknown)
		}
		stranger.sees()
		cleo.sees()
	})
}

// TestReplyToAGroupFollowsAKey: who comes back with the same key is the same person.
func TestReplyToAGroupFollowsAKey(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann, cleo := h.two("ann", "cleo")
		bob := h.arrive(withKey("bob", "B"))
		ann.does("@bob,cleo shall we?")
		h.settle()
		bob.does("/quitter")
		h.settle()
		back := h.arrive(withKey("bob", "B"))
		h.settle()
		cleo.does("/r yes")
		back.sees("cleo -> [ann bob]: yes")
	})
}

// TestWhoIgnoresTheAuthorAnswersSomebodyElse: what was not seen is not answered.
func TestWhoIgnoresTheAuthorAnswersSomebodyElse(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann, bob, cleo := h.three("ann", "bob", "cleo")
		cleo.does("@bob first")
		if n := replied[room.Notice](bob, "/ignorer ann"); n.What != room.NowIgnored {
			h.Errorf("bob is told %+v", n)
		}
		ann.does("@bob,cleo second")
		h.settle()
		bob.does("/r to cleo")
		cleo.sees("bob -> [cleo]: to cleo")
		ann.sees()
	})
}
