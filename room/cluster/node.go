package cluster

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"salon/room"
	"salon/room/state"
)

// discard is the log of a node that is given none.
var discard = slog.New(slog.DiscardHandler)

// Node is this machine's part of a cluster: its [room.Log], [room.Store], [room.Mail] and
// [room.Presence]. All methods may be called from any goroutine.
type Node struct {
	name   string
	store  Local
	log    *slog.Logger
	conn   *nats.Conn
	js     jetstream.JetStream
	stream jetstream.Stream
	states jetstream.ObjectStore
	tail   atomic.Pointer[room.Tail]
	feed   feed
	ahead  ahead
	health health
	lease  lease
	upload upload
	past   *past

	created time.Time     // of the stream: what tells it from another
	first   atomic.Uint64 // the first event that the stream still has, as far as is known
	last    atomic.Uint64 // the last one
	gone    atomic.Uint64 // the newest place that somebody asked for and that was erased
	offset  atomic.Int64  // what to add to this machine's clock to have the servers', in nanoseconds

	run     context.Context // ends with Close
	cancel  context.CancelFunc
	running sync.WaitGroup
	closing sync.Once

	mu     sync.Mutex // guards both
	failed error      // why the log cannot be followed any further
	closed bool       // nothing begins any more
}

// Open connects to the cluster, checks that it is fit to be used, and follows its log from
// there on. Its errors are those of this package.
func Open(ctx context.Context, o Options) (*Node, error) {
	n := &Node{name: o.Node, store: o.Store, log: cmp.Or(o.Log, discard)}
	n.lease.keys = o.HostKeys
	var err error
	if n.conn, err = o.connect(o.Node, n.log); err != nil {
		return nil, err
	}
	n.run, n.cancel = context.WithCancel(context.WithoutCancel(ctx))
	if err := n.start(ctx); err != nil {
		n.cancel()
		n.conn.Close()
		n.running.Wait()
		return nil, err
	}
	return n, nil
}

func (n *Node) start(ctx context.Context) (err error) {
	n.js, err = jetstream.New(n.conn, jetstream.WithDefaultTimeout(requestTimeout),
		jetstream.WithPublishAsyncMaxPending(maxProposals), jetstream.WithPublishAsyncTimeout(ackTimeout))
	if err != nil {
		return err
	}
	info, err := n.check(ctx)
	if err != nil {
		return err
	}
	n.tail.Store(room.NewTail(state.Seq(info.State.LastSeq) + 1))
	n.health.start(n.store)
	if err := n.feed.start(n, state.Seq(info.State.LastSeq)+1); err != nil {
		return err
	}
	if err := n.lease.start(ctx, n); err != nil {
		return err
	}
	if n.past, err = newPast(n.conn, n.name, n.store, n.lease.up, n.log); err != nil {
		return err
	}
	n.running.Go(func() { n.past.serve(n.run) })
	n.running.Go(func() { n.past.fill(n.run) })
	n.running.Go(n.watch)
	n.running.Go(n.health.follow(n.run))
	return nil
}

// check checks the stream and the buckets.
func (n *Node) check(ctx context.Context) (*jetstream.StreamInfo, error) {
	if err := patiently(ctx, n.conn, n.find); err != nil {
		return nil, explain(n.conn, err)
	}
	if off := -time.Duration(n.offset.Load()); off.Abs() > maxClockOff {
		return nil, &ClockError{off.Round(time.Second)}
	}
	info, leases := n.stream.CachedInfo(), n.lease.stream.CachedInfo()
	n.created = info.Created
	for _, i := range []*jetstream.StreamInfo{info, leases} {
		if i.Config.Replicas < manyReplicas {
			n.log.Warn("cluster: a server that is lost takes the room with it", "err", (&ReplicasError{i.Config.Name, i.Config.Replicas, manyReplicas}).Error())
		}
	}
	return info, nil
}

// find finds the stream and the buckets.
func (n *Node) find(ctx context.Context) (err error) {
	asked := time.Now()
	if n.stream, err = n.js.Stream(ctx, streamName); err != nil {
		return err
	}
	info := n.stream.CachedInfo()
	n.synchronize(info, asked)
	if info.Config.Metadata[markKey] != mark || info.Config.RePublish == nil || !info.Config.AllowDirect {
		return ErrForeign
	}
	if n.states, err = n.js.ObjectStore(ctx, stateBucket); err != nil {
		return fmt.Errorf("bucket %s: %w", stateBucket, err)
	}
	if n.lease.stream, err = n.js.Stream(ctx, leaseStream); err != nil {
		return fmt.Errorf("bucket %s: %w", leaseBucket, err)
	}
	return nil
}

