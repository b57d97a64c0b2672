package cluster

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"salon/internal/wait"
	"salon/room/state"
)

// ErrNoSnapshot says that the stream does not hold what this node needs to go on, and that no
// snapshot does either.
var ErrNoSnapshot = errors.New("the stream does not go back far enough, and there is no snapshot that does")

// Apply implements room.Store.
func (n *Node) Apply(upto state.Seq, spoken []state.Event) { n.store.Apply(upto, spoken) }

// Erase implements room.Store. The words leave the stream soon after a snapshot covers the
// event that takes them back, see [Node.Snapshot].
func (n *Node) Erase(by state.Event) {
	n.tail.Load().EraseAll(&by)
	n.store.Erase(by)
	n.upload.want()
}

// Last implements room.Store.
func (n *Node) Last(ctx context.Context, in state.Rooms, count int, before state.Seq) ([]state.Event, error) {
	return n.store.Last(ctx, in, count, before)
}

// Search implements room.Store.
func (n *Node) Search(ctx context.Context, in state.Rooms, q state.Query, count int) ([]state.Event, error) {
	return n.store.Search(ctx, in, q, count)
}

// Load implements room.Store: this node's own snapshot, or the cluster's newest if the stream
// no longer holds what comes after that. It returns a [*RollbackError] when the stream does
// not hold what this node has applied.
func (n *Node) Load(ctx context.Context) (state.Snapshot, error) {
	own, err := n.store.Load(ctx)
	if err != nil {
		return own, err
	}
	if err := n.verify(ctx, own); err != nil {
		return own, err
	}
	if uint64(own.Seq)+1 >= max(n.first.Load(), n.gone.Load()+1) {
		return own, nil
	}
	newest, err := n.newestState(ctx)
	switch {
	case errors.Is(err, jetstream.ErrObjectNotFound), err == nil && newest.Seq <= own.Seq:
		return own, ErrNoSnapshot
	case err != nil:
		return own, fmt.Errorf("newest snapshot: %w", err)
	}
	n.log.Info("cluster: going on from the cluster's snapshot", "own", own.Seq, "snapshot", newest.Seq)
	n.store.Skip(newest.Seq)
	n.past.missed()
	return newest, nil
}

// verify checks that the stream holds what this node has: the place of its snapshot, and the
// message that it stored last.
func (n *Node) verify(ctx context.Context, own state.Snapshot) error {
	var places []state.Place
	if own.State != nil {
		is, err := state.OutlineOf(own.State)
		if err != nil {
			return err
		}
		places = append(places, is.Place)
	}
	newest, _ := n.store.Last(ctx, nil, 1, 0) // what cannot be read cannot be compared
	for _, e := range newest {
		if _, gap := e.Body.(state.Gap); !gap {
			places = append(places, state.Place{Seq: e.Seq, Stamp: stampOf(e.Time)})
		}
	}
	for _, at := range places {
		if uint64(at.Seq) < n.first.Load() {
			continue // nobody knows any more
		}
		stored, err := n.storedAt(ctx, at.Seq)
		switch {
		case errors.Is(err, jetstream.ErrMsgNotFound) && uint64(at.Seq) <= n.last.Load(): // it was erased
		case errors.Is(err, jetstream.ErrMsgNotFound):
			return &RollbackError{Node: n.name, At: at, Last: state.Seq(n.last.Load())}
		case err != nil:
			return fmt.Errorf("event %d: %w", at.Seq, err)
		case stampOf(stored) != at.Stamp:
			return &RollbackError{Node: n.name, At: at, Last: state.Seq(n.last.Load())}
		}
	}
	return nil
}

// storedAt is stored that waits while the stream has no leader, for initTimeout at most.
func (n *Node) storedAt(ctx context.Context, seq state.Seq) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, initTimeout)
	defer cancel()
	for {
		asking, done := context.WithTimeout(ctx, requestTimeout)
		at, err := n.stored(asking, seq)
		done()
		if err == nil || errors.Is(err, jetstream.ErrMsgNotFound) || !wait.Pause(ctx, electPause) {
			return at, err
		}
	}
}

// Snapshot implements room.Store: it stores the snapshot on this node, and for all if it is
// time to and this node is the first, by name, of those that are up.
func (n *Node) Snapshot(ctx context.Context, s state.Snapshot) error {
	if err := n.store.Snapshot(ctx, s); err != nil || n.run.Err() != nil {
		return err
	}
	is, err := state.OutlineOf(s.State)
	if err != nil {
		return err
	}
	if len(is.Nodes) > 0 && is.Nodes[0] == n.name {
		n.upload.begin(n, s)
	}
	return nil
}

// A snapshot is stored for all once so many events have come since the last one, or so much
// time has passed; at the room's next one if messages were taken back, which are erased from
// the stream then.
const (
	stateEvents = 10_000
	stateEvery  = 10 * time.Minute
)
