package room

import (
	"slices"
	"time"

	"salon/internal/wait"
	"salon/room/state"
)

// deadEvery is how often a node asks which others are dead: their members are cut that much
// later at most.
const deadEvery = time.Second

// appear has other nodes see this one, and send it private messages, under an epoch, until
// vanish is called.
func (r *Room) appear(epoch uint64) error {
	closeMail, release := func() {}, func() {}
	var err error
	if r.cfg.Mail != nil {
		if closeMail, err = r.cfg.Mail.Open(epoch, r.deliver); err != nil {
			return err
		}
	}
	if r.cfg.Presence != nil {
		if release, err = r.cfg.Presence.Hold(epoch, r.place); err != nil {
			closeMail()
			return err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.hide = func() { closeMail(); release() }
	return nil
}

// vanish has other nodes see this one no more.
func (r *Room) vanish() {
	r.mu.Lock()
	hide := r.hide
	r.hide = nil
	r.mu.Unlock()
	if hide != nil {
		hide()
	}
}

// place returns how far this node has applied the log.
func (r *Room) place() state.Place {
	r.mu.Lock()
	defer r.mu.Unlock()
	return state.Place{Seq: r.state.Applied(), Stamp: r.state.Stamp()}
}

// formatRead returns a [*state.OldNodeError] for what a node that is up does not read. It costs
// nothing for what every program reads.
func (r *Room) formatRead(b state.Body) error {
	if _, up := b.(state.NodeUp); up || state.FormatOf(b) <= state.SharedFormat {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.state.Unread(b)
}

// watchNodes proposes that nodes are down which are dead, until the room closes. Every node
// does so; the State accepts one proposal. It also stores the snapshots that others begin with.
func (r *Room) watchNodes() {
	for more := true; more; more = wait.Pause(r.run, deadEvery) {
		r.snapshotIfDue()
		r.mu.Lock()
		up := r.state.Nodes()
		r.mu.Unlock()
		dead, _ := r.cfg.Presence.Dead(r.run, up) // after an error nothing is known now
		for _, n := range dead {
			r.propose(r.run, state.NodeDown{Node: n.Name, Epoch: n.Epoch, Wait: r.cfg.CutWait})
		}
	}
}

// nodeStats says how far each of the nodes that are up is; this one has applied the log up to a
// place.
func (r *Room) nodeStats(up []state.Node, applied state.Seq) []NodeStats {
	seen := map[uint64]state.Place{}
	if r.cfg.Presence != nil {
		seen = r.cfg.Presence.Seen()
	}
	here, furthest := r.epoch.Load(), applied
	for _, n := range up {
		furthest = max(furthest, seen[n.Epoch].Seq)
	}
	list := make([]NodeStats, 0, len(up))
	for _, n := range up {
		is := NodeStats{Node: n, Here: n.Epoch == here, Place: seen[n.Epoch].Seq}
		if is.Here {
			is.Place = applied
		}
		if is.Place != 0 {
			is.Lag = uint64(furthest - is.Place)
		}
		list = append(list, is)
	}
	return list
}

// whereabouts returns a function that says on which nodes a member is connected, by their names;
// nothing where there is one node, and to members who are no operators.
func (s *Session) whereabouts() func(*state.Member) []string {
	s.room.mu.Lock()
	up := s.room.state.Nodes()
	s.room.mu.Unlock()
	if len(up) < 2 || s.Role() < state.Operator {
		return func(*state.Member) []string { return nil }
	}
	names := map[uint64]string{}
	for _, n := range up {
		names[n.Epoch] = n.Name
	}
	return func(m *state.Member) (on []string) {
		for _, at := range m.Sessions {
			if name := names[at.ID.Origin]; name != "" && at.Cut == 0 && !slices.Contains(on, name) {
				on = append(on, name)
			}
		}
		return on
	}
}
