package text

import (
	"strings"
	"unicode"
)

// A RoomName is "#" and the name of a room, as everyone sees it. Only ParseRoomName makes
// valid ones. Two different values can name the same room: compare their Key, and use
// [Forms.Alike] before giving one out.
type RoomName string

// Salon is the room where everybody arrives.
const Salon RoomName = "#salon"

// roomSign begins the name of a room.
const roomSign = "#"

// ParseRoomName returns the room that s names, or a *PseudoError. Behind its "#" a room is
// named as a pseudo is, but not by digits alone: those name messages.
func ParseRoomName(s string) (RoomName, error) {
	name, ok := strings.CutPrefix(s, roomSign)
	if !ok {
		return "", refuse(s, PseudoStart)
	}
	if RoomName(s) == Salon {
		return Salon, nil
	}
	p, err := ParsePseudo(name)
	switch {
	case err != nil:
		return "", err
	case !strings.ContainsFunc(string(p), func(r rune) bool { return !unicode.Is(unicode.Nd, r) }):
		return "", refuse(s, PseudoCharacters)
	case p.Key() == Salon.Key():
		return Salon, nil
	}
	return RoomName(roomSign + string(p)), nil
}

func (n RoomName) pseudo() Pseudo { return Pseudo(strings.TrimPrefix(string(n), roomSign)) }

// Forms returns what the name is compared by.
func (n RoomName) Forms() Forms { return n.pseudo().Forms() }

// Key returns what the name is found by.
func (n RoomName) Key() Key { return n.pseudo().Key() }
