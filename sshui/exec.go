package sshui

import (
	"bufio"
	"bytes"
	"context"
	"strings"
	"sync"
	"time"

	"salon/room"
	"salon/room/lang"
	"salon/room/state"
	"salon/room/text"
)

// runCommand does one command and ends: `ssh bot@host '@tous done'`. Its output is
// made for scripts: nothing on success but what was asked for, errors on stderr.
func (ch *channel) runCommand() {
	line := strings.TrimSpace(ch.command)
	if strings.HasPrefix(line, "-") {
		ch.complain(lang.Of(ch.prefs().Lang).ExecUsage)
		ch.exit(exitUsage)
		return
	}
	e := ch.entry()
	e.Quiet, e.Script = true, true
	if !ch.enterAsUser(e) {
		return
	}
	reply, err := ch.sess.Do(ch.ctx, line)
	view := lang.ViewOf(ch.sess)
	ch.leave(&state.Ending{Cause: state.Quit})
	if err != nil && state.AsEnding(err).Cause == state.Quit { // it asked to leave
		err = nil
	}
	if err == nil {
		err = ch.answer(view, reply)
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

// enterAsUser makes the client a member under the name it logged in as, or tells it
// why not.
func (ch *channel) enterAsUser(e room.Entry) bool {
	var err error
	if e.Pseudo, err = text.ParsePseudo(ch.conn.User()); err == nil {
		err = ch.join(e)
	}
	if err != nil {
		ch.refuse(e.Prefs, err)
	}
	return err == nil
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

// answer writes a command's reply. A list is one pseudo a line; a failure that
// came as a reply is returned.
func (ch *channel) answer(v lang.View, reply room.Reply) error {
	var list string
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
			list += string(p.Pseudo) + "\n"
		}
	default:
		list = v.Reply(r, time.Now()) + "\n"
	}
	return ch.print(ch.out, list)
}

// pipe is a session without a terminal: `ssh -T`, or another program's output
// piped in. Each line is a message, read no faster than the room takes them, so
// that none is lost; events come out one a line, errors on stderr. The first line
// that failed decides the exit code. The end of input ends the session, but not
// with json, which is for programs and shows one JSON object a line: many have no
// input.
func (ch *channel) pipe(json bool) {
	e := ch.entry()
	e.Paced, e.Script, e.Prefs.JSON = true, true, json
	if !ch.enterAsUser(e) {
		return
	}
	failed, fail := context.WithCancelCause(context.Background())
	defer fail(nil)
	var reading sync.WaitGroup
	reading.Go(func() {
		defer ch.server.conns.Recover(ch.sess)
		ch.submitLines(fail)
		if !json {
			ch.inputEnded()
		}
	})
	end := ch.leave(ch.follow())
	if end.Cause != state.Quit && end.Cause != state.Lost {
		ch.complain(lang.Farewell(end, lang.ViewOf(ch.sess)))
	}
	code := endingCode(end)
	if end.Cause == state.Quit {
		code = exitCode(context.Cause(failed))
	}
	ch.exit(code)
	reading.Wait() // the channel is closed: nothing is left to read
}

// maxBuffer is how much is gathered for one write before it is sent.
const maxBuffer = 64 << 10

// follow writes what the session is shown until it ends: events to stdout,
// failures to stderr.
func (ch *channel) follow() error {
	var buf []byte
	flush := func() (err error) {
		if len(buf) > 0 {
			_, err = ch.out.Write(buf)
			buf = buf[:0]
		}
		return err
	}
	return ch.sess.Follow(nil, func(items []room.Item) error {
		for _, it := range items {
			_, failure := it.Reply.(room.Failure)
			failure = failure && !ch.sess.Prefs().JSON
			if failure || len(buf) >= maxBuffer {
				if err := flush(); err != nil {
					return err
				}
			}
			if !failure {
				buf = ch.server.lines.Append(buf, it, ch.sess)
			} else if _, err := ch.errs.Write(ch.server.lines.Append(nil, it, ch.sess)); err != nil {
				return err
			}
		}
		return flush()
	})
}

// submitLines submits the client's lines until its input or its session ends, and passes
// the first error to fail. It skips empty lines, which the output of programs is full of.
func (ch *channel) submitLines(fail context.CancelCauseFunc) {
	in := bufio.NewReaderSize(ch.Channel, text.MaxText+2)
	for ch.sess.Context().Err() == nil {
		line, err := nextLine(in)
		if err != nil && len(line) == 0 {
			return
		}
		if line = bytes.TrimRight(line, "\r"); len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		if err := ch.sess.Submit(ch.ctx, string(line)); err != nil {
			fail(err)
		}
	}
}

// nextLine returns the next line without its end, valid until the next call. A line longer
// than a message may be comes out one byte too long, for the room to refuse, and its
// rest is discarded: memory stays flat whatever is sent.
func nextLine(r *bufio.Reader) ([]byte, error) {
	line, more, err := r.ReadLine()
	if !more {
		return line, err
	}
	long := bytes.Clone(line[:text.MaxText+1])
	for more {
		_, more, _ = r.ReadLine()
	}
	return long, nil
}
