package sshui

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"time"

	"salon/internal/prompt"
	"salon/room"
	"salon/room/lang"
)

// pseudoTries is how many pseudos one may ask for before being let go.
const pseudoTries = 5

// editor is the bottom of a terminal: where one types, below what is shown.
// [prompt.Prompt] is one; plain, for terminals that cannot move the cursor, is
// the other.
type editor interface {
	ReadLine() (string, error)
	Write([]byte) (int, error)
	SetPrompt(string)
	SetSize(width, height int)
	Clear()
}

// terminal is a session in line mode on a terminal: what the room shows scrolls
// above the line being typed, which survives it.
func (ch *channel) terminal(ctx context.Context) {
	t := &terminal{channel: ch, ctx: ctx, prefs: ch.prefs()}
	t.screen = &swappable{w: ch.guarded(ch.Channel, nil)}
	t.open()
	if err := t.enter(); err != nil {
		t.Clear()
		if !errors.Is(err, errHungUp) {
			ch.refuse(t.prefs, err)
		}
		ch.exit(exitRefused)
		return
	}
	t.screen.set(ch.guarded(ch.Channel, t.sess))
	t.live()
}

// terminal is one such session.
type terminal struct {
	*channel
	editor
	ctx   context.Context
	prefs room.Prefs
}

// swappable is a writer that can be exchanged for another. Any goroutine may
// write.
type swappable struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *swappable) set(w io.Writer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.w = w
}

func (s *swappable) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(p)
}

// open makes the editor that the terminal can take.
func (t *terminal) open() {
	width, height := t.size()
	rw := struct {
		io.Reader
		io.Writer
	}{t.Channel, t.screen}
	if t.term == "" || t.term == "dumb" {
		t.editor = newPlain(rw, t.interrupted)
		return
	}
	t.editor = prompt.New(rw, prompt.Options{
		Prompt: lang.Of(t.prefs.Lang).ScreenPrompt, Width: width, Height: height,
		Complete: t.complete, OnInterrupt: t.interrupted,
	})
}

func (t *terminal) complete(line string, pos int) (int, []string) {
	if t.sess == nil {
		return pos, nil
	}
	return t.sess.Complete(line, pos)
}

func (t *terminal) interrupted() {
	if t.sess != nil {
		t.sess.Answer(room.Notice{What: room.PressAgain}, nil)
	}
}

var errHungUp = errors.New("hung up before choosing a pseudo")

// enter joins under the user's name, or under another that it asks for while the
// first cannot be had. Whoever takes too long is let go, and so is everybody when
// the server closes.
func (t *terminal) enter() error {
	ctx, cancel := context.WithTimeout(t.server.closing, t.server.waits.pseudo)
	defer cancel()
	stop := context.AfterFunc(ctx, t.dismiss)
	defer stop()
	name := t.conn.User()
	for try := 1; ; try++ {
		_, err := t.join(t.ctx, t.entry(), name)
		if err == nil || !room.AnotherPseudo(err) || try == pseudoTries {
			t.SetPrompt(lang.Of(t.prefs.Lang).ScreenPrompt)
			return err
		}
		t.say(lang.View{Lang: t.prefs.Lang}.Error(err))
		if name, err = t.askPseudo(); err != nil {
			return errHungUp
		}
	}
}

// dismiss lets go of somebody who has not chosen a pseudo.
func (t *terminal) dismiss() {
	var why error = &room.Ending{Cause: room.Idle}
	if t.server.closing.Err() != nil {
		why = &room.ShuttingDownError{}
	}
	t.Clear()
	t.refuse(t.prefs, why)
}

func (t *terminal) askPseudo() (string, error) {
	t.SetPrompt(lang.Of(t.prefs.Lang).ChoosePseudo)
	line, err := t.ReadLine()
	return strings.TrimSpace(line), err
}

func (t *terminal) say(text string) { t.editor.Write([]byte(text + "\n")) }

// live reads keys in one goroutine and shows the room in this one, until the
// session ends; then it says goodbye and leaves the terminal as it was.
func (t *terminal) live() {
	reading := make(chan struct{})
	go func() {
		defer close(reading)
		defer t.recover(t.sess)
		t.read()
	}()
	why := t.show()
	end := t.leave(t.sess, why)
	t.Clear()
	t.say(lang.Farewell(end, lang.ViewOf(t.sess)))
	code := endingCode(end)
	if end.Cause == room.Shutdown { // a person was told, and needs no code
		code = exitDone
	}
	t.exit(code)
	<-reading
}

// read does the lines that are entered.
func (t *terminal) read() {
	for {
		line, err := t.ReadLine()
		if err != nil {
			t.inputEnded(t.ctx)
			return
		}
		if strings.TrimSpace(line) != "" {
			t.submit(line)
		}
	}
}

// submit does a line that was entered. One that comes too fast is not lost: it
// waits for its turn, and those behind it, as when several lines are pasted.
// Whoever keeps on is warned by the room, and in the end kicked.
func (t *terminal) submit(line string) {
	for {
		reply, err := t.sess.Do(t.ctx, line)
		fast, ok := errors.AsType[*room.TooFastError](err)
		if !ok || fast.Slow {
			t.sess.Answer(reply, err)
			return
		}
		if fast.Last {
			t.sess.Answer(nil, err)
		}
		select {
		case <-time.After(fast.Wait):
		case <-t.sess.Context().Done():
			return
		}
	}
}

// show writes what the room shows, above the line being typed, and follows the
// terminal's size.
func (t *terminal) show() error {
	var buf []byte
	language := t.prefs.Lang
	return t.sess.Follow(t.resized, func(items []room.Item) error {
		if len(items) == 0 {
			t.SetSize(t.size())
			return nil
		}
		buf = buf[:0]
		for _, it := range items {
			buf = t.server.lines.Append(buf, it, t.sess)
		}
		if l := t.sess.Prefs().Lang; l != language {
			language = l
			t.SetPrompt(lang.Of(l).ScreenPrompt)
		}
		_, err := t.editor.Write(buf)
		return err
	})
}
