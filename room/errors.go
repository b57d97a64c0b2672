package room

import (
	"errors"
	"fmt"
	"time"
)

// Errors that every [Log] returns and every front can translate.
var (
	ErrUnavailable = errors.New("room: log unavailable")   // known not stored
	ErrUnknown     = errors.New("room: outcome unknown")   // retry with the same ID
	ErrBusy        = errors.New("room: busy")              // known not stored, try again soon
	ErrTooLarge    = errors.New("room: event too large")   // will never be stored
	ErrClosed      = errors.New("room: closed")            // no more events
	ErrGone        = errors.New("room: no longer present") // the session or the place in the log is gone
)

// ErrUnread comes from a [Store] along with events: older ones cannot be read now.
var ErrUnread = errors.New("room: older messages cannot be read now")

// MaxLines is the most lines of one message. Each is shown with its author's name
// before it, so that thousands of short ones would weigh a hundred times what was
// sent.
const MaxLines = 40

// MaxNote is the most characters of a text that is shown within a line: a topic, a
// reason, what is said of being away.
const MaxNote = 200

// Errors without detail that commands return.
var (
	ErrEmpty        = errors.New("room: nothing to say")
	ErrTextTooLong  = fmt.Errorf("room: text over %d bytes", MaxText)
	ErrTooManyLines = fmt.Errorf("room: text over %d lines", MaxLines)
	ErrNoteTooLong  = fmt.Errorf("room: text over %d characters", MaxNote)
	ErrNobody       = errors.New("room: nobody to reply to")
	ErrNoShutdown   = errors.New("room: no shutdown planned")
	ErrTooMany      = errors.New("room: too many connections from this source")
	ErrSelf         = errors.New("room: nobody can ignore themselves")
	ErrNoZone       = errors.New("room: no such time zone")
	ErrNotMember    = errors.New("room: only members can do that")
	ErrNoScreen     = errors.New("room: no screen to do that on")    // not a terminal, or in text mode now
	ErrScreenJSON   = errors.New("room: JSON is not for a terminal") // where a screen could be shown

	ErrNotAllowed    = errors.New("room: not on the list of those who may enter")
	ErrNotAPassword  = errors.New("room: nobody could give that password")
	ErrWrongPassword = errors.New("room: wrong password") // the room's
	ErrNoPassword    = fmt.Errorf("%w: none was given", ErrWrongPassword)
	ErrWrongPass     = errors.New("room: wrong pass phrase")
	ErrPassPhrase    = fmt.Errorf("room: a pass phrase has %d to %d characters on one line", MinPass, MaxPass)
	ErrNoKey         = errors.New("room: no key to register")         // nor a pass phrase was given
	ErrLastKey       = errors.New("room: the account's only proof")   // taken away, nobody could be its owner
	ErrTooManyKeys   = fmt.Errorf("room: over %d keys", MaxKeys)      // of one account
	ErrFull          = errors.New("room: no place for more accounts") // see maxAccounts
	ErrTooManyBans   = fmt.Errorf("room: over %d bans or mutes", maxBans)
	ErrNoReload      = errors.New("room: nothing to reload")
)

// TakenError refuses a pseudo that somebody has, or that looks like one.
type TakenError struct {
	Pseudo Pseudo
	By     Pseudo // who has it: another spelling when the two are only alike
}

func (e *TakenError) Error() string {
	return fmt.Sprintf("room: pseudo %q is taken by %q", e.Pseudo, e.By)
}

// RegisteredError refuses a pseudo that somebody has registered, or that looks like
// one, to whoever has not proved to be its owner.
type RegisteredError struct {
	Pseudo Pseudo
	By     Pseudo // the registered one: another spelling when the two are only alike
}

func (e *RegisteredError) Error() string {
	return fmt.Sprintf("room: pseudo %q is registered as %q", e.Pseudo, e.By)
}

// KeyTakenError says that a key opens another account already: it opens one only.
type KeyTakenError struct{ By Pseudo }

func (e *KeyTakenError) Error() string { return fmt.Sprintf("room: the key is that of %q", e.By) }

// GuessError refuses to look at a pass phrase or password, right or wrong: too many
// wrong ones came from there, or for that pseudo.
type GuessError struct{ Wait time.Duration }

func (e *GuessError) Error() string { return fmt.Sprintf("room: too many guesses, wait %v", e.Wait) }

// ReloadError says why nothing was reloaded; everything is as it was.
type ReloadError struct{ Err error }

func (e *ReloadError) Error() string { return "room: reload: " + e.Err.Error() }

// Unwrap returns what was wrong.
func (e *ReloadError) Unwrap() error { return e.Err }

// UnknownMemberError says that nobody present has that name. Nothing was sent.
type UnknownMemberError struct {
	Name       string
	Suggestion Pseudo // "" when nobody is near
}

func (e *UnknownMemberError) Error() string { return fmt.Sprintf("room: nobody is called %q", e.Name) }

// NotInForceError says that there is nothing to undo.
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

// UnknownCommandError says that no command has that name.
type UnknownCommandError struct {
	Name       string
	Suggestion *Command // nil when none is near
}

func (e *UnknownCommandError) Error() string { return fmt.Sprintf("room: no command %q", e.Name) }

// UsageError says that a command was used wrongly.
type UsageError struct{ Command *Command }

func (e *UsageError) Error() string { return "room: usage of " + e.Command.Name }

// DeniedError says that a command is for operators.
type DeniedError struct{ Command *Command }

func (e *DeniedError) Error() string { return "room: not allowed: " + e.Command.Name }

// TooFastError refuses a message sent too soon after the others.
type TooFastError struct {
	Wait time.Duration // before the next will be taken
	Slow bool          // the room is in slow mode
	Last bool          // the next one gets its sender kicked
}

func (e *TooFastError) Error() string { return fmt.Sprintf("room: too fast, wait %v", e.Wait) }

// MutedError refuses the message of somebody who has no voice now.
type MutedError struct{ Until time.Time } // zero: until unmuted

func (e *MutedError) Error() string { return "room: muted" }

// BannedError refuses somebody who is banned.
type BannedError struct{ Ban Ban }

func (e *BannedError) Error() string { return "room: banned: " + e.Ban.Target.String() }

// ShuttingDownError refuses a newcomer because the room is about to close.
type ShuttingDownError struct{ Left time.Duration }

func (e *ShuttingDownError) Error() string { return fmt.Sprintf("room: shutting down in %v", e.Left) }

// AnotherPseudo reports whether choosing another pseudo may mend err.
func AnotherPseudo(err error) bool {
	if _, ok := errors.AsType[*PseudoError](err); ok {
		return true
	}
	if _, ok := errors.AsType[*RegisteredError](err); ok {
		return true
	}
	_, taken := errors.AsType[*TakenError](err)
	return taken
}
