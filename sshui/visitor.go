package sshui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"salon/internal/front"
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
	front.Visitor
	tries int         // to come in, those done with included
	late  *time.Timer // lets go of whoever takes too long
}

// enter joins under the user's name, or under another that it asks for while the
// first cannot be had, and asks for the secrets that this takes. Whoever takes too
// long is let go, and so is everybody when the server closes.
func (t *terminal) enter() error {
	dismiss := sync.OnceFunc(t.dismiss)
	v := &visitor{terminal: t, late: time.AfterFunc(t.server.waits.pseudo, dismiss)}
	defer v.late.Stop()
	stop := context.AfterFunc(t.server.conns.Closing, dismiss)
	defer stop()
	v.Visitor = front.Visitor{Room: t.server.room, Entry: t.entry(), AskSecret: v.askSecret, Complain: v.complain, Join: func() error { return t.join(v.Entry) }}
	v.Entry.Screen = t.capable()
	for name := t.conn.User(); ; v.Entry.Pass = "" {
		err := v.joinAs(name)
		if err == nil || !room.AnotherPseudo(err) || v.complain(err) != nil {
			return err
		}
		if name, err = v.askPseudo(); err != nil {
			return err
		}
	}
}

// complain says what is wrong. After the last try, err is for whoever lets them go.
func (v *visitor) complain(err error) error {
	if v.tries++; v.tries >= pseudoTries {
		return err
	}
	fmt.Fprintln(v.lines, lang.View{Lang: v.Entry.Prefs.Lang}.Error(err))
	return nil
}

// dismiss lets go of somebody who has not come in.
func (t *terminal) dismiss() {
	var why error = &state.Ending{Cause: state.Idle}
	if t.server.conns.Closing.Err() != nil {
		why = &room.ShuttingDownError{}
	}
	t.lines.Close()
	t.refuse(t.prefs(), why)
}

// joinAs joins under a name, once what it takes has been given.
func (v *visitor) joinAs(name string) (err error) {
	if v.Entry.Pseudo, err = text.ParsePseudo(name); err != nil {
		return err
	}
	return v.Enter()
}

// askPseudo asks for a pseudo, one line.
func (v *visitor) askPseudo() (string, error) {
	fmt.Fprintln(v.lines, strings.TrimSpace(lang.Of(v.Entry.Prefs.Lang).ChoosePseudo))
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
	v.lines.Hide(true)
	v.lines.SetPrompt(question)
	defer v.lines.Hide(false)
	defer v.lines.SetPrompt("")
	return v.readLine()
}

// readLine returns the next line entered, without the space around it.
func (v *visitor) readLine() (string, error) {
	typed, err := v.lines.ReadLine()
	if err != nil {
		return "", errHungUp
	}
	return strings.TrimSpace(typed), nil
}
