package lang

import (
	"fmt"
	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// Question asks a newcomer for a proof, with a space after it for the answer.
func Question(l state.Lang, p room.Proof, who text.Pseudo) string {
	if p == room.RoomPassword {
		return Of(l).AskPassword
	}
	return fmt.Sprintf(Of(l).AskPass, who)
}
