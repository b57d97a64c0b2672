package room

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
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
}

// DefaultConfig is what ux.md promises.
func DefaultConfig() Config {
	return Config{Limits: Limits{Rate: 2, Burst: 5, Replay: 20, MaxPerSource: 64}, GatherAbove: 100, GatherEvery: 5 * time.Second}
}

// Room is one chat room on this node: the state that its log makes, the ring of
// recent events, the sessions that read it. All methods may be called from any
// goroutine; none waits for a reader.
type Room struct {
	cfg     Config
	log     Log
	store   Store
	ring    *ring
	table   *table
	gate    *gate
	guard   *guard
	hasher  *hasher
	origin  uint64
	started time.Time

	cancel  context.CancelFunc // ends what the room runs
	running sync.WaitGroup
	failed  error         // why the log could not be followed to its end; set before what the room runs has ended
	stopped chan struct{} // closed when everyone has been told to go

	roster atomic.Pointer[Roster] // what is shown now; nil: stale. Stored with mu held

	zonesMu sync.Mutex // guards zones; held while one is looked up
	zones   map[string]*time.Location

	mu        sync.Mutex // guards all below; held for memory work only
	state     *state.State
	access    *Access // never nil; never changed: exchanged
	limits    Limits
	count     uint64 // proposals made
	waiting   map[state.ID]chan<- state.Outcome
	sessions  map[state.ID]*Session
	order     []*Session // the same, to wake in turn
	desks     map[text.Key]*desk
	rostered  *Roster // the last one made, shown again if nothing differs
	gathered  state.Gathered
	gathering *time.Timer
	woken     time.Time          // when the sessions were last woken together
	waking    bool               // they will be soon
	countdown context.CancelFunc // of the planned shutdown; nil without one
	closing   *state.Ending      // set once: nobody enters any more
	keeping   keeping
}

// New starts a room on a log and a store, from the store's snapshot. The room
// owns both from then on: Close closes the log.
func New(ctx context.Context, cfg Config, log Log, store Store) (*Room, error) {
	snap, err := store.Load(ctx)
	if err != nil {
		return nil, fmt.Errorf("load snapshot: %w", err)
	}
	st := state.NewState()
	if snap.State != nil {
		if st, err = state.DecodeState(snap.State); err != nil {
			return nil, err
		}
		st = st.WithoutMembers()
		st.Anchor(time.Now())
	}
	if cfg.Zone == nil {
		cfg.Zone = time.LoadLocation
	}
	r := &Room{
		cfg: cfg, limits: cfg.Limits, log: log, store: store, ring: newRing(), table: newTable(), gate: newGate(),
		guard: newGuard(), hasher: newHasher(cfg), access: &Access{},
		origin: rand.Uint64(), started: time.Now(), stopped: make(chan struct{}), keeping: keeping{tried: time.Now()},
		state: st, waiting: map[state.ID]chan<- state.Outcome{}, sessions: map[state.ID]*Session{}, desks: map[text.Key]*desk{},
		zones: map[string]*time.Location{},
	}
	r.seed(ctx, snap.Seq)
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	r.cancel = cancel
	r.running.Go(func() { r.follow(run, snap.Seq) })
	return r, nil
}

// answer is what became of a proposal, for whoever waits to hear it.
type answer struct {
	to  chan<- state.Outcome // cap 1: telling never waits
	out state.Outcome
}

// follow applies the log until it closes. Proposers are told last: by then what
// they did is in the store too, where somebody they let in looks for it.
func (r *Room) follow(ctx context.Context, after state.Seq) {
	var visible []state.Event
	var answers []answer
	err := r.log.Follow(ctx, after, func(batch []state.Event) error {
		visible, answers = visible[:0], answers[:0]
		r.mu.Lock()
		for _, e := range batch {
			out := r.applyLocked(ctx, e)
			if out.Shown {
				visible = append(visible, out.Event)
			}
			if to, ok := r.waiting[e.ID]; ok {
				delete(r.waiting, e.ID)
				answers = append(answers, answer{to, out})
			}
		}
		r.mu.Unlock()
		if len(visible) > 0 {
			r.store.Apply(visible)
			r.wakeAll()
		}
		for _, a := range answers {
			a.to <- a.out
		}
		r.keepIfDue(ctx)
		return nil
	})
	if ctx.Err() == nil && !errors.Is(err, state.ErrClosed) {
		r.failed = err
	}
	r.stop(state.Ending{Cause: state.Shutdown})
}

// applyLocked makes one event true here: in the state, on the ring, for the
// sessions that it ends.
func (r *Room) applyLocked(ctx context.Context, e state.Event) state.Outcome {
	out := r.state.Apply(e)
	if state.Decides(e.Body) {
		r.keeping.decided++
	}
	if out.Err == nil {
		r.noticeLocked(ctx, out)
	}
	if !out.Shown || !r.gatherLocked(out.Event.Body) {
		r.showLocked(out)
	}
	if s, ok := r.sessions[e.ID]; ok && out.Err == nil { // a Joined of ours: reading starts here
		s.setPseudo(out.Event.Body.(state.Joined).Pseudo)
		s.joined = out.Event.Seq
		s.beginLocked()
	}
	for _, end := range out.Ended {
		if s, ok := r.sessions[end.Session]; ok {
			s.End(end.Why)
		}
	}
	return out
}

