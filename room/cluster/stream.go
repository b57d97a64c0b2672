package cluster

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"salon/internal/wait"
)

// Names of what a cluster has on NATS.
const (
	streamName    = "ROOM"
	eventSubject  = "room." // and the node that proposed
	liveSubject   = "live." // and the same
	leaseBucket   = "salon-nodes"
	leaseStream   = "KV_" + leaseBucket
	leaseSubject  = "$KV." + leaseBucket + "." // and the node
	stateBucket   = "salon-snapshots"
	nodeSubject   = "node."      // and the node, and what is asked of it
	markKey, mark = "salon", "1" // in the stream's metadata
)

// Bounds of what is on NATS.
const (
	// maxMessage is the largest event with its headers; JetStream refuses a larger one.
	maxMessage = 256 << 10
	// dedupWindow is how long the servers know an ID: the same ID proposed again within it is
	// stored once; later it is stored again, and State.Apply ignores it.
	dedupWindow = 2 * time.Minute
	// leaseFor is how long a lease lasts that is not renewed. Its node is dead then.
	leaseFor = 9 * time.Second
	// requestTimeout is how long a request to JetStream may take.
	requestTimeout = 2 * time.Second
	// manyReplicas is how many copies outlive the loss of a server.
	manyReplicas = 3
	// maxClockOff is how far the clocks of this machine and of the servers may be apart. It
	// matters to people, who are shown times; rules use the servers' clock.
	maxClockOff = 30 * time.Second
)

// streams returns the configurations of the stream and of the leases.
func (o *InitOptions) streams() []jetstream.StreamConfig {
	room := jetstream.StreamConfig{
		Name: streamName, Description: "what happens in the salon, in order", Subjects: []string{eventSubject + "*"}, Metadata: map[string]string{markKey: mark},
		Replicas: o.Replicas, Storage: jetstream.FileStorage, Discard: jetstream.DiscardOld, MaxBytes: cmp.Or(o.MaxBytes, -1), MaxAge: o.MaxAge,
		MaxMsgSize: maxMessage, Duplicates: dedupWindow, AllowDirect: true, DenyPurge: true,
		RePublish: &jetstream.RePublish{Source: eventSubject + "*", Destination: liveSubject + "{{wildcard(1)}}"},
	}
	if o.MaxAge > 0 {
		room.Duplicates = min(dedupWindow, o.MaxAge)
	}
	if o.From != nil {
		room.FirstSeq = uint64(o.From.Seq) + 1
	}
	// Not through a KeyValue: reading a lease must ask the leader, which a bucket made by one
	// does not.
	leases := jetstream.StreamConfig{
		Name: leaseStream, Description: "which nodes of the salon are alive", Subjects: []string{leaseSubject + "*"},
		Replicas: o.Replicas, Storage: jetstream.MemoryStorage, Discard: jetstream.DiscardNew, MaxMsgsPerSubject: 1, MaxAge: leaseFor,
		MaxMsgSize: 4096, Duplicates: leaseFor, DenyDelete: true, DenyPurge: true,
	}
	if o.Replicas == 1 { // a server alone forgets streams in memory when it stops
		leases.Storage = jetstream.FileStorage
	}
	return []jetstream.StreamConfig{room, leases}
}

// Init makes the stream and the buckets of a new cluster. It needs a user who may.
func Init(ctx context.Context, o InitOptions) error {
	conn, err := o.connect("init", discard)
	if err != nil {
		return err
	}
	defer conn.Close()
	js, err := jetstream.New(conn, jetstream.WithDefaultTimeout(initTimeout))
	if err != nil {
		return err
	}
	err = patiently(ctx, conn, func(ctx context.Context) error {
		_, err := js.Stream(ctx, streamName)
		return err
	})
	switch {
	case err == nil:
		return ErrExists
	case !errors.Is(err, jetstream.ErrStreamNotFound):
		return explain(conn, err)
	}
	if o.Replicas == 0 {
		if o.Replicas = 1; len(conn.Servers()) >= manyReplicas {
			o.Replicas = manyReplicas
		}
	}
	var states jetstream.ObjectStore
	err = patiently(ctx, conn, func(ctx context.Context) (err error) {
		states, err = js.CreateOrUpdateObjectStore(ctx, jetstream.ObjectStoreConfig{
			Bucket: stateBucket, Description: "States of the salon, for nodes that were away for long", Replicas: o.Replicas, Storage: jetstream.FileStorage, Compression: true,
		})
		return err
	})
	if err != nil {
		return fmt.Errorf("bucket %s: %w", stateBucket, explain(conn, err))
	}
	if o.From != nil {
		if err := putState(ctx, states, *o.From, 0); err != nil {
			return fmt.Errorf("store the room's state: %w", err)
		}
	}
	streams := o.streams()
	for i := len(streams) - 1; i >= 0; i-- { // ROOM last: where it is, all is
		err := patiently(ctx, conn, func(ctx context.Context) error { // an answer may be lost while the servers meet
			_, err := js.CreateOrUpdateStream(ctx, streams[i])
			return err
		})
		if err != nil {
			return fmt.Errorf("stream %s: %w", streams[i].Name, explain(conn, err))
		}
	}
	return nil
}

// initTimeout is how long making a stream may take, and the servers to meet that have just
// begun.
const initTimeout = 15 * time.Second

// JetStream's error codes while its servers have not met yet: none leads, or the leader has not
// heard yet of the others, and takes them to be offline. One that is gone is offline too: that is
// said after initTimeout.
const (
	codeMeeting = 10008
	codeNoPeers = 10005
)

// patiently asks again and again while the servers have not met yet, for initTimeout at most:
// until then they may say so, or nothing.
func patiently(ctx context.Context, conn *nats.Conn, ask func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, initTimeout)
	defer cancel()
	for {
		within, done := context.WithTimeout(ctx, requestTimeout)
		err := ask(within)
		done()
		api, answered := errors.AsType[*jetstream.APIError](err)
		meeting := answered && (api.ErrorCode == codeMeeting || api.ErrorCode == codeNoPeers && strings.Contains(api.Description, "offline")) ||
			errors.Is(explain(conn, err), ErrNoMajority)
		if !meeting || !wait.Pause(ctx, electPause) {
			return err
		}
	}
}

// explain adds which of the errors of this package a server's answer means.
func explain(conn *nats.Conn, err error) error {
	known := map[error]error{
		jetstream.ErrStreamNotFound: ErrNoStream, jetstream.ErrBucketNotFound: ErrNoStream,
		jetstream.ErrJetStreamNotEnabled: ErrNoJetStream, jetstream.ErrJetStreamNotEnabledForAccount: ErrNoJetStream,
		nats.ErrNoResponders: ErrNoJetStream, nats.ErrPermissionViolation: ErrPermission,
	}
	for theirs, ours := range known {
		if errors.Is(err, theirs) {
			return fmt.Errorf("%w: %w", ours, err)
		}
	}
	// A request that the user may not make is not answered at all.
	if refused := conn.LastError(); err != nil && refused != nil && strings.Contains(strings.ToLower(refused.Error()), "permissions violation") {
		return fmt.Errorf("%w: %w", ErrPermission, refused)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%w: %w", ErrNoMajority, err)
	}
	return err
}
