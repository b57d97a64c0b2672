package sshui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"salon/room"
	"salon/room/lang"
	"salon/room/state"
	"salon/sshui/keys"
	"salon/sshui/screen"
)

// readSize is how much is read from a terminal at a time: a line, or a piece of a
// paste.
const readSize = 512

// terminal is a session on a terminal: a full screen, or lines where that cannot
// be or is not wanted. One goroutine reads keys, another paints; what is entered
// is done by a third, which lives only while there is something to do.
type terminal struct {
	*channel
	ctx   context.Context
	poke  chan struct{} // cap 1: a key may have changed what is shown
	rest  []byte        // read, but not looked at yet
	since time.Time

	mu      sync.Mutex // guards all below
	lines   *plain     // the face shown: lines, or the screen when nil
	screen  *screen.Screen
	decoder keys.Decoder
	outbox  outbox
	sent    int // messages of this session that the room has shown
}

// terminal serves a session on a terminal.
func (ch *channel) terminal(ctx context.Context) {
	ch.tty = &swappable{w: ch.guarded(ch.Channel, nil)}
	t := &terminal{channel: ch, ctx: ctx, poke: make(chan struct{}, 1), lines: newPlain(ch.tty), since: time.Now()}
	if err := t.enter(); err != nil {
		t.lines.end()
		if !errors.Is(err, errHungUp) {
			ch.refuse(ch.prefs(), err)
		}
		ch.exit(exitRefused)
		return
	}
	ch.tty.set(ch.guarded(ch.Channel, t.sess))
	t.live()
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

// capable reports whether the terminal can show a screen.
func (t *terminal) capable() bool { return t.term != "" && t.term != "dumb" }

// live reads keys in one goroutine and paints in this one, until the session ends;
// then it gives the terminal back, says goodbye and leaves.
func (t *terminal) live() {
	reading := make(chan struct{})
	t.begin()
	go func() {
		defer close(reading)
		defer t.recover(t.sess)
		t.read()
	}()
	why := t.show()
	end := t.leave(t.sess, why)
	t.farewell(end)
	code := endingCode(end)
	if end.Cause == state.Shutdown { // a person was told, and needs no code
		code = exitDone
	}
	t.exit(code)
	<-reading
	t.outbox.running.Wait()
}

// begin shows the screen, on a terminal that can.
func (t *terminal) begin() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.capable() {
		return
	}
	select {
	case <-t.resized: // by what comes next
	default:
	}
	width, height := t.size()
	t.screen = screen.New(t.sess, t.server.rows, screen.Terminal{
		Width: width, Height: height, Palette: t.palette(), Modern: modern(t.term),
	}, time.Now())
	t.screen.Share(&t.server.looks)
	t.restore = t.giveBack
}

// giveBack returns what gives the terminal back as it was before the screen, or what
// ends the line being typed.
func (t *terminal) giveBack() []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.lines != nil {
		t.lines.end()
		return nil
	}
	return t.screen.Close(nil)
}

// farewell leaves the terminal as it was, with one line more.
func (t *terminal) farewell(end *state.Ending) {
	t.mu.Lock()
	lines, sent := t.lines, t.sent
	t.mu.Unlock()
	text := lang.Farewell(end, lang.ViewOf(t.sess))
	if lines != nil {
		lines.end()
		lines.say(text)
		return
	}
	prefs := t.sess.Prefs()
	if last, _ := utf8.DecodeLastRuneInString(text); !strings.ContainsRune(".!?…", last) { // a reason, as somebody typed it
		text += "."
	}
	text += " " + fmt.Sprintf(lang.ScreenOf(prefs.Lang).Summary, lang.Duration(time.Since(t.since), prefs.Lang), sent)
	t.tty.Write(append(t.giveBack(), text+"\r\n"...))
	t.restore = nil
}

// read reads what is typed, until it ends.
func (t *terminal) read() {
	m := meter{at: time.Now()}
	t.feedMetered(t.rest, &m)
	t.rest = nil
	var buf [readSize]byte
	for {
		n, err := t.Read(buf[:])
		t.feedMetered(buf[:n], &m)
		if err != nil {
			t.inputEnded(t.ctx)
			return
		}
	}
}

// feedMetered gives what is typed to feed, and rests when that cost much.
func (t *terminal) feedMetered(b []byte, m *meter) {
	for len(b) > 0 {
		part := b[:m.portion(b)]
		b = b[len(part):]
		started := time.Now()
		t.feed(part)
		if rest := m.charge(started, time.Now()); rest > 0 {
			t.pause(rest)
		}
	}
}

// feed gives what is typed to whichever face is shown.
func (t *terminal) feed(b []byte) {
	for len(b) > 0 {
		n, what, line := t.feedFace(b)
		b = b[n:]
		t.entered(what, line)
	}
}

// feedFace feeds the face that is shown, which does not change meanwhile: a key is
// never for one that is gone.
func (t *terminal) feedFace(b []byte) (n int, what entered, line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.lines != nil {
		return t.lines.feed(b)
	}
	defer signal(t.poke)
	t.decoder.Feed(b, t.inputLocked)
	return len(b), nothing, ""
}

// inputLocked does what is left to do for a key on the screen.
func (t *terminal) inputLocked(e keys.Event) {
	t.actLocked(t.screen.Input(e, time.Now()))
}

// actLocked does what the screen leaves to do. A line that the outbox has no room for
// is given back as the first of several: what is typed behind it stands below it.
func (t *terminal) actLocked(a screen.Action) {
	if a.Leave {
		t.leaveLocked()
	}
	if t.outbox.leaving {
		return
	}
	if a.Line != "" && !t.postLocked(entry{line: a.Line}) {
		t.screen.Restore(strings.TrimRight(a.Line, "\n") + "\n")
	}
	if a.Request != nil && !t.postLocked(entry{request: a.Request}) {
		t.screen.Failed(a.Request)
	}
}

// entered does what was entered in lines.
func (t *terminal) entered(what entered, line string) {
	switch what {
	case aLine:
		if strings.TrimSpace(line) != "" {
			t.do(line)
		}
	case aWarning:
		t.sess.Answer(room.Notice{What: room.PressAgain}, nil)
	case goodbye:
		t.inputEnded(t.ctx)
	}
}

// signal wakes whoever waits on a channel of capacity 1.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
