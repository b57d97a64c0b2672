package sshui

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	gossh "golang.org/x/crypto/ssh"

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

// exitCode says with which code a command that failed so ends.
func exitCode(err error) int {
	if err == nil {
		return exitDone
	}
	if _, ok := errors.AsType[*state.UnknownMemberError](err); ok {
		return exitUnknown
	}
	if _, ok := errors.AsType[*room.TooFastError](err); ok {
		return exitTooFast
	}
	if _, ok := errors.AsType[*room.ShuttingDownError](err); ok || errors.Is(err, state.ErrClosed) {
		return exitShutdown
	}
	if end, ok := errors.AsType[*state.Ending](err); ok {
		return endingCode(end)
	}
	if isUsage(err) {
		return exitUsage
	}
	return exitRefused
}

func isUsage(err error) bool {
	if _, ok := errors.AsType[*room.UsageError](err); ok {
		return true
	}
	_, unknown := errors.AsType[*room.UnknownCommandError](err)
	return unknown || errors.Is(err, room.ErrEmpty) || errors.Is(err, room.ErrNobody)
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

// serve is a channel's life once it is known what it is for. ctx ends with the
// channel. A fault of ours ends this session alone.
func (ch *channel) serve(ctx context.Context) {
	defer func() {
		if r := recover(); r != nil {
			ch.fail(r)
		}
	}()
	switch {
	case ch.command == "--json" || strings.TrimSpace(ch.command) == "/json": // OpenSSH takes words that begin with - for its own
		ch.stream(ctx)
	case ch.command != "":
		ch.oneShot(ctx)
	case !ch.pty:
		ch.pipe(ctx)
	default:
		ch.terminal(ctx)
	}
}

// fail ends the session after a fault of ours: out of the room, with an apology.
func (ch *channel) fail(fault any) {
	ch.server.conns.Crashed(fault)
	l := ch.server.cfg.Lang
	if ch.sess != nil {
		l = ch.sess.Prefs().Lang
		ch.leave(ch.sess, &state.Ending{Cause: state.Crashed})
	}
	switch {
	case ch.restore != nil:
		ch.tty.Write(ch.restore())
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

// join lets the client in under the name it logged in as.
func (ch *channel) join(ctx context.Context, e room.Entry, name string) (*room.Session, error) {
	pseudo, err := text.ParsePseudo(name)
	if err != nil {
		return nil, err
	}
	e.Pseudo = pseudo
	sess, err := ch.server.room.Join(ctx, e)
	if err != nil {
		ch.server.cfg.Log.Info("ssh: not let in", "pseudo", string(pseudo), "addr", ch.addr.String(), "key", e.KeyID, "why", err.Error())
		return nil, err
	}
	ch.server.cfg.Log.Info("ssh: joined", "pseudo", string(pseudo), "addr", ch.addr.String(), "key", e.KeyID, "client", text.Clean(e.Client, false))
	context.AfterFunc(ctx, func() { sess.End(*state.AsEnding(context.Cause(ctx))) })
	ch.sess = sess
	return sess, nil
}

// inputEnded ends the session of a client that sends no more: it has left, or it
// is lost.
func (ch *channel) inputEnded(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(ch.server.waits.eof):
	}
	if ctx.Err() != nil { // even if both have come
		ch.sess.End(*state.AsEnding(context.Cause(ctx)))
		return
	}
	ch.sess.End(state.Ending{Cause: state.Quit})
}

// leave takes a session out of the room and writes down why.
func (ch *channel) leave(sess *room.Session, why error) *state.Ending {
	return ch.server.conns.Leave(sess, ch.addr, state.AsEnding(why))
}

// complain writes one line where errors go.
func (ch *channel) complain(text string) {
	eol := "\n"
	if ch.pty {
		eol = "\r\n"
	}
	io.WriteString(ch.guarded(ch.stderr(), nil), text+eol)
}

// guarded returns a writer that lets nobody wait for a client that does not
// read: a write that blocks for too long ends the session as Slow and closes
// the connection. The channel's window or a rekey left hanging may block it, so
// nothing less than the connection will do.
func (ch *channel) guarded(w io.Writer, sess *room.Session) io.Writer {
	return &guardedWriter{w: w, wait: ch.server.waits.write, stuck: func() {
		if sess != nil {
			sess.End(state.Ending{Cause: state.Slow})
		}
		ch.conn.Close()
	}}
}

// bite is how much a client must take in the time there is for a write: many
// messages at once, over a slow line or from a busy machine, may take longer.
const bite = 1950 // the library keeps buffers as large as the largest packet, two for each connection: 2 KiB each

// guardedWriter belongs to one goroutine at a time.
type guardedWriter struct {
	w     io.Writer
	wait  time.Duration
	stuck func()
	timer *time.Timer
}

func (g *guardedWriter) Write(p []byte) (n int, err error) {
	defer func() {
		if g.timer != nil {
			g.timer.Stop()
		}
	}()
	for part := range slices.Chunk(p, bite) {
		g.rearm()
		m, err := g.w.Write(part)
		if n += m; err != nil {
			return n, err
		}
	}
	return n, nil
}

func (g *guardedWriter) rearm() {
	if g.timer == nil {
		g.timer = time.AfterFunc(g.wait, g.stuck)
		return
	}
	g.timer.Reset(g.wait)
}
