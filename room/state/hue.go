package state

import (
	"hash/fnv"

	"salon/room/text"
)

// Hues is how many hues there are. Once as many members are present, the next ones
// share the hues that fewest have.
const Hues = 10

// Hue is the number of the colour that a member's pseudo is shown in, 1 to Hues, the
// same on every screen: each theme has its own colours. 0 is none, as in what was said
// before there were hues: see [HueOf].
//
// A member has one from the event that made them, through renames and further sessions.
// Whoever becomes present has another hue than all who are, as long as one is left;
// nobody's hue changes when somebody leaves.
type Hue uint8

// HueOf returns the hue that a pseudo asks for, whoever is here.
func HueOf(k text.Key) Hue {
	h := fnv.New32a()
	_, _ = h.Write([]byte(k)) // never fails
	return Hue(1 + h.Sum32()%Hues)
}

// hueUse counts the members present by their hue.
type hueUse [Hues + 1]int

// pick returns the hue that is used least: of several wanted, else the next after it.
func (u *hueUse) pick(wanted Hue) Hue {
	best := wanted
	for i := range Hue(Hues) {
		if h := 1 + (wanted-1+i)%Hues; u[h] < u[best] {
			best = h
		}
	}
	return best
}
