package room_test

import (
	"sync"
	"testing"
	"testing/synctest"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

func TestARenameIsAnnouncedAndFreesTheOldName(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		bob.does("/pseudo robert")
		ann.sees("bob = robert")
		if bob.Pseudo() != "robert" {
			h.Errorf("bob is called %q", bob.Pseudo())
		}
		bob.does("hello")
		ann.sees("robert: hello")
		h.join("bob")
		h.present("ann", "bob", "robert")
	})
}

func TestARenameToATakenOrSimilarNameIsRefused(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		for _, name := range []string{"ann", "ANN", "аnn", "b0b2 x", "tous", "Sa1on", "-ann", ""} {
			bob.tries("/pseudo " + name)
		}
		if taken := refused[*state.TakenError](bob, "/pseudo Ann"); taken.By != "ann" {
			h.Errorf("it is said to be taken by %q", taken.By)
		}
		refused[*text.PseudoError](bob, "/pseudo everyone")
		ann.sees()
		h.present("ann", "bob")
	})
}

func TestOnesOwnNameMayBeRespelled(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		bob.does("/nick Bob")
		ann.sees("bob = Bob")
		if n := replied[room.Notice](bob, "/nick @Bob"); n.What != room.NowNamed || n.Name != "Bob" {
			h.Errorf("bob is told %+v", n)
		}
		ann.sees()
	})
}

// TestNobodyIsRespelledIntoALookalike: xi and Xl are as different as two names,
// XI and Xl are not.
func TestNobodyIsRespelledIntoALookalike(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		xi, _ := h.two("xi", "Xl")
		if taken := refused[*state.TakenError](xi, "/nick XI"); taken.By != "Xl" {
			h.Errorf("it is said to be taken by %q", taken.By)
		}
		h.present("xi", "Xl")
	})
}

func TestARenameTakesAllSessionsOfTheMemberAlong(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		one, two := h.arrive(withKey("bob", "K")), h.arrive(withKey("bob", "K"))
		h.settle()
		one.does("/pseudo robert")
		two.sees("bob = robert")
		two.does("hello")
		one.sees("bob = robert", "robert: hello")
		if two.Pseudo() != "robert" {
			h.Errorf("the other session is called %q", two.Pseudo())
		}
	})
}

func TestASessionThatJoinsDuringARenameHasTheNewName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &hesitant{MemoryLog: room.NewMemoryLog()}
		h := open(t, room.DefaultConfig(), log, room.NewMemoryStore())
		one := h.arrive(withKey("bob", "K"))
		release := log.hold()
		var acting sync.WaitGroup
		var two *person
		acting.Go(func() { one.does("hello") })
		synctest.Wait()
		acting.Go(func() { two = h.arrive(withKey("bob", "K")) }) // in one batch with the rename
		synctest.Wait()
		acting.Go(func() { one.does("/pseudo robert") })
		synctest.Wait()
		release()
		acting.Wait()
		if two.Pseudo() != "robert" {
			h.Errorf("the session that joined is called %q", two.Pseudo())
		}
	})
}

func TestOfTwoRenamesAtOnceOneWins(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		errs := make(chan error, 2)
		for _, p := range []*person{ann, bob} {
			go func() {
				_, err := p.Do(h.Context(), "/pseudo cleo")
				errs <- err
			}()
		}
		first, second := <-errs, <-errs
		if first == nil {
			first, second = second, first
		}
		if second != nil {
			h.Errorf("nobody won: %v, %v", first, second)
		}
		wantError[*state.TakenError](h, first)
	})
}

func TestAwayIsShownToWhoeverWritesAndInTheList(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		if n := replied[room.Notice](bob, "/absent à table"); n.What != room.NowAway || n.Text != "à table" {
			h.Errorf("bob is told %+v", n)
		}
		if ann.woken() {
			h.Error("ann is woken for nothing")
		}
		ann.sees()
		if n := replied[room.Notice](ann, "@bob hi"); n.What != room.RecipientAway || n.Name != "bob" || n.Text != "à table" {
			h.Errorf("ann is told %+v", n)
		}
		if away := replied[room.Profile](ann, "/info bob").Person.Away; away == nil || away.Text != "à table" {
			h.Errorf("ann reads that bob is %+v", away)
		}
		if n := replied[room.Notice](bob, "/back"); n.What != room.NowBack {
			h.Errorf("bob is told %+v", n)
		}
		ann.does("@bob hi again")
		bob.sees("ann -> [bob]: hi", "ann -> [bob]: hi again")
	})
}
