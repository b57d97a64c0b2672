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

// pseudoTries is how often a visitor may try to join, with another pseudo or another
// secret; then the channel is closed.
const pseudoTries = 5

var errHungUp = errors.New("hung up before coming in")

// visitor is the person at a terminal before there is a session. What they type is never
// logged, except a valid pseudo.
type visitor struct {
	*terminal
	front.Visitor
	tries int         // to come in, those done with included
	late  *time.Timer // ends the visit of somebody who takes too long
}

// enter joins under the user's name, or asks for another while that cannot be had, and for
// the secrets that it takes. It fails when this takes too long or the server closes.
func (t *terminal) enter() error {
	dismiss := sync.OnceFunc(t.dismiss)
	v := &visitor{terminal: t, late: time.AfterFunc(t.server.waits.pseudo, dismiss)}
	defer v.late.Stop()
	stop := context.AfterFunc(t.server.conns.Closing, dismiss)
	defer stop()
	v.Visitor = front.Visitor{Room: t.server.room, Entry: t.entry(), AskSecret: v.askSecret, Complain: v.complain, Join: func() error { return t.join(v.Entry) }}
	v.Entry.Screen = t.capable()
	for name := t.conn.User(); ; v.Entry.Pass = "" {
		var err error
		if v.Entry.Pseudo, err = text.ParsePseudo(name); err == nil {
			err = v.Enter()
		}
		if err == nil || !room.AnotherPseudo(err) || v.complain(err) != nil {
			return err
		}
		if name, err = v.askPseudo(); err != nil {
			return err
		}
	}
}

// complain says what is wrong; after the last try it returns err instead.
func (v *visitor) complain(err error) error {
	if v.tries++; v.tries >= pseudoTries {
		return err
	}
	fmt.Fprintln(v.lines, v.wrapped(lang.View{Lang: v.Entry.Prefs.Lang}.Error(err)))
	return nil
}

// dismiss ends the visit of somebody who took too long, or when the server closes.
func (t *terminal) dismiss() {
	var why error = &state.Ending{Cause: state.Idle}
	if t.server.conns.Closing.Err() != nil {
		why = &room.ShuttingDownError{}
	}
	t.lines.Close()
	t.refuse(t.prefs(), why)
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

// askSecret asks for a secret, which is not echoed. Each has the whole time for an answer:
// people may have to look it up.
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
