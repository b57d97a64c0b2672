package room_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"salon/room"
	"salon/room/state"
)

// keptLog is a log that survives its room, as one on disk does.
type keptLog struct{ *room.MemoryLog }

func (keptLog) Close() error { return nil }

func TestARestartKeepsBansAndTopicsButNoMembers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, store := keptLog{room.NewMemoryLog()}, room.NewMemoryStore()
		defer log.MemoryLog.Close()
		before := open(t, room.DefaultConfig(), log, store)
		console := before.console()
		ann := before.join("ann", "bob")[0]
		ann.does("said before")
		console.does("sujet the topic", "slow 30", "ban 198.51.100.0/24", "ban spammer 1h", "unban 198.51.100.0/24", "ban "+fingerprint("bad")+" 1s", "shutdown 3600")
		if _, err := console.Do(t.Context(), "mute bob 10m"); err != nil {
			t.Fatal(err)
		}
		sleep(time.Minute)
		if err := before.room.Close(); err != nil {
			t.Fatalf("Close: %v", err)
		}
		ann.left(state.Shutdown)

		after := open(t, room.DefaultConfig(), log, store)
		after.present()
		turnedAway[*state.BannedError](after, as("spammer"))
		bob, w := after.welcomed(as("bob"))
		if w.Topic.Text != "the topic" || w.Present != 1 || w.Shutdown != nil || len(w.Last) != 2 {
			t.Errorf("bob is welcomed with %+v", w)
		}
		refused[*state.MutedError](bob, "hello")
		after.arrive(withKey("cleo", fingerprint("bad")))
		sleep(9 * time.Minute)
		bob.does("hello")
		if slow := refused[*room.TooFastError](bob, "again"); !slow.Slow {
			t.Errorf("bob is told %+v", slow)
		}
		sleep(50 * time.Minute)
		after.arrive(as("spammer"))
		sleep(time.Hour)
		bob.stays()
	})
}

func TestARoomDoesNotStartFromACorruptSnapshot(t *testing.T) {
	store := room.NewMemoryStore()
	store.Snapshot(t.Context(), state.Snapshot{Seq: 1, State: []byte("{")})
	if r, err := room.New(t.Context(), room.Config{}, room.NewMemoryLog(), store); err == nil {
		r.Close()
		t.Error("it starts")
	}
}

var errDisk = errors.New("disk on fire")

// brokenStore keeps nothing and says so.
type brokenStore struct{ *room.MemoryStore }

func (brokenStore) Snapshot(context.Context, state.Snapshot) error { return errDisk }
func (brokenStore) Last(context.Context, state.Rooms, int, state.Seq) ([]state.Event, error) {
	return nil, errDisk
}
func (brokenStore) Search(context.Context, state.Rooms, state.Query, int) ([]state.Event, error) {
	return nil, errDisk
}

func TestTheRoomGoesOnWithoutItsStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, err := room.New(t.Context(), room.DefaultConfig(), room.NewMemoryLog(), brokenStore{room.NewMemoryStore()})
		if err != nil {
			t.Fatal(err)
		}
		h := &testRoom{T: t, room: r}
		ann, bob := h.two("ann", "bob")
		ann.does("hello")
		bob.sees("ann: hello")
		if _, err := ann.Do(t.Context(), "/historique"); !errors.Is(err, errDisk) {
			t.Errorf("ann is told %v", err)
		}
		if err := r.Close(); !errors.Is(err, errDisk) {
			t.Errorf("Close returned %v", err)
		}
	})
}

// refusingLog refuses the proposals that it is told to.
type refusingLog struct {
	*room.MemoryLog
	refuse func(state.Body) error
}

func (l *refusingLog) Propose(ctx context.Context, e state.Event) (state.Seq, error) {
	if err := l.refuse(e.Body); err != nil {
		return 0, err
	}
	return l.MemoryLog.Propose(ctx, e)
}

