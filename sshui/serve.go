package sshui

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"salon/internal/wait"
	"salon/room"
	"salon/room/lang"
	"salon/room/state"
	"salon/room/text"
)

// Exit codes, as ux.md gives them.
const (
	exitDone = iota
	exitRefused
	exitUsage
	exitUnknown
	exitTooFast
	exitShutdown
)

// exitCode returns the code with which a command that failed so ends; without an
// error, that it was done.
func exitCode(err error) int {
	end, ended := errors.AsType[*state.Ending](err)
	switch {
	case err == nil:
		return exitDone
	case isA[*state.UnknownMemberError](err):
		return exitUnknown
	case isA[*room.TooFastError](err):
		return exitTooFast
	case isA[*room.ShuttingDownError](err), errors.Is(err, state.ErrClosed):
		return exitShutdown
	case ended:
		return endingCode(end)
	case isA[*room.UsageError](err), isA[*room.UnknownCommandError](err), errors.Is(err, room.ErrEmpty), errors.Is(err, room.ErrNobody):
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

// serve is a channel's life once it is known what it is for. A fault of ours ends this
// session alone.
func (ch *channel) serve() {
	defer func() {
		if r := recover(); r != nil {
			ch.fail(r)
		}
	}()
	switch {
	case ch.command == "--json" || strings.TrimSpace(ch.command) == "/json": // OpenSSH takes words that begin with - for its own
		ch.stream()
	case ch.command != "":
		ch.oneShot()
	case !ch.pty:
		ch.pipe()
	default:
		ch.terminal()
	}
}

// fail ends the session after a fault of ours: out of the room, with an apology.
func (ch *channel) fail(fault any) {
	ch.server.conns.Crashed(fault)
	l := ch.server.cfg.Lang
	if ch.sess != nil {
		l = ch.sess.Prefs().Lang
		ch.leave(&state.Ending{Cause: state.Crashed})
	}
	switch {
	case ch.restore != nil:
		ch.out.Write(ch.restore())
	case ch.pty:
		ch.complain("") // away from what is being typed
	}
	ch.complain(lang.Of(l).EndCrashed)
	ch.exit(exitRefused)
}

// prefs are what the client's environment asks for.
func (ch *channel) prefs() room.Prefs {
	p := room.Prefs{Lang: lang.FromLocale(func(name string) string { return ch.env[name] }, ch.server.cfg.Lang)}
	if tz := ch.env["TZ"]; tz != "" {
		if zone, err := ch.server.room.Zone(strings.TrimPrefix(tz, ":")); err == nil {
			p.Zone = zone
		}
	}
	return p
}

// entry is who the client is. The pseudo is the user it logged in as, the
// identity its key; without one it may have been asked for secrets.
func (ch *channel) entry() room.Entry {
	e := room.Entry{Addr: ch.addr, Front: "ssh", Client: string(ch.conn.ClientVersion()), Prefs: ch.prefs(), Pass: ch.given.pass, Password: ch.given.password}
	if ch.key != nil {
		e.KeyID = gossh.FingerprintSHA256(ch.key)
	}
	return e
}

// join lets the client in under the name it logged in as, or another that it gave.
func (ch *channel) join(e room.Entry, name string) (err error) {
	if e.Pseudo, err = text.ParsePseudo(name); err != nil {
		return err
	}
	log := ch.server.cfg.Log.With("pseudo", string(e.Pseudo), "addr", ch.addr.String(), "key", e.KeyID)
	if ch.sess, err = ch.server.room.Join(ch.ctx, e); err != nil {
		log.Info("ssh: not let in", "why", err.Error())
		return err
	}
	log.Info("ssh: joined", "client", text.Clean(e.Client, false))
	context.AfterFunc(ch.ctx, func() { ch.sess.End(*state.AsEnding(context.Cause(ch.ctx))) })
	return nil
}

// inputEnded ends the session of a client that sends no more: it has left, or it
// is lost.
func (ch *channel) inputEnded() {
	wait.Pause(ch.ctx, ch.server.waits.eof)
	end := &state.Ending{Cause: state.Quit}
	if ch.ctx.Err() != nil {
		end = state.AsEnding(context.Cause(ch.ctx))
	}
	ch.sess.End(*end)
}

// leave takes the session out of the room and writes down why: for why, unless the
// channel has ended before.
func (ch *channel) leave(why error) *state.Ending {
	if ch.ctx.Err() != nil {
		why = context.Cause(ch.ctx)
	}
	return ch.server.conns.Leave(ch.sess, ch.addr, state.AsEnding(why))
}

// complain writes one line where errors go.
func (ch *channel) complain(text string) { ch.print(ch.errs, text+"\n") }

// print writes lines of text.
func (ch *channel) print(w io.Writer, text string) error {
	if ch.pty {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	_, err := io.WriteString(w, text)
	return err
}

// guarded returns a writer that lets nobody wait for a client that does not
// read: a write that blocks for too long ends the session as Slow and closes
// the connection. The channel's window or a rekey left hanging may block it, so
// nothing less than the connection will do.
func (ch *channel) guarded(w io.Writer) *guardedWriter {
	return &guardedWriter{w: w, wait: ch.server.waits.write, stuck: func() {
		ch.end(&state.Ending{Cause: state.Slow})
		ch.conn.Close()
	}}
}

// maxWrite is how much a client must take in the time there is for a write: many
// messages at once, over a slow line or from a busy machine, may take longer.
const maxWrite = 1950 // the library keeps buffers as large as the largest packet, two for each connection: 2 KiB each

// guardedWriter writes in pieces, and calls stuck when one of them takes too long. Any
// goroutine may write.
type guardedWriter struct {
	w     io.Writer
	wait  time.Duration
	stuck func()

	mu    sync.Mutex // held in Write
	timer *time.Timer
}

// Write implements io.Writer.
func (g *guardedWriter) Write(p []byte) (n int, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.timer == nil {
		g.timer = time.AfterFunc(g.wait, g.stuck)
	}
	defer g.timer.Stop()
	for part := range slices.Chunk(p, maxWrite) {
		g.timer.Reset(g.wait)
		m, err := g.w.Write(part)
		if n += m; err != nil {
			return n, err
		}
	}
	return n, nil
}
