package state

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Seq is an event's place in the log. The first event is 1; places are never
// reused. One life of a log skips none.
type Seq uint64

// ID names a proposal, so that proposing it again cannot make it happen twice. The
// ID of a [Joined] or [Resumed] also names the session that it opens, and the ID of
// the Joined that made a member names the member.
type ID struct {
	Origin uint64 // the epoch of the node that proposed; see NodeUp
	N      uint64 // counts the proposals of that epoch, from 1
}

// String writes the ID as text and JSON have it: 16 hexadecimal digits, a dash, N.
func (id ID) String() string { return fmt.Sprintf("%016x-%d", id.Origin, id.N) }

// MarshalText implements encoding.TextMarshaler.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads what String wrote.
func (id *ID) UnmarshalText(data []byte) error {
	origin, n, _ := strings.Cut(string(data), "-")
	var err, also error
	id.Origin, err = strconv.ParseUint(origin, 16, 64)
	id.N, also = strconv.ParseUint(n, 10, 64)
	if err != nil || also != nil {
		return fmt.Errorf("%q is not an ID", data)
	}
	return nil
}

// Role is what somebody may do.
type Role uint8

// The roles, each able to do what those before it can.
const (
	Guest    Role = iota // talks
	Operator             // moderates
	Console              // the server's own standard input: not a member
)

// Moment is what a log's clocks show: the wall clock, for people, which may be set, and
// the log's own, which never goes back.
type Moment struct {
	Time  time.Time
	Stamp time.Duration
}
