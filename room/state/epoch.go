package state

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"salon/room/text"
)

// maxEnded is how many ended epochs are remembered by themselves, so that a NodeUp
// that comes twice does not begin one again. Everything else of an ended epoch is
// refused without being remembered.
const maxEnded = 64

// NameTakenError says that another process has started as the node of that name: this one
// can no longer be it.
type NameTakenError struct{ Node string }

func (e *NameTakenError) Error() string {
	return fmt.Sprintf("another salon has started as node %s: each node needs a name of its own", e.Node)
}

// overdue is how long after its end a shutdown of all nodes still holds for those that start:
// some may not have closed yet. Later the nodes that did not say so closed all the same.
const overdue = 10 * time.Second

// Nodes returns the nodes that are up, in order of their names.
func (st *State) Nodes() []Node {
	list := make([]Node, 0, len(st.nodes))
	for _, n := range st.nodes {
		list = append(list, n.Node)
	}
	slices.SortFunc(list, func(a, b Node) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Epoch, b.Epoch)) })
	return list
}

// Up reports whether a node's epoch has begun and has not ended.
func (st *State) Up(its uint64) bool { return st.nodes[epoch(its)] != nil }

// Unread returns an [*OldNodeError] if a node that is up does not read events with this body, nil
// if all do. Nobody proposes what it refuses; nothing that is applied depends on it. A node that
// starts does not ask.
func (st *State) Unread(b Body) error {
	needs := FormatOf(b)
	for _, n := range st.Nodes() {
		if n.Version < needs {
			return &OldNodeError{Node: n, Needs: needs}
		}
	}
	return nil
}

// Answer returns what a proposal came to; ok is false when it was not applied or is
// no longer remembered. The error is the refusal, if it was refused: a
// [*RefusedError], which has lost the details.
func (st *State) Answer(id ID) (seq Seq, refused error, ok bool) {
	a, ok := st.nodes[epoch(id.Origin)].answer(id.N)
	return a.seq, a.code.err(), ok
}

// again returns the outcome of a proposal that was applied before or is out of date. The
// epoch of a NodeUp is not known yet: it begins with it.
func (st *State) again(e Event) (Outcome, bool) {
	if _, refused, ok := st.Answer(e.ID); ok {
		return Outcome{Event: e, Again: true, Err: refused}, true
	}
	its := epoch(e.ID.Origin)
	n := st.nodes[its]
	_, up := e.Body.(NodeUp)
	begins := n == nil && up && !slices.Contains(st.ended, its)
	if begins || n != nil && !n.forgot(e.ID.N) {
		return Outcome{}, false
	}
	return Outcome{Event: e, Again: true, Err: ErrStale}, true
}

func (b NodeUp) apply(st *State, e Event) Outcome {
	begun := epoch(e.ID.Origin)
	if st.nodes[begun] != nil {
		return refuse(e, ErrStale) // an epoch begins once
	}
	b.Gone = nil
	var ended []Ended
	for _, n := range st.Nodes() {
		if n.Name == b.Node || b.Alone {
			pseudos, sessions := st.endEpoch(epoch(n.Epoch), b.Wait)
			b.Gone, ended = append(b.Gone, pseudos...), append(ended, sessions...)
		}
	}
	if plan := st.shutdown; plan != nil && st.tick > plan.Ends+overdue {
		st.shutdown = nil
	}
	st.nodes[begun] = newNode(b.Node, e.ID.Origin, b.Version, b.Program)
	return done(e, b, len(b.Gone) > 0, ended...)
}

func (b NodeDown) apply(st *State, e Event) Outcome {
	n := st.nodes[epoch(b.Epoch)]
	if n == nil || n.Name != b.Node {
		return refuse(e, ErrStale)
	}
	var ended []Ended
	b.Gone, ended = st.endEpoch(epoch(b.Epoch), b.Wait)
	return done(e, b, len(b.Gone) > 0, ended...)
}

// endEpoch forgets a node, cuts the sessions that it held and cancels its shutdown; that of all
// nodes with the last of them.
func (st *State) endEpoch(over epoch, wait time.Duration) (gone []text.Pseudo, ended []Ended) {
	delete(st.nodes, over)
	st.ended = append(slices.Clip(st.ended), over)
	st.ended = st.ended[max(0, len(st.ended)-maxEnded):]
	if st.setPlan(uint64(over), nil); len(st.nodes) == 0 {
		st.shutdown = nil
	}
	held := func(at Attendance) bool { return at.ID.Origin == uint64(over) && at.Cut == 0 }
	for _, m := range st.members.byKey.Values() {
		if !slices.ContainsFunc(m.Sessions, held) {
			continue
		}
		next := m.copied()
		next.Sessions = next.Sessions[:0]
		for _, at := range m.Sessions {
			if held(at) {
				ended = append(ended, Ended{at.ID, Ending{Cause: Lost}})
				if !at.lapse(st.tick, wait) {
					continue
				}
			}
			next.Sessions = append(next.Sessions, at)
		}
		if m.Present() && !next.Present() {
			gone = append(gone, m.Pseudo)
		}
		st.members.put(next)
	}
	return gone, ended
}
