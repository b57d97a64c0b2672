package cluster

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"salon/room/state"
)

const (
	// leaseEvery is how often a node renews its lease, and leaseTime how long that may take.
	leaseEvery = time.Second
	leaseTime  = time.Second
)

// leaseDoc is a lease as the bucket has it.
type leaseDoc struct {
	Epoch  uint64      `json:"epoch"`  // 0: the node is not up yet
	Stream time.Time   `json:"stream"` // when the stream was made: it tells it from another
	Place  state.Place `json:"place"`  // the last event that was applied

	HostKeys []string `json:"keys,omitempty"` // see Options
}

// lease is this node's, and what is known of those of others.
type lease struct {
	stream jetstream.Stream
	keys   []string // see Options.HostKeys

	mu    sync.Mutex // guards all below
	epoch uint64
	place func() state.Place
	seen  map[uint64]state.Place
	peers []string // the names of the other nodes that are up and alive
}

// up returns the names of the other nodes that are up and alive.
func (l *lease) up() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.peers
}

// start takes a first lease: a node that cannot write it cannot be in the room.
func (l *lease) start(ctx context.Context, n *Node) error {
	l.seen = map[uint64]state.Place{}
	ctx, cancel := context.WithTimeout(ctx, initTimeout)
	defer cancel()
	for err := n.renew(ctx); err != nil; err = n.renew(ctx) {
		if ctx.Err() != nil || errors.Is(explain(n.conn, err), ErrPermission) {
			return explain(n.conn, err)
		}
	}
	n.running.Go(func() {
		for n.pause(leaseEvery) {
			ctx, cancel := context.WithTimeout(n.run, leaseTime)
			n.renew(ctx)
			cancel()
		}
	})
	return nil
}

// renew writes this node's lease.
func (n *Node) renew(ctx context.Context) error {
	n.lease.mu.Lock()
	doc := leaseDoc{Epoch: n.lease.epoch, Stream: n.created, HostKeys: n.lease.keys}
	place := n.lease.place
	n.lease.mu.Unlock()
	if place != nil {
		doc.Place = place()
	}
	data, err := json.Marshal(doc)
	if err != nil {
		return err
	}
	ack, err := n.js.PublishMsgAsync(&nats.Msg{Subject: leaseSubject + n.name, Data: data}, jetstream.WithRetryAttempts(0))
	if err != nil {
		return err
	}
	select {
	case <-ack.Ok():
		n.health.took()
		return nil
	case err := <-ack.Err():
		return err
	case <-ctx.Done():
		return cmp.Or(n.conn.LastError(), ctx.Err())
	}
}

// Hold implements room.Presence. It returns once the lease has the epoch.
func (n *Node) Hold(epoch uint64, place func() state.Place) (release func(), err error) {
	n.lease.mu.Lock()
	n.lease.epoch, n.lease.place = epoch, place
	n.lease.mu.Unlock()
	ctx, cancel := context.WithTimeout(n.run, initTimeout)
	defer cancel()
	if err := n.renew(ctx); err != nil {
		return nil, err
	}
	return func() {
		n.lease.mu.Lock()
		defer n.lease.mu.Unlock()
		if n.lease.epoch == epoch {
			n.lease.epoch, n.lease.place = 0, nil
		}
	}, nil
}

// Dead implements room.Presence. A node is dead whose lease has run out, when this one's has
// been taken all that time: after an outage of the servers nobody is.
func (n *Node) Dead(ctx context.Context, up []state.Node) ([]state.Node, error) {
	var dead []state.Node
	known, seen, peers := n.lease.up(), map[uint64]state.Place{}, []string(nil)
	for _, other := range up {
		if other.Name == n.name {
			continue
		}
		doc, err := n.leaseOf(ctx, other.Name)
		switch {
		case errors.Is(err, jetstream.ErrMsgNotFound):
			if n.health.wellFor() >= leaseFor {
				dead = append(dead, other)
			}
		case err != nil:
			return nil, err
		case doc.Epoch == other.Epoch:
			seen[other.Epoch] = doc.Place
			if peers = append(peers, other.Name); !slices.Contains(known, other.Name) {
				n.compareKeys(Peer{other.Name, doc.HostKeys})
			}
			n.compare(other.Name, doc)
		}
	}
	n.lease.mu.Lock()
	defer n.lease.mu.Unlock()
	if !slices.Equal(peers, n.lease.peers) {
		n.past.missed() // there is somebody else to ask
	}
	n.lease.seen, n.lease.peers = seen, peers
	return dead, nil
}

// leaseOf returns a node's lease, by the leader of the bucket, which is never behind.
func (n *Node) leaseOf(ctx context.Context, name string) (doc leaseDoc, err error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	m, err := n.lease.stream.GetLastMsgForSubject(ctx, leaseSubject+name)
	if err != nil {
		return doc, err
	}
	return doc, json.Unmarshal(m.Data, &doc)
}

// compare stops this node if another has applied other events than this one.
func (n *Node) compare(name string, doc leaseDoc) {
	at, known := n.tail.Load().Place(doc.Place.Seq)
	if !doc.Stream.Equal(n.created) || known && doc.Place.Stamp != at.Stamp {
		n.fail(&RollbackError{Node: name, At: doc.Place, Last: state.Seq(n.last.Load())})
	}
}

// Seen implements room.Presence.
func (n *Node) Seen() map[uint64]state.Place {
	n.lease.mu.Lock()
	defer n.lease.mu.Unlock()
	return maps.Clone(n.lease.seen)
}
