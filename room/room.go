package room

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"salon/room/state"
	"salon/room/text"
)

// Config is what a room may be told. The zero value works: no limits on rate,
// every join announced.
type Config struct {
	Limits
	// GatherAbove is the number of members above which joins and leaves are no
	// longer named one by one but summed up every GatherEvery; 0: never.
	GatherAbove int
	GatherEvery time.Duration
	// Node is what this node is called in the log: a start under a name ends the life
	// before under that name. "": a name that nobody else has.
	Node string
	// CutWait is how long a member stays whose connection was lost, so that they may
	// come back without anybody noticing; 0: not at all.
	CutWait time.Duration
	// Mail carries private messages to members on other nodes; nil: there are none.
	Mail Mail
	// PassMemory (KiB) and PassTime are what hashing a pass phrase with argon2id
	// costs from now on; 0: 19456 and 2.
	PassMemory, PassTime uint32
	// Audit is called for everything that an operator does to others, and for what
	// they tried and were refused. The room's lock is not held; the operator's
	// session waits for it. nil: nobody keeps it.
	Audit func(Act)
	// Reload reads the files of whoever runs the room again; its error, in words
	// for an operator, says that nothing has changed. nil: there are none.
	Reload func() error
	// Zone finds a time zone by its IANA name; nil: time.LoadLocation.
	Zone func(name string) (*time.Location, error)

	held func(d time.Duration, woke bool) // see lock; nil outside of benchmarks
}

// DefaultConfig is what ux.md promises.
func DefaultConfig() Config {
	return Config{Limits: Limits{Rate: 2, Burst: 5, Replay: 20, MaxPerSource: 64}, GatherAbove: 100, GatherEvery: 5 * time.Second}
}

// Room is one chat room on this node: the State that its log makes, the ring of
// recent events, the sessions that read it. All methods may be called from any
// goroutine; none waits for a reader.
type Room struct {
	cfg         Config
	log         Log
	store       Store
	ring        *ring
	table       *table
	gate        *gate
	authLimiter *authLimiter
	hasher      *hasher
	proposals   proposals
	epoch       uint64 // of this life of the node: the Origin of all that it proposes
	started     time.Time

	run      context.Context // of what the room runs
	cancel   context.CancelFunc
	running  sync.WaitGroup
	failed   error         // why the log could not be followed to its end; set before what the room runs has ended
	stopped  chan struct{} // closed when everyone has been told to go
	followed chan struct{} // closed when the log is followed no more

	limits atomic.Pointer[Limits] // never nil; never changed: exchanged
	roster atomic.Pointer[Roster] // what is shown now; nil: stale. Stored with mu held

	applying sync.Mutex // held while events are applied and given to the store

	zonesMu sync.Mutex // guards zones; held while one is looked up
	zones   map[string]*time.Location

	mu           lock // guards all below; held for memory work only
	state        *state.State
	live         bool    // this node's NodeUp was applied: events are news from then on
	access       *Access // never nil; never changed: exchanged
	sessions     map[state.ID]*Session
	order        []*Session // the same, to wake in turn
	memberStates map[text.Key]*memberState
	rostered     *Roster // the last one made, shown again if nothing differs
	gathered     state.Gathered
	gathering    *time.Timer
	lapsing      *time.Timer        // fires when the first session that was cut lapses; nil without one
	woken        time.Time          // when the sessions were last woken together
	waking       bool               // they will be soon
	countdown    context.CancelFunc // of the planned shutdown; nil without one
	closing      *state.Ending      // set once: nobody enters any more
	readOnly     bool               // the log cannot be reached
	snapshots    snapshots
}

// lock is the room's: a mutex that a benchmark may watch.
type lock struct {
	sync.Mutex
	held  func(d time.Duration, woke bool) // called with how long it was held, and whether to wake everybody; nil: nobody asks
	since time.Time
	woke  bool // everybody was woken meanwhile
}

// Lock locks it.
func (l *lock) Lock() {
	l.Mutex.Lock()
	if l.held != nil {
		l.since, l.woke = time.Now(), false
	}
}

// Unlock unlocks it.
func (l *lock) Unlock() {
	if l.held != nil {
		l.held(time.Since(l.since), l.woke)
	}
	l.Mutex.Unlock()
}

