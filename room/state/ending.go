package state

import (
	"errors"
	"time"

	"salon/room/text"
)

// Cause says why a session ended: the farewell, the log line and the exit code depend
// on it.
type Cause uint8

// The causes. A session ends once, with exactly one of them.
const (
	Quit       Cause = iota + 1 // the member left
	Lost                        // the connection broke
	Expelled                    // kicked
	Barred                      // banned
	Slow                        // a write to it took too long
	Idle                        // it never said who it is
	Shutdown                    // the room closes
	Replaced                    // the member opened too many sessions, and this was the oldest
	Crashed                     // a fault in the session's own code
	Reclaimed                   // the pseudo is registered: its owner took it back, or the key away
	Disallowed                  // the operator changed who may enter, and they may no longer
	Moved                       // the member resumed it over another connection
	Ousted                      // its node was cut off for too long, and somebody else has the pseudo
)

var causeNames = [...]string{"", "quit", "lost", "kicked", "banned", "slow", "idle", "shutdown", "replaced", "crashed", "reclaimed", "not-allowed", "moved", "ousted"}

// String returns the cause's name in logs and JSON.
func (c Cause) String() string {
	if int(c) < len(causeNames) {
		return causeNames[c]
	}
	return "unknown"
}

// Causes returns all causes.
func Causes() (all []Cause) {
	for c := Quit; int(c) < len(causeNames); c++ {
		all = append(all, c)
	}
	return all
}

// Ended is a session that an event ended.
type Ended struct {
	Session ID
	Why     Ending
}

// Ending is why and how a session ended. It is the cause of the session's context.
type Ending struct {
	Cause  Cause
	By     text.Pseudo // who kicked or banned; "" for the console
	Reason string      // what they said, or the shutdown's reason
	Until  time.Time   // a ban's end; zero: for ever
	Flood  bool        // kicked by the room itself, for flooding
}

// Error makes an Ending usable as a context cause.
func (e *Ending) Error() string {
	if e.Reason == "" {
		return "session ended: " + e.Cause.String()
	}
	return "session ended: " + e.Cause.String() + ": " + e.Reason
}

// AsEnding returns err's Ending; any other error means a lost connection.
func AsEnding(err error) *Ending {
	if e, ok := errors.AsType[*Ending](err); ok {
		return e
	}
	return &Ending{Cause: Lost}
}
