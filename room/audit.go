package room

import (
	"net/netip"
	"time"

	"salon/room/state"
	"salon/room/text"
)

// Act is something that an operator did, or tried to.
type Act struct {
	Time    time.Time
	By      text.Pseudo // "" for the console
	KeyID   string      // the key that they came with, "" without one
	Addr    netip.Addr  // where from; the zero Addr for the console
	Front   string      // "ssh" or "tcp"; "" for the console
	Command string      // the line, cleaned. No command of operators takes a secret
	Err     error       // why it was refused; nil when it was done
}

// audit writes down what an operator did to others; what they only read is their
// own business.
func (s *Session) audit(req request, line string, err error) {
	acts := req.command.acts && !(req.command.asks && req.rest == "")
	if s.room.cfg.Audit == nil || !acts || s.Role() < state.Operator {
		return
	}
	s.room.cfg.Audit(Act{
		Time: time.Now(), By: s.Pseudo(), KeyID: s.from.keyID, Addr: s.from.addr, Front: s.from.front, Command: line, Err: err,
	})
}
