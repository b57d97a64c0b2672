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
	// ErrStale refuses a proposal of an epoch that has ended, or of one that never
	// began, or one so old that nobody knows whether it was applied.
	ErrStale = errors.New("room: proposal out of date")
)

// ErrUnread comes from a store along with events: older ones cannot be read now.
var ErrUnread = errors.New("room: older messages cannot be read now")

// TakenError refuses a pseudo that somebody has, or that looks like one.
type TakenError struct {
	Pseudo text.Pseudo
	By     text.Pseudo // who has it: another spelling when the two are only alike
	Lost   bool        // their connection was lost: they may come back, or leave soon
}

func (e *TakenError) Error() string {
	return fmt.Sprintf("room: pseudo %q is taken by %q", e.Pseudo, e.By)
}

// RegisteredError refuses a pseudo that somebody has registered, or that looks like
// one, to whoever has not proved to be its owner.
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
}

func (e *UnknownMemberError) Error() string { return fmt.Sprintf("room: nobody is called %q", e.Name) }

// NotInForceError refuses to undo what is not in force.
type NotInForceError struct {
	What Undone
	Name string
}

// Undone is what was to be undone.
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
type MutedError struct{ Until time.Time } // zero: until unmuted

func (e *MutedError) Error() string { return "room: muted" }

// BannedError refuses somebody who is banned.
type BannedError struct{ Ban Ban }

func (e *BannedError) Error() string { return "room: banned: " + e.Ban.Target.String() }

// Code is a refusal without its details: what a State remembers of it, and what programs
// are told. Its numbers and names never change.
type Code uint8

// codes are the refusals, by Code. New ones are added at the end.
var codes = []struct {
	name string
	is   func(error) bool
}{
	{"", func(err error) bool { return err == nil }},
	{"refused", func(error) bool { return false }}, // for any reason that is not below
	{"gone", sentinel(ErrGone)},
	{"stale", sentinel(ErrStale)},
	{"taken", ofType[*TakenError]},
	{"registered", ofType[*RegisteredError]},
	{"banned", ofType[*BannedError]},
	{"muted", ofType[*MutedError]},
	{"unknown-member", ofType[*UnknownMemberError]},
	{"not-in-force", ofType[*NotInForceError]},
	{"key-taken", ofType[*KeyTakenError]},
	{"no-shutdown", sentinel(ErrNoShutdown)},
	{"last-key", sentinel(ErrLastKey)},
	{"too-many-keys", sentinel(ErrTooManyKeys)},
	{"too-many-accounts", sentinel(ErrFull)},
	{"too-many-bans", sentinel(ErrTooManyBans)},
}

func sentinel(target error) func(error) bool {
	return func(err error) bool { return errors.Is(err, target) }
}

func ofType[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// codeOf returns the code of a refusal that Apply gave.
func codeOf(err error) Code {
	if again, ok := errors.AsType[*RefusedError](err); ok {
		return again.Code
	}
	for i := range codes {
		if codes[i].is(err) {
			return Code(i)
		}
	}
	return 1
}

// String returns the code's name, "" for what was not refused.
func (c Code) String() string {
	if int(c) < len(codes) {
		return codes[c].name
	}
	return codes[1].name
}

// err returns the refusal that the code stands for; nil for none.
func (c Code) err() error {
	if c == 0 {
		return nil
	}
	return &RefusedError{c}
}

// RefusedError repeats the refusal of a proposal that came again. The details of the
// first answer are lost.
type RefusedError struct{ Code Code }

func (e *RefusedError) Error() string { return "room: refused: " + e.Code.String() }

// Is reports whether target has the same code: errors.Is finds [ErrGone] in the first
// refusal and in its repetition.
func (e *RefusedError) Is(target error) bool {
	return int(e.Code) < len(codes) && codes[e.Code].is(target)
}
