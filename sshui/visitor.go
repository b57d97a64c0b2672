package sshui

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"salon/room"
	"salon/room/lang"
	"salon/room/state"
	"salon/room/text"
)

// pseudoTries is how often one may try to come in, with another pseudo or another
// secret, before being let go.
const pseudoTries = 5

var errHungUp = errors.New("hung up before coming in")

// visitor is whoever sits at a terminal before there is a session. What they type
// is never logged but for a pseudo that could be one.
type visitor struct {
	*terminal
	entry room.Entry  // as far as it is known
	late  *time.Timer // lets go of whoever takes too long
}

// enter joins under the user's name, or under another that it asks for while the
// first cannot be had, and asks for the secrets that this takes. Whoever takes too
// long is let go, and so is everybody when the server closes.
func (t *terminal) enter() error {
	dismiss := sync.OnceFunc(t.dismiss)
	v := visitor{terminal: t, entry: t.entry(), late: time.AfterFunc(t.server.waits.pseudo, dismiss)}
	defer v.late.Stop()
	stop := context.AfterFunc(t.server.closing, dismiss)
	defer stop()
	v.entry.Screen = t.capable()
	name := t.conn.User()
	for try := 1; ; try++ {
		err := v.joinAs(name)
		wrong := v.entry.Forget(err)
		if err == nil || !wrong && !room.AnotherPseudo(err) || try == pseudoTries {
			return err
		}
		v.lines.say(lang.View{Lang: v.entry.Prefs.Lang}.Error(err))
		if wrong {
			continue
		}
		if name, err = v.askPseudo(); err != nil {
			return err
		}
		v.entry.Pass = ""
	}
}

// dismiss lets go of somebody who has not come in.
func (t *terminal) dismiss() {
	var why error = &state.Ending{Cause: state.Idle}
	if t.server.closing.Err() != nil {
		why = &room.ShuttingDownError{}
	}
	t.lines.end()
	t.refuse(t.prefs(), why)
}

// joinAs joins under a name, once what it takes has been given.
func (v *visitor) joinAs(name string) error {
	if err := v.prove(name); err != nil {
		return err
	}
	_, err := v.join(v.ctx, v.entry, name)
	return err
}

// prove asks for the secrets that the entry lacks.
func (v *visitor) prove(name string) error {
	pseudo, err := text.ParsePseudo(name)
	if err != nil {
		return err
	}
	v.entry.Pseudo = pseudo
	for _, p := range v.server.room.Lacks(&v.entry) {
		typed, err := v.askSecret(lang.Question(v.entry.Prefs.Lang, p, pseudo))
		if err == nil {
			err = v.entry.Give(p, typed)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// askPseudo asks for a pseudo, one line.
func (v *visitor) askPseudo() (string, error) {
	v.lines.say(strings.TrimSpace(lang.Of(v.entry.Prefs.Lang).ChoosePseudo))
	for {
		if line, err := v.readLine(); err != nil || line != "" {
			return line, err
		}
	}
}

// askSecret asks for what is not to be seen, and in time of its own: whoever has to
// look it up, or guessed too fast, may.
func (v *visitor) askSecret(question string) (string, error) {
	v.late.Reset(v.server.waits.pseudo)
	v.lines.hide(question)
	return v.readLine()
}

// readLine returns the next line entered, without the space around it.
func (v *visitor) readLine() (string, error) {
	var buf [readSize]byte
	for {
		for len(v.rest) > 0 {
			n, what, line := v.lines.feed(v.rest)
			v.rest = v.rest[n:]
			switch what {
			case goodbye:
				return "", errHungUp
			case aLine:
				return strings.TrimSpace(line), nil
			}
		}
		n, err := v.Read(buf[:])
		if err != nil {
			return "", errHungUp
		}
		v.rest = append(v.rest, buf[:n]...)
	}
}
