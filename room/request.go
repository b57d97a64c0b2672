package room

import (
	"context"

	"salon/room/state"
)

// Bounds on what the keys of one member's screens ask for, over all their sessions:
// at most requestBurst pages at once, then requestRate a second. [Session.Ask] waits
// while they are used up.
const (
	requestRate  = 5
	requestBurst = 10
)

// Request is what a key asks the room for: a [Search], a page [Around] a place, or one
// [Older] than another. It is data, as a [Reply] is: == tells whether two ask for the
// same.
type Request interface {
	page(*call) (Past, error)
}

// Search asks for the newest messages that Text looks for. It is understood as the
// argument of the command "search" is: words, "@ann" for an author, a day.
type Search struct{ Text string }

// Around asks for the messages before, at and after a place in the log: pastDefault of
// them, of which at most pastAround have that place or a later one.
type Around struct{ Seq state.Seq }

// Older asks for the page before another, which has it in [Past.Older]. What is said
// meanwhile moves no page. The zero Older asks for nothing and finds nothing.
type Older struct{ of asked }

// Ask returns the page that a key asks for, with the request in [Past.Asked]. It shows
// nothing: Answer does. The command "more" then shows the page before it.
//
// Requests have a budget of their own, apart from that of messages and of lines.
// Beyond it Ask waits for its turn: it is never refused as too fast, counts no strike,
// and nobody is kicked for asking. Operators do not wait. It ends with ctx, or with the
// session, whose [state.Ending] it then returns.
//
// The other errors are ErrEmpty, when a Search looks for nothing, ErrTextTooLong, and
// those of the [Store].
func (s *Session) Ask(ctx context.Context, r Request) (Past, error) {
	if s.ctx.Err() != nil {
		return Past{}, context.Cause(s.ctx)
	}
	ctx, cancel := s.within(ctx)
	defer cancel()
	p, err := s.ask(ctx, r)
	return p, s.ended(err)
}

func (s *Session) ask(ctx context.Context, r Request) (Past, error) {
	if s.Role() < state.Operator {
		if err := s.own.requestLimiter().Wait(ctx); err != nil {
			return Past{}, err
		}
	}
	p, err := r.page(&call{Context: ctx, Session: s})
	p.Asked = r
	return p, err
}

func (r Search) page(c *call) (Past, error) {
	typed, err := cleaned(r.Text, false)
	if err != nil {
		return Past{}, err
	}
	return c.search(typed)
}

func (r Around) page(c *call) (Past, error) { return c.around(r.Seq) }

func (r Older) page(c *call) (Past, error) {
	if r == (Older{}) {
		return Past{Continued: true}, nil
	}
	return c.before(r.of)
}
