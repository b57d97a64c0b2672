package lang

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// Error writes what went wrong, then what to do, for the one who tried.
func (v View) Error(err error) string {
	for e := err; e != nil; e = errors.Unwrap(e) {
		if words := v.detailed(e); words != "" {
			return words
		}
	}
	return v.plain(err)
}

// detailed writes an error that carries what it is about; "" for any other.
func (v View) detailed(err error) string {
	t := v.texts()
	switch e := err.(type) {
	case *text.PseudoError:
		return v.pseudoError(e)
	case *state.TakenError:
		if e.Lost && e.Pseudo.Key() == e.By.Key() {
			return fmt.Sprintf(t.TakenLost, name(e.Pseudo), Duration(max(e.Left, time.Second), v.Lang))
		}
		said := alike(t.Taken, t.Alike, e.Pseudo, e.By)
		if e.Here && e.Pseudo.Key() == e.By.Key() {
			said += " " + t.TakenHere
		}
		return said
	case *state.RegisteredError:
		return alike(t.Registered, t.AlikeRegistered, e.Pseudo, e.By)
	case *state.UnknownMemberError:
		return v.unknownMember(e)
	case *state.NotInForceError:
		return v.notInForce(e)
	case *state.TargetError:
		return fmt.Sprintf(v.targetForm(e.Reason), text.Isolate(e.Target))
	case *state.KeyTakenError:
		return fmt.Sprintf(t.KeyTaken, name(e.By))
	case *state.MutedError:
		return v.isMuted(e)
	case *state.BannedError:
		if until := e.Ban.Until(); !until.IsZero() {
			return v.withReason(fmt.Sprintf(t.IsBannedUntil, v.Moment(until, e.Ban.Since)), e.Ban.Reason)
		}
		return v.withReason(t.IsBanned, e.Ban.Reason)
	case *state.Ending:
		return Farewell(e, v)
	}
	return v.refusal(err)
}

// refusal writes the errors with details that are the room's own.
func (v View) refusal(err error) string {
	t := v.texts()
	switch e := err.(type) {
	case *room.UnknownCommandError:
		return v.unknownCommand(e)
	case *room.UsageError:
		usage := fmt.Sprintf(t.Usage, v.Usage(e.Command))
		if e.Arg != "" {
			return fmt.Sprintf(t.NotUnderstood, text.Isolate(text.Clean(e.Arg, false))) + " " + usage
		}
		return usage
	case *state.OldNodeError:
		return fmt.Sprintf(t.OldNode, nodeName(e.Node.Name), nodeName(e.Node.Program))
	case *room.DeniedError:
		return v.denied(e)
	case *room.TooFastError:
		return v.tooFast(e)
	case *room.GuessError:
		return fmt.Sprintf(t.Guessing, Duration(e.Wait, v.Lang))
	case *room.ShuttingDownError:
		if e.Left <= 0 {
			return t.ShuttingDownNow
		}
		return fmt.Sprintf(t.ShuttingDown, Duration(e.Left, v.Lang))
	case *room.PenaltyError:
		return fmt.Sprintf(t.Penalty, Duration(e.Wait, v.Lang))
	case *room.ReloadError:
		return fmt.Sprintf(t.ReloadFailed, text.Clean(e.Err.Error(), false))
	}
	return ""
}

// plain writes the errors that carry no detail.
func (v View) plain(err error) string {
	t := v.texts()
	for _, known := range []struct {
		err  error
		text string
	}{
		{room.ErrEmpty, t.Empty}, {room.ErrTwoCommands, t.TwoCommands}, {room.ErrSecretPlace, t.SecretPlace}, {room.ErrTextTooLong, t.TextTooLong}, {room.ErrTooManyLines, t.TooManyLines}, {room.ErrNoteTooLong, t.NoteTooLong}, {room.ErrNobody, t.NobodyToReply},
		{state.ErrNoRoom, v.noRoom()}, {room.ErrNotFollowed, t.NotFollowed}, {room.ErrFirstRoom, t.NotFirstRoom}, {state.ErrRoomTaken, t.RoomTaken}, {state.ErrTooManyRooms, t.TooManyRooms}, {state.ErrTooManyFollowed, t.TooManyFollowed}, {state.ErrTooManyInvited, t.TooManyInvited},
		{room.ErrActionAlone, t.ActionAlone}, {room.ErrNotTargeted, t.NotTargeted},
		{state.ErrNoShutdown, t.NoShutdown}, {room.ErrNoZone, t.NoZone}, {room.ErrSelf, t.Self}, {room.ErrTooMany, t.TooMany}, {room.ErrTooManyNew, t.TooManyNew}, {room.ErrNoMemory, t.NoMemory}, {room.ErrNotMember, t.NotMember},
		{room.ErrNoScreen, v.noScreen()}, {room.ErrScreenJSON, t.ScreenJSON},
		{state.ErrUnavailable, t.NotSent}, {state.ErrUnknown, t.Unsure}, {state.ErrStale, t.Unsure}, {state.ErrBusy, t.Busy},
		{room.ErrNotAllowed, t.NotAllowed}, {room.ErrNoPassword, t.NoPasswordGiven}, {room.ErrWrongPassword, t.WrongPassword}, {room.ErrNotAPassword, t.BadPassword}, {room.ErrWrongPass, t.WrongPass}, {room.ErrHashing, t.Hashing}, {room.ErrPassPhrase, t.PassPhrase},
		{room.ErrNoKey, t.NoKeyToRegister}, {state.ErrLastKey, t.LastKey}, {state.ErrTooManyKeys, t.TooManyKeys}, {state.ErrFull, t.Full}, {room.ErrNoReload, t.NoReload}, {room.ErrNoMessage, t.NoMessage}, {room.ErrManySearches, t.ManySearches}, {state.ErrTooManyBans, t.TooManyBans},
		{state.ErrTooLarge, t.TooLarge}, {state.ErrClosed, t.ShuttingDownNow}, {state.ErrGone, t.Gone},
		{context.Canceled, t.Gone}, {context.DeadlineExceeded, t.Unsure},
	} {
		if errors.Is(err, known.err) {
			return known.text
		}
	}
	if _, again := errors.AsType[*state.RefusedError](err); again {
		return t.Refused
	}
	return t.Internal
}

