package state

import "time"

// Imported is what a migration brings into an empty State.
type Imported struct {
	Applied Seq           // the place that all of it is true at
	Stamp   time.Duration // of the log there; the State's tick begins with it
	// Epoch, if it is not 0, is that of a node called "import" that is up: what is to
	// be applied besides is proposed by it, and then its NodeDown.
	Epoch    uint64
	Topic    Topic
	Slow     time.Duration
	Accounts []*Account
	Bans     []Ban // Ends is on the tick
	Mutes    []Mute
}

// ImportNode is the name of the node that an Imported State may have.
const ImportNode = "import"

// Import returns a State that holds what a migration found.
func Import(in Imported) *State {
	st := NewState()
	st.applied, st.tick, st.stamp = in.Applied, max(in.Stamp, firstTick), in.Stamp
	st.topic, st.slow = in.Topic, in.Slow
	if in.Epoch != 0 {
		st.nodes[in.Epoch] = &node{name: ImportNode, version: Version, program: Program, answers: make([]answer, window)}
	}
	for _, a := range in.Accounts {
		st.accounts.put(a)
	}
	for _, b := range in.Bans {
		st.bans.add(b)
	}
	for _, m := range in.Mutes {
		st.mutes.add(m)
	}
	return st
}
