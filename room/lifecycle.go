package room

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"salon/internal/wait"
	"salon/room/state"
)

// Bounds of what was said before the room started and can be scrolled back to.
const (
	seedEvents = 500
	seedBytes  = 1 << 20
)

// New starts a room on a log and a store, from the store's snapshot. It returns once
// this node is part of the room: its NodeUp and all events before it have been
// applied. The room owns both from then on: Close closes the log.
func New(ctx context.Context, cfg Config, log Log, store Store) (*Room, error) {
	st, err := loadState(ctx, store)
	if err != nil {
		return nil, err
	}
	if cfg.Zone == nil {
		cfg.Zone = time.LoadLocation
	}
	r := &Room{
		cfg: cfg, proposer: newProposer(log), store: store, ring: newRing(), table: commands, searches: newSearches(),
		authLimiter: newAuthLimiter(), hasher: newHasher(cfg.PassMemory, cfg.PassTime), access: &Access{}, started: time.Now(),
		zones: zoneCache{find: cfg.Zone, found: map[string]*time.Location{}}, mu: cmp.Or[sync.Locker](cfg.mu, &sync.Mutex{}),
		state: st, sessions: map[state.ID]*Session{}, rejoining: map[*Session]*rejoin{}, returning: map[state.ID]*Session{}, memberStates: memberStates{}, kept: map[state.ID]*keptSession{}, rosters: map[state.Seq]*rosterCache{}, audiences: map[state.Seq]*audience{}, several: map[*Session]struct{}{}, snapshots: snapshots{tried: time.Now()}, tally: newTally(),
	}
	r.checkFormat, r.proposer.meter, r.searches.meter = r.formatRead, cfg.Meter, cfg.Meter
	if cfg.Presence != nil {
		r.table = nodeCommands
	}
	r.limits.Store(&cfg.Limits)
	if r.cfg.Node == "" {
		r.cfg.Node = fmt.Sprintf("%016x", r.epoch.Load())
	}
	r.seed(ctx, st.Applied())
	r.run, r.cancel = context.WithCancel(context.WithoutCancel(ctx))
	r.running.Go(r.follow)
	if err := r.goUp(ctx); err != nil {
		if r.Failed() != nil { // the log may hold that this node is up
			r.goDown()
		}
		r.cancel()
		r.running.Wait()
		return nil, errors.Join(fmt.Errorf("enter the log: %w", err), r.Failed())
	}
	r.running.Go(r.watchHealth)
	if cfg.Presence != nil {
		r.running.Go(r.watchNodes)
	}
	return r, nil
}

// loadState returns the State of the store's snapshot.
func loadState(ctx context.Context, store Store) (*state.State, error) {
	snap, err := store.Load(ctx)
	switch {
	case err != nil:
		return nil, fmt.Errorf("load snapshot: %w", err)
	case snap.State == nil:
		return state.NewState(), nil
	}
	return state.DecodeState(snap.State)
}

// seed puts the last messages up to the snapshot on the ring. What comes after it, the
// log gives again.
func (r *Room) seed(ctx context.Context, upto state.Seq) {
	for in := range r.state.View().Rooms() {
		r.openLocked(in.ID)
	}
	past, _ := r.store.Last(ctx, nil, seedEvents, upto+1) // a room without a past starts all the same
	past = newest(past, seedBytes)
	for i := range past {
		room, _ := state.RoomOf(past[i].Body)
		r.ring.push(&past[i], room)
	}
}

// goUp proposes the start of this node, which other nodes see from then on.
func (r *Room) goUp(ctx context.Context) error {
	if err := r.appear(r.epoch.Load()); err != nil {
		return err
	}
	_, err := r.propose(ctx, r.nodeUp())
	if err != nil {
		r.vanish()
	}
	return err
}

// goDown proposes that this node is down, and waits until that is applied here too, for
// downTimeout at most.
func (r *Room) goDown() {
	ctx, cancel := context.WithTimeout(context.Background(), downTimeout)
	defer cancel()
	r.proposeUntil(ctx, r.newID(), state.NodeDown{Node: r.cfg.Node, Epoch: r.epoch.Load()}, r.followed)
}

// nodeUp returns what says that this node starts.
func (r *Room) nodeUp() state.NodeUp {
	return state.NodeUp{Node: r.cfg.Node, Alone: r.cfg.Alone, Version: state.Version, Program: cmp.Or(r.cfg.Program, state.Program), Wait: r.cfg.CutWait}
}

// Stopped is closed once the room has stopped: every session has
// ended with the cause Shutdown and nobody joins any more.
func (r *Room) Stopped() <-chan struct{} { return r.stopped }

// Failed returns why the room stopped by itself: its log could not be followed any more. nil:
// it has not.
func (r *Room) Failed() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failed
}

// Stop ends every session now, whatever was planned. Stopping again does nothing.
func (r *Room) Stop(reason string) { r.stop(state.Ending{Cause: state.Shutdown, Reason: reason}) }

func (r *Room) stop(why state.Ending) {
	r.mu.Lock()
	if r.closing != nil {
		r.mu.Unlock()
		return
	}
	r.closing = &why
	r.countDownLocked(nil)
	for _, timer := range []*time.Timer{r.gathering, r.lapsing, r.counts.timer} {
		if timer != nil {
			timer.Stop()
		}
	}
	all := r.everyoneLocked() // nobody joins any more
	woken := r.readersLocked(nil, nil)
	r.mu.Unlock()
	for _, a := range woken {
		a.close()
	}
	for _, s := range all {
		s.End(why)
	}
	close(r.stopped)
}

