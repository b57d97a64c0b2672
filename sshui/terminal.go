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

// terminal is a session on a terminal: a full screen, or plain lines where the terminal
// cannot show one or the member prefers them. One goroutine reads keys, another paints; a
// third does what is entered, and runs only while there is something to do.
type terminal struct {
	*channel
	changed chan struct{} // cap 1: a key may have changed what is shown
	since   time.Time

	decoder keys.Decoder // the reading goroutine only
	rest    []keys.Event // read while coming in, but not looked at yet

	mu      sync.Mutex     // guards all below
	lines   *line.Prompt   // what the terminal shows, if it is lines; nil: the screen
	screen  *screen.Screen // nil where there cannot be one, or once it is kept for another terminal
	outbox  outbox
	resumed bool // the screen was another terminal's, and has not been shown here
	sent    int  // messages of this session that the room has shown

	looks state.Seq // the room that is shown
}

// terminal serves a session on a terminal.
func (ch *channel) terminal() {
	t := &terminal{channel: ch, changed: make(chan struct{}, 1), since: time.Now()}
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
	t.run()
}

// newLines returns the prompt of plain lines, with a text typed already. It never sends an
// escape sequence: it is for terminals that know none (no TERM, or dumb), and for people
// who have the terminal read aloud (/plain).
func (t *terminal) newLines(typed string) *line.Prompt {
	return line.New(t.out, line.Options{Keys: t, AppendOnly: true, Line: typed, Complete: t.completeLine, Secret: room.Secret})
}

// completeLine completes what is typed in plain lines, once there is a session.
func (t *terminal) completeLine(line string, pos int) (int, []string) {
	if t.sess == nil {
		return 0, nil
	}
	return t.sess.Complete(line, pos)
}

// capable reports whether the terminal can show a screen.
func (t *terminal) capable() bool { return t.term != "" && t.term != "dumb" }

// run reads keys in one goroutine and paints in this one, until the session ends; then it
// restores the terminal, says goodbye and leaves.
func (t *terminal) run() {
	t.startScreen()
	if in := strings.TrimSpace(t.command); in != "" { // a room to go to: `ssh -t host '#dev'`
		t.enqueueLine("/join " + in)
	}
	var reading sync.WaitGroup
	reading.Go(func() {
		defer t.server.conns.Recover(t.sess)
		t.read()
	})
	t.over(t.show())
	reading.Wait()
	t.closeOutbox()
}

// over leaves, after a farewell if somebody is there to read it. It stands apart from run,
// which is on the stack of every member all the time.
func (t *terminal) over(why error) {
	t.sess.End(*t.ending(why))
	if isLost(t.sess.Ending()) {
		t.keep()
	}
	end := t.leave(t.sess.Ending())
	if !isLost(end) {
		t.farewell(end)
	}
	code := endingCode(end)
	if end.Cause == state.Shutdown { // a person was told, and needs no code
		code = exitDone
	}
	t.exit(code)
}

// restoreTerminal returns what restores the terminal after the screen; in plain lines it
// ends the line being typed.
func (t *terminal) restoreTerminal() []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.lines != nil {
		t.lines.Close()
		return nil
	}
	if t.screen == nil { // kept
		return nil
	}
	return t.screen.Close(nil)
}

// farewell restores the terminal and writes one line that says why the session ended.
func (t *terminal) farewell(end *state.Ending) {
	t.mu.Lock()
	lines, sent := t.lines, t.sent
	t.mu.Unlock()
	text := lang.Farewell(end, lang.ViewOf(t.sess))
	if lines != nil {
		lines.Close()
		fmt.Fprintln(lines, t.wrapped(text))
		return
	}
	prefs := t.sess.Prefs()
	if last, _ := utf8.DecodeLastRuneInString(text); !strings.ContainsRune(".!?…", last) { // a reason, as somebody typed it
		text += "."
	}
	text += " " + fmt.Sprintf(lang.ScreenOf(prefs.Lang).Summary, lang.Duration(time.Since(t.since), prefs.Lang), sent)
	t.out.Write(append(t.restoreTerminal(), text+"\r\n"...))
	t.restore = nil
}

