package room

import (
	"context"
	"strings"
	"time"

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
	if s.ctx.Err() != nil {
		return nil, context.Cause(s.ctx)
	}
	ctx, cancel := s.within(ctx)
	defer cancel()
	r, err := s.do(ctx, line)
	return r, s.ended(err)
}

func (s *Session) do(ctx context.Context, line string) (Reply, error) {
	if s.Role() < state.Operator {
		if err := s.own.lines.Wait(ctx); err != nil {
			return nil, err
		}
	}
	line, err := cleaned(line, s.member)
	if err != nil {
		return nil, err
	}
	if strings.Count(line, "\n") >= text.MaxLines {
		return nil, ErrTooManyLines
	}
	p, err := s.parse(line)
	if err != nil {
		return nil, err
	}
	if p.command.Flood {
		if err := s.allow(ctx); err != nil {
			return nil, err
		}
	}
	reply, err := p.command.run(&call{ctx, s, p.command, p.rest})
	s.audit(p, line, err)
	return reply, err
}

// within returns a context that ends with the session too.
func (s *Session) within(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(s.ctx, func() { cancel(context.Cause(s.ctx)) })
	return ctx, func() { stop(); cancel(nil) }
}

// ended returns the session's Ending in place of the error of what it cut short.
func (s *Session) ended(err error) error {
	if err != nil && s.ctx.Err() != nil {
		return context.Cause(s.ctx)
	}
	return err
}

// audit records what an operator did to others; what they only read is not recorded.
func (s *Session) audit(p parsed, line string, err error) {
	acts := p.command.acts && !(p.command.asks && p.rest == "")
	if s.room.cfg.Audit == nil || !acts || s.Role() < state.Operator {
		return
	}
	s.room.cfg.Audit(Act{
		Time: time.Now(), By: s.Pseudo(), KeyID: s.from.keyID, Addr: s.from.addr, Front: s.from.front, Command: line, Err: err,
	})
}

// allow uses up one of the member's messages. A session that is paced waits for it; any
// other gets a [*TooFastError], and in the end is kicked.
func (s *Session) allow(ctx context.Context) error {
	switch {
	case s.Role() >= state.Operator:
		return nil
	case s.paced:
		if err := s.own.messages.Wait(ctx); err != nil {
			return err
		}
	case !s.own.messages.Allow():
		next := s.own.messages.Reserve()
		defer next.Cancel()
		if !s.own.strikes.Allow() {
			s.kickForFlooding(ctx)
		}
		return &TooFastError{Wait: next.Delay(), Last: s.own.strikes.Tokens() < 1}
	}
	return s.obeySlowMode(ctx)
}

// obeySlowMode refuses a message too soon after the member's last, while the room is in
// slow mode; a session that is paced waits.
func (s *Session) obeySlowMode(ctx context.Context) error {
	left := s.slowWait()
	if left <= 0 {
		return nil
	}
	if !s.paced {
		return &TooFastError{Wait: left, Slow: true}
	}
	if !wait.Pause(ctx, left) {
		return ctx.Err()
	}
	return nil
}

// slowWait returns how long slow mode has a member wait for their next message.
func (s *Session) slowWait() time.Duration {
	r, now := s.room, s.room.log.Now().Stamp
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.state.Member(s.id)
	if m == nil || r.state.Slow() == 0 || m.Spoke == 0 {
		return 0
	}
	return r.state.Slow() - (r.state.TickAt(now) - m.Spoke)
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
