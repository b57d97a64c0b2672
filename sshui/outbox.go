package sshui

import (
	"errors"
	"slices"
	"sync"
	"time"

	"salon/internal/wait"
	"salon/room"
	"salon/room/state"
	"salon/sshui/screen"
)

// Bounds of what somebody has entered and that is not done yet, because it came
// faster than the room takes it. What is beyond them stays in the line typed.
const (
	maxOutbox      = 64
	maxOutboxBytes = 32 << 10
)

// sizeOf returns how many bytes of text an action holds.
func sizeOf(a screen.Action) int {
	if search, ok := a.Request.(room.Search); ok {
		return len(search.Text)
	}
	return len(a.Line)
}

// outbox is what was entered or asked for and waits to be done, in order. Whoever
// enters does not wait: they may go on typing, scroll, or leave.
type outbox struct {
	entries []screen.Action // each a line that was entered, or what a key asked for
	bytes   int
	busy    bool           // a goroutine is doing them
	late    bool           // one of them had to wait for its turn
	leaving bool           // nothing more is entered: the end of these is the session's
	running sync.WaitGroup // that goroutine
	grace   *time.Timer    // ends the session of somebody who leaves; nil for most
}

// do does a line that was entered, after those before it.
func (t *terminal) do(line string) {
	t.mu.Lock()
	ok := t.postLocked(screen.Action{Line: line})
	t.mu.Unlock()
	if !ok {
		t.sess.Answer(nil, state.ErrBusy)
	}
}

// postLocked puts an entry in the outbox, and sees to it that somebody empties it. It
// reports false when there is no room.
func (t *terminal) postLocked(a screen.Action) bool {
	o := &t.outbox
	if len(o.entries) >= maxOutbox || o.bytes+sizeOf(a) > maxOutboxBytes && len(o.entries) > 0 {
		return false
	}
	o.entries = append(o.entries, a)
	o.bytes += sizeOf(a)
	if !o.busy {
		o.busy = true
		o.running.Go(t.empty)
	}
	t.tellWaitingLocked()
	return true
}

// empty does what is in the outbox, then ends.
func (t *terminal) empty() {
	defer t.recover()
	for {
		a, ok := t.nextEntry()
		switch {
		case !ok:
			return
		case a.Request != nil:
			t.ask(a.Request)
		default:
			t.submit(a.Line)
		}
	}
}

func (t *terminal) nextEntry() (screen.Action, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	o := &t.outbox
	if len(o.entries) == 0 || t.sess.Context().Err() != nil {
		o.busy, o.late, o.entries = false, false, nil
		t.tellWaitingLocked()
		if o.leaving {
			t.sess.End(state.Ending{Cause: state.Quit})
		}
		return screen.Action{}, false
	}
	a := o.entries[0]
	o.entries = slices.Delete(o.entries, 0, 1)
	o.bytes -= sizeOf(a)
	return a, true
}

// tooFast notes that the line being done has to wait for its turn.
func (t *terminal) tooFast() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.outbox.late = true
	t.tellWaitingLocked()
	if t.outbox.leaving {
		t.sess.End(state.Ending{Cause: state.Quit})
	}
}

// leaveGrace is how long somebody who leaves waits for what they have just entered.
const leaveGrace = 100 * time.Millisecond

// leaveLocked ends the session of somebody who leaves, once what they entered right
// before has been done; what waits for its turn is not.
func (t *terminal) leaveLocked() {
	o := &t.outbox
	end := func() { t.sess.End(state.Ending{Cause: state.Quit}) }
	if !o.busy || o.late || o.leaving {
		end()
		return
	}
	o.leaving = true
	o.grace = time.AfterFunc(leaveGrace, end)
}

// closeOutbox waits for what is being done. The session has ended.
func (t *terminal) closeOutbox() {
	t.outbox.running.Wait()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.outbox.grace != nil {
		t.outbox.grace.Stop()
	}
}

// tellWaitingLocked shows how many entries wait, once a line had to.
func (t *terminal) tellWaitingLocked() {
	if t.screen == nil {
		return
	}
	n := 0
	if t.outbox.late {
		n = len(t.outbox.entries) + 1
	}
	t.screen.Waiting(n)
	wait.Signal(t.poke)
}

// submit does a line. One that comes too fast is not lost: it waits for its turn,
// and those behind it, as when several lines are pasted. Whoever keeps on is
// warned by the room, and in the end kicked. One that fails is given back.
func (t *terminal) submit(line string) {
	for {
		reply, err := t.sess.Do(t.ctx, line)
		fast, ok := errors.AsType[*room.TooFastError](err)
		if !ok || fast.Slow {
			t.settle(line, reply, err)
			return
		}
		if fast.Last {
			t.sess.Answer(nil, err)
		}
		t.tooFast()
		if !wait.Pause(t.sess.Context(), fast.Wait) {
			return
		}
	}
}

// settle shows what became of a line. On a screen one that failed is given back,
// unless it holds a secret; lines have gone on.
func (t *terminal) settle(line string, reply room.Reply, err error) {
	t.onScreen(func(s *screen.Screen) {
		switch {
		case err != nil && !room.Secret(line):
			s.Restore(line)
		case err == nil && reply == nil && s.Done(line):
			wait.Signal(t.poke)
		}
	})
	t.sess.Answer(reply, err)
}

// ask does what a key asked for, and shows the answer.
func (t *terminal) ask(r room.Request) {
	page, err := t.sess.Ask(t.ctx, r)
	if err != nil {
		t.onScreen(func(s *screen.Screen) { s.Failed(r) })
	}
	t.sess.Answer(page, err)
}

// onScreen tells the screen something, if that is what the terminal shows.
func (t *terminal) onScreen(tell func(*screen.Screen)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.lines == nil {
		tell(t.screen)
	}
}
