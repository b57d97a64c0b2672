package state

import (
	"fmt"
	"net/netip"
	"time"

	"salon/room/text"
)

// Seq is an event's place in the room's log. The first event is 1; places are
// never reused and never skipped.
type Seq uint64

// ID names a proposal, so that proposing it again cannot make it happen twice.
// It also names the session that a [Joined] event opens.
type ID struct {
	Origin uint64 // who proposed: drawn at random when a room starts
	N      uint64 // counts that proposer's proposals
}

// String writes the ID in a form fit for logs and JSON.
func (id ID) String() string { return fmt.Sprintf("%016x-%d", id.Origin, id.N) }

// Event is a fact about the room, in its place in the log's order.
//
// Seq and Time come from the log, never from the proposer: the same log gives
// the same room everywhere. Events that a room makes for its own readers
// ([Whispered], [Gathered]) have no place in the log and carry Seq 0.
type Event struct {
	Seq  Seq
	ID   ID
	Time time.Time
	Body Body
}

// Body is what happened: one of the types of this file. The set is closed, so
// that every front and every language can be held to treat all of it.
type Body interface{ body() }

// Joined opens a session; the event's ID is the session's. A pseudo that is free
// becomes a member, and the same proved key opens another session of the member
// it belongs to; a registered one opens to its owner only, to each of whose proofs
// the member belongs. Anything else is refused by [State.Apply], which is why the
// first Joined in the log wins on every node.
type Joined struct {
	Pseudo text.Pseudo
	KeyID  string     // fingerprint of the key that signed (SHA256:...), "" without one
	Passed Seq        // the account whose pass phrase was given, by its ID; 0 without one
	Addr   netip.Addr // where from; shown to operators only
	Front  string     // "ssh" or "tcp"
	Client string     // what the client says it is, cleaned
	Role   Role
	Quiet  bool // a one-shot command: neither announced nor listed
}

// Left closes a session. Apply fills in Pseudo.
type Left struct {
	Session ID
	Pseudo  text.Pseudo
	Cause   Cause
	Text    string // the parting word, if any
}

// Said is a message to everyone. Apply fills in From with the pseudo that the
// session has at that place in the log, so an author cannot be forged; what it was
// proposed with is a hint, for a log that writes it down before it is applied.
type Said struct {
	Session ID
	From    text.Pseudo
	Text    string
	Action  bool // "/me": From does Text
}

// Renamed is a member's change of pseudo. Apply fills in From.
type Renamed struct {
	Session  ID
	From, To text.Pseudo
}

// WentAway marks a member as away, CameBack ends it. Neither is shown: whoever
// writes to that member is told.
type WentAway struct {
	Session ID
	Text    string
}

// CameBack ends what WentAway began.
type CameBack struct{ Session ID }

// TopicSet changes the topic; By is "" for the console.
type TopicSet struct {
	By   text.Pseudo
	Text string
}

// Walled is an operator's announcement. Nobody can ignore it.
type Walled struct {
	By   text.Pseudo
	Text string
}

// Kicked lets a member out at once.
type Kicked struct {
	Pseudo text.Pseudo
	By     text.Pseudo // "" for the console
	Reason string
	Flood  bool // the room itself kicked: too many messages too fast
}

// Banned keeps somebody out. Apply fills in Gone with the members it let out.
type Banned struct {
	Ban  Ban
	Gone []text.Pseudo
}

// Unbanned lifts a ban.
type Unbanned struct {
	By     text.Pseudo
	Target Target
}

// Muted takes a member's voice for a while (For 0: until unmuted). Apply fills in
// KeyID for a member who is here; else it is what it was proposed with.
type Muted struct {
	Pseudo text.Pseudo
	KeyID  string // the member's: the mute holds under any pseudo
	By     text.Pseudo
	For    time.Duration
}

// Unmuted gives it back.
type Unmuted struct {
	Pseudo text.Pseudo
	By     text.Pseudo
}