// showLocked puts an outcome where sessions read it. The roster goes stale first:
// whoever reads the event finds the roster that it made.
func (r *Room) showLocked(out state.Outcome) {
	if changesRoster(&out) {
		r.roster.Store(nil)
	}
	if out.Shown {
		r.ring.push(&out.Event)
	}
}

// noticeLocked does what this node owes to an event besides showing it.
func (r *Room) noticeLocked(ctx context.Context, out state.Outcome) {
	switch b := out.Event.Body.(type) {
	case state.Joined:
		if id := out.Event.ID; id.Origin == r.origin && r.sessions[id] == nil {
			r.running.Go(func() { r.depart(ctx, id, &state.Ending{Cause: state.Lost}) }) // gave up waiting to join
		}
		if len(r.state.Accounts) > 0 {
			r.ownersLocked(b.Pseudo)
		}
	case state.Registered:
		r.ownersLocked(b.Pseudo)
	case state.Unregistered:
		r.unregisteredLocked(b)
	case state.Renamed:
		r.renameLocked(b)
	case state.ShutdownPlanned:
		r.countDownLocked(ctx, *r.state.Shutdown)
	case state.ShutdownCancelled:
		r.cancelCountdownLocked()
	}
}

// renameLocked takes the member's sessions and desk along, and keeps it ignored
// by those who ignore it and answered by those whom it wrote to.
func (r *Room) renameLocked(b state.Renamed) {
	for _, a := range r.state.Sessions[b.Session].Sessions {
		if s, ok := r.sessions[a.ID]; ok {
			s.setPseudo(b.To)
		}
	}
	if d, ok := r.desks[b.From.Key()]; ok {
		delete(r.desks, b.From.Key())
		r.desks[b.To.Key()] = d
		d.unignore(b.To) // nobody is hidden from themselves
	}
	for _, d := range r.desks {
		d.renamed(b.From, b.To)
		if d.peer.Pseudo == b.From {
			d.peer.Pseudo = b.To
		}
	}
	r.ownersLocked(b.To)
}

// gatherLocked counts joins and leaves instead of showing them, once the room is
// full enough, and reports whether it did.
func (r *Room) gatherLocked(b state.Body) bool {
	if r.cfg.GatherAbove == 0 || r.gathering == nil && r.state.Count() <= r.cfg.GatherAbove {
		return false
	}
	switch b.(type) {
	case state.Joined:
		r.gathered.In++
	case state.Left:
		r.gathered.Out++
	default:
		return false
	}
	if r.gathering == nil {
		r.gathering = time.AfterFunc(r.cfg.GatherEvery, r.showGathered)
	}
	return true
}

func (r *Room) showGathered() {
	r.mu.Lock()
	sum := r.gathered
	sum.Present = r.state.Count()
	r.gathered, r.gathering = state.Gathered{}, nil
	r.roster.Store(nil) // before the event, as in showLocked
	r.ring.push(&state.Event{Time: time.Now(), Body: sum})
	r.mu.Unlock()
	r.wakeAll()
}

// propose asks the log for an event and waits until it is true here. The
// Outcome's own refusal is returned as the error.
func (r *Room) propose(ctx context.Context, b state.Body) (state.Outcome, error) {
	return r.proposeAs(ctx, r.newID(), b)
}

func (r *Room) newID() state.ID {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.newIDLocked()
}

func (r *Room) newIDLocked() state.ID {
	r.count++
	return state.ID{Origin: r.origin, N: r.count}
}

func (r *Room) proposeAs(ctx context.Context, id state.ID, b state.Body) (state.Outcome, error) {
	answer := make(chan state.Outcome, 1)
	r.mu.Lock()
	r.waiting[id] = answer
	r.mu.Unlock()
	if _, err := r.log.Propose(ctx, state.Event{ID: id, Body: b}); err != nil {
		r.forgetWaiting(id)
		return state.Outcome{}, err
	}
	failed := state.ErrClosed
	select {
	case out := <-answer:
		return out, out.Err
	case <-ctx.Done():
		failed = state.ErrUnknown
	case <-r.stopped:
	}
	select {
	case out := <-answer: // it was true before the end
		return out, out.Err
	default:
		r.forgetWaiting(id)
		return state.Outcome{}, failed
	}
}

func (r *Room) forgetWaiting(id state.ID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.waiting, id)
}

// Health is the log's.
func (r *Room) Health() state.Health { return r.log.Health() }

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

// Stop lets everyone out now, whatever was planned.
func (r *Room) Stop(reason string) { r.stop(state.Ending{Cause: state.Shutdown, Reason: reason}) }

func (r *Room) stop(why state.Ending) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closing != nil {
		return
	}
	r.closing = &why
	r.cancelCountdownLocked()
	if r.gathering != nil {
		r.gathering.Stop()
	}
	for _, s := range r.order {
		s.End(why)
	}
	close(r.stopped)
}

// Close stops the room, closes the log, waits for all that the room runs, and keeps a
// snapshot. Sessions are their fronts' to close, before or after. The error says what
// of this failed, and what ended the room before its time.
func (r *Room) Close() error {
	r.Stop("")
	r.cancel()
	err := r.log.Close()
	r.running.Wait()
	r.mu.Lock()
	last := r.state.Lasting()
	r.mu.Unlock()
	snap := last.Snapshot(time.Now())
	kept := r.store.Snapshot(context.Background(), snap)
	if kept != nil {
		kept = fmt.Errorf("keep snapshot: %w", kept)
	}
	return errors.Join(r.failed, err, kept)
}