// synchronize takes what the stream's leader said about it: its bounds, and the time.
func (n *Node) synchronize(info *jetstream.StreamInfo, asked time.Time) {
	took := time.Since(asked)
	n.offset.Store(int64(info.TimeStamp.Sub(asked.Add(took / 2))))
	n.first.Store(max(info.State.FirstSeq, 1))
	raise(&n.last, info.State.LastSeq)
}

// raise makes a number at least as large as another.
func raise(to *atomic.Uint64, least uint64) {
	for was := to.Load(); was < least && !to.CompareAndSwap(was, least); was = to.Load() {
	}
}

// watchEvery is how often a node asks the stream's leader how it is.
const watchEvery = time.Second

// watch looks after the stream until the node is closed: its bounds, its clock, whether it has
// a leader, and whether it still holds what this node has been given.
func (n *Node) watch() {
	back := 0 // how often in a row the stream had gone back
	for n.pause(watchEvery) {
		known, asked := n.feed.given(), time.Now()
		ctx, cancel := context.WithTimeout(n.run, requestTimeout)
		info, err := n.stream.Info(ctx)
		cancel()
		if err != nil {
			continue
		}
		n.synchronize(info, asked)
		n.health.led()
		switch {
		case !info.Created.Equal(n.created):
			n.fail(&RollbackError{Node: n.name, At: known, Last: state.Seq(info.State.LastSeq)})
		case state.Seq(info.State.LastSeq) >= known.Seq:
			back = 0
		default:
			if back++; back > 1 {
				n.fail(&RollbackError{Node: n.name, At: known, Last: state.Seq(info.State.LastSeq)})
			}
		}
	}
}

// begin has something done that Close waits for, unless the node is closed.
func (n *Node) begin(do func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.closed {
		n.running.Go(do)
	}
}

// pause waits, and reports whether the node is still open.
func (n *Node) pause(d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-n.run.Done():
		return false
	}
}

// fail ends the log for everybody who follows it, with an error.
func (n *Node) fail(err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.failed == nil {
		n.failed = err
		n.log.Error("cluster: the log cannot be followed any further", "err", err)
		n.tail.Load().Close()
	}
}

func (n *Node) failure() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.failed
}

// Now implements room.Log: the servers' clock, as far as it is known.
func (n *Node) Now() state.Moment {
	now := time.Now().Add(time.Duration(n.offset.Load())).UTC().Truncate(time.Microsecond)
	return state.Moment{Time: now, Stamp: max(stampOf(now), n.feed.given().Stamp)}
}

// stampOf returns a time of the stream as the log's stamp.
func stampOf(t time.Time) time.Duration { return time.Duration(t.UnixMicro()) * time.Microsecond }

// Health implements room.Log: ReadOnly while no majority of the servers answers. Otherwise it
// is that of the node's own store.
func (n *Node) Health() (state.Health, <-chan struct{}) { return n.health.now() }

// Bounds implements room.Log.
func (n *Node) Bounds() (first, last state.Seq) {
	_, known := n.tail.Load().Bounds()
	return state.Seq(n.first.Load()), max(known, state.Seq(n.last.Load()))
}

// Close implements room.Log. Proposals that are under way get their answers, for ackTimeout at
// most; then it is unknown whether they are stored.
func (n *Node) Close() error {
	n.closing.Do(func() {
		select {
		case <-n.health.close():
		case <-time.After(ackTimeout):
		}
		n.cancel()
		n.mu.Lock()
		n.closed = true
		n.mu.Unlock()
		n.tail.Load().Close()
		n.conn.Close()
	})
	n.running.Wait()
	return nil
}

// Follow implements room.Log.
func (n *Node) Follow(ctx context.Context, after state.Seq, apply func([]state.Event) error) error {
	tail := n.tail.Load()
	err := tail.Follow(ctx, after, n.earlier, apply)
	switch {
	case !errors.Is(err, state.ErrClosed):
		return err
	case n.tail.Load() != tail && n.run.Err() == nil: // see feed.skip
		return state.ErrGone
	}
	return cmp.Or(n.failure(), err)
}