// SlowSet sets the least time between two messages of one member; 0 ends it.
type SlowSet struct {
	By    text.Pseudo
	Every time.Duration
}

// ShutdownPlanned announces the end, In from the event's time.
type ShutdownPlanned struct {
	By     text.Pseudo
	In     time.Duration
	Reason string
}

// ShutdownCountdown repeats it. Its ID is made from the plan's place in the
// log, so several nodes counting down together announce each second once.
type ShutdownCountdown struct {
	Plan Seq
	Left time.Duration
}

// ShutdownCancelled takes the plan back.
type ShutdownCancelled struct{ By text.Pseudo }

// Whispered is a private message. It is never in the log: the room hands it to
// the sessions of its sender and its recipients, and wakes only those.
type Whispered struct {
	From text.Pseudo
	To   []text.Pseudo
	Text string
}

// RoleSet changes what a session may do. It is not shown. Apply fills in Pseudo.
type RoleSet struct {
	Session ID
	Pseudo  text.Pseudo
	Role    Role
}

// Registered binds a pseudo to proofs of who its owner is: a key, a pass phrase or
// both. It makes an account or adds to one, named by its ID: what an account has
// become meanwhile, given up and registered by somebody else, is not added to.
//
// It and the three that follow are not shown. They say all that is needed to make
// them true again later, when nobody is here.
type Registered struct {
	Session ID // whose asks: it is the owner's from then on
	Pseudo  text.Pseudo
	Account Seq    // 0 makes one
	KeyID   string // "" for none
	Pass    string // argon2id of the pass phrase (PHC string format); "" for none
}

// Unregistered frees a pseudo, or takes one key from its account.
type Unregistered struct {
	Session ID // whose asks, if the owner does
	Pseudo  text.Pseudo
	Account Seq
	KeyID   string      // "" frees the pseudo
	By      text.Pseudo // "" for the console
}

// PrefsKept keeps what the owner of an account chose.
type PrefsKept struct {
	Pseudo  text.Pseudo
	Account Seq
	Prefs   Kept
}

// Seen says how far the owner of an account had read when they left.
type Seen struct {
	Pseudo  text.Pseudo
	Account Seq
	Upto    Seq // the last event that they were shown
}

// Gap is a stretch of the conversation that was not recorded. It is never in the
// log: a [Store] gives it among what was said.
type Gap struct {
	From, To time.Time // From is zero for all that was before To
	Count    int       // messages; 0 when nobody knows
}

// Gathered sums up joins and leaves when the room is too full to name each.
type Gathered struct {
	In, Out int // since the last one
	Present int
}

func (Joined) body()            {}
func (Left) body()              {}
func (Said) body()              {}
func (Renamed) body()           {}
func (WentAway) body()          {}
func (CameBack) body()          {}
func (TopicSet) body()          {}
func (Walled) body()            {}
func (Kicked) body()            {}
func (Banned) body()            {}
func (Unbanned) body()          {}
func (Muted) body()             {}
func (Unmuted) body()           {}
func (SlowSet) body()           {}
func (ShutdownPlanned) body()   {}
func (ShutdownCountdown) body() {}
func (ShutdownCancelled) body() {}
func (RoleSet) body()           {}
func (Registered) body()        {}
func (Unregistered) body()      {}
func (PrefsKept) body()         {}
func (Seen) body()              {}
func (Whispered) body()         {}
func (Gathered) body()          {}
func (Gap) body()               {}

// Author returns who an event comes from, for those who ignore them; "" when
// it cannot be ignored.
func (e *Event) Author() text.Pseudo {
	switch b := e.Body.(type) {
	case Said:
		return b.From
	case Whispered:
		return b.From
	}
	return ""
}

// Spoken reports whether the event is something people said, or a [Gap] in it: what
// a room replays to whoever arrives, and what search looks through.
func (e *Event) Spoken() bool {
	switch e.Body.(type) {
	case Said, Walled, TopicSet, Gap:
		return true
	}
	return false
}
