package room_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"salon/room"
	"salon/room/state"
)

// snapshots is a store that counts what is kept, and refuses it when told to.
type snapshots struct {
	*room.MemoryStore

	mu     sync.Mutex
	all    []state.Snapshot
	refuse error
}

func (s *snapshots) Snapshot(ctx context.Context, snap state.Snapshot) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, snap)
	if s.refuse != nil {
		return s.refuse
	}
	return s.MemoryStore.Snapshot(ctx, snap)
}

func (s *snapshots) want(t *testing.T, n int) state.Snapshot {
	t.Helper()
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.all) != n {
		t.Fatalf("%d snapshots were kept, want %d", len(s.all), n)
	}
	if n == 0 {
		return state.Snapshot{}
	}
	return s.all[n-1]
}

// decideOften has the log take n events that decide.
func decideOften(t *testing.T, log room.Log, from, n int) {
	t.Helper()
	if from == 0 {
		propose(t, log, state.Event{ID: state.ID{Origin: 5, N: 1}, Body: state.NodeUp{Node: "another"}})
	}
	for i := range n {
		e := state.Event{ID: state.ID{Origin: 5, N: uint64(from + i + 2)}, Body: state.Seen{Account: 1, Upto: 1}}
		if i == n-1 {
			e.Body = state.TopicSet{By: "ann", Text: "the last topic"}
		}
		for errors.Is(propose(t, log, e), state.ErrBusy) {
			synctest.Wait()
		}
	}
	synctest.Wait()
}

func propose(t *testing.T, log room.Log, e state.Event) error {
	_, err := log.Propose(t.Context(), e)
	return err
}

// TestARoomThatRunsKeepsSnapshots, after enough was decided and not too often, and
// none while nothing happens.
func TestARoomThatRunsKeepsSnapshots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, store := keptLog{room.NewMemoryLog()}, &snapshots{MemoryStore: room.NewMemoryStore()}
		defer log.MemoryLog.Close()
		before := open(t, room.Config{}, log, store)
		ann := before.owner("ann", "SHA256:A")
		decideOften(t, log, 0, 5000)
		store.want(t, 0)
		sleep(time.Hour)
		store.want(t, 0)
		ann.does("hello")
		snap := store.want(t, 1)
		if state := string(snap.State); !strings.Contains(state, "the last topic") || !strings.Contains(state, "SHA256:A") || !strings.Contains(state, "192.0.2.1") {
			t.Errorf("the snapshot is %s", state)
		}
		if snap.Seq <= 5000 {
			t.Errorf("the snapshot is of place %d", snap.Seq)
		}
		sleep(time.Hour)
		ann.does("hello again")
		store.want(t, 1)

		store.refuse = errDisk
		decideOften(t, log, 5000, 5000)
		store.want(t, 2)
		ann.does("not at once again")
		store.want(t, 2)
		store.refuse = nil
		sleep(time.Minute)
		ann.does("but after a while")
		store.want(t, 3)

		crashed := open(t, room.Config{}, log, store) // the other one goes on: nothing was said of its end
		if _, w := crashed.welcomed(as("bob")); w.Topic.Text != "the last topic" {
			t.Errorf("bob is welcomed with %+v", w)
		}
		turnedAway[*state.RegisteredError](crashed, as("ann"))
	})
}

// TestAStartThatHadMuchToApplyKeepsASnapshotAtOnce: a room that is killed again and
// again would have more to apply each time.
func TestAStartThatHadMuchToApplyKeepsASnapshotAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, store := keptLog{room.NewMemoryLog()}, &snapshots{MemoryStore: room.NewMemoryStore()}
		defer log.MemoryLog.Close()
		decideOften(t, log, 0, 5000)
		open(t, room.Config{}, log, store)
		if snap := store.want(t, 1); snap.Seq < 5000 {
			t.Errorf("the snapshot is of place %d", snap.Seq)
		}
		sleep(time.Hour)
		store.want(t, 1)
	})
}

// forgetfulLog leaves whoever follows behind once, and then says that what comes next
// is gone.
type forgetfulLog struct {
	nodeLog
	behind, gone chan struct{} // closed: nothing more is given; what comes next is gone
	once         sync.Once
}

func (l *forgetfulLog) Follow(ctx context.Context, after state.Seq, apply func([]state.Event) error) error {
	return l.nodeLog.Follow(ctx, after, func(events []state.Event) (err error) {
		select {
		case <-l.behind:
			l.once.Do(func() {
				<-l.gone
				err = state.ErrGone
			})
		default:
		}
		if err == nil {
			err = apply(events)
		}
		return err
	})
}

