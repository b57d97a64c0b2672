package room_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

const phrase = "correct horse battery"

// passing is an entry of somebody who gives a pass phrase.
func passing(pseudo text.Pseudo, key, pass string) room.Entry {
	e := withKey(pseudo, key)
	e.Pass = pass
	return e
}

// owner lets somebody in with a key and registers their pseudo.
func (h *testRoom) owner(pseudo text.Pseudo, key string) *person {
	h.Helper()
	p := h.arrive(withKey(pseudo, key))
	p.told(room.NowRegistered, "/inscrire")
	h.settle()
	return p
}

// told does a line and wants it answered with a notice.
func (p *person) told(what room.What, line string) room.Notice {
	p.h.Helper()
	n := replied[room.Notice](p, line)
	if n.What != what {
		p.h.Errorf("%s did %q and was told %+v", p.Pseudo(), line, n)
	}
	return n
}

func (p *person) goes() {
	p.Close(state.Ending{Cause: state.Quit})
	p.h.people = slices.DeleteFunc(p.h.people, func(q *person) bool { return q == p })
}

// impostors are those who are not alice, whose key is A.
func impostors() []room.Entry {
	return []room.Entry{
		as("alice"), as("ALICE"), as("Аlice"), as("a1ice"), as("ａｌｉｃｅ"), withKey("alice", "SHA256:other"), withKey("Alice", "SHA256:A2"),
		withKey("a1ice", "SHA256:A"), // hers, but another name
		passing("alice", "", phrase), passing("alice", "SHA256:other", phrase),
	}
}

// TestNobodyStandsNearARegisteredPseudo: not by joining, renaming or registering. Two
// who have registered nothing may be called José and Jose.
func TestNobodyStandsNearARegisteredPseudo(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		h.join("alicé", "José", "Jose")
		alice := h.owner("alice", "SHA256:A")
		eve := h.arrive(withKey("eve", "SHA256:E"))
		for _, p := range []text.Pseudo{"álice", "al1ce", "alice.", "ALICE--", "аӏісе", "а\u0301ӏісе"} {
			for _, e := range []room.Entry{as(p), withKey(p, "SHA256:A")} {
				if err := turnedAway[*state.RegisteredError](h, e); err.By != "alice" {
					h.Errorf("%q is told %v", p, err)
				}
			}
			refused[*state.RegisteredError](eve, "/pseudo "+string(p))
			sleep(time.Second)
		}
		refused[*state.RegisteredError](alice, "/pseudo álice")
		alice.does("/pseudo ALICE", "/pseudo alice")
		h.people[0].does("hello") // who was here before, as alicé
		refused[*state.RegisteredError](h.people[0], "/inscrire "+phrase)
		alice.told(room.NowUnregistered, "/desinscrire")
		eve.does("/pseudo al1ce")
	})
}

func TestARegisteredPseudoOpensToItsOwnerOnly(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		alice := h.owner("alice", "SHA256:A")
		for _, e := range impostors() {
			turnedAway[*state.RegisteredError](h, e)
		}
		alice.goes()
		for _, e := range impostors() {
			refused := turnedAway[*state.RegisteredError](h, e)
			if refused.By != "alice" || !room.AnotherPseudo(refused) {
				h.Errorf("%q is refused with %v", e.Pseudo, refused)
			}
		}
		h.present()
		if back := h.arrive(withKey("ALICE", "SHA256:A")); back.Pseudo() != "alice" {
			h.Errorf("alice is called %q", back.Pseudo())
		}
		h.arrive(withKey("bob", "SHA256:A"))
		h.present("alice", "bob")
	})
}

func TestNobodyRenamesIntoARegisteredPseudoButItsOwner(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		alice := h.owner("alice", "SHA256:A")
		bob := h.arrive(withKey("bob", "SHA256:B"))
		cleo := h.join("cleo")[0]
		for _, step := range []string{"/pseudo elsewhere", "hello"} { // while she has it, and when she has not
			for _, p := range []*person{bob, cleo} {
				for _, name := range []string{"alice", "ALICE", "a1ice", "aIice"} {
					refused[*state.RegisteredError](p, "/pseudo "+name)
				}
			}
			alice.does(step)
		}
		h.settle()
		turnedAway[*state.RegisteredError](h, as("alice"))
		refused[*state.RegisteredError](alice, "/pseudo a1ice")
		alice.does("/pseudo alice")
		bob.sees("elsewhere = alice")
		hers := h.arrive(withKey("guest", "SHA256:A"))
		refused[*state.TakenError](hers, "/pseudo alice")
		alice.goes()
		hers.does("/pseudo Alice")
		h.present("Alice", "bob", "cleo")
	})
}

