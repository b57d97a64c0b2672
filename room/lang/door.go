package lang

import (
	"fmt"

	"salon/room"
)

// Question asks for a proof at the door, with a space after it for the answer.
func Question(l room.Lang, p room.Proof, who room.Pseudo) string {
	if p == room.RoomPassword {
		return Of(l).AskPassword
	}
	return fmt.Sprintf(Of(l).AskPass, who)
}
