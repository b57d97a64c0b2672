package lang

import (
	"context"
	"errors"
	"fmt"
	"time"

	"salon/room"
)

// Error writes what went wrong, then what to do, for the one who tried.
func (v View) Error(err error) string {
	if e, ok := errors.AsType[*room.PseudoError](err); ok {
		return v.pseudoError(e)
	}
	if e, ok := errors.AsType[*room.TakenError](err); ok {
		return v.taken(e)
	}
	if e, ok := errors.AsType[*room.RegisteredError](err); ok {
		return v.registered(e)
	}
	if e, ok := errors.AsType[*room.UnknownMemberError](err); ok {
		return v.unknownMember(e)
	}
	if e, ok := errors.AsType[*room.NotInForceError](err); ok {
		return v.notInForce(e)
	}
	if e, ok := errors.AsType[*room.UnknownCommandError](err); ok {
		return v.unknownCommand(e)
	}
	if e, ok := errors.AsType[*room.UsageError](err); ok {
		return fmt.Sprintf(v.texts().Usage, v.Usage(e.Command))
	}
	if e, ok := errors.AsType[*room.DeniedError](err); ok {
		return v.denied(e.Command)
	}
	if e, ok := errors.AsType[*room.Ending](err); ok {
		return Farewell(e, v)
	}
	return v.limitError(err)
}

// limitError writes the errors that a limit or a state of the room makes.
func (v View) limitError(err error) string {
	t := v.texts()
	if e, ok := errors.AsType[*room.TooFastError](err); ok {
		return v.tooFast(e)
	}
	if e, ok := errors.AsType[*room.GuessError](err); ok {
		return fmt.Sprintf(t.Guessing, Duration(e.Wait, v.Lang))
	}
	if e, ok := errors.AsType[*room.MutedError](err); ok {
		if e.Until.IsZero() {
			return t.IsMuted
		}
		return fmt.Sprintf(t.IsMutedUntil, v.Moment(e.Until, time.Now()))
	}
	if e, ok := errors.AsType[*room.BannedError](err); ok {
		if until := e.Ban.Until(); !until.IsZero() {
			return v.withReason(fmt.Sprintf(t.IsBannedUntil, v.Moment(until, e.Ban.Since)), e.Ban.Reason)
		}
		return v.withReason(t.IsBanned, e.Ban.Reason)
	}
	if e, ok := errors.AsType[*room.ShuttingDownError](err); ok {
		if e.Left <= 0 {
			return t.ShuttingDownNow
		}
		return fmt.Sprintf(t.ShuttingDown, Duration(e.Left, v.Lang))
	}
	return v.accountError(err)
}

// accountError writes the errors about keys and files that carry a detail.
func (v View) accountError(err error) string {
	if e, ok := errors.AsType[*room.KeyTakenError](err); ok {
		return fmt.Sprintf(v.texts().KeyTaken, room.Isolate(string(e.By)))
	}
	if e, ok := errors.AsType[*room.ReloadError](err); ok {
		return fmt.Sprintf(v.texts().ReloadFailed, room.Clean(e.Err.Error(), false))
	}
	return v.plainError(err)
}

// plainError writes the errors that carry no detail.
func (v View) plainError(err error) string {
	t := v.texts()
	for _, known := range []struct {
		err  error
		text string
	}{
		{room.ErrEmpty, t.Empty}, {room.ErrTextTooLong, t.TextTooLong}, {room.ErrTooManyLines, t.TooManyLines}, {room.ErrNoteTooLong, t.NoteTooLong}, {room.ErrNobody, t.NobodyToReply},
		{room.ErrNoShutdown, t.NoShutdown}, {room.ErrNoZone, t.NoZone}, {room.ErrSelf, t.Self}, {room.ErrTooMany, t.TooMany}, {room.ErrNotMember, t.NotMember},
		{room.ErrNoScreen, v.noScreen()}, {room.ErrScreenJSON, t.ScreenJSON},
		{room.ErrUnavailable, t.Unrecorded}, {room.ErrUnknown, t.Unsure}, {room.ErrBusy, t.Busy},
		{room.ErrNotAllowed, t.NotAllowed}, {room.ErrNoPassword, t.NoPasswordGiven}, {room.ErrWrongPassword, t.WrongPassword}, {room.ErrNotAPassword, t.BadPassword}, {room.ErrWrongPass, t.WrongPass}, {room.ErrPassPhrase, t.PassPhrase},
		{room.ErrNoKey, t.NoKeyToRegister}, {room.ErrLastKey, t.LastKey}, {room.ErrTooManyKeys, t.TooManyKeys}, {room.ErrFull, t.Full}, {room.ErrNoReload, t.NoReload}, {room.ErrTooManyBans, t.TooManyBans},
		{room.ErrTooLarge, t.TooLarge}, {room.ErrClosed, t.ShuttingDownNow}, {room.ErrGone, t.Gone},
		{context.Canceled, t.Gone}, {context.DeadlineExceeded, t.Unsure},
	} {
		if errors.Is(err, known.err) {
			return known.text
		}
	}
	return t.Internal
}

