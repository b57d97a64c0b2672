package room_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

func TestJoinsAndLeavesAreAnnounced(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		bob := h.arrive(as("bob"))
		ann.sees("+bob")
		bob.sees("welcome")
		h.present("ann", "bob")
		bob.Close(state.Ending{Cause: state.Quit})
		ann.sees("-bob (quit)")
		h.present("ann")
	})
}

func TestOthersSeeWhySomebodyLeft(t *testing.T) {
	for _, cause := range []state.Cause{state.Quit, state.Lost, state.Slow, state.Idle, state.Crashed} {
		inRoom(t, func(h *testRoom) {
			ann, bob := h.two("ann", "bob")
			bob.Close(state.Ending{Cause: cause, Reason: "so"})
			ann.sees(fmt.Sprintf("-bob (%v) so", cause))
		})
	}
}

func TestTheSameNameIsTakenHoweverItIsWritten(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		h.join("alice")
		for _, pseudo := range []text.Pseudo{"alice", "Alice", "ALICE", "Аlice", "a1ice"} {
			if taken := turnedAway[*state.TakenError](h, as(pseudo)); taken.Pseudo != pseudo || taken.By != "alice" {
				h.Errorf("%q is refused with %v", pseudo, taken)
			}
		}
		h.join("alicia")
		h.present("alice", "alicia")
	})
}

func TestATakenNameIsFreeOnceItsOwnerLeft(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		alice := h.join("alice")[0]
		turnedAway[*state.TakenError](h, as("Alice"))
		alice.Close(state.Ending{Cause: state.Quit})
		h.join("Alice")
		h.present("Alice")
	})
}

func TestOfManyClaimsAtOnceOneWins(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		var mu sync.Mutex
		var in []*room.Session
		var claiming sync.WaitGroup
		for i := range 20 {
			claiming.Go(func() {
				pseudo := []text.Pseudo{"Bob", "bob", "BOB", "b0b"}[i%4]
				s, err := h.room.Join(h.Context(), as(pseudo))
				if err != nil {
					wantError[*state.TakenError](h, err)
					return
				}
				mu.Lock()
				defer mu.Unlock()
				in = append(in, s)
			})
		}
		claiming.Wait()
		if len(in) != 1 {
			h.Fatalf("%d have the name", len(in))
		}
		ann.sees("+" + string(in[0].Pseudo()))
		in[0].Close(state.Ending{Cause: state.Quit})
	})
}

func TestTheSameKeyOpensAnotherSessionOfTheSameMember(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		first := h.arrive(withKey("Bob", "SHA256:bob"))
		second := h.arrive(withKey("bob", "SHA256:bob"))
		ann.sees("+Bob")
		if second.Pseudo() != "Bob" {
			h.Errorf("the second session is called %q", second.Pseudo())
		}
		first.sees("welcome")
		second.sees("welcome")
		second.does("hello")
		ann.sees("Bob: hello")
		first.sees("Bob: hello")
		second.sees("Bob: hello")
		first.Close(state.Ending{Cause: state.Quit})
		ann.sees()
		h.present("ann", "Bob")
		second.Close(state.Ending{Cause: state.Quit})
		ann.sees("-Bob (quit)")
	})
}

func TestAnotherKeyOrNoneOpensNothing(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		h.arrive(withKey("bob", "SHA256:bob"))
		h.arrive(as("cleo"))
		turnedAway[*state.TakenError](h, withKey("bob", "SHA256:other"))
		turnedAway[*state.TakenError](h, as("bob"))
		turnedAway[*state.TakenError](h, as("cleo"))
		turnedAway[*state.TakenError](h, withKey("cleo", "SHA256:cleo"))
		turnedAway[*state.TakenError](h, withKey("b0b", "SHA256:bob")) // alike, but another name
	})
}

func TestTheNinthSessionEndsTheOldest(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		var sessions []*person
		for range 9 {
			sessions = append(sessions, h.arrive(withKey("bob", "SHA256:bob")))
			time.Sleep(time.Second)
		}
		sessions[0].left(state.Replaced)
		for _, s := range sessions[1:] {
			s.stays()
		}
		sessions[0].Close(state.Ending{Cause: state.Lost})
		ann.sees("+bob")
		sessions[8].does("hello")
		ann.sees("bob: hello")
	})
}

