package state

import "errors"

// ErrStale refuses a proposal of an epoch that has ended, or of one that never began,
// or one so old that nobody knows whether it was applied.
var ErrStale = errors.New("room: proposal out of date")

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
	{"no-room", sentinel(ErrNoRoom)},
	{"room-taken", sentinel(ErrRoomTaken)},
	{"too-many-rooms", sentinel(ErrTooManyRooms)},
	{"too-many-followed", sentinel(ErrTooManyFollowed)},
	{"too-many-invited", sentinel(ErrTooManyInvited)},
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
