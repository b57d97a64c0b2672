package room_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

func TestAKickEndsTheSessionWithTheReason(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		op := h.operator("op")
		op.does("/kick BOB trop de bruit")
		bob.sees("bob kicked by op: trop de bruit")
		if why := bob.left(state.Expelled); why.By != "op" || why.Reason != "trop de bruit" || why.Flood {
			h.Errorf("bob was let out with %+v", why)
		}
		ann.sees("bob kicked by op: trop de bruit")
		wantError[*state.Ending](h, bob.tries("hello"))
		bob.Close(state.Ending{Cause: state.Lost})
		ann.sees()
		h.present("ann", "op")
		h.join("bob")
	})
}

func TestAKickEndsEverySession(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		one, two := h.arrive(withKey("bob", "K")), h.arrive(withKey("bob", "K"))
		h.console().does("kick bob")
		one.left(state.Expelled)
		two.left(state.Expelled)
		h.present()
	})
}

func TestModeratingIsForOperators(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		for _, line := range []string{
			"/kick bob", "/expulser bob", "/ban bob", "/unban bob", "/bans", "/mute bob", "/unmute bob",
			"/wall hello", "/slow 5", "/shutdown 5", "/stats", "/sujet new", "//kick bob", "//wall hello",
		} {
			refused[*room.DeniedError](ann, line)
		}
		bob.sees()
		bob.stays()
	})
}

func TestModeratingNeedsAName(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		console := h.console()
		h.join("bob")
		h.settle()
		for _, line := range []string{
			"kick", "ban", "unban", "mute", "unmute", "wall", "info", "mute bob for ever", "shutdown", "shutdown soon", "shutdown -1", "shutdown 86401",
		} {
			refused[*room.UsageError](console, line)
		}
		for _, line := range []string{"kick bobb", "mute bobb"} {
			if unknown := refused[*state.UnknownMemberError](console, line); unknown.Suggestion != "bob" {
				h.Errorf("%q: %q is suggested", line, unknown.Suggestion)
			}
		}
		refused[*text.PseudoError](console, "ban not+a+pseudo")
		refused[*state.TargetError](console, "ban not:a:pseudo")
		console.sees()
	})
}

func TestTheConsoleModeratesWithAndWithoutASlash(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		console, ann := h.console(), h.join("ann")[0]
		console.does("wall one", "/wall two", "//wall three", "WALL four", "annonce five")
		ann.sees("wall by console: one", "wall by console: two", "wall by console: three", "wall by console: four", "wall by console: five")
		for _, line := range []string{"msg ann hi", "me waves", "pseudo boss", "ignorer ann", "quitter", "/json"} {
			if err := console.tries(line); !errors.Is(err, room.ErrNotMember) {
				h.Errorf("%q: %v", line, err)
			}
		}
		refused[*room.UnknownCommandError](console, "hello everyone")
		refused[*room.UnknownCommandError](console, "@ann hello")
		ann.sees()
		h.present("ann")
	})
}

func TestAMuteEndsByItself(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		console := h.console()
		console.does("mute bob 10m")
		end := time.Now().Add(10 * time.Minute)
		ann.sees("bob muted by console for 10m0s")
		if muted := refused[*state.MutedError](bob, "hello"); !muted.Until.Equal(end) {
			h.Errorf("bob is told until %v, want %v", muted.Until, end)
		}
		refused[*state.MutedError](bob, "/me waves")
		if p := replied[room.Profile](ann, "/info bob").Person; !p.Muted || !p.MutedUntil.Equal(end) {
			h.Error("ann cannot read that bob has no voice")
		}
		sleep(10*time.Minute - time.Second)
		refused[*state.MutedError](bob, "hello")
		sleep(time.Second)
		bob.does("hello")
		ann.sees("bob: hello")
		refused[*state.NotInForceError](console, "unmute bob")
		if mutes := replied[room.Bans](console, "bans").Mutes; len(mutes) != 0 {
			h.Errorf("%v are in force", mutes)
		}
	})
}

func TestAMuteHoldsUntilUnmuted(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		console := h.console()
		console.does("mute bob")
		h.settle()
		sleep(1000 * time.Hour)
		if muted := refused[*state.MutedError](bob, "hello"); !muted.Until.IsZero() {
			h.Errorf("bob is told until %v", muted.Until)
		}
		console.does("unmute BOB")
		ann.sees("bob unmuted by console")
		bob.does("hello")
	})
}

func TestAMuteIsNotEvadedByARenameOrAFarewell(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		bob := h.arrive(withKey("bob", "B"))
		console := h.console()
		console.does("mute bob")
		h.settle()
		refused[*state.MutedError](bob, "/pseudo i-hate-ann")
		bob.does("/quitter i hate ann")
		ann.sees("-bob (quit)")
		again := h.arrive(withKey("rob", "B"))
		refused[*state.MutedError](again, "hello")
		console.does("unmute rob")
		again.does("hello")
		h.join("bob")[0].does("I am somebody else")
	})
}