// read reads what is typed, until it ends. It rests when keys have cost much.
func (t *terminal) read() {
	for i, e := range t.rest {
		t.input(e, i < len(t.rest)-1)
	}
	t.rest = nil
	m := newMeter()
	var buf [readSize]byte
	for {
		n, err := t.Read(buf[:])
		t.noteArrival()
		for b := buf[:n]; len(b) > 0; {
			started := time.Now()
			part := b[:m.portion(b, started)]
			b = b[len(part):]
			t.feed(part)
			t.doubtWhatArrived()
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

// noteArrival notes what had been answered when some input arrived: its author has seen no
// more than that, however long it takes to do.
func (t *terminal) noteArrival() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.outbox.seen = t.outbox.decided
}

// doubtWhatArrived has Enter ask about what is being typed if where it was to go was refused
// only after it had arrived.
func (t *terminal) doubtWhatArrived() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.screen != nil && t.lines == nil && t.outbox.refused > t.outbox.seen {
		t.screen.Doubt()
	}
}

// feed does the keys that some bytes are. Each waits for the one after it: plain lines show
// at once what several do.
func (t *terminal) feed(b []byte) {
	var last keys.Event
	t.decoder.Feed(b, func(e keys.Event) {
		if last != nil {
			t.input(last, true)
		}
		last = e
	})
	if last != nil {
		t.input(last, false)
	}
}

// input gives an event to what is shown, lines or the screen; more says that another
// follows at once.
func (t *terminal) input(e keys.Event, more bool) {
	for e != nil {
		o := t.dispatch(e, more)
		t.entered(o)
		e = o.Rest
	}
}

// dispatch gives an event to what is shown. The lock keeps that from changing meanwhile.
func (t *terminal) dispatch(e keys.Event, more bool) line.Outcome {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.lines != nil {
		return t.lines.Input(e, more)
	}
	if t.screen == nil { // kept: it is over
		return line.Outcome{}
	}
	defer wait.Signal(t.changed)
	if to := t.sess.Looks(); to != t.looks { // which the key is meant for
		t.showRoomLocked(to)
	}
	t.actLocked(t.screen.Input(e, time.Now()))
	return line.Outcome{}
}

// actLocked does what the screen asks of the front. A line that the outbox has no room for
// returns to the screen as one that was refused.
func (t *terminal) actLocked(a screen.Action) {
	if a.Leave {
		t.leaveLocked()
	}
	if a.Look {
		t.lookLocked(a.Room)
	}
	switch {
	case t.outbox.leaving || a.Line == "" && a.Request == nil || t.enqueueLocked(a):
	case a.Request != nil:
		t.screen.Failed(a.Request)
	default:
		t.screen.Restore(a.Room, a.Line)
	}
}

// lookLocked shows another room before the next key, which is meant for there.
func (t *terminal) lookLocked(room state.Seq) {
	if t.sess.Look(room) != nil { // it is gone, and will be shown no more
		return
	}
	t.showRoomLocked(room)
}

// showRoomLocked shows all up to another room that the session looks at.
func (t *terminal) showRoomLocked(room state.Seq) {
	for t.looks != room {
		var more bool
		if _, more = t.takeLocked(nil, time.Now(), false); !more {
			return
		}
	}
}

// entered handles what was entered in plain lines.
func (t *terminal) entered(o line.Outcome) {
	switch o.What {
	case line.Entered:
		if strings.TrimSpace(o.Line) != "" {
			t.enqueueLine(o.Line)
		}
	case line.Interrupted:
		t.sess.Answer(room.Notice{What: room.PressAgain}, nil)
	case line.InterruptedAgain, line.Ended:
		t.inputEnded()
	}
}
