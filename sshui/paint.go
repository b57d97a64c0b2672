package sshui

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/colorprofile"

	"salon/internal/line"
	"salon/internal/wait"
	"salon/room"
	"salon/room/state"
	"salon/sshui/rows"
)

// Frames of one screen are at least frameGap apart, except the first after a while: what
// comes meanwhile is painted together. A screen that is expensive to paint, such as one
// that is resized all the time, is painted less often, so that painting takes at most one
// part in dutyShare of a core; the gap is maxGap at most.
const (
	frameGap  = 33 * time.Millisecond
	dutyShare = 40
	maxGap    = 500 * time.Millisecond
)

// batchSize is how many items are taken from the room at a time.
const batchSize = 64

// frames are buffers to paint in; those that grew beyond maxFrame are not kept.
var frames = sync.Pool{New: func() any { return new([]byte) }}

const maxFrame = 64 << 10

// show paints what is new until the session ends, and returns why it ended.
func (t *terminal) show() error {
	var next time.Time // when the next frame may be
	for {
		if left := time.Until(next); left > 0 {
			t.sess.Pace()
			wait.Pause(t.sess.Context(), left)
		}
		started := time.Now()
		cost, err := t.draw()
		if err != nil {
			return err
		}
		next = started.Add(min(max(frameGap, dutyShare*cost), maxGap))
		select {
		case <-t.sess.Wake():
		case <-t.changed:
		case <-t.resized:
			wait.Signal(t.resized) // for frame to find
		case <-t.sess.Context().Done():
			if _, err = t.draw(); err == nil {
				err = context.Cause(t.sess.Context())
			}
			return err
		}
	}
}

// draw takes all that is new and sends the frame that shows it. cost is the time
// that making it took.
func (t *terminal) draw() (cost time.Duration, err error) {
	buf := frames.Get().(*[]byte)
	defer func() {
		if cap(*buf) <= maxFrame {
			frames.Put(buf)
		}
	}()
	started := time.Now()
	lines, frame := t.frame((*buf)[:0], started)
	*buf = frame
	cost = time.Since(started)
	switch {
	case len(frame) == 0:
	case lines != nil:
		_, err = lines.Write(frame)
	default:
		_, err = t.out.Write(frame)
	}
	return cost, err
}

// frame appends what brings the terminal up to date. It is written through lines, or to
// the terminal itself when that is nil.
func (t *terminal) frame(dst []byte, now time.Time) (lines *line.Prompt, _ []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for first, more := true, true; more; first = false {
		dst, more = t.takeLocked(dst, now, first)
	}
	if t.lines != nil {
		return t.lines, dst
	}
	select {
	case <-t.resized: // it may show anything, even when it is back at its old size
		t.screen.Repaint()
	default:
	}
	t.screen.Resize(t.size())
	return nil, t.screen.Frame(dst)
}

// batches are buffers for what the room has to show.
var batches = sync.Pool{New: func() any { return new([batchSize]room.Item) }}

// takeLocked takes some of what is new and shows it; more is false if there was nothing. What
// says that it is shown in another way from now on is shown in that, if it may switch.
func (t *terminal) takeLocked(dst []byte, now time.Time, switches bool) (_ []byte, more bool) {
	batch := batches.Get().(*[batchSize]room.Item)
	defer batches.Put(batch)
	defer clear(batch[:])
	taken := t.sess.Take(batch[:0:batchSize])
	if switches {
		dst = t.switchLocked(dst, now)
	}
	return t.showLocked(dst, taken, now), len(taken) > 0
}

// showLocked shows items in lines or on the screen.
func (t *terminal) showLocked(dst []byte, taken []room.Item, now time.Time) []byte {
	for _, it := range taken {
		if it.Event != nil && t.isMine(it.Event) {
			t.sent++
		}
		if w, ok := it.Reply.(room.Entered); ok {
			t.looks, t.outbox.entered = w.Room, t.outbox.moved
		}
	}
	if t.lines == nil {
		t.actLocked(t.screen.Show(taken, now))
		return dst
	}
	for _, it := range taken {
		from := len(dst)
		if dst = t.server.lines.Append(dst, it, t.sess); !t.sess.Prefs().JSON {
			dst = append(dst[:from], t.wrapped(string(dst[from:]))...)
		}
		_, enters := it.Reply.(room.Entered)
		if t.screen != nil && (it.Event != nil || enters) { // kept for when it is shown again
			t.screen.Show([]room.Item{it}, now)
		}
	}
	return dst
}

// wrapped breaks lines into rows of the terminal.
func (t *terminal) wrapped(lines string) string {
	width, _ := t.size()
	return rows.HangingLines(lines, width)
}

// isMine reports whether an event is a message of this session.
func (t *terminal) isMine(e *state.Event) bool {
	switch b := e.Body.(type) {
	case state.Said:
		return b.Session == t.sess.ID()
	case state.Whispered:
		return b.From == t.sess.Pseudo()
	}
	return false
}

// switchLocked changes between lines and the screen when the member has asked for it.
func (t *terminal) switchLocked(dst []byte, now time.Time) []byte {
	want := t.screen == nil || t.sess.Prefs().Plain
	switch {
	case want == (t.lines != nil):
	case want:
		dst = t.screen.Close(dst)
		t.lines = t.newLines(t.screen.TakeLine()) // Write shows it
	default:
		if !t.resumed {
			t.screen.CatchUp(now)
		}
		t.resumed = false
		t.screen.Resume(t.lines.Close())
		t.lines = nil
		dst = t.screen.Open(dst)
	}
	return dst
}

// palette returns the colours that the terminal has, by TERM, COLORTERM and NO_COLOR.
func (t *terminal) palette() rows.Palette {
	if t.env["NO_COLOR"] != "" || strings.HasPrefix(t.term, "vt") { // whatever it is set to; the VT100 and its kin had none
		return rows.Mono
	}
	switch p := colorprofile.Env([]string{"TERM=" + t.term, "COLORTERM=" + t.env["COLORTERM"]}); {
	case p >= colorprofile.ANSI256:
		return rows.Auto
	case p == colorprofile.ANSI:
		return rows.Basic
	}
	return rows.Mono
}

// ascii reports whether the terminal may have no signs but those of ASCII: the consoles that
// have few glyphs, and locales that say another encoding than UTF-8 (LC_ALL, LC_CTYPE and
// LANG, in the order of POSIX). A client that sends no locale is taken to have UTF-8.
func (t *terminal) ascii() bool {
	if t.term == "linux" || strings.HasPrefix(t.term, "vt") {
		return true
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale := strings.ToLower(t.env[name]); locale != "" {
			return !strings.Contains(locale, "utf-8") && !strings.Contains(locale, "utf8")
		}
	}
	return false
}

// modern reports whether a terminal ignores questions, titles and hyperlinks that it does
// not know.
func modern(term string) bool {
	old := []string{"linux", "vt", "ansi", "cons", "sun", "wy", "dumb"}
	return !slices.ContainsFunc(old, func(name string) bool { return strings.HasPrefix(term, name) })
}
