package room

import (
	"errors"
	"slices"
	"strings"

	"salon/room/state"
	"salon/room/text"
)

// doSay says a line that names nobody to the session's target.
func doSay(c *call) (Reply, error) {
	if to := c.target(); to != nil {
		return c.whisper(c.rest, func() ([]*state.Member, error) { return c.targetLocked(to) })
	}
	return doSayAll(c)
}

func doSayAll(c *call) (Reply, error) {
	return c.sayIn(state.Said{Text: c.rest})
}

// sayIn says something in the call's room.
func (c *call) sayIn(b state.Said) (Reply, error) {
	b.Session, b.Room, b.Mentions = c.ID(), c.in, c.room.mentions(b.Text, c.in)
	return c.propose(b, nil)
}

func doMe(c *call) (Reply, error) {
	if c.target() != nil {
		return nil, ErrActionAlone
	}
	return c.sayIn(state.Said{Text: c.rest, Action: true})
}

func doTopic(c *call) (Reply, error) {
	if c.rest == "" {
		view, _ := c.room.view()
		if in := view.Room(c.in); in != nil {
			return TopicIs{in.Topic}, nil
		}
		return nil, state.ErrNoRoom
	}
	if err := c.mustModerate(); err != nil {
		return nil, err
	}
	topic, err := note(c.rest)
	if err != nil {
		return nil, err
	}
	return c.propose(state.TopicSet{Room: c.in, By: c.Pseudo(), Text: topic}, nil)
}

func doNick(c *call) (Reply, error) {
	to, err := text.ParsePseudo(strings.TrimPrefix(c.rest, "@"))
	if err != nil {
		return nil, err
	}
	forms := to.Forms()
	c.room.mu.Lock()
	err = c.room.nearLocked(to, forms)
	c.room.mu.Unlock()
	if err != nil {
		return nil, err
	}
	out, err := c.room.propose(c, state.Renamed{Session: c.ID(), To: to, Forms: forms})
	if err != nil || out.Shown {
		return nil, err
	}
	return Notice{What: NowNamed, Name: to}, nil
}

func doAway(c *call) (Reply, error) {
	reason, err := note(c.rest)
	if err != nil {
		return nil, err
	}
	return c.propose(state.WentAway{Session: c.ID(), Text: reason}, Notice{What: NowAway, Text: reason})
}

func doBack(c *call) (Reply, error) {
	return c.propose(state.CameBack{Session: c.ID()}, Notice{What: NowBack})
}

// doQuit has the State end the session, so that the farewell is shown last.
func doQuit(c *call) (Reply, error) {
	farewell := text.Clean(text.FirstRunes(c.rest, text.MaxNote), false) // cut, not refused: people can always leave
	c.room.noteRoom(c.Session)
	_, err := c.propose(state.Left{Session: c.ID(), Cause: state.Quit, Text: farewell}, nil)
	if errors.Is(err, state.ErrGone) || c.Session.ctx.Err() != nil { // it has ended
		err = nil
	}
	return nil, err
}

func doTell(c *call) (Reply, error) {
	names, said := text.CutSpace(c.rest)
	to, ok := recipientNames(names)
	if said == "" || !ok {
		return c.usage()
	}
	return c.whisper(said, func() ([]*state.Member, error) { return c.membersLocked(to) })
}

func doReply(c *call) (Reply, error) { return c.whisper(c.rest, c.peersLocked) }

// whisper is a private message that may be sent: to whom, and to which sessions. It is
// looked up once, all of it at one moment.
type whisper struct {
	event  *state.Event
	sender *state.Member
	to     []*state.Member
	echo   []*Session            // the sender's, where the sender is no recipient
	nodes  map[uint64][]state.ID // sessions of recipients, by their node's epoch
}

// whisper sends a private message to all members that to returns, or to nobody: if one of
// them is not here, or the sender may not speak, it is not sent. to is called with the
// room's lock held. The Notices say who did not get it or is away. A member who ignores the
// sender does not see it, and the sender is not told.
func (c *call) whisper(said string, to func() ([]*state.Member, error)) (Reply, error) {
	w, err := c.room.address(c.Session, said, to)
	if err != nil {
		return nil, c.suggest(err)
	}
	reached := c.room.send(c, w)
	for _, s := range w.echo {
		s.post(Item{Event: w.event})
	}
	var last Reply // the one that is returned; those before it are posted
	for _, to := range w.to {
		if notice := w.notice(to, reached); notice != nil {
			if last != nil {
				c.post(Item{Reply: last})
			}
			last = notice
		}
	}
	return last, nil
}

