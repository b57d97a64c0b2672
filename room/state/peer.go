package state

import (
	"time"

	"salon/room/text"
)

// peer is somebody to reply to. A stranger who takes their pseudo later is not
// them.
type Peer struct {
	Pseudo text.Pseudo
	proof  string
	since  time.Time
}