// downTimeout is how long a room that closes waits for the log to take its NodeDown.
// After it, all members of this node are cut when the node starts again, or when others find that
// it is down.
const downTimeout = 2 * time.Second

// Close stops the room, proposes that this node is down, closes the log, waits for all
// that the room runs, and stores a snapshot. Sessions are their fronts' to close, before
// or after. The error says what of this failed, and what ended the room before its time.
func (r *Room) Close() error {
	r.Stop("")
	r.goDown() // applied here too: the last snapshot has nobody of this node in it
	r.cancel()
	r.vanish()
	err := r.log.Close()
	r.running.Wait()
	r.vanish() // if it was just coming back
	r.mu.Lock()
	frozen := r.state.Freeze()
	r.mu.Unlock()
	stored := r.store.Snapshot(context.Background(), state.Snapshot{Seq: frozen.Applied(), State: frozen.Encode()})
	if stored != nil {
		stored = fmt.Errorf("keep snapshot: %w", stored)
	}
	return errors.Join(r.Failed(), err, stored)
}

// countdownMarks are the seconds left at which a planned shutdown is announced
// again, after having been announced at once.
var countdownMarks = []time.Duration{60, 30, 10, 5, 4, 3, 2, 1}

// countDownLocked starts counting down to a plan, in place of any other; nil cancels the
// countdown.
func (r *Room) countDownLocked(plan *state.Plan) {
	if r.countdown != nil {
		r.countdown()
		r.countdown = nil
	}
	if r.counted = plan; plan == nil {
		return
	}
	left := plan.Ends - r.state.TickAt(r.log.Now().Stamp)
	ctx, cancel := context.WithCancel(r.run)
	r.countdown = cancel
	r.running.Go(func() { r.countDown(ctx, *plan, time.Now().Add(left)) })
}

// planLocked returns the planned shutdown that concerns this node; nil for none.
func (r *Room) planLocked() *state.Plan { return r.state.Shutdown(r.epoch.Load()) }

// elsewhereLocked reports whether an event is about the shutdown of another node alone.
func (r *Room) elsewhereLocked(b state.Body) bool {
	var node uint64
	switch b := b.(type) {
	case state.ShutdownPlanned:
		node = b.Node
	case state.ShutdownCountdown:
		node = b.Node
	case state.ShutdownCancelled:
		node = b.Node
	}
	return node != 0 && node != r.epoch.Load()
}

// countDown announces the marks of a plan and stops the room at its end, by the monotonic
// clock. Every node counts down; the State accepts each mark once.
func (r *Room) countDown(ctx context.Context, plan state.Plan, end time.Time) {
	total := time.Until(end).Round(time.Second)
	for _, mark := range countdownMarks {
		left := mark * time.Second
		if left >= total {
			continue
		}
		if !wait.Pause(ctx, time.Until(end.Add(-left))) {
			return
		}
		r.log.Propose(ctx, state.Event{ID: r.newID(), Body: state.ShutdownCountdown{Plan: plan.Seq, Left: left}})
	}
	if wait.Pause(ctx, time.Until(end)) {
		r.stop(state.Ending{Cause: state.Shutdown, By: plan.By, Reason: plan.Reason})
	}
}

// A running room stores a snapshot once this many events have come since the last one,
// but not before this time has passed. Both bound what the log keeps and what a start
// after a crash has to apply. Where other nodes are to begin with it, it stores one as soon if
// messages were taken back, whose words may leave the log then, and any events after a while.
const (
	snapshotEvents = 4096
	snapshotEvery  = time.Minute
	snapshotLater  = 10 * time.Minute
)

// snapshots is when a running room stores them. The room's mu guards it.
type snapshots struct {
	events int       // since the last
	tried  time.Time // the last one, or the start
	erased bool      // messages were taken back since the last
	busy   bool      // one is being stored
	wanted bool      // one is to be stored however few events have come
}

// snapshotIfDueLocked begins to store a snapshot if it is time to. The caller holds
// applying: the store has been given what was applied.
func (r *Room) snapshotIfDueLocked() {
	k := &r.snapshots
	passed := time.Since(k.tried)
	due := k.wanted || k.events >= snapshotEvents && passed >= snapshotEvery
	if r.cfg.Presence != nil {
		due = due || k.erased && passed >= snapshotEvery || k.events > 0 && passed >= snapshotLater
	}
	if k.busy || !due || r.closing != nil { // Close stores the last one
		return
	}
	k.busy, k.wanted, k.erased = true, false, false
	frozen, events := r.state.Freeze(), k.events
	r.running.Go(func() { r.storeSnapshot(frozen, events) })
}

// snapshotNow stores a snapshot soon, after the one that is being stored.
func (r *Room) snapshotNow() {
	r.mu.Lock()
	r.snapshots.wanted = true
	r.mu.Unlock()
	r.snapshotIfDue()
}

// snapshotIfDue begins to store a snapshot if it is time to.
func (r *Room) snapshotIfDue() {
	r.applying.Lock()
	defer r.applying.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.snapshotIfDueLocked()
}

// storeSnapshot stores one snapshot. If the store fails, it is tried again after
// snapshotEvery and another event.
func (r *Room) storeSnapshot(f *state.Frozen, events int) {
	err := r.store.Snapshot(r.run, state.Snapshot{Seq: f.Applied(), State: f.Encode()})
	r.mu.Lock()
	r.snapshots.busy, r.snapshots.tried = false, time.Now()
	if err == nil {
		r.snapshots.events -= events
	} else {
		r.snapshots.erased = true // as far as is known
	}
	wanted := r.snapshots.wanted
	r.mu.Unlock()
	if wanted {
		r.snapshotNow()
	}
}