// New starts a room on a log and a store, from the store's snapshot. It returns once
// this node is part of the room: its NodeUp has its place, and all before it has been
// applied. The room owns both from then on: Close closes the log.
func New(ctx context.Context, cfg Config, log Log, store Store) (*Room, error) {
	st, err := load(ctx, store)
	if err != nil {
		return nil, err
	}
	if cfg.Zone == nil {
		cfg.Zone = time.LoadLocation
	}
	r := &Room{
		cfg: cfg, log: log, store: store, ring: newRing(), table: newTable(), gate: newGate(),
		authLimiter: newAuthLimiter(), hasher: newHasher(cfg), access: &Access{}, proposals: newProposals(),
		epoch: newEpoch(), started: time.Now(), stopped: make(chan struct{}), followed: make(chan struct{}),
		state: st, sessions: map[state.ID]*Session{}, memberStates: map[text.Key]*memberState{},
		zones: map[string]*time.Location{}, mu: lock{held: cfg.held}, snapshots: snapshots{tried: time.Now()},
	}
	r.limits.Store(&cfg.Limits)
	if r.cfg.Node == "" {
		r.cfg.Node = fmt.Sprintf("%016x", r.epoch)
	}
	r.seed(ctx, st.Applied())
	r.run, r.cancel = context.WithCancel(context.WithoutCancel(ctx))
	r.running.Go(r.follow)
	if err := r.enterLog(ctx); err != nil {
		r.cancel()
		r.running.Wait()
		return nil, errors.Join(fmt.Errorf("enter the log: %w", err), r.failed)
	}
	r.running.Go(r.watchHealth)
	return r, nil
}

// load returns the State to start from.
func load(ctx context.Context, store Store) (*state.State, error) {
	snap, err := store.Load(ctx)
	switch {
	case err != nil:
		return nil, fmt.Errorf("load snapshot: %w", err)
	case snap.State == nil:
		return state.NewState(), nil
	}
	return state.DecodeState(snap.State)
}

// newEpoch draws a number that no other life of any node has.
func newEpoch() uint64 {
	var b [8]byte
	rand.Read(b[:]) // never fails
	return binary.BigEndian.Uint64(b[:])
}

// enterLog has this node take part. Its letters come from then on.
func (r *Room) enterLog(ctx context.Context) error {
	if r.cfg.Mail != nil {
		closeMail, err := r.cfg.Mail.Open(r.epoch, r.deliver)
		if err != nil {
			return err
		}
		context.AfterFunc(r.run, closeMail)
	}
	_, err := r.propose(ctx, state.NodeUp{Node: r.cfg.Node, Version: state.Version, Program: state.Program, Wait: r.cfg.CutWait})
	return err
}

// Stopped is closed once the room has told everyone to go: every session has
// ended with the cause Shutdown and nobody enters any more.
func (r *Room) Stopped() <-chan struct{} { return r.stopped }

// isStopped reports whether the room has told everyone to go.
func (r *Room) isStopped() bool {
	select {
	case <-r.stopped:
		return true
	default:
		return false
	}
}

// Stop disconnects everyone now, whatever was planned.
func (r *Room) Stop(reason string) { r.stop(state.Ending{Cause: state.Shutdown, Reason: reason}) }

func (r *Room) stop(why state.Ending) {
	r.mu.Lock()
	if r.closing != nil {
		r.mu.Unlock()
		return
	}
	r.closing = &why
	r.cancelCountdownLocked()
	if r.gathering != nil {
		r.gathering.Stop()
	}
	if r.lapsing != nil {
		r.lapsing.Stop()
	}
	all := append([]*Session(nil), r.order...) // nobody enters any more
	r.mu.Unlock()
	for _, s := range all {
		s.End(why)
	}
	close(r.stopped)
}

// downTimeout is how long a room that closes waits for the log to take its NodeDown.
// After it, whoever was here is cut when the node starts again, or others find it dead.
const downTimeout = 2 * time.Second

// Close stops the room, tells the log that this node is gone, closes it, waits for all
// that the room runs, and keeps a snapshot. Sessions are their fronts' to close, before
// or after. The error says what of this failed, and what ended the room before its time.
func (r *Room) Close() error {
	r.Stop("")
	r.leaveLog()
	r.cancel()
	err := r.log.Close()
	r.running.Wait()
	r.mu.Lock()
	last := r.state.Freeze()
	r.mu.Unlock()
	kept := r.store.Snapshot(context.Background(), state.Snapshot{Seq: last.Applied(), State: last.Encode()})
	if kept != nil {
		kept = fmt.Errorf("keep snapshot: %w", kept)
	}
	return errors.Join(r.failed, err, kept)
}

// leaveLog ends this node's epoch. It waits until that has been applied here too, so
// that the last snapshot has nobody of this node in it.
func (r *Room) leaveLog() {
	ctx, cancel := context.WithTimeout(context.Background(), downTimeout)
	defer cancel()
	r.proposeLast(ctx, state.NodeDown{Node: r.cfg.Node, Epoch: r.epoch})
}
