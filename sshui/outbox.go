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

// Bounds of what a member has entered faster than the room accepts it. A line beyond them
// goes back into the line being typed.
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

// entry is a line that was entered, or what a key asked for.
type entry struct {
	screen.Action
	// target numbers the line among those that only say whom the next ones go to; 0: it is
	// none. behind is the last of those that was entered before it and not answered when
	// what it was entered with arrived: its author meant it for whom that one names, and it
	// goes nowhere if that was refused.
	//
	// Lines that go to another room are numbered among them too. after is the last of those
	// that was entered before it and not answered: if that was accepted, the line is done in
	// the room where it leads, else in the one where it was typed.
	target, behind, after uint64
}

// outbox is what was entered or asked for and is not done yet, in order. The member does
// not wait for it: they may go on typing, scroll, or leave.
type outbox struct {
	entries    []entry
	bytes      int
	busy       bool           // a goroutine runs drain
	delayed    bool           // one of them had to wait for its turn
	leaving    bool           // nothing more is entered: the end of these is the session's
	running    sync.WaitGroup // that goroutine
	targets    uint64         // lines entered that change the target, or the room
	moves      uint64         // the last of them that changes the room
	moved      uint64         // the last of them that was accepted,
	room       state.Seq      // where lines behind it are done,
	entered    uint64         // and the last of them whose room is shown
	decided    uint64         // the last of them that was answered
	seen       uint64         // what decided was when the input being read arrived
	refused    uint64         // the last of them that was refused
	recallTold bool           // in words, that Up brings a refused line back
	grace      *time.Timer    // ends the session of somebody who leaves; nil for most
}

// enqueueLine puts a line of plain mode in the outbox, or says that it is full.
func (t *terminal) enqueueLine(line string) {
	t.mu.Lock()
	ok := t.enqueueLocked(screen.Action{Line: line, Room: t.looks})
	t.mu.Unlock()
	if !ok {
		t.sess.Answer(nil, state.ErrBusy)
	}
}

// enqueueLocked puts an entry in the outbox and starts drain if it does not run. It reports
// false when the outbox is full.
func (t *terminal) enqueueLocked(a screen.Action) bool {
	o := &t.outbox
	if len(o.entries) >= maxOutbox || o.bytes+sizeOf(a) > maxOutboxBytes && len(o.entries) > 0 {
		return false
	}
	o.entries = append(o.entries, o.number(a))
	o.bytes += sizeOf(a)
	if !o.busy {
		o.busy = true
		o.running.Go(t.drain)
	}
	t.showWaitingLocked()
	return true
}

// number makes an entry of what was entered.
func (o *outbox) number(a screen.Action) entry {
	e := entry{Action: a}
	if o.seen < o.moves || o.entered < o.moved {
		e.after = o.moves
	}
	_, targets := room.Targets(a.Line)
	moves := room.Moves(a.Line)
	switch {
	case targets, moves:
		o.targets++
		e.target = o.targets
	case o.seen < o.targets:
		e.behind = o.targets
	}
	if moves {
		o.moves = e.target
	}
	return e
}

// drain does what is in the outbox, in order, until it is empty or the session ends.
func (t *terminal) drain() {
	defer t.server.conns.Recover(t.sess)
	for {
		a, ok := t.dequeue()
		switch {
		case !ok:
			return
		case a.Request != nil:
			t.ask(a.Request)
		default:
			t.submit(a)
		}
	}
}

func (t *terminal) dequeue() (entry, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	o := &t.outbox
	if len(o.entries) == 0 || t.sess.Context().Err() != nil {
		o.busy, o.delayed, o.entries = false, false, nil
		t.showWaitingLocked()
		if o.leaving {
			t.sess.End(state.Ending{Cause: state.Quit})
		}
		return entry{}, false
	}
	a := o.entries[0]
	o.entries = slices.Delete(o.entries, 0, 1)
	o.bytes -= sizeOf(a.Action)
	return a, true
}

// noteTooFast notes that the line being done came too fast and waits. A member who leaves
// does not wait for it.
func (t *terminal) noteTooFast() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.outbox.delayed = true
	t.showWaitingLocked()
	if t.outbox.leaving {
		t.sess.End(state.Ending{Cause: state.Quit})
	}
}

// leaveGrace is how long leaving waits for what was entered right before.
const leaveGrace = 100 * time.Millisecond

// leaveLocked ends the session, once what was entered right before has been done, but not
// what came too fast.
func (t *terminal) leaveLocked() {
	o := &t.outbox
	end := func() { t.sess.End(state.Ending{Cause: state.Quit}) }
	if !o.busy || o.delayed || o.leaving {
		end()
		return
	}
	o.leaving = true
	o.grace = time.AfterFunc(leaveGrace, end)
}