// TestANodeThatFellBehindGoesOnFromASnapshot, with its sessions, and shows what was
// said meanwhile.
func TestANodeThatFellBehindGoesOnFromASnapshot(t *testing.T) {
	inNodes(t, func(n *nodes) {
		l := &forgetfulLog{behind: make(chan struct{}), gone: make(chan struct{})}
		l.MemoryLog, l.drop = n.log, func() bool { return false }
		l.ended, l.end = context.WithCancel(context.Background())
		r, err := room.New(n.Context(), room.Config{Node: "slow"}, l, n.store)
		if err != nil {
			n.Fatal(err)
		}
		slow := &testRoom{T: n.T, room: r}
		n.Cleanup(func() { n.leave(slow) })
		bob, dan := slow.join("bob")[0], slow.join("dan")[0]
		one := n.up["one"]
		ann := one.join("ann")[0]
		ann.does("a secret")
		slow.settle()
		place := bob.placeOf("a secret")

		close(l.behind)
		ann.does("missed", "/delete 2")
		one.console().does("kick dan", "ban 198.51.100.7")
		n.start("keeper")
		n.stop("keeper") // a node that closes keeps a snapshot
		close(l.gone)
		n.up["slow"] = slow
		n.agree()
		bob.sees("ann deleted ann's", "ann: missed")
		if got := sketch(room.Item{Event: bob.At(place)}); got != "ann: (deleted by ann, own true)" {
			n.Errorf("the ring has %q", got)
		}
		dan.left(state.Lost)
		bob.does("here still")
		bob.sees("bob: here still")
		turnedAway[*state.BannedError](slow, from("eve", "198.51.100.7"))
	}, "one")
}

// unreachableLog is a log that can be out of reach.
type unreachableLog struct {
	*room.MemoryLog

	mu      sync.Mutex // guards all below
	health  state.Health
	changed chan struct{}
}

func (l *unreachableLog) Health() (state.Health, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.health, l.changed
}

func (l *unreachableLog) set(h state.Health) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.health = h
	close(l.changed)
	l.changed = make(chan struct{})
}

func (l *unreachableLog) Propose(ctx context.Context, e state.Event) (state.Seq, error) {
	if h, _ := l.Health(); h.ReadOnly {
		return 0, state.ErrUnavailable
	}
	return l.MemoryLog.Propose(ctx, e)
}

func TestARoomWhoseLogIsOutOfReachIsReadOnlyAndSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &unreachableLog{MemoryLog: room.NewMemoryLog(), changed: make(chan struct{})}
		h := open(t, room.Config{}, l, room.NewMemoryStore())
		ann, bob := h.two("ann", "bob")
		ann.does("said before")
		h.settle()
		l.set(state.Health{Err: errDisk, Since: time.Now(), ReadOnly: true})
		synctest.Wait()
		bob.sees("state.LogLost{}")
		if !bob.Roster().ReadOnly {
			t.Error("the roster does not say that the room is read-only")
		}
		if err := bob.tries("hello"); !errors.Is(err, state.ErrUnavailable) {
			t.Errorf("bob is told %v", err)
		}
		if past := replied[room.Past](bob, "/historique"); len(past.Events) != 1 {
			t.Errorf("history has %d messages", len(past.Events))
		}
		gone := make(chan struct{})
		go func() { ann.Close(state.Ending{Cause: state.Lost}); close(gone) }()
		sleep(time.Minute) // longer than anybody waits
		<-gone
		l.set(state.Health{})
		sleep(time.Second)
		bob.sees("state.LogFound{}", "-ann (lost)")
		if bob.Roster().ReadOnly {
			t.Error("the roster still says that the room is read-only")
		}
		bob.does("hello")
	})
}

// TestWhatWasNotRecordedIsInTheNextSnapshot: as soon as the log is healthy again.
func TestWhatWasNotRecordedIsInTheNextSnapshot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &unreachableLog{MemoryLog: room.NewMemoryLog(), changed: make(chan struct{})}
		store := &snapshots{MemoryStore: room.NewMemoryStore()}
		h := open(t, room.Config{}, l, store)
		l.set(state.Health{Err: errDisk, Since: time.Now()})
		h.console().does("ban 198.51.100.7")
		synctest.Wait()
		store.want(t, 0)
		l.set(state.Health{})
		if snap := store.want(t, 1); !strings.Contains(string(snap.State), "198.51.100.7") {
			t.Errorf("the snapshot is %s", snap.State)
		}
	})
}

// newerLog holds an event that a later program wrote.
type newerLog struct{ *room.MemoryLog }

func (l newerLog) Follow(ctx context.Context, after state.Seq, apply func([]state.Event) error) error {
	return l.MemoryLog.Follow(ctx, after, func(events []state.Event) error {
		for _, e := range events {
			if up, ok := e.Body.(state.NodeUp); ok && up.Node == "newer" {
				if err := apply([]state.Event{e}); err != nil {
					return err
				}
				return fmt.Errorf("place %d: %w", e.Seq+1, &state.VersionError{Version: state.Version + 1})
			}
		}
		return apply(events)
	})
}

// TestARoomThatCannotReadItsLogEndsAndNamesWhoWroteIt: its members are free to go
// elsewhere.
func TestARoomThatCannotReadItsLogEndsAndNamesWhoWroteIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newerLog{room.NewMemoryLog()}
		r, err := room.New(t.Context(), room.Config{}, l, room.NewMemoryStore())
		if err != nil {
			t.Fatal(err)
		}
		h := &testRoom{T: t, room: r}
		ann := h.join("ann")[0]
		l.MemoryLog.Propose(t.Context(), state.Event{ID: state.ID{Origin: 9, N: 1}, Body: state.NodeUp{Node: "newer", Version: state.Version + 1, Program: "salon 9.1"}})
		ann.left(state.Shutdown)
		ann.Close(state.Ending{Cause: state.Quit})
		if err := r.Close(); err == nil || !strings.Contains(err.Error(), "salon 9.1") || !strings.Contains(err.Error(), fmt.Sprint("format ", state.Version+1)) {
			t.Errorf("Close returned %v", err)
		}
	})
}
