package state_test

import (
	"slices"

	"pgregory.net/rapid"

	"salon/room/state"
	"salon/room/text"
)

func (a *actor) nodeUp(t *rapid.T) (state.ID, state.Body) {
	a.epochs++
	o := origin{name: pick(t, []string{"paris", "lyon", "nice"}, "node"), epoch: 0xabc0 + a.epochs, n: 1}
	alone := chance(t, 10, "alone")
	a.up = slices.DeleteFunc(a.up, func(other origin) bool {
		ends := alone || other.name == o.name
		if ends {
			a.down = append(a.down, other.epoch)
		}
		return ends
	})
	a.up = append(a.up, o)
	return state.ID{Origin: o.epoch, N: 1}, state.NodeUp{Node: o.name, Alone: alone, Version: state.Version, Program: "salon", Wait: pick(t, waits, "wait"), Gone: []text.Pseudo{"forged"}}
}

// closing is the epoch of a node that is up or was, or 0 for all.
func (a *actor) closing(t *rapid.T) uint64 {
	if chance(t, 2, "all nodes") {
		return 0
	}
	return pick(t, append(a.down, a.up[0].epoch), "closing node")
}
