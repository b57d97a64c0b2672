package sshui

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"time"

	"salon/room"
	"salon/room/lang"
	"salon/room/state"
)

// oneShot does one command and ends: `ssh bot@host '@tous done'`. Its output is
// made for scripts: nothing on success but what was asked for, errors on stderr.
func (ch *channel) oneShot(ctx context.Context) {
	line := strings.TrimSpace(ch.command)
	if strings.HasPrefix(line, "-") {
		ch.complain(lang.Of(ch.prefs().Lang).ExecUsage)
		ch.exit(exitUsage)
		return
	}
	e := ch.entry()
	e.Quiet, e.Script = true, true
	sess, err := ch.join(ctx, e, ch.conn.User())
	if err != nil {
		ch.refuse(e.Prefs, err)
		return
	}
	reply, err := sess.Do(ctx, line)
	view := lang.ViewOf(sess)
	ch.leave(sess, &state.Ending{Cause: state.Quit})
	if end := state.AsEnding(err); err != nil && end.Cause == state.Quit { // it asked to leave
		err = nil
	}
	if err == nil {
		err = ch.print(view, reply)
	}
	if err != nil {
		ch.complain(view.Error(err))
	}
	code := exitCode(err)
	if n, ok := reply.(room.Notice); ok && n.What == room.RecipientFull {
		code = exitRefused
	}
	ch.exit(code)
}

// refuse tells a client that did not get in why, unless it has asked to go.
func (ch *channel) refuse(p room.Prefs, err error) {
	if state.AsEnding(err).Cause == state.Quit {
		ch.exit(exitDone)
		return
	}
	ch.complain(lang.View{Lang: p.Lang, Zone: p.Zone, Hour12: p.Hour12}.Error(err))
	ch.exit(exitCode(err))
}

// print writes a command's reply. A list is one pseudo a line; a failure that
// came as a reply is returned.
func (ch *channel) print(v lang.View, reply room.Reply) error {
	var text string
	switch r := reply.(type) {
	case nil:
		return nil
	case room.Failure:
		return r.Err
	case room.Notice:
		ch.complain(v.Reply(r, time.Now()))
		return nil
	case room.People:
		for _, p := range r.Members {
			text += string(p.Pseudo) + "\n"
		}
	default:
		text = v.Reply(r, time.Now()) + "\n"
	}
	if ch.pty {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	_, err := ch.guarded(ch.Channel, nil).Write([]byte(text))
	return err
}

// pipe is a session without a terminal: `ssh -T`, or another program's output
// piped in. Each line is a message, read no faster than the room takes them, so
// that none is lost; events come out one a line, errors on stderr. The end of
// input ends the session, and the first failure decides its exit code.
func (ch *channel) pipe(ctx context.Context) {
	e := ch.entry()
	e.Paced, e.Script = true, true
	ch.attend(ctx, e, func(sess *room.Session, failed *failure) {
		ch.submitLines(ctx, sess, failed)
		ch.inputEnded(ctx)
	})
}

// stream is a pipe for programs: one JSON object a line. Lines may be sent too,
// but the end of input ends nothing: many programs have none.
func (ch *channel) stream(ctx context.Context) {
	e := ch.entry()
	e.Paced, e.Script, e.Prefs.JSON = true, true, true
	ch.attend(ctx, e, func(sess *room.Session, failed *failure) { ch.submitLines(ctx, sess, failed) })
}

// failure is the first of a session's failures: it decides the exit code. The
// reader notes, the writer asks.
type failure struct {
	mu  sync.Mutex
	err error
}

func (f *failure) note(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil {
		f.err = err
	}
}

func (f *failure) first() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// attend joins, reads in one goroutine and writes in this one, until the end.
func (ch *channel) attend(ctx context.Context, e room.Entry, read func(*room.Session, *failure)) {
	sess, err := ch.join(ctx, e, ch.conn.User())
	if err != nil {
		ch.refuse(e.Prefs, err)
		return
	}
	var failed failure
	reading := make(chan struct{})
	go func() {
		defer close(reading)
		defer ch.recover(sess)
		read(sess, &failed)
	}()
	why := ch.follow(sess)
	end := ch.leave(sess, why)
	if end.Cause != state.Quit && end.Cause != state.Lost {
		ch.complain(lang.Farewell(end, lang.ViewOf(sess)))
	}
	code := endingCode(end)
	if end.Cause == state.Quit {
		code = exitCode(failed.first())
	}
	ch.exit(code)
	<-reading // the channel is closed: nothing is left to read
}

// recover ends a session whose reader failed by a fault of ours.
func (ch *channel) recover(sess *room.Session) {
	if r := recover(); r != nil {
		ch.server.conns.Crashed(r)
		sess.End(state.Ending{Cause: state.Crashed})
	}
}

// maxBuffer is how much is gathered for one write before it is sent.
const maxBuffer = 64 << 10

// follow writes what the session is shown until it ends: events to stdout,
// failures to stderr.
func (ch *channel) follow(sess *room.Session) error {
	out, errs := ch.guarded(ch.Channel, sess), ch.guarded(ch.stderr(), sess)
	var buf []byte
	flush := func() (err error) {
		if len(buf) > 0 {
			_, err = out.Write(buf)
			buf = buf[:0]
		}
		return err
	}
	return sess.Follow(nil, func(items []room.Item) error {
		for _, it := range items {
			if _, failure := it.Reply.(room.Failure); !failure || sess.Prefs().JSON {
				if buf = ch.server.lines.Append(buf, it, sess); len(buf) < maxBuffer {
					continue
				}
				if err := flush(); err != nil {
					return err
				}
				continue
			}
			if err := flush(); err != nil {
				return err
			}
			if _, err := errs.Write(ch.server.lines.Append(nil, it, sess)); err != nil {
				return err
			}
		}
		return flush()
	})
}

// submitLines does the client's lines until its input or its session ends.
func (ch *channel) submitLines(ctx context.Context, sess *room.Session, failed *failure) {
	in := newLines(ch.Channel)
	for sess.Context().Err() == nil {
		line, err := in.next()
		if err != nil && len(line) == 0 {
			return
		}
		if err := ch.submit(ctx, sess, line); err != nil {
			failed.note(err)
		}
	}
}

// submit does one line. An empty one says nothing and is no failure: programs'
// output is full of them.
func (ch *channel) submit(ctx context.Context, sess *room.Session, line []byte) error {
	if line = bytes.TrimRight(line, "\r"); len(bytes.TrimSpace(line)) == 0 {
		return nil
	}
	return sess.Submit(ctx, string(line))
}
