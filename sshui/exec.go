package sshui

import (
	"strings"
	"time"

	"salon/room"
	"salon/room/lang"
	"salon/room/state"
	"salon/room/text"
)

// commandPatience is how long a command waits that comes too fast, or too soon in slow
// mode; what would have to wait longer fails at once.
const commandPatience = 10 * time.Second

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
	e.Quiet, e.Script, e.Paced, e.Patience = true, true, true, commandPatience
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
	if undelivered(reply) {
		code = exitRefused
	}
	ch.exit(code)
}

// undelivered reports whether a reply says that somebody did not get a private message.
func undelivered(r room.Reply) bool {
	n, ok := r.(room.Notice)
	return ok && (n.What == room.RecipientFull || n.What == room.RecipientLost)
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

// answer writes a command's reply. A list is one pseudo or room a line; a failure that
// came as a reply is returned.
func (ch *channel) answer(v lang.View, reply room.Reply) error {
	var list string
	switch r := reply.(type) {
	case nil:
		return nil
	case room.Done: // which prints nothing, wherever it was done
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
	case room.RoomList:
		for _, in := range r.Rooms {
			list += string(in.Name) + "\n"
		}
	default:
		list = v.Reply(r, time.Now()) + "\n"
	}
	return ch.print(ch.out, list)
}
