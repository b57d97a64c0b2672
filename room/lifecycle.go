package room

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

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
	if cfg.mu == nil {
		cfg.mu = &sync.Mutex{}
	}
	r := &Room{
		cfg: cfg, proposer: newProposer(log), store: store, ring: newRing(), table: newTable(Commands()), conns: newConnCounter(),
		authLimiter: newAuthLimiter(), hasher: newHasher(cfg.PassMemory, cfg.PassTime), access: &Access{}, started: time.Now(),
		zones: zoneCache{find: cfg.Zone, found: map[string]*time.Location{}}, mu: cfg.mu,
		state: st, sessions: map[state.ID]*Session{}, memberStates: memberStates{}, snapshots: snapshots{tried: time.Now()},
	}
	r.limits.Store(&cfg.Limits)
	if r.cfg.Node == "" {
		r.cfg.Node = fmt.Sprintf("%016x", r.epoch)
	}
	r.seed(ctx, st.Applied())
	r.run, r.cancel = context.WithCancel(context.WithoutCancel(ctx))
	r.running.Go(r.follow)
	if err := r.goUp(ctx); err != nil {
		r.cancel()
		r.running.Wait()
		return nil, errors.Join(fmt.Errorf("enter the log: %w", err), r.failed)
	}
	r.running.Go(r.watchHealth)
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
	past, _ := r.store.Last(ctx, seedEvents, upto+1) // a room without a past starts all the same
	past = newest(past, seedBytes)
	for i := range past {
		r.ring.push(&past[i])
	}
}

// goUp proposes the start of this node, which receives private messages from then on.
func (r *Room) goUp(ctx context.Context) error {
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

// Health returns the log's health.
func (r *Room) Health() state.Health {
	h, _ := r.log.Health()
	return h
}

// Stopped is closed once the room has stopped: every session has
// ended with the cause Shutdown and nobody joins any more.
func (r *Room) Stopped() <-chan struct{} { return r.stopped }

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
	for _, timer := range []*time.Timer{r.gathering, r.lapsing, r.waking} {
		if timer != nil {
			timer.Stop()
		}
	}
	all := slices.Clone(r.order) // nobody joins any more
	r.mu.Unlock()
	for _, s := range all {
		s.End(why)
	}
	close(r.stopped)
}

// downTimeout is how long a room that closes waits for the log to take its NodeDown.
// After it, whoever was here is cut when the node starts again, or when others find that
// it is down.
const downTimeout = 2 * time.Second

// Close stops the room, proposes that this node is down, closes the log, waits for all
// that the room runs, and stores a snapshot. Sessions are their fronts' to close, before
// or after. The error says what of this failed, and what ended the room before its time.
func (r *Room) Close() error {
	r.Stop("")
	r.goDown()
	r.cancel()
	err := r.log.Close()
	r.running.Wait()
	r.mu.Lock()
	frozen := r.state.Freeze()
	r.mu.Unlock()
	stored := r.store.Snapshot(context.Background(), state.Snapshot{Seq: frozen.Applied(), State: frozen.Encode()})
	if stored != nil {
		stored = fmt.Errorf("keep snapshot: %w", stored)
	}
	return errors.Join(r.failed, err, stored)
}

// goDown ends this node's epoch. It waits until that has been applied here too, so
// that the last snapshot has nobody of this node in it.
func (r *Room) goDown() {
	ctx, cancel := context.WithTimeout(context.Background(), downTimeout)
	defer cancel()
	r.proposeUntil(ctx, r.newID(), state.NodeDown{Node: r.cfg.Node, Epoch: r.epoch}, r.followed)
}
