package state

import (
	"errors"
	"fmt"
	"time"

	"salon/room/text"
)

// Errors that logs return and fronts translate.
var (
	ErrUnavailable = errors.New("room: log unavailable")   // known not stored
	ErrUnknown     = errors.New("room: outcome unknown")   // retry with the same ID
	ErrBusy        = errors.New("room: busy")              // known not stored, try again soon
	ErrTooLarge    = errors.New("room: event too large")   // will never be stored
	ErrClosed      = errors.New("room: closed")            // no more events
	ErrGone        = errors.New("room: no longer present") // the session or the place in the log is gone
)

// Refusals without details. Apply returns them, or one of the error types below.
var (
	ErrNoShutdown  = errors.New("room: no shutdown planned")
	ErrLastKey     = errors.New("room: the account's only proof")   // taken away, nobody could be its owner
	ErrTooManyKeys = fmt.Errorf("room: over %d keys", MaxKeys)      // of one account
	ErrFull        = errors.New("room: no place for more accounts") // see maxAccounts
	ErrTooManyBans = fmt.Errorf("room: over %d bans or mutes", maxBans)

	ErrNoRoom          = errors.New("room: no such room") // or one that is private: nobody is told which
	ErrRoomTaken       = errors.New("room: there is a room of that name, or one that looks like it")
	ErrTooManyRooms    = errors.New("room: as many rooms as there may be")
	ErrTooManyFollowed = fmt.Errorf("room: follows over %d rooms", maxFollowed)
	ErrTooManyInvited  = fmt.Errorf("room: over %d invited to a room, or %d moderators", maxInvited, maxModerators)
)

// ErrUnread comes from a store along with events: older ones cannot be read now.
var ErrUnread = errors.New("room: older messages cannot be read now")

// OldNodeError refuses what a node that is up could not read: it would stop.
type OldNodeError struct {
	Node  Node
	Needs int // the format
}

func (e *OldNodeError) Error() string {
	return fmt.Sprintf("room: node %s (%s) reads formats up to %d, not %d", e.Node.Name, e.Node.Program, e.Node.Version, e.Needs)
}

// TakenError refuses a pseudo that somebody has, or that looks like one.
type TakenError struct {
	Pseudo text.Pseudo
	By     text.Pseudo // who has it: another spelling when the two are only alike
	// Lost says that their connection was lost: unless they come back they leave, and
	// the pseudo is free, when Left is over. With a Left of 0 that is due.
	Lost bool
	Left time.Duration
	// Here says that they came from the newcomer's address, neither with anything that
	// proves who they are: it may be the newcomer, whose connection is not known to be lost.
	Here bool
}

func (e *TakenError) Error() string {
	return fmt.Sprintf("room: pseudo %q is taken by %q", e.Pseudo, e.By)
}

// RegisteredError refuses a pseudo that somebody has registered, or that looks like
// one, to a client that has not proved to be its owner.
type RegisteredError struct {
	Pseudo text.Pseudo
	By     text.Pseudo // the registered one: another spelling when the two are only alike
}

func (e *RegisteredError) Error() string {
	return fmt.Sprintf("room: pseudo %q is registered as %q", e.Pseudo, e.By)
}

// KeyTakenError refuses a key that opens another account already.
type KeyTakenError struct{ By text.Pseudo }

func (e *KeyTakenError) Error() string { return fmt.Sprintf("room: the key is that of %q", e.By) }

// UnknownMemberError says that no member present has that name. Nothing was done.
type UnknownMemberError struct {
	Name       string
	Registered bool        // the pseudo is registered: its owner is not here right now
	Suggestion text.Pseudo // the member who may be meant; "" when no name is near

	// Those who were meant without being named, by a reply or as the target of the member's
	// lines, and are no longer here; the first is Name.
	Gone   []text.Pseudo
	Other  bool // somebody else is called Name now
	Target bool // they are the target, and stay it until the member says otherwise
}

func (e *UnknownMemberError) Error() string { return fmt.Sprintf("room: nobody is called %q", e.Name) }

// NotInForceError refuses to undo what is not in force.
type NotInForceError struct {
	What Undone
	Name string
}

// Undone is what somebody tried to undo.
type Undone uint8

// What can be undone.
const (
	NotBanned Undone = iota
	NotMuted
	NotIgnored
	NotRegistered // the pseudo
	NotAKey       // of the account
)

func (e *NotInForceError) Error() string { return fmt.Sprintf("room: nothing to undo for %q", e.Name) }

// MutedError refuses the message of a muted member.
type MutedError struct {
	Until time.Time // zero: until unmuted
	Room  bool      // in a room only, other than the first; else everywhere
}

func (e *MutedError) Error() string { return "room: muted" }

// BannedError refuses somebody who is banned.
type BannedError struct{ Ban Ban }

func (e *BannedError) Error() string { return "room: banned: " + e.Ban.Target.String() }