func (v View) pseudoError(e *room.PseudoError) string {
	t := v.texts()
	form := map[room.PseudoReason]string{
		room.PseudoTooLong: t.PseudoTooLong, room.PseudoCharacters: t.PseudoCharacters, room.PseudoScripts: t.PseudoScripts,
		room.PseudoStart: t.PseudoStart, room.PseudoReserved: t.PseudoReserved,
	}[e.Reason]
	if form == "" {
		return t.PseudoEmpty
	}
	return fmt.Sprintf(form, room.Isolate(e.Pseudo))
}

func (v View) taken(e *room.TakenError) string {
	if e.By.Key() == e.Pseudo.Key() {
		return fmt.Sprintf(v.texts().Taken, room.Isolate(string(e.Pseudo)))
	}
	return fmt.Sprintf(v.texts().Alike, room.Isolate(string(e.Pseudo)), room.Isolate(string(e.By)))
}

func (v View) registered(e *room.RegisteredError) string {
	if e.By.Key() == e.Pseudo.Key() {
		return fmt.Sprintf(v.texts().Registered, room.Isolate(string(e.Pseudo)))
	}
	return fmt.Sprintf(v.texts().AlikeRegistered, room.Isolate(string(e.Pseudo)), room.Isolate(string(e.By)))
}

// denied refuses a command of operators; the topic may at least be read.
func (v View) denied(c *room.Command) string {
	form := v.texts().Denied
	if c.Name == "topic" {
		form = v.texts().DeniedTopic
	}
	return fmt.Sprintf(form, v.slash()+c.Word(v.Lang))
}

func (v View) notInForce(e *room.NotInForceError) string {
	form := map[room.Undone]string{
		room.NotBanned: v.texts().NotBanned, room.NotMuted: v.texts().NotMuted, room.NotIgnored: v.texts().NotIgnored,
		room.NotRegistered: v.texts().NotRegistered, room.NotAKey: v.texts().NotAKey,
	}[e.What]
	return fmt.Sprintf(form, room.Isolate(room.Clean(e.Name, false)))
}

func (v View) unknownMember(e *room.UnknownMemberError) string {
	t := v.texts()
	text := fmt.Sprintf(t.NobodyCalled, room.Isolate(room.Clean(e.Name, false)))
	if e.Suggestion != "" {
		return text + " " + fmt.Sprintf(t.DidYouMean, room.Isolate(string(e.Suggestion)))
	}
	return text + " " + fmt.Sprintf(t.SeeList, v.slash())
}

func (v View) unknownCommand(e *room.UnknownCommandError) string {
	t := v.texts()
	text := fmt.Sprintf(t.NoCommand, v.slash()+room.Isolate(e.Name))
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

// slash is what commands begin with: nothing at the console.
func (v View) slash() string {
	if v.Console {
		return ""
	}
	return "/"
}

// Usage writes how a command is used.
func (v View) Usage(c *room.Command) string {
	args := v.texts().Help[c.Name].Args
	switch c.Name {
	case "say", "tell":
		return args
	}
	if args == "" {
		return v.slash() + c.Word(v.Lang)
	}
	return v.slash() + c.Word(v.Lang) + " " + args
}
