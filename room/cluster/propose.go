package cluster

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"salon/room"
	"salon/room/state"
)

const (
	// maxProposals is how many proposals of a node wait for the servers; one more waits a
	// moment, and is refused with state.ErrBusy.
	maxProposals = 4096
	// ackTimeout is how long one waits; then it is unknown whether it is stored.
	ackTimeout = 2 * time.Second
	// electing is how long a proposal waits for a stream that has no leader, which refuses it
	// without storing it.
	electing = 3 * time.Second
	// electPause is the time between two tries.
	electPause = 100 * time.Millisecond
)

// Propose implements room.Log.
func (n *Node) Propose(ctx context.Context, e state.Event) (state.Seq, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if err := room.Loggable(e.Body); err != nil {
		return 0, err
	}
	if err := n.failure(); err != nil && !leaves(e.Body, err) {
		return 0, state.ErrClosed
	}
	if seq, ok := n.tail.Load().Seq(e.ID); ok {
		return seq, nil
	}
	data, err := state.EncodeEvent(state.Event{ID: e.ID, Body: e.Body})
	if err != nil {
		return 0, err
	}
	if err := n.health.begin(e.ID); err != nil {
		return 0, err
	}
	seq, err := n.publish(ctx, e.ID.String(), data)
	n.health.end(e.ID, err)
	return seq, err
}

// leaves reports whether a node that cannot follow the log any further says that it is down: where
// it only cannot read it, the log is sound, and others need not wait for its lease to run out.
func leaves(b state.Body, failed error) bool {
	_, down := b.(state.NodeDown)
	_, newer := errors.AsType[*state.VersionError](failed)
	return down && newer
}

// publish has an event stored. While the stream has no leader it tries again for a while:
// then nothing was stored.
func (n *Node) publish(ctx context.Context, id string, data []byte) (state.Seq, error) {
	for until := time.Now().Add(electing); ; {
		msg := &nats.Msg{Subject: eventSubject + n.name, Data: data, Header: nats.Header{nats.MsgIdHdr: {id}}}
		seq, err := n.publishOnce(ctx, msg)
		if !errors.Is(err, jetstream.ErrNoStreamResponse) && !errors.Is(err, nats.ErrNoResponders) {
			return seq, err
		}
		if time.Now().After(until) {
			return 0, fmt.Errorf("%w: %w", state.ErrUnavailable, err)
		}
		select {
		case <-time.After(electPause):
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-n.run.Done():
			return 0, state.ErrClosed
		}
	}
}

func (n *Node) publishOnce(ctx context.Context, msg *nats.Msg) (state.Seq, error) {
	ack, err := n.js.PublishMsgAsync(msg, jetstream.WithRetryAttempts(0))
	if err != nil {
		return 0, refusal(err)
	}
	select {
	case a := <-ack.Ok():
		raise(&n.last, a.Sequence)
		n.feed.expect(state.Seq(a.Sequence))
		return state.Seq(a.Sequence), nil
	case err := <-ack.Err():
		return 0, refusal(err)
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-n.run.Done():
		return 0, state.ErrUnknown
	}
}

// refusal words an error of a publication as room.Log.Propose does. What is not known to have
// been refused may be stored; the error code 10158, a duplicate that is in process, too.
func refusal(err error) error {
	api, ok := errors.AsType[*jetstream.APIError](err)
	switch {
	case errors.Is(err, jetstream.ErrNoStreamResponse), errors.Is(err, nats.ErrNoResponders):
		return err
	case errors.Is(err, jetstream.ErrTooManyStalledMsgs):
		return state.ErrBusy
	case errors.Is(err, nats.ErrMaxPayload), ok && api.ErrorCode == codeTooLarge:
		return state.ErrTooLarge
	case ok && (api.ErrorCode == codeNoResources || api.ErrorCode == codeNoStorage):
		return fmt.Errorf("%w: %w", state.ErrUnavailable, err)
	}
	return fmt.Errorf("%w: %w", state.ErrUnknown, err)
}

// Error codes of JetStream with which nothing is stored (nats-server, errors.json).
const (
	codeTooLarge    = 10054
	codeNoResources = 10023
	codeNoStorage   = 10047
)