// closeOutbox waits for the goroutine and stops the timer of the outbox, after the session
// has ended.
func (t *terminal) closeOutbox() {
	t.outbox.running.Wait()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.outbox.grace != nil {
		t.outbox.grace.Stop()
	}
}

// showWaitingLocked shows how many entries wait, once a line had to.
func (t *terminal) showWaitingLocked() {
	if t.screen == nil {
		return
	}
	n := 0
	if t.outbox.delayed {
		n = len(t.outbox.entries) + 1
	}
	t.screen.Waiting(n)
	wait.Signal(t.changed)
}

// submit does a line. One that comes too fast waits, and those behind it, as when several
// lines are pasted; the room warns a member who keeps on, and kicks them in the end.
func (t *terminal) submit(e entry) {
	if t.isRefused(e.behind) {
		t.onScreen(func(s *screen.Screen) { s.Return(e.Room, e.Line) })
		t.sess.Answer(nil, room.ErrNotTargeted)
		return
	}
	for {
		reply, next, err := t.sess.DoIn(t.ctx, t.roomOf(e), e.Line)
		fast, ok := errors.AsType[*room.TooFastError](err)
		if !ok || fast.Slow {
			t.noteRoom(e, next, err)
			t.finish(e, reply, err)
			return
		}
		if fast.Last {
			t.sess.Answer(nil, err)
		}
		t.noteTooFast()
		if !wait.Pause(t.sess.Context(), fast.Wait) {
			return
		}
	}
}

// roomOf returns the room in which a line is done.
func (t *terminal) roomOf(e entry) state.Seq {
	t.mu.Lock()
	defer t.mu.Unlock()
	if e.after != 0 && e.after == t.outbox.moved {
		return t.outbox.room
	}
	return e.Room
}

// noteRoom notes where lines go that were entered behind one that goes to another room.
func (t *terminal) noteRoom(e entry, next state.Seq, err error) {
	if err == nil && room.Moves(e.Line) {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.outbox.moved, t.outbox.room = e.target, next
	}
}

// isRefused reports whether a change of the target was refused; there is none that is 0.
func (t *terminal) isRefused(target uint64) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return target != 0 && target == t.outbox.refused
}

// noteTarget notes that a change of the target was answered, and shows what the target is
// now unless another change is under way.
func (t *terminal) noteTarget(target uint64, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	o := &t.outbox
	if o.decided = target; err != nil {
		o.refused = target
	}
	if t.screen != nil && o.decided == o.targets {
		t.screen.Targeted(err == nil)
		wait.Signal(t.changed)
	}
}

// finish shows the result of a line. The screen restores a line that was refused.
func (t *terminal) finish(e entry, reply room.Reply, err error) {
	if e.target != 0 {
		refused := err
		if errors.Is(err, room.ErrFirstRoom) { // nobody leaves it: lines behind go where they were meant to
			refused = nil
		}
		t.noteTarget(e.target, refused)
	}
	t.onScreen(func(s *screen.Screen) {
		switch {
		case err != nil:
			s.Restore(e.Room, e.Line)
		case err == nil && reply == nil && s.Done(e.Line):
			wait.Signal(t.changed)
		}
	})
	t.sess.Answer(reply, err)
	if err != nil {
		t.sayWhatBecomes(e)
	}
}

// sayWhatBecomes says in words, behind a refusal, what a screen shows in its line: whom
// lines go to where another target was refused, and once that the line can be had back.
func (t *terminal) sayWhatBecomes(e entry) {
	t.mu.Lock()
	inLines := t.lines != nil
	tell := inLines && !t.outbox.recallTold && !t.sess.Prefs().JSON && !room.Secret(e.Line)
	t.outbox.recallTold = t.outbox.recallTold || tell
	t.mu.Unlock()
	if inLines && e.target != 0 {
		t.sess.Answer(t.sess.TargetNotice(), nil)
	}
	if tell {
		t.sess.Answer(room.Notice{What: room.LineKept}, nil)
	}
}

// ask makes a request of a key, and shows the answer.
func (t *terminal) ask(r room.Request) {
	page, err := t.sess.Ask(t.ctx, r)
	if err != nil {
		t.onScreen(func(s *screen.Screen) { s.Failed(r) })
	}
	t.sess.Answer(page, err)
}

// onScreen calls tell with the screen, if that is what the terminal shows.
func (t *terminal) onScreen(tell func(*screen.Screen)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.lines == nil && t.screen != nil {
		tell(t.screen)
	}
}
