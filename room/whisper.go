package room

import (
	"slices"

	"salon/room/state"
	"salon/room/text"
)

// recipient is somebody whom a private message is for.
type recipient struct {
	member *state.Member
	away   *state.Away // nil: not away
	lost   bool        // the connection was lost
}

// whispering is a private message that may be sent: to whom, and through which
// sessions. It is looked up once, all of it at one moment.
type whispering struct {
	event  *state.Event
	sender *state.Member
	to     []recipient
	echo   []*Session            // the sender's, where the sender is no recipient
	nodes  map[uint64][]state.ID // sessions of recipients, by their node's epoch
}

// whisper sends a private message to everybody named, or to nobody: if one of them is
// not here, or the sender may not speak, it is not sent. Whoever is here and does not
// read is not counted as missing; the sender is told. Whoever ignores the sender does
// not see it, and the sender is not told.
func (c *call) whisper(said string, find func() ([]*state.Member, error)) (Reply, error) {
	w, err := c.address(said, find)
	if err != nil {
		return nil, c.suggest(err)
	}
	reached := c.room.send(c, w)
	for _, s := range w.echo {
		s.post(Item{Event: w.event})
	}
	var notes []Reply
	for _, to := range w.to {
		if note := w.note(to, reached); note != nil {
			notes = append(notes, note)
		}
	}
	if len(notes) == 0 {
		return nil, nil
	}
	last := len(notes) - 1
	for _, note := range notes[:last] { // only one can be returned
		c.post(Item{Reply: note})
	}
	return notes[last], nil
}

// address looks up whom a private message is from and for.
func (c *call) address(said string, find func() ([]*state.Member, error)) (*whispering, error) {
	r, now := c.room, c.room.log.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	from := r.state.Member(c.id)
	if from == nil {
		return nil, state.ErrGone
	}
	if mute, ok := r.state.MuteOf(from, r.state.TickAt(now.Stamp)); ok {
		return nil, &state.MutedError{Until: mute.Until()}
	}
	members, err := find()
	if err != nil {
		return nil, err
	}
	w := &whispering{sender: from, nodes: map[uint64][]state.ID{}}
	var names []text.Pseudo
	for _, m := range members {
		names = append(names, m.Pseudo)
		w.to = append(w.to, recipient{m, m.Away, m.IsCut()})
		for _, at := range m.Sessions {
			w.nodes[at.ID.Origin] = append(w.nodes[at.ID.Origin], at.ID)
		}
	}
	w.event = &state.Event{Time: now.Time, Body: state.Whispered{
		From: from.Pseudo, Member: from.ID, Account: r.state.AccountOf(from), To: names, Text: said,
	}}
	if !slices.ContainsFunc(members, func(m *state.Member) bool { return m.ID == from.ID }) {
		w.echo = r.sessionsLocked(from)
	}
	c.own.peer = newPeer(r.state, members[0])
	return w, nil
}

// sessionsLocked returns a member's sessions on this node.
func (r *Room) sessionsLocked(m *state.Member) []*Session {
	var here []*Session
	for _, at := range m.Sessions {
		if s, ok := r.sessions[at.ID]; ok {
			here = append(here, s)
		}
	}
	return here
}

// send brings a private message to the sessions it is for, here and on other nodes,
// and returns which of them have it.
func (r *Room) send(c *call, w *whispering) (reached []state.ID) {
	for epoch, ids := range w.nodes {
		l := Letter{Event: *w.event, To: ids}
		switch {
		case epoch == r.epoch:
			reached = append(reached, r.deliver(l)...)
		case r.cfg.Mail != nil:
			there, _ := r.cfg.Mail.Send(c, epoch, l) // those whom an error leaves out are told of as not reading
			reached = append(reached, there...)
		}
	}
	return reached
}

// deliver puts a letter in the inboxes of those it is for, as far as they are here,
// and returns who has it. Whoever ignores the sender has it and never sees it.
func (r *Room) deliver(l Letter) (reached []state.ID) {
	b := l.Event.Body.(state.Whispered)
	to := r.readersOf(l, b)
	for _, s := range to {
		if s.Hides(&l.Event) || s.post(Item{Event: &l.Event}) {
			reached = append(reached, s.id)
		}
	}
	return reached
}

// readersOf returns the sessions here that a letter is for, and notes that they can
// reply to it.
func (r *Room) readersOf(l Letter, b state.Whispered) []*Session {
	r.mu.Lock()
	defer r.mu.Unlock()
	from := r.state.ByID(b.Member)
	var to []*Session
	for _, id := range l.To {
		s, ok := r.sessions[id]
		if !ok {
			continue
		}
		to = append(to, s)
		if m := r.state.Member(id); from != nil && m != nil && m.ID != from.ID && !s.Hides(&l.Event) {
			s.own.peer = newPeer(r.state, from)
		}
	}
	return to
}

// note is what the sender is to know about a recipient; nil for nothing.
func (w *whispering) note(to recipient, reached []state.ID) Reply {
	has := func(at state.Attendance) bool { return slices.Contains(reached, at.ID) }
	if to.member.ID != w.sender.ID && !slices.ContainsFunc(to.member.Sessions, has) {
		return Notice{What: RecipientFull, Name: to.member.Pseudo}
	}
	if to.away != nil && to.member.ID != w.sender.ID {
		return Notice{What: RecipientAway, Name: to.member.Pseudo, Text: to.away.Text}
	}
	return nil
}
