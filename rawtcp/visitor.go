package rawtcp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"salon/internal/front"
	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// visitor is whoever is at the other end before there is a session. What they type
// is never logged but for a pseudo that could be one, and secrets are forgotten with
// the visitor.
type visitor struct {
	*conn
	front.Visitor
	tries int // lines that may still be asked for
}

// errParted ends a visit without more words: the visitor has gone, or has been told.
var errParted = errors.New("rawtcp: the visitor has gone")

// enter asks for a pseudo until one can be had, and joins. A first line that
// cannot be a pseudo because it is a message or a command is not lost: its author
// is given a name, and the line is returned to be done. Whoever takes too long is
// let go, and so is everybody when the server closes.
func (c *conn) enter() (first token, ok bool) {
	stop := context.AfterFunc(c.conns.Closing, func() { c.SetReadDeadline(time.Now()) })
	defer c.SetReadDeadline(time.Time{})
	defer stop()
	v := &visitor{conn: c, tries: visitorTries}
	v.Visitor = front.Visitor{
		Room: c.room, AskSecret: v.askSecret, Complain: v.complain, Join: v.join,
		Entry: room.Entry{Addr: c.addr, Front: "tcp", Prefs: room.Prefs{Lang: c.lang}, Paced: true},
	}
	v.wait()
	for {
		first, err := v.introduce()
		switch {
		case err == nil:
			return first, true
		case errors.Is(err, errParted), v.complain(err) != nil, !room.AnotherPseudo(err):
			return token{}, false
		}
	}
}

// wait gives the visitor the time that there is to answer from now on, or none when
// the server closes.
func (v *visitor) wait() {
	v.SetReadDeadline(time.Now().Add(v.waits.pseudo))
	if v.conns.Closing.Err() != nil {
		v.SetReadDeadline(time.Now())
	}
}

// introduce asks for a pseudo and joins with it, or as a guest.
func (v *visitor) introduce() (first token, err error) {
	tok, err := v.ask(v.in.hideTyping(false), v.texts().AskPseudo)
	if err != nil {
		return token{}, err
	}
	line := strings.TrimSpace(decodeLine(tok.text))
	if isMessage(line) {
		tok.text = bytes.Clone(tok.text) // more may be asked for before it is done
		return tok, v.joinAsGuest()
	}
	pseudo, err := text.ParsePseudo(line)
	if err != nil {
		return token{}, err
	}
	return token{}, v.joinAs(pseudo)
}

// isMessage reports whether a first line is something said rather than a name: it
// addresses somebody, or is a command with its slash.
func isMessage(line string) bool {
	at, _, hasText := strings.Cut(line, " ")
	return len(line) > 1 && (line[0] == '/' || line[0] == '@' && hasText && len(at) > 1)
}

// ask sends a question and waits for the line that answers it.
func (v *visitor) ask(options []byte, question string) (token, error) {
	if v.tries == 0 {
		v.say(v.texts().TooManyTries)
		return token{}, errParted
	}
	v.tries--
	if v.send(append(options, question...)) != nil {
		return token{}, errParted
	}
	for {
		tok, err := v.in.next()
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			v.dismiss()
			return token{}, errParted
		case err != nil:
			return token{}, errParted
		}
		switch tok.kind {
		case tokenLine:
			return tok, nil
		case tokenAreYouThere:
			v.send([]byte(question))
			continue
		case tokenForeign:
			v.foreign(tok.protocol)
		case tokenInterrupt:
			v.drain()
		}
		return token{}, errParted
	}
}

// askSecret asks for what is not to be seen, and in time of its own: whoever has to
// look it up, or guessed too fast, may. A client that hides it does not show the end
// of the line either.
func (v *visitor) askSecret(question string) (string, error) {
	v.wait()
	tok, err := v.ask(v.in.hideTyping(true), question)
	if err != nil {
		return "", err
	}
	if v.in.typingHidden() {
		v.send([]byte("\r\n"))
	}
	return strings.TrimSpace(decodeLine(tok.text)), nil
}

// joinAs joins under a pseudo, once what it takes has been given.
func (v *visitor) joinAs(p text.Pseudo) error {
	v.Entry.Pseudo, v.Entry.Pass = p, ""
	return v.Enter()
}

// join opens the session and has the client show again what is typed.
func (v *visitor) join() (err error) {
	log := v.log.With("pseudo", string(v.Entry.Pseudo), "addr", v.addr.String())
	v.sess, err = v.room.Join(v.conns.Closing, v.Entry)
	switch {
	case errors.Is(err, context.Canceled):
		v.dismiss()
		return errParted
	case err != nil:
		log.Info("tcp: not let in", "why", err.Error())
		return err
	}
	log.Info("tcp: joined")
	v.send(v.in.hideTyping(false)) // a client that is gone is noticed by what follows
	return nil
}

// guestTries is how many numbers are tried for somebody without a name.
const guestTries = 100

// joinAsGuest joins under the first guest's name that is free. None of them is asked
// to be proved.
func (v *visitor) joinAsGuest() (err error) {
	for range guestTries {
		name := text.Pseudo(fmt.Sprintf("%s-%d", v.texts().Guest, v.guests.Add(1)))
		if v.room.NeedsPass(name, "") {
			err = &state.RegisteredError{Pseudo: name, By: name}
			continue
		}
		if err = v.joinAs(name); err == nil {
			v.sess.Answer(room.Notice{What: room.NoPseudoGiven, Name: v.sess.Pseudo()}, nil)
			return nil
		}
		if !room.AnotherPseudo(err) {
			return err
		}
	}
	return err
}
