package room

import (
	"errors"
	"fmt"
	"time"

	"salon/room/state"
	"salon/room/text"
)

// Errors without detail that commands return.
var (
	ErrEmpty        = errors.New("room: nothing to say")
	ErrTextTooLong  = fmt.Errorf("room: text over %d bytes", text.MaxText)
	ErrTooManyLines = fmt.Errorf("room: text over %d lines", text.MaxLines)
	ErrNoteTooLong  = fmt.Errorf("room: text over %d characters", text.MaxNote)
	ErrSecretPlace  = errors.New("room: a pass phrase where none belongs") // see misplacesSecret
	ErrTwoCommands  = errors.New("room: two commands on one line")
	ErrNobody       = errors.New("room: nobody to reply to")
	ErrTooMany      = errors.New("room: too many connections from this source")
	ErrTooManyNew   = errors.New("room: too many new connections from this source") // not logged in yet, or too fast
	ErrNoMemory     = errors.New("room: memory is short")                           // for anybody else
	ErrSelf         = errors.New("room: nobody can ignore themselves")
	ErrNoZone       = errors.New("room: no such time zone")
	ErrNotFollowed  = errors.New("room: not a room that one follows") // but one may
	ErrNotMember    = errors.New("room: only members can do that")
	ErrNoScreen     = errors.New("room: no screen to do that on")    // not a terminal, or in text mode now
	ErrScreenJSON   = errors.New("room: JSON is not for a terminal") // where a screen could be shown

	ErrManySearches = errors.New("room: too many searches under way") // of all members: nothing was looked for

	ErrNotAllowed    = errors.New("room: not on the list of those who may enter")
	ErrWrongPassword = errors.New("room: wrong password") // the room's
	ErrNoPassword    = fmt.Errorf("%w: none was given", ErrWrongPassword)
	ErrWrongPass     = errors.New("room: wrong pass phrase")
	ErrHashing       = errors.New("room: too many secrets to check")         // see hashesWaiting; try again soon
	ErrNoKey         = errors.New("room: no key to register")                // nor a pass phrase was given
	ErrNoMessage     = errors.New("room: no message that one may take back") // or none there: nobody is told which
	ErrNoReload      = errors.New("room: nothing to reload")
)

// GuessError refuses to check a pass phrase or password, right or wrong: too many
// wrong ones came from that source, or for that pseudo.
type GuessError struct{ Wait time.Duration }

func (e *GuessError) Error() string { return fmt.Sprintf("room: too many guesses, wait %v", e.Wait) }

// PenaltyError refuses a connection, or a login without a registered key, because of
// earlier failures from its source.
type PenaltyError struct{ Wait time.Duration }

func (e *PenaltyError) Error() string {
	return fmt.Sprintf("room: too many failures from this source, wait %v", e.Wait.Round(time.Second))
}

// ReloadError says why nothing was reloaded. The old settings stay in force.
type ReloadError struct{ Err error }

func (e *ReloadError) Error() string { return "room: reload: " + e.Err.Error() }

// Unwrap returns the cause.
func (e *ReloadError) Unwrap() error { return e.Err }

// TooFastError refuses a message sent too soon after the others.
type TooFastError struct {
	Wait time.Duration // until the next message is accepted
	Slow bool          // the room is in slow mode
	Last bool          // the sender is kicked for the next one
}

func (e *TooFastError) Error() string { return fmt.Sprintf("room: too fast, wait %v", e.Wait) }

// ShuttingDownError refuses a newcomer because the room is about to close.
type ShuttingDownError struct{ Left time.Duration }

func (e *ShuttingDownError) Error() string { return fmt.Sprintf("room: shutting down in %v", e.Left) }

// AnotherPseudo reports whether joining under another pseudo may succeed where err was returned.
func AnotherPseudo(err error) bool {
	_, invalid := errors.AsType[*text.PseudoError](err)
	_, registered := errors.AsType[*state.RegisteredError](err)
	_, taken := errors.AsType[*state.TakenError](err)
	return invalid || registered || taken
}
