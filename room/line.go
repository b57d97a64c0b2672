package room

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"salon/internal/wait"
	"salon/room/state"
	"salon/room/text"
)

// Submit does a line and shows its reply or error on this session. It returns
// the error too, for fronts that count them.
func (s *Session) Submit(ctx context.Context, line string) error {
	r, err := s.Do(ctx, line)
	s.Answer(r, err)
	return err
}

// Do does a line as the session's own: it cleans and parses it, checks
// rights and limits, and returns once what it asked for is applied on this node. The
// Reply, if any, is for the one who asked. What everyone may see comes as an
// event instead, to the asker too.
func (s *Session) Do(ctx context.Context, line string) (Reply, error) {
	r, _, err := s.DoIn(ctx, s.Looks(), line)
	return r, err
}

// DoIn does a line as Do does, in a room that it was typed in, though the session may look at
// another by now; [state.ErrNoRoom] if its member does not follow that any more. next is where
// a line typed behind it goes: elsewhere if it goes to another room.
func (s *Session) DoIn(ctx context.Context, in state.Seq, line string) (reply Reply, next state.Seq, err error) {
	c := &call{Session: s, in: in, next: in}
	reply, err = whileOpen(ctx, s, func(ctx context.Context) (Reply, error) {
		c.Context = ctx
		return c.do(line)
	})
	return reply, c.next, err
}

func (c *call) do(line string) (Reply, error) {
	s := c.Session
	line, err := s.takeLine(c, line)
	if err != nil {
		return nil, err
	}
	if !s.mayActIn(c.in) {
		return nil, state.ErrNoRoom
	}
	if c.command, c.rest, err = s.parse(line); err != nil {
		return nil, err
	}
	if err := c.place(); err != nil {
		return nil, err
	}
	if c.command.Flood {
		if err := c.allow(); err != nil {
			return nil, err
		}
	}
	act, acts := c.act(line) // as it is before: it may close the room, or take the right to do it
	reply, err := c.run()
	if c.of != "" { // in the room of that message
		act, acts = c.act(line)
	}
	if acts {
		act.Time, act.Err = time.Now(), err
		c.room.cfg.Audit(act)
	}
	return reply, err
}

// mayActIn reports whether lines of the session can be typed in a room.
func (s *Session) mayActIn(room state.Seq) bool {
	if room == 0 {
		return true
	}
	s.room.mu.Lock()
	defer s.room.mu.Unlock()
	m := s.room.state.Member(s.id)
	return m != nil && m.Follows(room)
}

// takeLine waits until the limit on lines allows one more, and returns what was typed
// cleaned, or why it is too long.
func (s *Session) takeLine(ctx context.Context, typed string) (string, error) {
	if err := s.AwaitLine(ctx); err != nil {
		return "", err
	}
	line, err := cleaned(typed, s.member)
	if err == nil && strings.Count(line, "\n") >= text.MaxLines {
		err = ErrTooManyLines
	}
	return line, err
}

// AwaitLine waits until the limit on lines allows one more, and uses it up: for what a client
// asks of its front otherwise than by a line. Do waits by itself.
func (s *Session) AwaitLine(ctx context.Context) error {
	if s.Role() >= state.Operator {
		return nil
	}
	return s.own.lines.Wait(ctx)
}

