package sshui

import (
	"time"

	"salon/room/state"
	"salon/sshui/screen"
)

// keptTerminal is what is left of a terminal whose connection was lost, for whoever
// resumes the session on another.
type keptTerminal struct {
	screen *screen.Screen // nil: it showed lines
	typed  string         // in them
	// alone says that what is typed goes to some people alone, or may: where a session has
	// no target it is dropped, as it would go to everyone.
	alone bool
}

// isLost reports whether a session ended without its client: nobody reads a farewell.
func isLost(end *state.Ending) bool { return end.Cause == state.Lost || end.Cause == state.Slow }

// keep gives the room what the terminal shows and what is being typed. The terminal has no
// screen any more.
func (t *terminal) keep() {
	t.mu.Lock()
	defer t.mu.Unlock()
	undecided := t.outbox.decided < t.outbox.targets
	kept := &keptTerminal{screen: t.screen, alone: undecided || t.sess.Target() != nil}
	if t.lines == nil {
		t.screen = nil
		t.sess.Keep(kept, kept.screen.Detach())
		return
	}
	if kept.screen, kept.typed = nil, t.lines.Close(); undecided { // for whom it was typed, nobody knows any more
		kept.typed = ""
	}
	t.sess.Keep(kept, len(kept.typed))
}

// startScreen shows the screen, on a terminal that can: that of the session which this
// one resumes, if it had one.
func (t *terminal) startScreen() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.looks = t.sess.Shows()
	kept, _ := t.sess.Resumed().(*keptTerminal)
	if kept == nil {
		kept = &keptTerminal{}
	}
	switch {
	case t.capable():
		t.openScreenLocked(kept.screen)
	case kept.alone:
		kept.typed = ""
	case kept.screen != nil:
		kept.typed = kept.screen.TakeLine()
	}
	switch {
	case kept.typed == "":
	case t.screen == nil || t.sess.Prefs().Plain:
		t.lines = t.newLines(kept.typed + t.lines.Close())
	default:
		t.screen.Resume(kept.typed)
	}
}

// openScreenLocked makes the terminal's screen, of one that was kept if that is not nil.
func (t *terminal) openScreenLocked(kept *screen.Screen) {
	width, height := t.size()
	term := screen.Terminal{Width: width, Height: height, Palette: t.palette(), Modern: modern(t.term), ASCII: t.ascii()}
	if t.resumed = kept != nil; t.resumed {
		kept.Attach(t.sess, term)
		t.screen = kept
	} else {
		t.screen = screen.New(t.sess, t.server.looks, term, time.Now())
	}
	t.restore = t.restoreTerminal
}
