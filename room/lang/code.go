package lang

import (
	"context"
	"errors"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// codes are the codes of errors, which programs read: they never change, whatever the
// text. The first that an error is counts.
var codes = []struct {
	code string
	is   func(error) bool
}{
	{"bad-pseudo", isA[*text.PseudoError]}, {"taken", isA[*state.TakenError]}, {"registered", isA[*state.RegisteredError]},
	{"unknown-person", isA[*state.UnknownMemberError]}, {"unknown-command", isA[*room.UnknownCommandError]}, {"usage", isA[*room.UsageError]},
	{"denied", isA[*room.DeniedError]}, {"slow-mode", isSlow}, {"too-fast", isA[*room.TooFastError]}, {"muted", isA[*state.MutedError]},
	{"banned", isA[*state.BannedError]}, {"bad-target", isA[*state.TargetError]}, {"not-in-force", isA[*state.NotInForceError]},
	{"key-taken", isA[*state.KeyTakenError]}, {"too-many-guesses", isA[*room.GuessError]}, {"kept-out", isA[*room.PenaltyError]},
	{"old-node", isA[*state.OldNodeError]}, {"closing", either(isA[*room.ShuttingDownError], is(state.ErrClosed))}, {"reload-failed", isA[*room.ReloadError]},
	{"no-room", is(state.ErrNoRoom)}, {"not-followed", is(room.ErrNotFollowed)}, {"first-room", is(room.ErrFirstRoom)}, {"room-taken", is(state.ErrRoomTaken)},
	{"too-many-rooms", is(state.ErrTooManyRooms)}, {"too-many-followed", is(state.ErrTooManyFollowed)}, {"too-many-invited", is(state.ErrTooManyInvited)},
	{"empty", is(room.ErrEmpty)}, {"two-commands", is(room.ErrTwoCommands)}, {"action-in-private", is(room.ErrActionAlone)}, {"not-targeted", is(room.ErrNotTargeted)},
	{"misplaced-pass-phrase", is(room.ErrSecretPlace)},
	{"too-long", is(room.ErrTextTooLong, room.ErrTooManyLines, room.ErrNoteTooLong, state.ErrTooLarge)}, {"nobody", is(room.ErrNobody)},
	{"no-shutdown", is(state.ErrNoShutdown)}, {"bad-zone", is(room.ErrNoZone)}, {"self", is(room.ErrSelf)},
	{"too-many-connections", is(room.ErrTooMany, room.ErrTooManyNew)}, {"no-memory", is(room.ErrNoMemory)},
	{"members-only", is(room.ErrNotMember)}, {"no-screen", is(room.ErrNoScreen)}, {"programs-only", is(room.ErrScreenJSON)},
	{"not-sent", is(state.ErrUnavailable)}, {"unsure", is(state.ErrUnknown, state.ErrStale, context.DeadlineExceeded)},
	{"busy", is(state.ErrBusy, room.ErrHashing, room.ErrManySearches)}, {"not-allowed", is(room.ErrNotAllowed)},
	{"no-password", is(room.ErrNoPassword)}, {"wrong-password", is(room.ErrWrongPassword)}, {"bad-password", is(room.ErrNotAPassword)},
	{"wrong-pass-phrase", is(room.ErrWrongPass)}, {"bad-pass-phrase", is(room.ErrPassPhrase)}, {"no-key", is(room.ErrNoKey)},
	{"last-key", is(state.ErrLastKey)}, {"too-many-keys", is(state.ErrTooManyKeys)}, {"full", is(state.ErrFull, state.ErrTooManyBans)},
	{"nothing-to-reload", is(room.ErrNoReload)}, {"no-message", is(room.ErrNoMessage)}, {"refused", isA[*state.RefusedError]}, {"ended", either(isA[*state.Ending], is(state.ErrGone, context.Canceled))},
}

// internal is the code of an error that is the server's fault.
const internal = "internal"

// notDelivered is the code of a private message that one recipient did not get.
const notDelivered = "not-delivered"

// Code returns the code of an error for programs, which stays the same in every language
// and version.
func Code(err error) string {
	for _, c := range codes {
		if c.is(err) {
			return c.code
		}
	}
	return internal
}

// Codes returns all codes that there are.
func Codes() []string {
	all := []string{notDelivered, internal}
	for _, c := range codes {
		all = append(all, c.code)
	}
	return all
}

func isA[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

func isSlow(err error) bool {
	e, ok := errors.AsType[*room.TooFastError](err)
	return ok && e.Slow
}

func is(targets ...error) func(error) bool {
	return func(err error) bool {
		for _, t := range targets {
			if errors.Is(err, t) {
				return true
			}
		}
		return false
	}
}

func either(tests ...func(error) bool) func(error) bool {
	return func(err error) bool {
		for _, test := range tests {
			if test(err) {
				return true
			}
		}
		return false
	}
}
