package state

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"
)

// Bounds of what is remembered about proposals.
const (
	// window is how many of a node's last proposals are told apart: one that is older
	// is refused with ErrStale.
	window = 4096
	// maxEnded is how many ended epochs are remembered by themselves, so that a NodeUp
	// that comes twice does not begin one again. Everything else of an ended epoch is
	// refused without being remembered.
	maxEnded = 64
)

// ErrStale refuses a proposal of an epoch that has ended, or of one that never began,
// or one so old that nobody knows whether it was applied.
var ErrStale = errors.New("room: proposal out of date")

// node is one that is up, and what became of its last proposals.
type node struct {
	name    string
	version int
	program string
	high    uint64   // the highest N applied
	answers []answer // the one for N at N modulo window; none has N 0
}

// answer is what a proposal came to.
type answer struct {
	n    uint64
	seq  Seq
	code Code
}

// Node is a node that is up.
type Node struct {
	Name    string
	Epoch   uint64
	Version int    // the newest format that it reads
	Program string // what it runs
}

// Nodes returns the nodes that are up, by name.
func (st *State) Nodes() []Node {
	list := make([]Node, 0, len(st.nodes))
	for epoch, n := range st.nodes {
		list = append(list, Node{n.name, epoch, n.version, n.program})
	}
	slices.SortFunc(list, func(a, b Node) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Epoch, b.Epoch)) })
	return list
}

// Reads reports whether every node that is up can read a kind. One that some cannot
// is not to be proposed.
func (st *State) Reads(k *Kind) bool {
	for _, n := range st.nodes {
		if n.version < k.Since {
			return false
		}
	}
	return true
}

// Answer returns what a proposal came to; ok is false when it was not applied or is
// no longer remembered. The error is the refusal, if it was refused: a
// [*RefusedError], which has lost the details.
func (st *State) Answer(id ID) (seq Seq, refused error, ok bool) {
	n := st.nodes[id.Origin]
	if n == nil {
		return 0, nil, false
	}
	a := n.answers[id.N%window]
	if id.N == 0 || a.n != id.N || a.n+window <= n.high {
		return 0, nil, false
	}
	return a.seq, a.code.err(), true
}

// again returns the outcome of a proposal that was applied before, or is too old to
// say. A NodeUp begins an epoch, so that its own is not known yet.
func (st *State) again(e Event) (Outcome, bool) {
	if _, refused, ok := st.Answer(e.ID); ok {
		return Outcome{Event: e, Again: true, Err: refused}, true
	}
	n := st.nodes[e.ID.Origin]
	_, up := e.Body.(NodeUp)
	switch {
	case n == nil && up && !slices.Contains(st.ended, e.ID.Origin):
		return Outcome{}, false
	case n == nil, n.high >= window && e.ID.N <= n.high-window:
		return Outcome{Event: e, Again: true, Err: ErrStale}, true
	}
	return Outcome{}, false
}

// remember keeps what a proposal came to.
func (st *State) remember(e Event, err error) {
	if n := st.nodes[e.ID.Origin]; n != nil {
		n.answers[e.ID.N%window] = answer{e.ID.N, e.Seq, codeOf(err)}
		n.high = max(n.high, e.ID.N)
	}
}

func (st *State) nodeUp(e Event, b NodeUp) Outcome {
	if st.nodes[e.ID.Origin] != nil {
		return refused(e, ErrStale) // an epoch begins once
	}
	b.Gone = nil
	var out Outcome
	for _, n := range st.Nodes() {
		if n.Name == b.Node {
			gone, ended := st.endEpoch(n.Epoch, e, b.Wait)
			b.Gone, out.Ended = append(b.Gone, gone...), append(out.Ended, ended...)
		}
	}
	st.nodes[e.ID.Origin] = &node{name: b.Node, version: b.Version, program: b.Program, answers: make([]answer, window)}
	e.Body = b
	out.Event, out.Shown = e, len(b.Gone) > 0
	return out
}

func (st *State) nodeDown(e Event, b NodeDown) Outcome {
	n := st.nodes[b.Epoch]
	if n == nil || n.name != b.Node {
		return refused(e, ErrStale)
	}
	gone, ended := st.endEpoch(b.Epoch, e, b.Wait)
	b.Gone = gone
	e.Body = b
	return Outcome{Event: e, Shown: len(gone) > 0, Ended: ended}
}

// MarshalJSON writes a node for a State.
func (n *node) MarshalJSON() ([]byte, error) {
	doc := nodeDoc{Name: n.name, Version: n.version, Program: n.program, High: n.high}
	for _, a := range n.inOrder() {
		doc.Answers = append(doc.Answers, [3]uint64{a.n, uint64(a.seq), uint64(a.code)})
	}
	return json.Marshal(doc)
}

// UnmarshalJSON reads it back.
func (n *node) UnmarshalJSON(data []byte) error {
	var doc nodeDoc
	if err := json.Unmarshal(data, &doc); err != nil {
		return err
	}
	*n = node{name: doc.Name, version: doc.Version, program: doc.Program, high: doc.High, answers: make([]answer, window)}
	for _, a := range doc.Answers {
		n.answers[a[0]%window] = answer{a[0], Seq(a[1]), Code(a[2])}
	}
	return nil
}

// nodeDoc is a node as JSON has it. An answer is N, place, code.
type nodeDoc struct {
	Name    string      `json:"name"`
	Version int         `json:"version"`
	Program string      `json:"program"`
	High    uint64      `json:"high"`
	Answers [][3]uint64 `json:"answers,omitempty"`
}

// inOrder returns the answers by N. Those that have left the window count no more.
func (n *node) inOrder() []answer {
	var list []answer
	for _, a := range n.answers {
		if a.n > 0 && a.n+window > n.high {
			list = append(list, a)
		}
	}
	slices.SortFunc(list, func(a, b answer) int { return cmp.Compare(a.n, b.n) })
	return list
}

// copied returns a node that later answers do not change.
func (n *node) copied() *node {
	c := *n
	c.answers = slices.Clone(n.answers)
	return &c
}
