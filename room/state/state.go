package state

import (
	"slices"
	"time"

	"salon/room/text"
)

// State is what a room's events add up to: who is here, what is banned, the topic,
// the accounts. Its zero value is not usable; see [NewState] and [DecodeState].
//
// A State has a clock of its own, the tick, which only goes on: at each event by as
// much as the log's stamp is ahead of the one before, and never back. Bans, mutes,
// slow mode, a planned shutdown and the time that a lost connection may take to come
// back are all measured on it. What people are shown is wall time, which decides
// nothing.
//
// A State is not safe for concurrent use; its room guards it. Members, accounts,
// bans and mutes that it hands out are never changed, so that they may be looked at
// by anybody, also later.
type State struct {
	applied  Seq
	tick     time.Duration
	stamp    time.Duration // of the last event
	nodes    map[uint64]*node
	ended    []uint64 // epochs, the last ones
	topic    Topic
	slow     time.Duration
	shutdown *Plan // never changed: exchanged

	members  members
	accounts accounts
	bans     bans
	mutes    mutes
	messages uint64 // since this State was made; not replicated
}

// Topic is what the room is about.
type Topic struct {
	Text string      `json:"text,omitempty"`
	By   text.Pseudo `json:"by,omitempty"`
	Set  time.Time   `json:"set,omitzero"`
}

// Plan is a shutdown announced.
type Plan struct {
	Seq       Seq           `json:"seq"`  // of the announcement
	At        time.Time     `json:"at"`   // for people
	Ends      time.Duration `json:"ends"` // on the State's tick
	Epoch     uint64        `json:"epoch"`
	Announced time.Duration `json:"announced,omitempty"` // the least time left that was announced since; 0: none
	By        text.Pseudo   `json:"by,omitempty"`
	Reason    string        `json:"reason,omitempty"`
}

// firstTick is where the State's clock begins: 0 is never.
const firstTick = time.Microsecond

// NewState returns an empty room.
func NewState() *State {
	return &State{tick: firstTick, nodes: map[uint64]*node{}, members: newMembers(), accounts: newAccounts(0), bans: newBans(), mutes: newMutes()}
}

// Applied returns the place of the last event that was applied.
func (st *State) Applied() Seq { return st.applied }

// Tick returns the State's clock at the last event.
func (st *State) Tick() time.Duration { return st.tick }

// TickAt returns what the State's clock shows when the log's shows stamp: for checks
// between two events.
func (st *State) TickAt(stamp time.Duration) time.Duration { return st.tick + max(0, stamp-st.stamp) }

// Stamp returns the log's stamp of the last event.
func (st *State) Stamp() time.Duration { return st.stamp }

// Topic returns what the room is about.
func (st *State) Topic() Topic { return st.topic }

// Slow returns the least time between two messages of one member; 0 for none.
func (st *State) Slow() time.Duration { return st.slow }

// Shutdown returns the planned shutdown; nil when there is none.
func (st *State) Shutdown() *Plan { return st.shutdown }

// Messages returns how many messages were applied since this State was made here.
func (st *State) Messages() uint64 { return st.messages }

// Outcome is what an event did.
type Outcome struct {
	Event Event // completed with what only the State knew
	Shown bool  // the room shows it to everyone
	Again bool  // it was applied before, or is out of date: nothing was done
	Err   error // refused: nothing but the memory of the refusal has changed
	Ended []Ended
}

// Ended is a session that an event ended.
type Ended struct {
	Session ID
	Why     Ending
}

// Apply makes one event true. It never fails: an event that came too late (the
// pseudo is taken, the session has ended) changes nothing and says so in Outcome.Err,
// on every node alike. One that came before, by its place or by its ID, changes
// nothing either, and has the first answer, or ErrStale if that is no longer known.
// Events must come in the order of their places.
func (st *State) Apply(e Event) Outcome {
	if e.Seq <= st.applied {
		_, err, ok := st.Answer(e.ID)
		if !ok {
			err = ErrStale
		}
		return Outcome{Event: e, Again: true, Err: err}
	}
	e.Time, e.Stamp = e.Time.UTC().Truncate(time.Microsecond), e.Stamp.Truncate(time.Microsecond)
	st.applied = e.Seq
	st.tick, st.stamp = st.TickAt(e.Stamp), e.Stamp
	if out, again := st.again(e); again {
		return out
	}
	k := KindOf(e.Body)
	if k == nil || k.apply == nil {
		return refused(e, ErrGone)
	}
	out := k.apply(st, e)
	st.remember(e, out.Err)
	return out
}

// shown, hidden and refused are outcomes. b is the body, completed.
func shown(e Event, b Body) Outcome {
	e.Body = b
	return Outcome{Event: e, Shown: true}
}

func hidden(e Event, b Body) Outcome {
	e.Body = b
	return Outcome{Event: e}
}

func refused(e Event, err error) Outcome { return Outcome{Event: e, Err: err} }

func (st *State) setTopic(e Event, b TopicSet) Outcome {
	st.topic = Topic{Text: b.Text, By: b.By, Set: e.Time}
	return shown(e, b)
}

func (st *State) wall(e Event, b Walled) Outcome { return shown(e, b) }

func (st *State) setSlow(e Event, b SlowSet) Outcome {
	st.slow = b.Every
	return shown(e, b)
}

func (st *State) planShutdown(e Event, b ShutdownPlanned) Outcome {
	st.shutdown = &Plan{Seq: e.Seq, At: e.Time.Add(b.In), Ends: st.tick + b.In, Epoch: e.ID.Origin, By: b.By, Reason: b.Reason}
	return shown(e, b)
}

func (st *State) countDown(e Event, b ShutdownCountdown) Outcome {
	plan := st.shutdown
	if plan == nil || plan.Seq != b.Plan || plan.Announced != 0 && b.Left >= plan.Announced {
		return refused(e, ErrGone)
	}
	next := *plan
	next.Announced = b.Left
	st.shutdown = &next
	return shown(e, b)
}

func (st *State) cancelShutdown(e Event, b ShutdownCancelled) Outcome {
	if st.shutdown == nil {
		return refused(e, ErrNoShutdown)
	}
	st.shutdown = nil
	return shown(e, b)
}

// endEpoch forgets a node and cuts all whom it held. A shutdown that it planned is
// off.
func (st *State) endEpoch(epoch uint64, e Event, wait time.Duration) (gone []text.Pseudo, ended []Ended) {
	delete(st.nodes, epoch)
	st.ended = append(slices.Clip(st.ended), epoch)
	st.ended = st.ended[max(0, len(st.ended)-maxEnded):]
	if st.shutdown != nil && st.shutdown.Epoch == epoch {
		st.shutdown = nil
	}
	changed := map[*Member]*Member{}
	for m := range st.members.heldBy(epoch) {
		next := m.copied()
		next.Sessions = next.Sessions[:0]
		for _, at := range m.Sessions {
			if at.ID.Origin == epoch && at.Cut == 0 {
				ended = append(ended, Ended{at.ID, Ending{Cause: Lost}})
				if wait <= 0 || at.Quiet {
					continue
				}
				at.Cut = st.tick + wait
			}
			next.Sessions = append(next.Sessions, at)
		}
		next.rank()
		if m.Present() && !next.Present() {
			gone = append(gone, m.Pseudo)
		}
		changed[m] = next
	}
	st.members.exchange(changed)
	return gone, ended
}
