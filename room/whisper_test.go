package room_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

func TestAPrivateMessageReachesAndWakesItsTwoPeopleAlone(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, bob, cleo := h.three("ann", "bob", "cleo")
		ann.does("@bob the code is 1234")
		if !ann.woken() || !bob.woken() {
			h.Error("ann or bob is not woken")
		}
		if cleo.woken() {
			h.Error("cleo is woken")
		}
		ann.sees("ann -> [bob]: the code is 1234")
		bob.sees("ann -> [bob]: the code is 1234")
		cleo.does("hello")
		cleo.sees("cleo: hello")
		for _, p := range []*person{cleo, h.join("dan")[0], h.operator("op")} {
			if past := replied[room.Past](p, "/chercher code"); len(past.Events) != 0 {
				h.Errorf("%s finds %v", p.Pseudo(), past.Events)
			}
		}
	})
}

func TestAPrivateMessageNeverReachesTheConsole(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		console := h.console()
		ann, _ := h.two("ann", "bob")
		ann.does("@bob secret", "hello")
		console.sees("ann: hello")
	})
}

func TestAPrivateMessageReachesEverySessionOfBoth(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann1, ann2 := h.arrive(withKey("ann", "A")), h.arrive(withKey("ann", "A"))
		bob1, bob2 := h.arrive(withKey("bob", "B")), h.arrive(withKey("bob", "B"))
		h.settle()
		ann1.does("/msg bob hi")
		for _, p := range []*person{ann1, ann2, bob1, bob2} {
			p.sees("ann -> [bob]: hi")
		}
	})
}

func TestAPrivateMessageToSeveral(t *testing.T) {
	for _, line := range []string{"@bob,cleo hi", "@bob,@cleo hi", "@bob,cleo: hi", "/msg bob,cleo hi", "/mp @bob,@cleo hi", "@bob,cleo,bob,BOB hi", "@BOB,Cleo hi"} {
		inRoom(t, func(h *testRoom) {
			ann, bob, cleo := h.three("ann", "bob", "cleo")
			dan := h.join("dan")[0]
			ann.does(line)
			for _, p := range []*person{ann, bob, cleo} {
				p.sees("ann -> [bob cleo]: hi")
			}
			if dan.woken() {
				h.Errorf("%q wakes dan", line)
			}
		})
	}
}

func TestNothingIsSentToAnybodyWhenOneIsUnknown(t *testing.T) {
	for line, near := range map[string]text.Pseudo{
		"@anm hi": "ann", "@bob,anm hi": "ann", "/msg anm hi": "ann", "@nobody hi": "", "@tous,ann hi": "",
		"@all,bob: hi": "", "@ann;bob hi": "", "@bob,nobody hi": "",
	} {
		inRoom(t, func(h *testRoom) {
			ann, bob, cleo := h.three("ann", "bob", "cleo")
			if unknown := refused[*state.UnknownMemberError](cleo, line); unknown.Suggestion != near {
				h.Errorf("%q: %q is suggested for %q", line, unknown.Suggestion, unknown.Name)
			}
			for _, p := range []*person{ann, bob, cleo} {
				if p.woken() {
					h.Errorf("%q wakes %s", line, p.Pseudo())
				}
				p.sees()
			}
		})
	}
}

func TestAPrivateMessageNeedsATextAndAName(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		names := strings.Repeat("bob,", 21)
		for _, line := range []string{"@bob", "@bob ", "@", "@ bob hi", "@: hi", "/msg bob", "/msg", "/r", "@, hi", "@tous", "@" + names + " hi"} {
			if usage := refused[*room.UsageError](ann, line); usage.Command == nil {
				h.Errorf("%q: no usage", line)
			}
		}
		bob.sees()
	})
}

func TestOneMayWriteToOneself(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		ann.does("@moi remember", "@me again", "@bob,moi both")
		ann.sees("ann -> [ann]: remember", "ann -> [ann]: again", "ann -> [bob ann]: both")
		bob.sees("ann -> [bob ann]: both")
	})
}

func TestReplyAnswersTheLastPrivateMessage(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, bob, cleo := h.three("ann", "bob", "cleo")
		if err := bob.tries("/r hello"); !errors.Is(err, room.ErrNobody) {
			h.Errorf("bob is told %v", err)
		}
		ann.does("@bob one")
		cleo.does("@bob two")
		h.settle()
		bob.does("/r to cleo")
		cleo.sees("bob -> [cleo]: to cleo")
		ann.does("/r to bob")
		h.settle()
		bob.does("/repondre to ann")
		ann.sees("bob -> [ann]: to ann")
		cleo.sees()
	})
}

func TestReplyFollowsARename(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		ann.does("@bob a secret", "/pseudo anna")
		stranger := h.join("ann")[0]
		bob.does("/r an answer")
		ann.sees("bob -> [anna]: an answer")
		stranger.sees()
	})
}

func TestReplyToSomebodyWhoLeftGoesNowhere(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		ann.does("@bob hi", "/quitter")
		ann.Close(state.Ending{Cause: state.Quit})
		refused[*state.UnknownMemberError](bob, "/r hello")
	})
}

// TestAnIgnoredSenderIsNotTold: they see what everybody sees, and nothing
// else.
func TestAnIgnoredSenderIsNotTold(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, bob, cleo := h.three("ann", "bob", "cleo")
		ann.asks("/ignorer bob")
		ann.asks("/absent")
		h.settle()
		for _, line := range []string{"@ann hey", "@ann,cleo listen"} {
			if n := replied[room.Notice](bob, line); n.What != room.RecipientAway || n.Name != "ann" {
				h.Errorf("bob is told %+v", n)
			}
		}
		bob.sees("bob -> [ann]: hey", "bob -> [ann cleo]: listen")
		cleo.sees("bob -> [ann cleo]: listen")
		ann.sees()
		if err := ann.tries("/r what"); !errors.Is(err, room.ErrNobody) {
			h.Errorf("ann may answer what she did not see: %v", err)
		}
	})
}

func TestAPrivateMessageDoesNotWaitForItsReader(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		for i := range 256 {
			ann.does(fmt.Sprint("@bob ", i))
			ann.items()
		}
		if n := replied[room.Notice](ann, "@bob 256"); n.What != room.RecipientFull || n.Name != "bob" {
			h.Errorf("ann is told %+v", n)
		}
		if got := bob.items(); len(got) != 256 || sketch(got[255]) != "ann -> [bob]: 255" {
			h.Errorf("bob reads %d messages", len(got))
		}
		ann.does("@bob 257")
		bob.sees("ann -> [bob]: 257")
	})
}

func TestSomebodyMutedCannotWhisper(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		h.console().does("mute ann")
		h.settle()
		refused[*state.MutedError](ann, "@bob psst")
		bob.sees()
	})
}

func TestEveryRecipientWhoIsAwayOrDoesNotReadIsReported(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann, bob, cleo := h.three("ann", "bob", "cleo")
		bob.asks("/absent lunch")
		cleo.asks("/absent dinner")
		h.settle()
		last := replied[room.Notice](ann, "@bob,cleo hi")
		told := []room.Notice{last}
		for _, it := range ann.items() {
			if n, ok := it.Reply.(room.Notice); ok {
				told = append([]room.Notice{n}, told...)
			}
		}
		if len(told) != 2 || told[0].Name != "bob" || told[1].Name != "cleo" {
			h.Errorf("ann is told %+v", told)
		}
	})
}
