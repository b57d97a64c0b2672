package lang

import (
	"context"
	"errors"
	"fmt"
	"time"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// Error writes what went wrong, then what to do, for the one who tried.
func (v View) Error(err error) string {
	if e, ok := errors.AsType[*text.PseudoError](err); ok {
		return v.pseudoError(e)
	}
	if e, ok := errors.AsType[*state.TakenError](err); ok {
		return v.taken(e)
	}
	if e, ok := errors.AsType[*state.RegisteredError](err); ok {
		return v.registered(e)
	}
	if e, ok := errors.AsType[*state.UnknownMemberError](err); ok {
		return v.unknownMember(e)
	}
	if e, ok := errors.AsType[*state.NotInForceError](err); ok {
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
	if e, ok := errors.AsType[*state.Ending](err); ok {
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
	if e, ok := errors.AsType[*state.MutedError](err); ok {
		if e.Until.IsZero() {
			return t.IsMuted
		}
		return fmt.Sprintf(t.IsMutedUntil, v.Moment(e.Until, time.Now()))
	}
	if e, ok := errors.AsType[*state.BannedError](err); ok {
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
	if e, ok := errors.AsType[*state.KeyTakenError](err); ok {
		return fmt.Sprintf(v.texts().KeyTaken, text.Isolate(string(e.By)))
	}
	if e, ok := errors.AsType[*room.ReloadError](err); ok {
		return fmt.Sprintf(v.texts().ReloadFailed, text.Clean(e.Err.Error(), false))
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
		{state.ErrNoShutdown, t.NoShutdown}, {room.ErrNoZone, t.NoZone}, {room.ErrSelf, t.Self}, {room.ErrTooMany, t.TooMany}, {room.ErrNotMember, t.NotMember},
		{room.ErrNoScreen, v.noScreen()}, {room.ErrScreenJSON, t.ScreenJSON},
		{state.ErrUnavailable, t.Unrecorded}, {state.ErrUnknown, t.Unsure}, {state.ErrBusy, t.Busy},
		{room.ErrNotAllowed, t.NotAllowed}, {room.ErrNoPassword, t.NoPasswordGiven}, {room.ErrWrongPassword, t.WrongPassword}, {room.ErrNotAPassword, t.BadPassword}, {room.ErrWrongPass, t.WrongPass}, {room.ErrPassPhrase, t.PassPhrase},
		{room.ErrNoKey, t.NoKeyToRegister}, {state.ErrLastKey, t.LastKey}, {state.ErrTooManyKeys, t.TooManyKeys}, {state.ErrFull, t.Full}, {room.ErrNoReload, t.NoReload}, {state.ErrTooManyBans, t.TooManyBans},
		{state.ErrTooLarge, t.TooLarge}, {state.ErrClosed, t.ShuttingDownNow}, {state.ErrGone, t.Gone},
		{context.Canceled, t.Gone}, {context.DeadlineExceeded, t.Unsure},
	} {
		if errors.Is(err, known.err) {
			return known.text
		}
	}
	return t.Internal
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

func (v View) taken(e *state.TakenError) string {
	if e.By.Key() == e.Pseudo.Key() {
		return fmt.Sprintf(v.texts().Taken, text.Isolate(string(e.Pseudo)))
	}
	return fmt.Sprintf(v.texts().Alike, text.Isolate(string(e.Pseudo)), text.Isolate(string(e.By)))
}

func (v View) registered(e *state.RegisteredError) string {
	if e.By.Key() == e.Pseudo.Key() {
		return fmt.Sprintf(v.texts().Registered, text.Isolate(string(e.Pseudo)))
	}
	return fmt.Sprintf(v.texts().AlikeRegistered, text.Isolate(string(e.Pseudo)), text.Isolate(string(e.By)))
}

// denied refuses a command of operators; the topic may at least be read.
func (v View) denied(c *room.Command) string {
	form := v.texts().Denied
	if c.Name == "topic" {
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
	if e.Registered {
		return fmt.Sprintf(t.NotHere, text.Isolate(text.Clean(e.Name, false)))
	}
	words := fmt.Sprintf(t.NobodyCalled, text.Isolate(text.Clean(e.Name, false)))
	if e.Suggestion != "" {
		return words + " " + fmt.Sprintf(t.DidYouMean, text.Isolate(string(e.Suggestion)))
	}
	return words + " " + fmt.Sprintf(t.SeeList, v.slash())
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
