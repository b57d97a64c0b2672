package sshui

import (
	"errors"
	"slices"
	"sync"
	"time"

	"salon/room"
	"salon/room/state"
)

// Bounds of what somebody has entered and that is not done yet, because it came
// faster than the room takes it. What is beyond them stays in the line typed.
const (
	maxOutbox      = 64
	maxOutboxBytes = 32 << 10
)

// outbox is what was entered and waits to be done, in order. Whoever enters does
// not wait: they may go on typing, scroll, or leave.
type outbox struct {
	lines   []string
	bytes   int
	busy    bool           // a goroutine is doing them
	late    bool           // one of them had to wait for its turn
	leaving bool           // nothing more is entered: the end of these is the session's
	running sync.WaitGroup // that goroutine
}

// do does a line that was entered, after those before it.
func (t *terminal) do(line string) {
	if !t.post(line) {
		t.sess.Answer(nil, state.ErrBusy)
	}
}

func (t *terminal) post(line string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.postLocked(line)
}

// postLocked puts a line in the outbox, and sees to it that somebody empties it. It
// reports false when there is no room.
func (t *terminal) postLocked(line string) bool {
	o := &t.outbox
	if len(o.lines) >= maxOutbox || o.bytes+len(line) > maxOutboxBytes && len(o.lines) > 0 {
		return false
	}
	o.lines = append(o.lines, line)
	o.bytes += len(line)
	if !o.busy {
		o.busy = true
		o.running.Go(t.empty)
	}
	t.tellWaitingLocked()
	return true
}

// empty does the lines of the outbox, then ends.
func (t *terminal) empty() {
	defer t.recover(t.sess)
	for {
		line, ok := t.nextLine()
		if !ok {
			return
		}
		t.submit(line)
	}
}

func (t *terminal) nextLine() (string, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	o := &t.outbox
	if len(o.lines) == 0 || t.sess.Context().Err() != nil {
		o.busy, o.late, o.lines = false, false, nil
		t.tellWaitingLocked()
		if o.leaving {
			t.sess.End(state.Ending{Cause: state.Quit})
		}
		return "", false
	}
	line := o.lines[0]
	o.lines = slices.Delete(o.lines, 0, 1)
	o.bytes -= len(line)
	return line, true
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
	time.AfterFunc(leaveGrace, end)
}

// tellWaitingLocked shows how many lines wait, once one had to.
func (t *terminal) tellWaitingLocked() {
	if t.screen == nil {
		return
	}
	n := 0
	if t.outbox.late {
		n = len(t.outbox.lines) + 1
	}
	t.screen.Waiting(n)
	signal(t.poke)
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
		select {
		case <-time.After(fast.Wait):
		case <-t.sess.Context().Done():
			return
		}
	}
}

// settle shows what became of a line. On a screen one that failed is given back,
// unless it holds a secret; lines have gone on.
func (t *terminal) settle(line string, reply room.Reply, err error) {
	if err != nil && !room.Secret(line) {
		t.giveLineBack(line)
	}
	t.sess.Answer(reply, err)
}

func (t *terminal) giveLineBack(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.lines == nil {
		t.screen.Restore(line)
	}
}
