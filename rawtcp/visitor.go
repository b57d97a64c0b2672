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

// visitor is a client that has not joined yet. Of what they type only a valid pseudo
// is ever logged, and their secrets go with the visitor.
type visitor struct {
	*conn
	front.Visitor
	tries int // questions that may still be asked
}

// errVisitOver ends a visit without a further message: the visitor hung up, or has been
// sent the last one.
var errVisitOver = errors.New("rawtcp: the visit is over")

// enter asks for a pseudo until one is free, and joins with it. A first line that is a
// message or a command rather than a pseudo is not lost: its author joins as a guest,
// and enter returns the line for them. The visit ends when an answer takes longer than
// timeouts.pseudo, and when the server closes.
func (c *conn) enter() (first token, ok bool) {
	stop := context.AfterFunc(c.conns.Closing, func() { c.SetReadDeadline(time.Now()) })
	defer c.SetReadDeadline(time.Time{})
	defer stop()
	v := &visitor{conn: c, tries: visitorTries}
	v.Visitor = front.Visitor{
		Room: c.room, AskSecret: v.askSecret, Complain: v.complain, Join: v.join, Shown: func() bool { return !v.in.lines.telnet.mayHide() },
		Entry: room.Entry{Addr: c.addr, Front: "tcp", Prefs: room.Prefs{Lang: c.lang}, Paced: true},
	}
	v.wait()
	for {
		first, err := v.introduce()
		switch {
		case err == nil:
			return first, true
		case errors.Is(err, errVisitOver), v.complain(err) != nil, !room.AnotherPseudo(err):
			return token{}, false
		}
	}
}

// wait sets the deadline for the next answers, which is now when the server closes.
func (v *visitor) wait() {
	v.SetReadDeadline(time.Now().Add(v.waits.pseudo))
	if v.conns.Closing.Err() != nil {
		v.SetReadDeadline(time.Now())
	}
}

// introduce asks for a pseudo and joins with it, or as a guest. It returns the line of a
// guest.
func (v *visitor) introduce() (first token, err error) {
	tok, err := v.ask(v.texts().AskPseudo, false)
	if err != nil {
		return token{}, err
	}
	line := strings.TrimSpace(decodeLine(tok.text))
	if c, _ := room.Calls(line); c != nil && c.Name == "quit" { // nobody hears of a guest who comes only to leave
		v.say(v.texts().VisitorBye)
		return token{}, errVisitOver
	}
	if isMessage(line) {
		tok.text = bytes.Clone(tok.text) // the next question would overwrite it
		return tok, v.joinAsGuest()
	}
	pseudo, err := text.ParsePseudo(line)
	if err != nil {
		return token{}, err
	}
	return token{}, v.joinAs(pseudo)
}

// isMessage reports whether a first line is no pseudo but something to say: it begins
// with @ and a pseudo, or with the slash of a command.
func isMessage(line string) bool {
	at, _, hasText := strings.Cut(line, " ")
	return len(line) > 1 && (line[0] == '/' || line[0] == '@' && hasText && len(at) > 1)
}

// ask sends a question, after what has a telnet client hide the answer to one for a secret,
// and waits for the line that answers it. It asks again when the client wants to know whether
// anybody is there.
func (v *visitor) ask(question string, secret bool) (token, error) {
	if v.tries == 0 {
		v.refused = true
		v.say(v.texts().TooManyTries)
		return token{}, errVisitOver
	}
	v.tries--
	if v.send(append(v.in.hideTyping(secret), question...)) != nil {
		return token{}, errVisitOver
	}
	tok, err := v.in.next()
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		v.dismiss()
		return token{}, errVisitOver
	case err != nil:
		return token{}, errVisitOver
	}
	switch tok.kind {
	case tokenLine:
		return tok, nil
	case tokenAreYouThere:
		return v.ask(question, secret)
	case tokenForeign:
		v.foreign(tok.protocol)
	case tokenInterrupt:
		v.drain()
	}
	return token{}, errVisitOver
}

// askSecret asks for a secret, with a new deadline: some look theirs up, and others have
// guessed too fast. A client that hides the answer hides the end of its line too.
func (v *visitor) askSecret(question string) (string, error) {
	v.wait()
	tok, err := v.ask(question, true)
	if err != nil {
		return "", err
	}
	if v.in.lines.telnet.echoHidden() {
		v.send([]byte("\r\n"))
	}
	return strings.TrimSpace(decodeLine(tok.text)), nil
}

// joinAs joins with a pseudo once its secrets have been given.
func (v *visitor) joinAs(p text.Pseudo) error {
	v.Entry.Pseudo, v.Entry.Pass = p, ""
	return v.Enter()
}

// join opens the session and has the client echo again what is typed.
func (v *visitor) join() (err error) {
	v.sess, err = v.room.Join(v.conns.Closing, v.Entry)
	switch {
	case errors.Is(err, context.Canceled):
		v.dismiss()
		return errVisitOver
	case err != nil:
		v.login.Refused(v.Entry.Pseudo, "", err)
		return err
	}
	v.joined.Store(true)
	v.refused = false
	v.login.Done()
	v.log.Info("tcp: joined", "pseudo", string(v.Entry.Pseudo), "addr", v.addr.String())
	v.send(v.in.hideTyping(false)) // a lost connection is noticed by the next write
	return nil
}

// guestTries is how many numbers are tried for one guest.
const guestTries = 100

// joinAsGuest joins with the first name of a guest that is free and not registered.
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
