package cluster

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"salon/internal/wait"
	"salon/room"
	"salon/room/state"
)

// stateObject is the newest State, with these headers.
const (
	stateObject  = "state"
	headerPlace  = "Salon-Place"  // of the State
	headerErased = "Salon-Erased" // up to which what was taken back is erased from the stream
)

const (
	// uploadTime bounds how long storing a State for all may take, or reading it.
	uploadTime = time.Minute
	// erasePause is the time between two batches of events that are looked through for what
	// somebody said who takes all of it back: others come first.
	erasePause = 5 * time.Millisecond
)

// upload stores snapshots for all, one at a time.
type upload struct {
	mu     sync.Mutex // guards all below
	busy   bool
	wanted bool // messages were taken back
}

// want has the next snapshot stored for all, if the last one was not just stored.
func (u *upload) want() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.wanted = true
}

// begin stores a snapshot for all in the background, if it is time to.
func (u *upload) begin(n *Node, s state.Snapshot) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.busy {
		return
	}
	wanted := u.wanted
	u.busy, u.wanted = true, false
	n.begin(func() {
		ctx, cancel := context.WithCancel(n.run)
		defer cancel()
		err := n.storeState(ctx, s, wanted)
		if err != nil && n.run.Err() == nil {
			n.log.Warn("cluster: the snapshot is not stored for others", "err", err)
		}
		u.mu.Lock()
		defer u.mu.Unlock()
		u.busy = false
		u.wanted = u.wanted || err != nil && wanted
	})
}

// storeState stores a snapshot for all if it is due, and erases from the stream what was taken
// back before it.
func (n *Node) storeState(ctx context.Context, s state.Snapshot, wanted bool) error {
	asking, cancel := context.WithTimeout(ctx, uploadTime)
	defer cancel()
	place, erased := state.Seq(0), state.Seq(0)
	info, err := n.states.GetInfo(asking, stateObject)
	switch {
	case err == nil:
		place, erased = headerSeqOf(info, headerPlace), headerSeqOf(info, headerErased)
		if !wanted && s.Seq < place+stateEvents && time.Since(info.ModTime) < stateEvery {
			return nil
		}
	case !errors.Is(err, jetstream.ErrObjectNotFound):
		return err
	}
	if s.Seq > place {
		if err := putState(asking, n.states, s, erased); err != nil {
			return err
		}
		place = s.Seq
	}
	if erased >= place {
		return nil
	}
	if err := n.eraseTaken(ctx, erased, place); err != nil {
		return err
	}
	return n.states.UpdateMeta(ctx, stateObject, stateMeta(place, place))
}

func stateMeta(place, erased state.Seq) jetstream.ObjectMeta {
	seq := func(s state.Seq) []string { return []string{strconv.FormatUint(uint64(s), 10)} }
	return jetstream.ObjectMeta{Name: stateObject, Headers: nats.Header{headerPlace: seq(place), headerErased: seq(erased)}}
}

func headerSeqOf(info *jetstream.ObjectInfo, name string) state.Seq {
	seq, _ := strconv.ParseUint(info.Headers.Get(name), 10, 64)
	return state.Seq(seq)
}

// putState stores a State in the bucket.
func putState(ctx context.Context, states jetstream.ObjectStore, s state.Snapshot, erased state.Seq) error {
	_, err := states.Put(ctx, stateMeta(s.Seq, erased), bytes.NewReader(s.State))
	return err
}

// newestState reads the State of the bucket.
func (n *Node) newestState(ctx context.Context) (state.Snapshot, error) {
	ctx, cancel := context.WithTimeout(ctx, uploadTime)
	defer cancel()
	info, err := n.states.GetInfo(ctx, stateObject)
	if err != nil {
		return state.Snapshot{}, err
	}
	data, err := n.states.GetBytes(ctx, stateObject)
	if err != nil {
		return state.Snapshot{}, err
	}
	is, err := state.OutlineOf(data) // another may have been stored since
	if at := headerSeqOf(info, headerPlace); err == nil && is.Seq < at {
		err = fmt.Errorf("it is of event %d, not %d", is.Seq, at)
	}
	return state.Snapshot{Seq: is.Seq, State: data}, err
}

// eraseTaken erases from the stream what events between two places take back. It may be done
// again.
func (n *Node) eraseTaken(ctx context.Context, after, upto state.Seq) error {
	return n.eachEvent(ctx, after+1, upto, func(by state.Event) error {
		if b, ok := by.Body.(state.Deleted); ok {
			return n.eraseEvent(ctx, b.Message)
		}
		if !by.Erases() {
			return nil
		}
		return n.eachEvent(ctx, 1, by.Seq-1, func(e state.Event) error {
			if _, ok := by.Takes(&e); ok {
				return n.eraseEvent(ctx, e.Seq)
			}
			return nil
		})
	})
}

// eachEvent calls do with the events that the stream still has from one place to another.
func (n *Node) eachEvent(ctx context.Context, from, upto state.Seq, do func(state.Event) error) error {
	from = max(from, state.Seq(n.first.Load()))
	var events []state.Event
	for from <= upto {
		asking, cancel := context.WithTimeout(ctx, requestTimeout)
		var err error
		events, err = n.fetch(asking, from, room.BatchEvents, events[:0])
		cancel()
		if err != nil {
			return err
		}
		for _, e := range events {
			if e.Seq > upto {
				return nil
			}
			if err := do(e); err != nil {
				return err
			}
			from = e.Seq + 1
		}
		if len(events) == 0 {
			return nil
		}
		if !wait.Pause(ctx, erasePause) {
			return ctx.Err()
		}
	}
	return nil
}

// eraseEvent overwrites an event in the stream. One that is not there is erased already.
func (n *Node) eraseEvent(ctx context.Context, seq state.Seq) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	err := n.stream.SecureDeleteMsg(ctx, uint64(seq))
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return nil
	}
	if api, ok := errors.AsType[*jetstream.APIError](err); ok && cmp.Or(api.ErrorCode) == codeNoMessage {
		return nil
	}
	return err
}

// codeNoMessage is JetStream's error code for a message that is not there.
const codeNoMessage = 10037
