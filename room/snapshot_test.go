package room_test

import (
	"context"
	"errors"
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
