package sshui

import (
	"context"
	"errors"
	"io"
	"strings"

	gossh "golang.org/x/crypto/ssh"

	"salon/internal/wait"
	"salon/room"
	"salon/room/lang"
	"salon/room/state"
	"salon/room/text"
)

// Exit codes, as docs/guide.md explains them to scripts.
const (
	exitDone = iota
	exitRefused
	exitUsage
	exitUnknown
	exitTooFast
	exitShutdown
)

// exitCode returns the exit code of a command that ended with err.
func exitCode(err error) int {
	end, ended := errors.AsType[*state.Ending](err)
	switch {
	case err == nil:
		return exitDone
	case isA[*state.UnknownMemberError](err), errors.Is(err, state.ErrNoRoom), errors.Is(err, room.ErrNotFollowed):
		return exitUnknown
	case isA[*room.TooFastError](err):
		return exitTooFast
	case isA[*room.ShuttingDownError](err), errors.Is(err, state.ErrClosed):
		return exitShutdown
	case ended:
		return endingCode(end)
	case isA[*room.UsageError](err), isA[*room.UnknownCommandError](err), errors.Is(err, room.ErrEmpty), errors.Is(err, room.ErrNobody),
		errors.Is(err, room.ErrTwoCommands), errors.Is(err, room.ErrSecretPlace):
		return exitUsage
	}
	return exitRefused
}

func isA[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

func endingCode(end *state.Ending) int {
	switch end.Cause {
	case state.Quit:
		return exitDone
	case state.Shutdown:
		return exitShutdown
	}
	return exitRefused
}

// prefs returns what the client's environment asks for.
func (ch *channel) prefs() room.Prefs {
	p := room.Prefs{Lang: lang.FromLocale(func(name string) string { return ch.env[name] }, ch.server.cfg.Lang)}
	if tz := ch.env["TZ"]; tz != "" {
		if zone, err := ch.server.room.Zone(strings.TrimPrefix(tz, ":")); err == nil {
			p.Zone = zone
		}
	}
	return p
}

// entry returns what the room is told of the client, except its pseudo.
func (ch *channel) entry() room.Entry {
	e := room.Entry{Addr: ch.addr, Front: "ssh", Client: string(ch.conn.ClientVersion()), Prefs: ch.prefs(), Pass: ch.secrets.pass, Password: ch.secrets.password}
	if ch.key != nil {
		e.KeyID = gossh.FingerprintSHA256(ch.key)
	}
	return e
}

// join makes the client a member.
func (ch *channel) join(e room.Entry) (err error) {
	if ch.sess, err = ch.server.room.Join(ch.ctx, e); err != nil {
		ch.login.Refused(e.Pseudo, e.KeyID, err)
		return err
	}
	ch.server.cfg.Log.Info("ssh: joined", "pseudo", string(e.Pseudo), "addr", ch.addr.String(), "key", e.KeyID, "client", text.Clean(e.Client, false))
	context.AfterFunc(ch.ctx, func() { ch.sess.End(*state.AsEnding(context.Cause(ch.ctx))) })
	return nil
}

// inputEnded ends the session of a client that sends no more: it has left, unless its
// channel ends too.
func (ch *channel) inputEnded() {
	wait.Pause(ch.ctx, ch.server.waits.eof)
	if ch.ctx.Err() == nil { // otherwise the session ends with the channel: see join
		ch.sess.End(state.Ending{Cause: ch.hangup()})
	}
}

// hangup returns why a client is gone that says nothing more: its connection was lost, or it
// closed the channel, or said that it disconnects.
func (ch *channel) hangup() state.Cause {
	if ch.lost.Load() {
		return state.Lost
	}
	return state.Quit
}

// leave takes the session out of the room and logs why: because of the channel's end if
// it has ended, otherwise of why.
func (ch *channel) leave(why error) *state.Ending {
	return ch.server.conns.Leave(ch.sess, ch.addr, ch.ending(why))
}

// ending returns why a session ends that ends for some reason: because of the channel's
// end if that has ended.
func (ch *channel) ending(why error) *state.Ending {
	if ch.ctx.Err() != nil {
		why = context.Cause(ch.ctx)
	}
	return state.AsEnding(why)
}

// complain writes one line to where errors go.
func (ch *channel) complain(text string) { ch.print(ch.errs, text+"\n") }

// print writes lines of text.
func (ch *channel) print(w io.Writer, text string) error {
	if ch.pty {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	_, err := io.WriteString(w, text)
	return err
}
