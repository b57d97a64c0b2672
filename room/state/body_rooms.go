package state

import (
	"salon/room/text"
)

// RoomMade makes a room. Whoever makes it owns it and follows it. Apply fills in Room and By.
type RoomMade struct {
	Session ID            `json:"session"`
	Room    Seq           `json:"room,omitempty"`
	Name    text.RoomName `json:"name"`
	Forms   text.Forms    `json:"forms"`          // of Name
	Most    int           `json:"most,omitempty"` // rooms that there may be besides the first; 0: any number
	Private bool          `json:"private,omitempty"`
	By      text.Pseudo   `json:"by,omitempty"`
}

// RoomClosed ends a room: nobody follows it any more. Unused closes one that nobody follows
// and nobody owns, and is refused if that has changed. Apply fills in In.
type RoomClosed struct {
	Room   Seq           `json:"room"`
	In     text.RoomName `json:"in,omitempty"`
	By     text.Pseudo   `json:"by,omitempty"` // "" for the console
	Unused bool          `json:"unused,omitempty"`
}

// RoomJoined has a member follow a room, all of which counts as read. It is refused to
// whoever may not enter as if there were no such room. Apply fills in In and Pseudo.
type RoomJoined struct {
	Session ID            `json:"session"`
	Room    Seq           `json:"room"`
	In      text.RoomName `json:"in,omitempty"`
	Pseudo  text.Pseudo   `json:"pseudo,omitempty"`
}

// RoomLeft has a member follow a room no longer. Apply fills in In and Pseudo.
type RoomLeft struct {
	Session ID            `json:"session"`
	Room    Seq           `json:"room"`
	In      text.RoomName `json:"in,omitempty"`
	Pseudo  text.Pseudo   `json:"pseudo,omitempty"`
}

// RoomRead records how far a member has read a room. It is not shown.
type RoomRead struct {
	Session ID     `json:"session"`
	Room    Seq    `json:"room,omitempty"`
	Read    uint64 `json:"read"` // of the room's Messages
}

// Invited lets somebody into a private room, or no longer (Off): then they follow it no more
// while it is private. Who is a member, or somebody registered. Apply fills in In, and Who
// as they are then.
type Invited struct {
	Room Seq           `json:"room"`
	In   text.RoomName `json:"in,omitempty"`
	Who  Someone       `json:"who"`
	By   text.Pseudo   `json:"by,omitempty"`
	Off  bool          `json:"off,omitempty"`
}

// ModeratorSet lets somebody govern a room, or no longer (Off). Who, and what Apply fills in,
// are as for Invited.
type ModeratorSet struct {
	Room Seq           `json:"room"`
	In   text.RoomName `json:"in,omitempty"`
	Who  Someone       `json:"who"`
	By   text.Pseudo   `json:"by,omitempty"`
	Off  bool          `json:"off,omitempty"`
}

// PrivateSet makes a room private or public. Apply fills in In.
type PrivateSet struct {
	Room    Seq           `json:"room"`
	In      text.RoomName `json:"in,omitempty"`
	Private bool          `json:"private,omitempty"`
	By      text.Pseudo   `json:"by,omitempty"`
}