func (v View) isMuted(e *state.MutedError) string {
	t, until := v.texts(), v.Moment(e.Until, time.Now())
	switch {
	case e.Room && e.Until.IsZero():
		return t.RoomIsMuted
	case e.Room:
		return fmt.Sprintf(t.RoomIsMutedUntil, until)
	case e.Until.IsZero():
		return t.IsMuted
	}
	return fmt.Sprintf(t.IsMutedUntil, until)
}

func (v View) pseudoError(e *text.PseudoError) string {
	t := v.texts()
	form := map[text.PseudoReason]string{
		text.PseudoTooLong: t.PseudoTooLong, text.PseudoCharacters: t.PseudoCharacters, text.PseudoScripts: t.PseudoScripts,
		text.PseudoStart: t.PseudoStart, text.PseudoReserved: t.PseudoReserved,
	}[e.Reason]
	if form == "" {
		return t.PseudoEmpty
	}
	return fmt.Sprintf(form, text.Isolate(e.Pseudo))
}

// targetForm returns the sentence about a target that cannot be banned.
func (v View) targetForm(r state.TargetReason) string {
	t := v.texts()
	switch r {
	case state.TargetKey:
		return t.TargetKey
	case state.TargetNobody:
		return t.TargetNobody
	case state.TargetEverybody:
		return t.TargetEverybody
	}
	return t.TargetBroken
}

// alike says that a pseudo belongs to somebody else, as it is or as it looks.
func alike(same, similar string, p, by text.Pseudo) string {
	if by.Key() == p.Key() {
		return fmt.Sprintf(same, name(p))
	}
	return fmt.Sprintf(similar, name(p), name(by))
}

// noRoom refuses the name of a room: none has it, or one of which the reader may not know.
func (v View) noRoom() string {
	if v.Console {
		return v.texts().NoRoomConsole
	}
	return v.texts().NoRoom
}

// governing are the commands, by Name, that mean nothing in the room that nobody owns.
var governing = []string{"invite", "private", "moderator", "close"}

// denied refuses a command of operators, or of those who govern a room; the topic may at least
// be read.
func (v View) denied(e *room.DeniedError) string {
	c, form := e.Command, v.texts().Denied
	switch {
	case c.Name == "delete":
		return v.texts().DeniedDelete
	case e.Room, slices.Contains(governing, c.Name):
		form = v.texts().DeniedRoom
	case c.Name == "topic":
		form = v.texts().DeniedTopic
	}
	return fmt.Sprintf(form, v.slash()+c.Word(v.Lang))
}

func (v View) notInForce(e *state.NotInForceError) string {
	form := map[state.Undone]string{
		state.NotBanned: v.texts().NotBanned, state.NotMuted: v.texts().NotMuted, state.NotIgnored: v.texts().NotIgnored,
		state.NotRegistered: v.texts().NotRegistered, state.NotAKey: v.texts().NotAKey,
	}[e.What]
	return fmt.Sprintf(form, text.Isolate(text.Clean(e.Name, false)))
}

func (v View) unknownMember(e *state.UnknownMemberError) string {
	t := v.texts()
	if len(e.Gone) > 0 {
		return v.gone(e)
	}
	if e.Registered {
		return fmt.Sprintf(t.NotHere, text.Isolate(text.Clean(e.Name, false)))
	}
	words := fmt.Sprintf(t.NobodyCalled, text.Isolate(text.Clean(e.Name, false)))
	if e.Suggestion != "" {
		return words + " " + fmt.Sprintf(t.DidYouMean, name(e.Suggestion))
	}
	return words + " " + fmt.Sprintf(t.SeeList, v.slash())
}

// gone says that those who were meant have left, and, where it is not plain, what to do.
func (v View) gone(e *state.UnknownMemberError) string {
	t, words := v.texts(), ""
	switch {
	case len(e.Gone) > 1:
		words = fmt.Sprintf(t.SeveralNotHere, names(e.Gone))
	case e.Other:
		words = fmt.Sprintf(t.OtherNow, name(e.Gone[0]), name(e.Gone[0]))
	default:
		words = fmt.Sprintf(t.NotHere, name(e.Gone[0]))
	}
	if e.Target {
		words += " " + t.BackToAll
	}
	return words
}

func (v View) unknownCommand(e *room.UnknownCommandError) string {
	t := v.texts()
	text := fmt.Sprintf(t.NoCommand, v.slash()+text.Isolate(e.Name))
	if e.Suggestion != nil {
		return text + " " + fmt.Sprintf(t.DidYouMeanWord, v.slash()+e.Suggestion.Word(v.Lang))
	}
	if v.Console {
		return text + " " + t.SeeHelpConsole
	}
	return text + " " + t.SeeHelp
}

// noScreen refuses a command of the screen: there is none, or not now.
func (v View) noScreen() string {
	if v.Screen {
		return v.texts().NoScreenNow
	}
	return v.texts().NoScreen
}

func (v View) tooFast(e *room.TooFastError) string {
	t := v.texts()
	form := t.TooFast
	switch {
	case e.Slow:
		form = t.SlowMode
	case e.Last:
		form = t.TooFastLast
	}
	return fmt.Sprintf(form, Duration(e.Wait, v.Lang))
}