func TestOfManyWhoClaimARegisteredPseudoAtOnceOnlyTheOwnerGetsIn(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		h.owner("alice", "SHA256:A").goes()
		var mu sync.Mutex
		var in []*room.Session
		var claiming sync.WaitGroup
		for i := range 30 {
			claiming.Go(func() {
				e := impostors()[i%len(impostors())]
				if i == 17 || i == 23 {
					e = withKey("alice", "SHA256:A")
				}
				s, err := h.room.Join(h.Context(), e)
				if err != nil {
					wantError[*state.RegisteredError](h, err)
					return
				}
				mu.Lock()
				defer mu.Unlock()
				in = append(in, s)
			})
		}
		claiming.Wait()
		if len(in) != 2 || in[0].Pseudo() != "alice" || in[1].Pseudo() != "alice" {
			h.Errorf("%d got in", len(in))
		}
		h.present("alice")
		for _, s := range in {
			s.Close(state.Ending{Cause: state.Quit})
		}
	})
}

func TestTwoWhoRegisterAtOnceMakeOneAccount(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		one, two := h.arrive(withKey("alice", "SHA256:A")), h.arrive(withKey("alice", "SHA256:A"))
		var asking sync.WaitGroup
		for _, p := range []*person{one, two} {
			asking.Go(func() {
				if _, err := p.Do(h.Context(), "/inscrire "+phrase); err != nil {
					wantError[*state.RegisteredError](h, err)
				}
			})
		}
		asking.Wait()
		if n := replied[room.Profile](h.console(), "info alice").Person; n.Keys != 1 || n.Registered.IsZero() {
			h.Errorf("the account is %+v", n)
		}
	})
}

// TestOneAccountIsOneMember through whichever of its proofs its sessions came.
func TestOneAccountIsOneMember(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		bob := h.join("bob")[0]
		one := h.owner("ann", "SHA256:A1")
		one.told(room.NowPassSet, "/inscrire "+phrase)
		two := h.arrive(passing("ann", "SHA256:A2", phrase))
		two.told(room.NowKeyAdded, "/inscrire")
		three := h.arrive(withKey("Ann", "SHA256:A2"))
		four := h.arrive(passing("ann", "", phrase))
		h.settle()
		h.present("ann", "bob")
		bob.does("@ann psst")
		for _, p := range []*person{one, two, three, four} {
			p.sees("bob -> [ann]: psst")
		}
		for _, p := range []*person{one, two, three} {
			p.goes()
		}
		bob.sees("bob -> [ann]: psst")
		four.goes()
		bob.sees("-ann (quit)")
		h.arrive(withKey("ann", "SHA256:A2"))
	})
}

func TestWhatCannotBeRegistered(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		h.owner("ann", "SHA256:A")
		again := h.arrive(withKey("zoe", "SHA256:A"))
		if taken := refused[*state.KeyTakenError](again, "/inscrire"); taken.By != "ann" {
			h.Errorf("zoe is told %v", taken)
		}
		if n := again.told(room.NowPassSet, "/inscrire "+phrase); n.Text != "" {
			h.Errorf("ann's key opens zoe's account: %+v", n)
		}
		bob := h.join("bob")[0]
		for line, want := range map[string]error{
			"/inscrire": room.ErrNoKey, "/inscrire short": room.ErrPassPhrase, "/inscrire two\nlines of text": room.ErrPassPhrase,
			"/inscrire " + strings.Repeat("x", 129): room.ErrPassPhrase, "/inscrire é\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301": room.ErrPassPhrase,
		} {
			if err := bob.tries(line); !errors.Is(err, want) {
				h.Errorf("%q: %v, want %v", line, err, want)
			}
		}
		refused[*room.UsageError](bob, "/inscrire SHA256:somebody's")
		refused[*state.NotInForceError](bob, "/desinscrire")
		if err := h.console().tries("inscrire"); !errors.Is(err, room.ErrNotMember) {
			h.Errorf("the console registers: %v", err)
		}
		h.present("ann", "bob", "zoe")
	})
}

func TestAnAccountHasEightKeysAtMost(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		h.owner("ann", "SHA256:0").told(room.NowPassSet, "/inscrire "+phrase)
		for i := 1; i <= 8; i++ {
			p := h.arrive(passing("ann", fmt.Sprint("SHA256:", i), phrase))
			if i < 8 {
				p.told(room.NowKeyAdded, "/register")
			} else if err := p.tries("/register"); !errors.Is(err, state.ErrTooManyKeys) {
				h.Errorf("the ninth key: %v", err)
			}
			p.goes()
		}
	})
}

func TestOneSourceRegistersTwentyPseudosAtOnceThenOneAMinute(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		for i := range 20 {
			e := withKey(text.Pseudo(fmt.Sprint("p", i, "x")), fmt.Sprint("SHA256:", i))
			h.arrive(e).told(room.NowRegistered, "/inscrire")
		}
		late := h.arrive(withKey("late", "SHA256:late"))
		if wait := refused[*room.TooFastError](late, "/inscrire").Wait; wait <= 0 || wait > time.Minute {
			h.Errorf("late is told to wait %v", wait)
		}
		elsewhere := from("other", "198.51.100.7")
		elsewhere.KeyID = "SHA256:elsewhere"
		h.arrive(elsewhere).told(room.NowRegistered, "/inscrire")
		sleep(time.Minute)
		late.told(room.NowRegistered, "/inscrire")
	})
}