func TestOneShotCommandsMakeRoomBeforeAnybodyAtAScreen(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		screen := h.arrive(withKey("bob", "SHA256:bob"))
		quiet := withKey("bob", "SHA256:bob")
		quiet.Quiet = true
		var shots []*person
		for range 8 {
			shots = append(shots, h.arrive(quiet))
		}
		shots[0].left(state.Replaced)
		screen.stays()
		h.present("ann", "bob")
		ann.sees("+bob")
		screen.Close(state.Ending{Cause: state.Quit})
		ann.sees("-bob (quit)")
		h.present("ann")
	})
}

func TestAOneShotCommandIsNeitherAnnouncedNorListed(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		e := as("bot")
		e.Quiet = true
		bot := h.arrive(e)
		h.present("ann")
		bot.does("deployed")
		bot.sees("bot: deployed")
		turnedAway[*state.TakenError](h, as("bot"))
		ann.tries("@bot hello")
		bot.Close(state.Ending{Cause: state.Quit})
		ann.sees("bot: deployed")
	})
}

func TestAMemberIsAnnouncedOnceItsQuietSessionIsJoinedByAnother(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		e := withKey("bob", "SHA256:bob")
		e.Quiet = true
		quiet := h.arrive(e)
		ann.sees()
		loud := h.arrive(withKey("bob", "SHA256:bob"))
		ann.sees("+bob")
		loud.Close(state.Ending{Cause: state.Quit})
		ann.sees("-bob (quit)")
		quiet.Close(state.Ending{Cause: state.Quit})
		ann.sees()
	})
}

// hesitant is a log whose proposals are taken, but whose followers wait until
// they are let go.
type hesitant struct {
	*room.MemoryLog
	mu   sync.Mutex
	held chan struct{} // nil: nothing is held
}

func (l *hesitant) hold() (release func()) {
	held := make(chan struct{})
	l.mu.Lock()
	l.held = held
	l.mu.Unlock()
	return func() { close(held) }
}

func (l *hesitant) Follow(ctx context.Context, after state.Seq, apply func([]state.Event) error) error {
	return l.MemoryLog.Follow(ctx, after, func(batch []state.Event) error {
		l.mu.Lock()
		held := l.held
		l.mu.Unlock()
		if held != nil {
			<-held
		}
		return apply(batch)
	})
}

func TestAJoinThatIsGivenUpLeavesNobodyInTheRoom(t *testing.T) {
	for _, why := range []error{context.DeadlineExceeded, &state.Ending{Cause: state.Quit}} {
		synctest.Test(t, func(t *testing.T) {
			log := &hesitant{MemoryLog: room.NewMemoryLog()}
			h := open(t, room.DefaultConfig(), log, room.NewMemoryStore())
			ann := h.join("ann")[0]
			release := log.hold()
			ctx, giveUp := context.WithCancelCause(h.Context())
			time.AfterFunc(time.Second, func() { giveUp(why) })
			if _, err := h.room.Join(ctx, as("bob")); err != why {
				t.Errorf("Join returned %v, want %v", err, why)
			}
			release()
			synctest.Wait()
			h.present("ann")
			ann.sees("+bob", "-bob (lost)")
			h.join("bob")
		})
	}
}

func TestAMessageBeforeAnArrivalIsReplayedHoweverLateItIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &hesitant{MemoryLog: room.NewMemoryLog()}
		h := open(t, room.DefaultConfig(), log, &slowStore{room.NewMemoryStore()})
		ann := h.join("ann")[0]
		release := log.hold()
		var acting sync.WaitGroup
		acting.Go(func() { ann.does("first") })
		synctest.Wait()
		acting.Go(func() { ann.does("second") })
		synctest.Wait()
		acting.Go(func() { h.arrive(as("bob")) }) // in one batch with the second message
		synctest.Wait()
		release()
		acting.Wait()
		bob := h.people[1]
		w := bob.items()[0].Reply.(room.Welcome)
		var last []string
		for _, e := range w.Last {
			last = append(last, sketch(room.Item{Event: &e}))
		}
		if want := []string{"ann: first", "ann: second"}; !slices.Equal(last, want) {
			h.Errorf("bob is replayed %q, want %q", last, want)
		}
		bob.sees()
	})
}

// slowStore takes a second to keep what was said.
type slowStore struct{ *room.MemoryStore }

func (s *slowStore) Apply(upto state.Seq, spoken []state.Event) {
	time.Sleep(time.Second)
	s.MemoryStore.Apply(upto, spoken)
}
