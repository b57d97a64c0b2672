package state

import "time"

// Apply applies one event; they must come in the order of their places. It never fails:
// an event that came too late (the pseudo is taken, the session has ended) changes
// nothing and says so in Outcome.Err, on every node alike. One that was applied before,
// by its place or by its ID, changes nothing either and returns the first answer, or
// ErrStale if that is no longer known.
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
	if e.Body == nil {
		return refuse(e, ErrGone)
	}
	out := e.Body.apply(st, e)
	if n := st.nodes[epoch(e.ID.Origin)]; n != nil {
		n.remember(answer{e.ID.N, e.Seq, codeOf(out.Err)})
	}
	return out
}

func (b TopicSet) apply(st *State, e Event) Outcome {
	r := st.Room(b.Room)
	if r == nil {
		return refuse(e, ErrNoRoom)
	}
	next := *r
	b.In = r.in()
	next.Topic = Topic{Text: b.Text, By: b.By, Set: e.Time}
	st.putRoom(&next)
	return done(e, b, shown)
}

func (b Walled) apply(_ *State, e Event) Outcome { return done(e, b, shown) }

func (b SlowSet) apply(st *State, e Event) Outcome {
	r := st.Room(b.Room)
	if r == nil {
		return refuse(e, ErrNoRoom)
	}
	next := *r
	b.In = r.in()
	next.Slow = b.Every
	st.putRoom(&next)
	return done(e, b, shown)
}

func (b ShutdownPlanned) apply(st *State, e Event) Outcome {
	if b.Node != 0 && !st.Up(b.Node) {
		return refuse(e, ErrGone)
	}
	st.setPlan(b.Node, &Plan{Seq: e.Seq, At: e.Time.Add(b.In), Ends: st.tick + b.In, Epoch: e.ID.Origin, Node: b.Node, By: b.By, Reason: b.Reason})
	return done(e, b, shown)
}

func (b ShutdownCountdown) apply(st *State, e Event) Outcome {
	plan := st.shutdown
	for _, p := range st.closing {
		if p.Seq == b.Plan {
			plan = p
		}
	}
	if plan == nil || plan.Seq != b.Plan || plan.Announced != 0 && b.Left >= plan.Announced {
		return refuse(e, ErrGone)
	}
	next := *plan
	next.Announced = b.Left
	st.setPlan(plan.Node, &next)
	b.Node = plan.Node
	return done(e, b, shown)
}

func (b ShutdownCancelled) apply(st *State, e Event) Outcome {
	if st.planOf(b.Node) == nil {
		return refuse(e, ErrNoShutdown)
	}
	st.setPlan(b.Node, nil)
	return done(e, b, shown)
}

// What has no place in a log is never applied.

func (Whispered) apply(_ *State, e Event) Outcome { return refuse(e, ErrGone) }
func (Gap) apply(_ *State, e Event) Outcome       { return refuse(e, ErrGone) }
func (Gathered) apply(_ *State, e Event) Outcome  { return refuse(e, ErrGone) }
func (LogLost) apply(_ *State, e Event) Outcome   { return refuse(e, ErrGone) }
func (LogFound) apply(_ *State, e Event) Outcome  { return refuse(e, ErrGone) }
