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

// Visitor is somebody who has a pseudo and is about to join with it.
type Visitor struct {
	Room      *room.Room
	Entry     room.Entry                            // with what is known of them
	AskSecret func(question string) (string, error) // and waits for the answer
	Complain  func(error) error                     // an error ends the visit
	Join      func() error                          // with the Entry
}

// Enter asks for the secrets that the Entry's pseudo takes, and joins. What is wrong,
// or came too fast, is asked for again, and nothing else.
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
		typed, err := v.AskSecret(lang.Question(v.Entry.Prefs.Lang, p, v.Entry.Pseudo))
		if err == nil {
			err = v.Entry.Give(p, typed)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Leave takes a session out of the room and writes down why it ended: for why, unless
// it has ended before.
func (c *Conns) Leave(s *room.Session, from netip.Addr, why *state.Ending) *state.Ending {
	s.Close(*why)
	end := s.Ending()
	level := slog.LevelInfo
	if end.Cause == state.Slow || end.Cause == state.Crashed {
		level = slog.LevelWarn
	}
	c.log.Log(context.Background(), level, c.name+": left", "pseudo", string(s.Pseudo()), "addr", from.String(), "cause", end.Cause.String())
	return end
}

// Crashed writes down a fault of ours, as recover returned it.
func (c *Conns) Crashed(fault any) {
	c.log.Error(c.name+": session crashed", "panic", fmt.Sprint(fault), "stack", string(debug.Stack()))
}