// notice returns what the sender is told about a recipient; nil for nothing.
func (w *whisper) notice(to *state.Member, reached []state.ID) Reply {
	has := func(at state.Attendance) bool { return slices.Contains(reached, at.ID) }
	got := slices.ContainsFunc(to.Sessions, has)
	switch {
	case to.ID == w.sender.ID:
		return nil
	case to.IsCut() && got:
		return Notice{What: RecipientCut, Name: to.Pseudo}
	case to.IsCut():
		return Notice{What: RecipientLost, Name: to.Pseudo}
	case !got:
		return Notice{What: RecipientFull, Name: to.Pseudo}
	case to.Away != nil:
		return Notice{What: RecipientAway, Name: to.Pseudo, Text: to.Away.Text}
	}
	return nil
}

// address returns a private message from a session's member to all that to returns. The
// recipients are all present, and the sender may speak, at the moment it returns;
// otherwise it returns an error and changes nothing.
func (r *Room) address(s *Session, said string, to func() ([]*state.Member, error)) (*whisper, error) {
	now := r.log.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	from := r.state.Member(s.id)
	if from == nil {
		return nil, state.ErrGone
	}
	if err := r.mutedLocked(from, 0, r.state.TickAt(now.Stamp)); err != nil {
		return nil, err
	}
	members, err := to()
	if err != nil {
		return nil, err
	}
	w := &whisper{sender: from, to: members, nodes: map[uint64][]state.ID{}}
	var pseudos []text.Pseudo
	for _, m := range members {
		pseudos = append(pseudos, m.Pseudo)
		for _, at := range m.Sessions {
			w.nodes[at.ID.Origin] = append(w.nodes[at.ID.Origin], at.ID)
		}
	}
	w.event = &state.Event{Time: now.Time, Body: state.Whispered{
		From: from.Pseudo, Member: from.ID, Account: r.state.AccountOf(from), Hue: from.Hue, To: pseudos, Text: said,
	}}
	if !slices.Contains(members, from) {
		w.echo = r.sessionsLocked(from)
	}
	s.own.peers = nil
	for _, m := range members {
		if m != from || len(members) == 1 {
			s.own.peers = append(s.own.peers, newPeer(r.state, m))
		}
	}
	return w, nil
}

// peersLocked returns the member's peers: all of them, or an error that names those who
// are no longer here.
func (s *Session) peersLocked() ([]*state.Member, error) {
	if len(s.own.peers) == 0 {
		return nil, ErrNobody
	}
	return s.presentLocked(s.own.peers)
}

// Peers returns those whom the command "reply" answers, by the pseudos that they have
// now, or had when they left; nil while it answers nobody.
func (s *Session) Peers() []text.Pseudo {
	s.room.mu.Lock()
	defer s.room.mu.Unlock()
	if s.own == nil {
		return nil
	}
	return s.namesLocked(s.own.peers)
}

// send delivers a private message here and on other nodes, and returns which of the
// recipients' sessions have it.
func (r *Room) send(c *call, w *whisper) (reached []state.ID) {
	var named []state.ID
	for _, m := range w.to {
		named = append(named, m.ID)
	}
	for epoch, ids := range w.nodes {
		l := Letter{Event: *w.event, To: ids, Named: named}
		switch {
		case epoch == r.epoch.Load(), r.cfg.Mail == nil:
			reached = append(reached, r.deliver(l)...)
		default:
			there, _ := r.mail(c, epoch, l) // an error counts as not reached
			reached = append(reached, there...)
		}
	}
	return reached
}

// mail sends a letter to the node of an epoch. The sessions of an epoch that has ended may have
// been this node's.
func (r *Room) mail(c *call, epoch uint64, l Letter) (reached []state.ID, err error) {
	r.mu.Lock()
	nodes := r.state.Nodes()
	r.mu.Unlock()
	i := slices.IndexFunc(nodes, func(n state.Node) bool { return n.Epoch == epoch })
	if i < 0 {
		return r.deliver(l), nil
	}
	return r.cfg.Mail.Send(c, nodes[i], l)
}

// deliver puts a letter in the inboxes of the sessions it is for, if they are here, and
// returns which of them have it. A member who ignores the sender counts as having it.
func (r *Room) deliver(l Letter) (reached []state.ID) {
	for id, s := range r.readersOf(&l) {
		if s.Hides(&l.Event) || s.post(Item{Event: &l.Event}) {
			reached = append(reached, id)
		}
	}
	return append(reached, r.hold(&l)...)
}

// readersOf returns the sessions here among those a private message is for, by the IDs that it
// names, and makes its sender and the others it is for their peers.
func (r *Room) readersOf(l *Letter) map[state.ID]*Session {
	r.mu.Lock()
	defer r.mu.Unlock()
	from := r.state.ByID(l.Event.Body.(state.Whispered).Member)
	readers := map[state.ID]*Session{}
	for _, id := range l.To {
		s, ok := r.sessions[id]
		if !ok {
			continue
		}
		readers[id] = s
		if m := r.state.Member(id); from != nil && m != nil && m.ID != from.ID && !s.Hides(&l.Event) {
			s.own.peers = peersOf(r.state, m, l)
		}
	}
	return readers
}
