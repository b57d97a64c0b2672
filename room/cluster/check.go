package cluster

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/nats-io/nats.go/jetstream"

	"salon/room/state"
)

// Report is how a cluster is.
type Report struct {
	Server, Version string    // the one that answered
	First, Last     state.Seq // what the stream holds; First is Last+1 when that is nothing
	Replicas        int       // of the stream
	Nodes           []Peer    // that are alive
}

// Peer is a node that is alive.
type Peer struct {
	Name     string
	HostKeys []string // see Options.HostKeys
}

// Check looks at a cluster as Open does, with the same errors. It changes nothing, and may run
// beside nodes.
func Check(ctx context.Context, a Access) (Report, error) {
	n := &Node{log: discard}
	var err error
	if n.conn, err = a.connect("check", discard); err != nil {
		return Report{}, err
	}
	defer n.conn.Close()
	if n.js, err = jetstream.New(n.conn, jetstream.WithDefaultTimeout(requestTimeout)); err != nil {
		return Report{}, err
	}
	info, err := n.check(ctx)
	if err != nil {
		return Report{}, err
	}
	peers, err := n.peers(ctx)
	return Report{
		Server: n.conn.ConnectedUrlRedacted(), Version: n.conn.ConnectedServerVersion(),
		First: state.Seq(info.State.FirstSeq), Last: state.Seq(info.State.LastSeq), Replicas: info.Config.Replicas, Nodes: peers,
	}, err
}

// peers returns the nodes that have leases.
func (n *Node) peers(ctx context.Context) (list []Peer, err error) {
	info, err := n.lease.stream.Info(ctx, jetstream.WithSubjectFilter(leaseSubject+"*"))
	if err != nil {
		return nil, explain(n.conn, err)
	}
	for subject := range info.State.Subjects {
		name := strings.TrimPrefix(subject, leaseSubject)
		doc, err := n.leaseOf(ctx, name)
		switch {
		case err == nil:
			list = append(list, Peer{name, doc.HostKeys})
		case !errors.Is(err, jetstream.ErrMsgNotFound): // or it ran out just now
			return nil, explain(n.conn, err)
		}
	}
	slices.SortFunc(list, func(a, b Peer) int { return strings.Compare(a.Name, b.Name) })
	return list, nil
}

// Differs reports whether members who are moved from a node with these host keys to this one
// are warned by their ssh clients.
func (p Peer) Differs(keys []string) bool {
	return len(p.HostKeys) > 0 && len(keys) > 0 && !slices.Equal(slices.Sorted(slices.Values(p.HostKeys)), slices.Sorted(slices.Values(keys)))
}

// compareKeys warns of a node with other host keys.
func (n *Node) compareKeys(p Peer) {
	if p.Differs(n.lease.keys) {
		n.log.Warn("cluster: another node has other host keys", "do", "give both the same, or ssh refuses members who are moved between the two", "node", p.Name, "its", p.HostKeys, "own", n.lease.keys)
	}
}