func TestAMessageThatTheLogRefusesFails(t *testing.T) {
	for _, want := range []error{state.ErrUnavailable, state.ErrBusy, state.ErrUnknown, state.ErrTooLarge, state.ErrClosed} {
		synctest.Test(t, func(t *testing.T) {
			log := &refusingLog{MemoryLog: room.NewMemoryLog(), refuse: func(b state.Body) error {
				if _, ok := b.(state.Said); ok {
					return want
				}
				return nil
			}}
			h := open(t, room.Config{}, log, room.NewMemoryStore())
			ann, bob := h.two("ann", "bob")
			if err := ann.tries("hello"); !errors.Is(err, want) {
				t.Errorf("ann is told %v, want %v", err, want)
			}
			ann.does("@bob the log is down")
			bob.sees("ann -> [bob]: the log is down")
		})
	}
}

func TestADepartureIsShownOnceTheLogTakesIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		until := time.Now().Add(3 * time.Second)
		log := &refusingLog{MemoryLog: room.NewMemoryLog(), refuse: func(b state.Body) error {
			if _, ok := b.(state.Left); ok && time.Now().Before(until) {
				return state.ErrUnavailable
			}
			return nil
		}}
		h := open(t, room.Config{}, log, room.NewMemoryStore())
		ann, bob := h.two("ann", "bob")
		bob.Close(state.Ending{Cause: state.Lost})
		if now := time.Now(); now.Before(until) || now.After(until.Add(time.Second)) {
			t.Errorf("it took until %v", now)
		}
		ann.sees("-bob (lost)")
	})
}

func TestALogThatClosesEndsEverySession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := room.NewMemoryLog()
		h := open(t, room.Config{}, log, room.NewMemoryStore())
		ann := h.join("ann")[0]
		log.Close()
		<-h.room.Stopped()
		ann.left(state.Shutdown)
	})
}

func TestManyRoomsInARowLeaveNothingBehind(t *testing.T) {
	for i := range 50 {
		inRoom(t, func(h *testRoom) {
			people := h.join("ann", "bob", "cleo")
			people[0].does(fmt.Sprint("hello ", i))
			h.console().does("shutdown 3600", "shutdown 30")
			slices.Reverse(people)
			people[0].Close(state.Ending{Cause: state.Quit})
		})
	}
}

// brokenLog cannot be followed any more, once something is said.
type brokenLog struct{ *room.MemoryLog }

func (l brokenLog) Follow(ctx context.Context, after state.Seq, apply func([]state.Event) error) error {
	return l.MemoryLog.Follow(ctx, after, func(batch []state.Event) error {
		for _, e := range batch {
			if _, said := e.Body.(state.Said); said {
				return errDisk
			}
		}
		return apply(batch)
	})
}

func TestARoomWhoseLogFailsEndsAndSaysWhy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, err := room.New(t.Context(), room.DefaultConfig(), brokenLog{room.NewMemoryLog()}, room.NewMemoryStore())
		if err != nil {
			t.Fatal(err)
		}
		ann, err := r.Join(t.Context(), as("ann"))
		if err != nil {
			t.Fatal(err)
		}
		ann.Do(t.Context(), "hello")
		<-r.Stopped()
		if end := ann.Ending(); end == nil || end.Cause != state.Shutdown {
			t.Errorf("ann is let out by %v", end)
		}
		ann.Close(state.Ending{Cause: state.Quit})
		if err := r.Close(); !errors.Is(err, errDisk) {
			t.Errorf("Close returned %v", err)
		}
	})
}

// TestAStopForgetsNobodyWhoIsCut: whoever comes back in time has not left, and whoever does
// not leaves once, in the room that started again.
func TestAStopForgetsNobodyWhoIsCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, store := keptLog{room.NewMemoryLog()}, room.NewMemoryStore()
		defer log.MemoryLog.Close()
		cfg := room.Config{CutWait: time.Minute}
		before := open(t, cfg, log, store)
		ann, bob := before.arrive(withKey("ann", "SHA256:ann")), before.arrive(withKey("bob", "SHA256:bob"))
		cleo := before.arrive(as("cleo"))
		ann.loses(state.Lost)
		bob.loses(state.Lost)
		if err := before.room.Close(); err != nil {
			t.Fatalf("Close: %v", err)
		}
		cleo.left(state.Shutdown)

		after := open(t, cfg, log, store)
		after.present("ann", "bob")
		eve := after.join("eve")[0]
		back := after.arrive(withKey("ann", "SHA256:ann"))
		sleep(2 * time.Minute)
		eve.sees("-bob (lost)")
		back.stays()
		after.present("ann", "eve")
	})
}
