package room

import (
	_ "embed" // the names of time zones
	"strings"

	"salon/room/text"
)

// zoneList is the names of time zones that are offered, one a line: those of the tz
// database's zone.tab, and UTC. Others are understood too.
//
//go:embed zones.txt
var zoneList string

// canonicalZone returns the name of the time zone that is typed, whatever its case;
// what is typed when it is not on the list.
func canonicalZone(typed string) string {
	for name := range strings.Lines(zoneList) {
		if name = strings.TrimSpace(name); text.Fold(name) == text.Fold(typed) {
			return name
		}
	}
	return typed
}

// zonesLike returns the time zones whose name, or whose city, begins as typed.
func zonesLike(typed string) (found []string) {
	folded := text.Fold(typed)
	for name := range strings.Lines(zoneList) {
		name = strings.TrimSpace(name)
		city := name[strings.LastIndexByte(name, '/')+1:]
		if len(found) < maxCandidates && (strings.HasPrefix(text.Fold(name), folded) || strings.HasPrefix(text.Fold(city), folded)) {
			found = append(found, name+" ")
		}
	}
	return found
}
