package sshui

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"salon/internal/line"
	"salon/internal/line/keys"
	"salon/internal/wait"
	"salon/room"
	"salon/room/lang"
	"salon/room/state"
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
	poke  chan struct{} // cap 1: a key may have changed what is shown
	since time.Time

	decoder keys.Decoder // the reading goroutine only
	rest    []keys.Event // read while coming in, but not looked at yet

	mu     sync.Mutex   // guards all below
	lines  *line.Prompt // what the terminal shows, if it is lines; nil: the screen
	screen *screen.Screen
	outbox outbox
	sent   int // messages of this session that the room has shown
}

// terminal serves a session on a terminal.
func (ch *channel) terminal() {
	t := &terminal{channel: ch, poke: make(chan struct{}, 1), since: time.Now()}
	t.lines = t.newLines("")
	if err := t.enter(); err != nil {
		t.lines.Close()
		if !errors.Is(err, errHungUp) {
			ch.refuse(ch.prefs(), err)
		}
		ch.exit(exitRefused)
		return
	}
	t.decoder, t.rest = t.lines.Rest()
	t.live()
}

// newLines returns a prompt for lines, on which something has been typed already. It
// never sends an escape sequence: it is for terminals that know none (TERM=dumb, or
// none), and for whoever has them read aloud (/texte).
func (t *terminal) newLines(typed string) *line.Prompt {
	return line.New(t.out, line.Options{Keys: t, AppendOnly: true, Line: typed, Complete: t.completeLine, Secret: room.Secret})
}

// completeLine completes what is typed in lines; before there is a session, nothing.
func (t *terminal) completeLine(line string, pos int) (int, []string) {
	if t.sess == nil {
		return 0, nil
	}
	return t.sess.Complete(line, pos)
}

// capable reports whether the terminal can show a screen.
func (t *terminal) capable() bool { return t.term != "" && t.term != "dumb" }

// live reads keys in one goroutine and paints in this one, until the session ends;
// then it gives the terminal back, says goodbye and leaves.
func (t *terminal) live() {
	t.begin()
	var reading sync.WaitGroup
	reading.Go(func() {
		defer t.recover()
		t.read()
	})
	end := t.leave(t.show())
	t.farewell(end)
	code := endingCode(end)
	if end.Cause == state.Shutdown { // a person was told, and needs no code
		code = exitDone
	}
	t.exit(code)
	reading.Wait()
	t.closeOutbox()
}

// begin shows the screen, on a terminal that can.
func (t *terminal) begin() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.capable() {
		return
	}
	width, height := t.size()
	t.screen = screen.New(t.sess, t.server.looks, screen.Terminal{
		Width: width, Height: height, Palette: t.palette(), Modern: modern(t.term),
	}, time.Now())
	t.restore = t.giveBack
}

// giveBack returns what gives the terminal back as it was before the screen, or what
// ends the line being typed.
func (t *terminal) giveBack() []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.lines != nil {
		t.lines.Close()
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
		lines.Close()
		fmt.Fprintln(lines, text)
		return
	}
	prefs := t.sess.Prefs()
	if last, _ := utf8.DecodeLastRuneInString(text); !strings.ContainsRune(".!?…", last) { // a reason, as somebody typed it
		text += "."
	}
	text += " " + fmt.Sprintf(lang.ScreenOf(prefs.Lang).Summary, lang.Duration(time.Since(t.since), prefs.Lang), sent)
	t.out.Write(append(t.giveBack(), text+"\r\n"...))
	t.restore = nil
}

// read reads what is typed, until it ends. It rests when keys have cost much.
func (t *terminal) read() {
	for _, e := range t.rest {
		t.input(e)
	}
	t.rest = nil
	m := newMeter()
	var buf [readSize]byte
	for {
		n, err := t.Read(buf[:])
		for b := buf[:n]; len(b) > 0; {
			started := time.Now()
			part := b[:m.portion(b, started)]
			b = b[len(part):]
			t.decoder.Feed(part, t.input)
			if rest := m.charge(started, time.Now()); rest > 0 {
				wait.Pause(t.sess.Context(), rest)
			}
		}
		if err != nil {
			t.inputEnded()
			return
		}
	}
}

// input gives an event to what is shown, lines or the screen.
func (t *terminal) input(e keys.Event) {
	for e != nil {
		o := t.dispatch(e)
		t.entered(o)
		e = o.Rest
	}
}

// dispatch gives an event to what is shown, which does not change meanwhile: a key is
// never for what is shown no longer.
func (t *terminal) dispatch(e keys.Event) line.Outcome {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.lines != nil {
		return t.lines.Input(e)
	}
	defer wait.Signal(t.poke)
	t.actLocked(t.screen.Input(e, time.Now()))
	return line.Outcome{}
}

// actLocked does what the screen leaves to do. A line that the outbox has no room for
// is given back as the first of several: what is typed behind it stands below it.
func (t *terminal) actLocked(a screen.Action) {
	if a.Leave {
		t.leaveLocked()
	}
	switch {
	case t.outbox.leaving || a.Line == "" && a.Request == nil || t.postLocked(a):
	case a.Request != nil:
		t.screen.Failed(a.Request)
	default:
		t.screen.Restore(strings.TrimRight(a.Line, "\n") + "\n")
	}
}

// entered does what was entered in lines.
func (t *terminal) entered(o line.Outcome) {
	switch o.What {
	case line.Entered:
		if strings.TrimSpace(o.Line) != "" {
			t.do(o.Line)
		}
	case line.Interrupted:
		t.sess.Answer(room.Notice{What: room.PressAgain}, nil)
	case line.InterruptedAgain, line.Ended:
		t.inputEnded()
	}
}
