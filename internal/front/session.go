package front

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"runtime/debug"

	"salon/room"
	"salon/room/lang"
	"salon/room/state"
)

// Visitor is a client that has chosen a pseudo and is about to join with it.
type Visitor struct {
	Room      *room.Room
	Entry     room.Entry                            // what is known so far
	AskSecret func(question string) (string, error) // sends a question and returns the answer
	Shown     func() bool                           // the answer will be seen while it is typed; nil: it will not
	Complain  func(error) error                     // shows an error; its own error ends the visit
	Join      func() error                          // joins with the Entry
}

// Enter asks for the secrets that the Entry's pseudo requires, and joins. It asks again
// only for a secret that was wrong or came too fast.
func (v *Visitor) Enter() error {
	for {
		err := v.prove()
		if err == nil {
			err = v.Join()
		}
		if !v.Entry.Forget(err) {
			return err
		}
		if err = v.Complain(err); err != nil {
			return err
		}
	}
}

// prove asks for the secrets that the entry lacks.
func (v *Visitor) prove() error {
	for _, p := range v.Room.Lacks(&v.Entry) {
		shown := v.Shown != nil && v.Shown()
		typed, err := v.AskSecret(lang.Question(v.Entry.Prefs.Lang, p, v.Entry.Pseudo, shown))
		if err == nil {
			err = v.Entry.Give(p, typed)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Leave removes a session from the room and logs why it ended, which it returns: why,
// unless the session had ended before.
func (c *Conns) Leave(s *room.Session, from netip.Addr, why *state.Ending) *state.Ending {
	s.Close(*why)
	end := s.Ending()
	level := slog.LevelInfo
	if end.Cause == state.Slow || end.Cause == state.Crashed {
		level = slog.LevelWarn
	}
	c.Log.Log(context.Background(), level, c.Name+": left", "pseudo", string(s.Pseudo()), "addr", from.String(), "cause", end.Cause.String())
	return end
}

// Recover ends a session whose goroutine panicked. It must be deferred.
func (c *Conns) Recover(s *room.Session) {
	if r := recover(); r != nil {
		c.Crashed(r)
		s.End(state.Ending{Cause: state.Crashed})
	}
}

// Crashed logs a panic, as recover returned it.
func (c *Conns) Crashed(fault any) {
	c.Log.Error(c.Name+": session crashed", "panic", fmt.Sprint(fault), "stack", string(debug.Stack()))
}