// whileOpen calls f with a context that ends with the session too, and returns the
// session's Ending in place of an error that came with it.
func whileOpen[R any](ctx context.Context, s *Session, f func(context.Context) (R, error)) (r R, err error) {
	if s.ctx.Err() != nil {
		return r, context.Cause(s.ctx)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(s.ctx, func() { cancel(context.Cause(s.ctx)) })()
	if r, err = f(ctx); err != nil && s.ctx.Err() != nil {
		err = context.Cause(s.ctx)
	}
	s.room.cfg.Meter.refused(err)
	return r, err
}

// act is what an operator, or who governs a room, is about to do to others; ok is false for
// what is not recorded, as what they only read.
func (c *call) act(line string) (a Act, ok bool) {
	acts := c.command.acts && !(c.command.asks && c.rest == "")
	if c.room.cfg.Audit == nil || !acts || c.Role() < state.Operator && !c.moderates(c.in) {
		return Act{}, false
	}
	view, _ := c.room.view()
	var in text.RoomName
	if r := view.Room(c.in); r != nil && c.in != 0 {
		in = r.Name
	}
	return Act{Room: in, Of: c.of, By: c.Pseudo(), KeyID: c.from.KeyID, Addr: c.from.Addr, Front: c.from.Front, Command: line}, true
}

// allow uses up one of the member's messages. A session that is paced waits for it; any
// other gets a [*TooFastError], and in the end is kicked. What says something must wait its
// turn besides: before, so that it neither waits nor uses up anything when it is refused, and
// once more when it has waited.
func (c *call) allow() error {
	if c.Role() >= state.Operator {
		return nil
	}
	begun := time.Now()
	if c.command.speaks {
		if err := c.awaitTurn(begun); err != nil {
			return err
		}
	}
	if !c.from.Paced {
		return c.spendMessage(c)
	}
	if err := c.awaitMessage(c, begun); err != nil || !c.command.speaks {
		return err
	}
	return c.awaitTurn(begun)
}

// awaitMessage waits for one of the member's messages and uses it up. What has waited since
// begun is refused when it would have to wait longer than the session's patience.
func (s *Session) awaitMessage(ctx context.Context, begun time.Time) error {
	if s.from.Patience == 0 {
		return s.own.messages.Wait(ctx)
	}
	next := s.own.messages.Reserve()
	if s.losesPatience(begun, next.Delay()) {
		next.Cancel()
		return s.spendMessage(ctx)
	}
	if !wait.Pause(ctx, next.Delay()) {
		return ctx.Err()
	}
	return nil
}

// losesPatience reports whether what has waited since begun is not to wait that much more.
func (s *Session) losesPatience(begun time.Time, more time.Duration) bool {
	return s.from.Patience > 0 && time.Since(begun)+more > s.from.Patience
}

// spendMessage uses up one of the member's messages, or returns a [*TooFastError]; the last
// one was a warning.
func (s *Session) spendMessage(ctx context.Context) error {
	if s.own.messages.Allow() {
		return nil
	}
	next := s.own.messages.Reserve()
	defer next.Cancel()
	if !s.own.strikes.Allow() {
		s.kickForFlooding(ctx)
	}
	return &TooFastError{Wait: next.Delay(), Last: s.own.strikes.Tokens() < 1}
}

// awaitTurn returns nil when the member may say something. In slow mode a script waits for
// that, within its patience since begun; anybody else is told at once how long it takes. A
// muted member is refused, also while they wait.
func (c *call) awaitTurn(begun time.Time) error {
	for c.Role() < state.Operator {
		left, changed, err := c.untilTurn()
		switch {
		case err != nil || left <= 0:
			return err
		case !c.from.Paced || !c.from.Script || c.losesPatience(begun, left):
			return &TooFastError{Wait: left, Slow: true}
		}
		again := time.NewTimer(left)
		select {
		case <-again.C:
		case <-changed:
		case <-c.Done():
			err = c.Err()
		}
		if again.Stop(); err != nil {
			return err
		}
	}
	return nil
}

// untilTurn returns how long slow mode has a member wait for their next message, and what is
// closed when that may have changed; or a [*state.MutedError].
func (c *call) untilTurn() (left time.Duration, changed <-chan struct{}, err error) {
	r, now := c.room, c.room.log.Now().Stamp
	r.mu.Lock()
	defer r.mu.Unlock()
	m, in, tick := r.state.Member(c.id), r.state.Room(c.in), r.state.TickAt(now)
	if m == nil || in == nil {
		return 0, nil, nil // what is said is refused
	}
	if err := r.mutedLocked(m, in.ID, tick); err != nil {
		return 0, nil, err
	}
	if in.Slow == 0 || m.SpokeIn(in.ID) == 0 || r.state.Moderates(m, in) {
		return 0, nil, nil
	}
	if left = in.Slow - (tick - m.SpokeIn(in.ID)); left > 0 && r.turns == nil {
		r.turns = make(chan struct{})
	}
	return left, r.turns, nil
}

// mutedLocked returns a [*state.MutedError] for a member who is muted in a room at a tick.
func (r *Room) mutedLocked(m *state.Member, room state.Seq, tick time.Duration) error {
	if mute, ok := r.state.MuteOf(m, room, tick); ok {
		return &state.MutedError{Until: mute.Until(), Room: mute.Room != 0}
	}
	return nil
}

// turnsChangedLocked has those who wait for their turn look again.
func (r *Room) turnsChangedLocked() {
	if r.turns != nil {
		close(r.turns)
		r.turns = nil
	}
}

// kickForFlooding kicks a session's member in the room's own name.
func (s *Session) kickForFlooding(ctx context.Context) {
	r := s.room
	r.mu.Lock()
	m := r.state.Member(s.id)
	r.mu.Unlock()
	if m != nil {
		r.propose(ctx, state.Kicked{Member: m.ID, Pseudo: m.Pseudo, Flood: true})
	}
}

// cleaned returns what somebody typed, cleaned; ErrTextTooLong when that is longer
// than a message may be.
func cleaned(typed string, multiline bool) (string, error) {
	if len(typed) > text.MaxText {
		return "", ErrTextTooLong
	}
	typed = text.Clean(typed, multiline)
	if len(typed) > text.MaxText { // unreadable bytes get longer
		return "", ErrTextTooLong
	}
	return typed, nil
}

// note cleans a text that is shown within a line: a topic, a reason. One that is too
// long is refused.
func note(s string) (string, error) {
	if s = text.Clean(s, false); utf8.RuneCountInString(s) > text.MaxNote {
		return "", ErrNoteTooLong
	}
	return s, nil
}
