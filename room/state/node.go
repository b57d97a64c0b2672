package state

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

// window is how many of a node's last proposals are remembered: an older one is refused
// with ErrStale.
const window = 4096

// epoch is one life of a node, by its NodeUp: the Origin of all that it proposes. It is
// written in hexadecimal.
type epoch uint64

func (e epoch) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%016x", uint64(e)), nil }

// UnmarshalText reads what MarshalText wrote, in that one spelling.
func (e *epoch) UnmarshalText(data []byte) error {
	n, err := strconv.ParseUint(string(data), 16, 64)
	if *e = epoch(n); err != nil || fmt.Sprintf("%016x", n) != string(data) {
		return fmt.Errorf("%q is not an epoch", data)
	}
	return nil
}

// Node is a node that is up.
type Node struct {
	Name    string `json:"name"`
	Epoch   uint64 `json:"-"`
	Version int    `json:"version"` // the newest format that it reads
	Program string `json:"program"` // what it runs
}

// node is a Node and what became of its last proposals.
type node struct {
	Node
	high    uint64   // the highest N applied
	answers []answer // the one for N at N modulo window; none has N 0
}

func newNode(name string, epoch uint64, version int, program string) *node {
	return &node{Node: Node{name, epoch, version, program}, answers: make([]answer, window)}
}

// answer is what a proposal came to.
type answer struct {
	n    uint64
	seq  Seq
	code Code
}

// answer returns what a proposal came to; ok is false when it was not applied, has left
// the window, or the node is nil.
func (n *node) answer(proposal uint64) (a answer, ok bool) {
	if n == nil || proposal == 0 || n.forgot(proposal) || n.answers[proposal%window].n != proposal {
		return answer{}, false
	}
	return n.answers[proposal%window], true
}

// forgot reports whether a proposal has left the window.
func (n *node) forgot(proposal uint64) bool { return n.high >= window && proposal <= n.high-window }

// remember keeps what a proposal came to.
func (n *node) remember(a answer) {
	n.answers[a.n%window] = a
	n.high = max(n.high, a.n)
}

// copied returns a node that later answers do not change.
func (n *node) copied() *node {
	c := *n
	c.answers = slices.Clone(n.answers)
	return &c
}

// nodeDoc is a node as JSON has it. An answer is N, place, code.
type nodeDoc struct {
	Node
	High    uint64      `json:"high"`
	Answers [][3]uint64 `json:"answers,omitempty"`
}

// MarshalJSON writes a node for a State.
func (n *node) MarshalJSON() ([]byte, error) {
	doc := nodeDoc{Node: n.Node, High: n.high}
	for _, a := range n.answers {
		if a.n != 0 && !n.forgot(a.n) {
			doc.Answers = append(doc.Answers, [3]uint64{a.n, uint64(a.seq), uint64(a.code)})
		}
	}
	slices.SortFunc(doc.Answers, func(a, b [3]uint64) int { return cmp.Compare(a[0], b[0]) })
	return json.Marshal(doc)
}

// UnmarshalJSON reads it back, but for the epoch.
func (n *node) UnmarshalJSON(data []byte) error {
	var doc nodeDoc
	if err := json.Unmarshal(data, &doc); err != nil {
		return err
	}
	*n = node{Node: doc.Node, high: doc.High, answers: make([]answer, window)}
	for _, a := range doc.Answers {
		n.answers[a[0]%window] = answer{a[0], Seq(a[1]), Code(a[2])}
	}
	return nil
}