func TestAFreedPseudoIsAnybodys(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann := h.owner("ann", "SHA256:A")
		op := h.operator("op")
		h.settle()
		refused[*room.DeniedError](ann, "/liberer op")
		refused[*state.NotInForceError](op, "/liberer nobody")
		op.told(room.NowFreed, "/liberer ANN")
		ann.sees(fmt.Sprintf("%#v", room.Notice{What: room.NowUnregistered, Name: "ann"}))
		ann.stays()
		turnedAway[*state.TakenError](h, as("ann")) // she is here, as a guest
		refused[*state.NotInForceError](ann, "/desinscrire")
		ann.goes()
		thief := h.owner("ann", "SHA256:T")
		turnedAway[*state.RegisteredError](h, withKey("ann", "SHA256:A"))
		thief.goes()
		h.console().told(room.NowFreed, "liberer ann")
		h.owner("ann", "SHA256:A")
	})
}

func TestAnUnregisteredPseudoStaysItsMembersUntilTheyLeave(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann := h.owner("ann", "SHA256:A")
		other := h.arrive(withKey("ann", "SHA256:A"))
		h.settle()
		ann.told(room.NowUnregistered, "/unregister")
		other.sees(fmt.Sprintf("%#v", room.Notice{What: room.NowUnregistered, Name: "ann"}))
		ann.does("still here")
		turnedAway[*state.TakenError](h, withKey("ann", "SHA256:X"))
		h.arrive(withKey("ann", "SHA256:A")).goes()
		ann.told(room.NowRegistered, "/inscrire")
		ann.told(room.NowUnregistered, "/desinscrire")
		ann.goes()
		other.goes()
		h.join("ann")
	})
}

func TestAKeyTakenAwayOpensNothingAndEndsWhatItOpened(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		bob := h.join("bob")[0]
		ann := h.owner("ann", "SHA256:A1")
		if err := ann.tries("/desinscrire SHA256:A1"); !errors.Is(err, state.ErrLastKey) {
			h.Errorf("the last key: %v", err)
		}
		refused[*state.NotInForceError](ann, "/desinscrire SHA256:none")
		ann.told(room.NowPassSet, "/inscrire "+phrase)
		two := h.arrive(passing("ann", "SHA256:A2", phrase))
		two.told(room.NowKeyAdded, "/inscrire")
		two.goes()
		stolen := h.arrive(withKey("ann", "SHA256:A2"))
		h.settle()
		ann.completes("/desinscrire SHA256:A", "SHA256:A1 ", "SHA256:A2 ")
		ann.told(room.NowKeyGone, "/desinscrire SHA256:A2")
		stolen.left(state.Reclaimed)
		stolen.goes()
		turnedAway[*state.RegisteredError](h, withKey("ann", "SHA256:A2"))
		ann.goes()
		ann = h.arrive(withKey("ann", "SHA256:A1"))
		h.settle()
		ann.told(room.NowKeyGone, "/desinscrire SHA256:A1") // her own, with the phrase left
		ann.stays()
		refused[*state.RegisteredError](ann, "/inscrire") // she has not proved to be the owner any more
		refused[*state.NotInForceError](ann, "/desinscrire")
		bob.sees()
		back := h.arrive(passing("ann", "", phrase))
		ann.left(state.Reclaimed)
		back.stays()
		back.told(room.NowPassSet, "/inscrire "+phrase)
		bob.sees("+ann")
		h.present("ann", "bob")
	})
}

func TestWhatIsKnownOfAnAccount(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		since := time.Now()
		bob := h.join("bob")[0]
		op := h.operator("op")
		h.owner("ann", "SHA256:A")
		h.owner("annette", "SHA256:N").goes()
		sleep(time.Hour)
		seen := replied[room.Profile](bob, "/info ann").Person
		if !seen.Registered.Equal(since) || seen.Keys != 0 || seen.KeyID != "" {
			h.Errorf("bob reads %+v", seen)
		}
		if p := replied[room.Profile](op, "/info ann").Person; p.Keys != 1 {
			h.Errorf("op reads %+v", p)
		}
		if p := replied[room.Profile](op, "/info bob").Person; !p.Registered.IsZero() {
			h.Errorf("op reads %+v", p)
		}
		op.completes("/liberer An", "ann ", "annette ")
		bob.completes("/inscrire x")
	})
}

// TestAFailedJoinLeavesTheOwnersChoicesAlone, without the key of the pseudo.
func TestAFailedJoinLeavesTheOwnersChoicesAlone(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		bob := h.join("bob")[0]
		ann := h.owner("ann", "SHA256:A1")
		ann.told(room.NowPassSet, "/inscrire "+phrase)
		ann.asks("/ignorer bob")
		bob.does("@ann first")
		ann.goes()
		turnedAway[*state.RegisteredError](h, withKey("ann", "SHA256:other"))
		turnedAway[*state.RegisteredError](h, as("ann"))
		back := h.arrive(passing("ann", "SHA256:A2", phrase)) // another key, the same person
		h.settle()
		bob.does("hello")
		back.sees()
		back.asks("/entendre bob")
		bob.does("/r again")
		back.sees("bob -> [ann]: again")
	})
}
