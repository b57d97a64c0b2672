package room

import (
	"context"
	"maps"
	"slices"
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
	return whileOpen(ctx, s, func(ctx context.Context) (Reply, error) { return s.do(ctx, line) })
}

func (s *Session) do(ctx context.Context, line string) (Reply, error) {
	line, err := s.takeLine(ctx, line)
	if err != nil {
		return nil, err
	}
	c := &call{Context: ctx, Session: s}
	if c.command, c.rest, err = s.parse(line); err != nil {
		return nil, err
	}
	if c.command.Flood {
		if err := s.allow(ctx, c.command); err != nil {
			return nil, err
		}
	}
	reply, err := c.run()
	c.audit(line, err)
	return reply, err
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
	return r, err
}

// audit records what an operator did to others; what they only read is not recorded.
func (c *call) audit(line string, err error) {
	acts := c.command.acts && !(c.command.asks && c.rest == "")
	if c.room.cfg.Audit == nil || !acts || c.Role() < state.Operator {
		return
	}
	c.room.cfg.Audit(Act{
		Time: time.Now(), By: c.Pseudo(), KeyID: c.from.KeyID, Addr: c.from.Addr, Front: c.from.Front, Command: line, Err: err,
	})
}

// allow uses up one of the member's messages. A session that is paced waits for it; any
// other gets a [*TooFastError], and in the end is kicked. What says something must wait its
// turn besides: before, so that it neither waits nor uses up anything when it is refused, and
// once more when it has waited.
func (s *Session) allow(ctx context.Context, c *Command) error {
	if s.Role() >= state.Operator {
		return nil
	}
	begun := time.Now()
	if c.speaks {
		if err := s.awaitTurn(ctx, begun); err != nil {
			return err
		}
	}
	if !s.from.Paced {
		return s.spendMessage(ctx)
	}
	if err := s.awaitMessage(ctx, begun); err != nil || !c.speaks {
		return err
	}
	return s.awaitTurn(ctx, begun)
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
func (s *Session) awaitTurn(ctx context.Context, begun time.Time) error {
	for s.Role() < state.Operator {
		left, changed, err := s.turn()
		switch {
		case err != nil || left <= 0:
			return err
		case !s.from.Paced || !s.from.Script || s.losesPatience(begun, left):
			return &TooFastError{Wait: left, Slow: true}
		}
		again := time.NewTimer(left)
		select {
		case <-again.C:
		case <-changed:
		case <-ctx.Done():
			err = ctx.Err()
		}
		if again.Stop(); err != nil {
			return err
		}
	}
	return nil
}

// turn returns how long slow mode has a member wait for their next message, and what is
// closed when that may have changed; or a [*state.MutedError].
func (s *Session) turn() (left time.Duration, changed <-chan struct{}, err error) {
	r, now := s.room, s.room.log.Now().Stamp
	r.mu.Lock()
	defer r.mu.Unlock()
	m, tick := r.state.Member(s.id), r.state.TickAt(now)
	if m == nil {
		return 0, nil, nil // what is said is refused
	}
	if err := r.mutedLocked(m, tick); err != nil {
		return 0, nil, err
	}
	if r.state.Slow() == 0 || m.Spoke == 0 {
		return 0, nil, nil
	}
	if left = r.state.Slow() - (tick - m.Spoke); left > 0 && r.turns == nil {
		r.turns = make(chan struct{})
	}
	return left, r.turns, nil
}

// mutedLocked returns a [*state.MutedError] for a member who is muted at a tick.
func (r *Room) mutedLocked(m *state.Member, tick time.Duration) error {
	if mute, ok := r.state.MuteOf(m, tick); ok {
		return &state.MutedError{Until: mute.Until()}
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

// parse understands a cleaned line: a command and what follows its name. The console needs no
// slash. What is said keeps the blanks that it begins with: a pipe's lines may be indented.
func (s *Session) parse(whole string) (c *Command, rest string, err error) {
	line, console := strings.TrimSpace(whole), s.Role() == state.Console
	if console && line != "" {
		line = "/" + strings.TrimLeft(line, "/")
	}
	t := s.room.table
	switch called, _ := t.called(line); {
	case line == "":
		return nil, "", ErrEmpty
	case t.misplacesSecret(line):
		return nil, "", ErrSecretPlace
	case t.holdsTwo(line):
		return nil, "", ErrTwoCommands
	case console:
		return s.parseWord(line[1:])
	case strings.HasPrefix(line, `\@`), strings.HasPrefix(line, `\/`):
		return t.say, line[1:], nil
	case strings.HasPrefix(line, "//") && called == nil:
		return t.say, line[1:], nil
	case line[0] == '/' && (called != nil || !isPath(line)):
		return s.parseWord(strings.TrimPrefix(line[1:], "/"))
	case line[0] == '@':
		return t.parseAt(line)
	}
	return t.say, whole, nil
}

// isPath reports whether a line begins with a path, as a compiler's messages do: no
// command has a slash within its name.
func isPath(line string) bool {
	word, _ := text.CutSpace(line)
	return strings.Contains(word[1:], "/")
}

// parseWord understands "word rest".
func (s *Session) parseWord(line string) (c *Command, rest string, err error) {
	word, rest := text.CutSpace(line)
	c, ok := s.room.table.byWord[text.Fold(word)]
	switch {
	case !ok:
		return nil, "", s.unknownCommand(word)
	case s.Role() == state.Console && (c.Need == Members || c.Need == Lines):
		return nil, "", ErrNotMember
	case c.may(s):
		return c, rest, nil
	case c.Need == Lines:
		return nil, "", ErrScreenJSON
	case c.Need == Screens:
		return nil, "", ErrNoScreen
	}
	return nil, "", &DeniedError{c}
}

// unknownCommand suggests the nearest command that the session may use.
func (s *Session) unknownCommand(word string) error {
	e := &UnknownCommandError{Name: text.Clean(text.FirstRunes(word, text.MaxQuoted), false)}
	byWord := s.room.table.byWord
	words := slices.DeleteFunc(slices.Sorted(maps.Keys(byWord)), func(w string) bool { return !byWord[w].may(s) })
	if near, ok := text.Suggest(word, slices.Values(words)); ok {
		e.Suggestion = byWord[near]
	}
	return e
}

// parseAt understands a line that begins with an @: names, then a text. A text is never
// sent to more people than were named.
func (t *table) parseAt(line string) (c *Command, rest string, err error) {
	names, said, ok := addressed(line)
	switch {
	case !ok:
		return nil, "", &UsageError{Command: t.tell}
	case said == "":
		return t.target, names, nil
	case everyoneWords.is(names):
		return t.everyone, said, nil
	}
	return t.tell, names + " " + said, nil
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
