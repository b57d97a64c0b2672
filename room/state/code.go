package state

import (
	"errors"
)

// Code is a refusal without its details: what is kept of an answer, and what
// programs are told. Its numbers and names are for good.
type Code uint8

// codes are the refusals, by Code. New ones are added at the end.
var codes = []struct {
	name string
	is   func(error) bool
}{
	{"", func(err error) bool { return err == nil }},
	{"refused", func(error) bool { return false }}, // for any reason that is not below
	{"gone", is(ErrGone)},
	{"stale", is(ErrStale)},
	{"taken", as[*TakenError]},
	{"registered", as[*RegisteredError]},
	{"banned", as[*BannedError]},
	{"muted", as[*MutedError]},
	{"unknown-member", as[*UnknownMemberError]},
	{"not-in-force", as[*NotInForceError]},
	{"key-taken", as[*KeyTakenError]},
	{"no-shutdown", is(ErrNoShutdown)},
	{"last-key", is(ErrLastKey)},
	{"too-many-keys", is(ErrTooManyKeys)},
	{"too-many-accounts", is(ErrFull)},
	{"too-many-bans", is(ErrTooManyBans)},
}

func is(target error) func(error) bool {
	return func(err error) bool { return errors.Is(err, target) }
}

func as[E error](err error) bool {
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

// RefusedError is a refusal that was given before, to a proposal that came again:
// its details are no longer known.
type RefusedError struct{ Code Code }

func (e *RefusedError) Error() string { return "room: refused: " + e.Code.String() }

// Is makes a refusal that is all in its code, such as [ErrGone], be told alike the
// first time and again.
func (e *RefusedError) Is(target error) bool {
	return int(e.Code) < len(codes) && codes[e.Code].is(target)
}
