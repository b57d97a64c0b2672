package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"salon/internal/wait"
	"salon/room"
	"salon/room/state"
)

// fetchBytes bounds what one fetch reads.
const fetchBytes = 1 << 20

// getRequest asks for messages of the stream (ADR-31, direct get).
type getRequest struct {
	Seq      state.Seq `json:"seq"`
	Batch    int       `json:"batch,omitempty"`
	MaxBytes int       `json:"max_bytes,omitempty"`
}

// getSubject is where a copy of the stream answers that.
const getSubject = "$JS.API.DIRECT.GET." + streamName

// has reports whether a copy of the stream has an event; it is asked cheaply, and often.
func (n *Node) has(seq state.Seq) bool {
	ctx, cancel := context.WithTimeout(n.run, fetchTime)
	defer cancel()
	request, _ := json.Marshal(getRequest{Seq: seq}) // plain data
	m, err := n.conn.RequestWithContext(ctx, getSubject, request)
	return err == nil && m.Header.Get("Status") == ""
}

// fetch appends the events that the stream has from a place on, in order, at most count, and
// fewer if they are large. Any copy of the stream answers, which may be a little behind; what
// was erased is missing. An event that this program cannot read is an error that comes with
// those before it (ADR-31, batched direct get).
func (n *Node) fetch(ctx context.Context, from state.Seq, count int, batch []state.Event) ([]state.Event, error) {
	request, _ := json.Marshal(getRequest{from, count, fetchBytes}) // plain data
	sub, err := n.conn.SubscribeSync(n.conn.NewInbox())
	if err != nil {
		return batch, err
	}
	defer sub.Unsubscribe()
	if err := n.conn.PublishRequest(getSubject, sub.Subject, request); err != nil {
		return batch, err
	}
	for {
		m, err := sub.NextMsgWithContext(ctx)
		if err != nil {
			return batch, err
		}
		switch status := m.Header.Get("Status"); {
		case status == "204", status == "404": // the end, or nothing there
			return batch, nil
		case status == "503":
			return batch, nats.ErrNoResponders
		case status != "":
			return batch, fmt.Errorf("direct get: %s %s", status, m.Header.Get("Description"))
		}
		e, err := decode(m)
		if err != nil {
			return batch, err
		}
		batch = append(batch, e)
	}
}

// ahead is the fetch of what follows a batch, made while that is applied.
type ahead struct {
	mu   sync.Mutex // guards both
	from state.Seq  // 0: none
	got  chan fetched
}

// fetched is what a fetch returned.
type fetched struct {
	events []state.Event
	err    error
}

// begin fetches events while others are applied.
func (a *ahead) begin(n *Node, from, before state.Seq) {
	a.mu.Lock()
	defer a.mu.Unlock()
	got := make(chan fetched, 1)
	a.from, a.got = from, got
	n.begin(func() {
		events, err := n.fetchSome(n.run, from, before)
		got <- fetched{events, err}
	})
}

// take returns what was fetched from a place; nil if nothing was.
func (a *ahead) take(from state.Seq) <-chan fetched {
	a.mu.Lock()
	defer a.mu.Unlock()
	got := a.got
	if a.from != from {
		return nil
	}
	a.from, a.got = 0, nil
	return got
}

// fetchSome fetches at most a batch of events before a place.
func (n *Node) fetchSome(ctx context.Context, from, before state.Seq) ([]state.Event, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	return n.fetch(ctx, from, int(min(room.BatchEvents, before-from)), make([]state.Event, 0, room.BatchEvents))
}

// earlier is a [room.Earlier] that reads the stream.
func (n *Node) earlier(ctx context.Context, next, before state.Seq, batch []state.Event) ([]state.Event, state.Seq, error) {
	for {
		var events []state.Event
		var err error
		if got := n.ahead.take(next); got != nil {
			select {
			case f := <-got:
				events, err = append(batch, f.events...), f.err
			case <-n.run.Done():
			}
		} else {
			events, err = n.fetchSome(ctx, next, before)
		}
		switch {
		case ctx.Err() != nil:
			return nil, next, ctx.Err()
		case n.run.Err() != nil:
			return nil, next, state.ErrClosed
		case len(events) > 0 && events[0].Seq != next:
			raise(&n.gone, uint64(events[0].Seq-1))
			return nil, next, state.ErrGone
		case len(events) > 0:
			events = connected(events)
			upto := events[len(events)-1].Seq + 1
			if len(events) == room.BatchEvents && upto < before {
				n.ahead.begin(n, upto, before)
			}
			return events, upto, nil
		}
		if bad, ok := errors.AsType[*decodeError](err); ok && bad.seq == next {
			return nil, next, err
		}
		if gone, err := n.erased(ctx, next); err == nil && gone {
			raise(&n.gone, uint64(next))
			return nil, next, state.ErrGone
		}
		if !wait.Pause(ctx, againAfter) {
			return nil, next, ctx.Err()
		}
	}
}

// connected returns the first events up to a hole.
func connected(events []state.Event) []state.Event {
	for i := range events {
		if events[i].Seq != events[0].Seq+state.Seq(i) {
			return events[:i]
		}
	}
	return events
}

// erased reports whether the stream's leader, which is never behind, has an event no more.
func (n *Node) erased(ctx context.Context, seq state.Seq) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	info, err := n.stream.Info(ctx)
	if err != nil || uint64(seq) > info.State.LastSeq {
		return false, err
	}
	if uint64(seq) < info.State.FirstSeq {
		return true, nil
	}
	_, err = n.stored(ctx, seq)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return true, nil
	}
	return false, err
}

// stored returns when the stream's leader stored an event, or ErrMsgNotFound. Any copy answers
// Stream.GetMsg, where direct gets are allowed, also one that is behind.
func (n *Node) stored(ctx context.Context, seq state.Seq) (time.Time, error) {
	request, _ := json.Marshal(getRequest{Seq: seq}) // plain data
	m, err := n.conn.RequestWithContext(ctx, "$JS.API.STREAM.MSG.GET."+streamName, request)
	if err != nil {
		return time.Time{}, err
	}
	var answer struct {
		Error   *jetstream.APIError `json:"error"`
		Message struct {
			Time time.Time `json:"time"`
		} `json:"message"`
	}
	err = json.Unmarshal(m.Data, &answer)
	switch {
	case err != nil:
		return time.Time{}, err
	case answer.Error == nil:
		return answer.Message.Time, nil
	case answer.Error.ErrorCode == codeNoMessage:
		return time.Time{}, jetstream.ErrMsgNotFound
	}
	return time.Time{}, answer.Error
}