func TestTheTopicIsReadByAllAndSetByOperators(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, op := h.join("ann")[0], h.operator("op")
		h.settle()
		if topic := replied[room.TopicIs](ann, "/sujet").Topic; topic.Text != "" {
			h.Errorf("the topic is %+v", topic)
		}
		refused[*room.DeniedError](ann, "/sujet mine")
		op.does("/topic the\tnew   one")
		ann.sees("topic by op: the new   one")
		if topic := replied[room.TopicIs](ann, "/sujet").Topic; topic.Text != "the new   one" || topic.By != "op" {
			h.Errorf("the topic is %+v", topic)
		}
		h.console().does("sujet console's")
		if topic := replied[room.TopicIs](ann, "/sujet").Topic; topic.Text != "console's" || topic.By != "" {
			h.Errorf("the topic is %+v", topic)
		}
	})
}

// TestTextsThatAreTooLongAreRefused: what is shown within a line has a maximum.
func TestTextsThatAreTooLongAreRefused(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann, op := h.join("ann")[0], h.operator("op")
		h.settle()
		most := strings.Repeat("é", text.MaxNote)
		for _, command := range []string{"/sujet ", "/kick ann ", "/ban ann ", "/ban ann 5m ", "/ban 203.0.113.1 ", "/shutdown 100 ", "/absent "} {
			if err := op.tries(command + most + "x"); !errors.Is(err, room.ErrNoteTooLong) {
				h.Errorf("%s: %v", command, err)
			}
		}
		ann.sees()
		op.does("/sujet " + most)
		ann.sees("topic by op: " + most)
		if n := replied[room.Notice](op, "/absent "+most); n.Text != most {
			h.Errorf("op is told %+v", n)
		}
		op.does("/kick ann " + most)
		if why := ann.left(state.Expelled); why.Reason != most {
			h.Errorf("ann is told %q", why.Reason)
		}
		op.does("/quitter " + most + "x") // a farewell that is too long is cut
	})
}

func TestAWallReachesEveryone(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		op, console := h.operator("op"), h.console()
		h.settle()
		op.does("/wall on\nmany lines")
		for _, p := range []*person{ann, bob, op, console} {
			p.sees("wall by op: on\nmany lines")
		}
	})
}

func TestOnlyOperatorsReadAddressesAndKeys(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		op := h.operator("op")
		e := withKey("bob", "SHA256:bobs")
		e.Client = "OpenSSH\x1b[31m_9"
		h.arrive(e)
		h.settle()
		for _, p := range []*person{op, h.console()} {
			line := "/info bob"
			got := replied[room.Profile](p, line).Person
			if !got.Details || got.KeyID != "SHA256:bobs" || got.Addrs[0].String() != "192.0.2.1" || got.Clients[0] != "OpenSSH_9" {
				h.Errorf("%q reads %+v", p.Pseudo(), got)
			}
		}
		people := append(replied[room.People](ann, "/liste").Members, replied[room.Profile](ann, "/info bob").Person, replied[room.Profile](ann, "/info").Person)
		for _, got := range people {
			if got.Details || got.KeyID != "" || len(got.Addrs) > 0 || len(got.Clients) > 0 {
				h.Errorf("ann reads %+v", got)
			}
		}
		if !people[2].Operator || people[0].Operator {
			h.Errorf("ann reads %+v", people)
		}
	})
}

func TestStats(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, _ := h.two("ann", "bob")
		h.arrive(withKey("cleo", "K"))
		h.arrive(withKey("cleo", "K"))
		ann.does("one", "two")
		start := time.Now()
		sleep(time.Hour)
		s := replied[room.Stats](h.console(), "stats")
		if s.Members != 3 || s.Sessions != 4 || s.Messages != 2 || s.Health.Err != nil || !s.Since.Equal(start) {
			h.Errorf("the console reads %+v", s)
		}
	})
}

// TestAWordThatIsRefusedIsInNoLog: it may be anything, also a pass phrase in the wrong place.
func TestAWordThatIsRefusedIsInNoLog(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		console, op := h.console(), h.operator("op")
		applied := func() state.Seq { return replied[room.Stats](console, "stats").Applied }
		op.told(room.NowPassSet, "/inscrire correct horse battery")
		h.settle()
		before := applied()
		for _, line := range []string{
			"unban %s", "unmute %s", "free %s", "kick %s", "mute %s", "mute %s 10m", "ban 300.1.1.1 %s", "slow %s", "shutdown %s", "desinscrire %s", "desinscrire SHA256:%s", "ignore %s", "unignore %s",
		} {
			line = fmt.Sprintf(line, "sesame")
			if op.tries("/"+line) == nil {
				h.Errorf("%q is not refused", line)
			}
			if now := applied(); now != before {
				h.Errorf("%q is in the log", line)
				before = now
			}
		}
	})
}
