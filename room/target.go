package room

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"salon/room/state"
	"salon/room/text"
)

var (
	// ErrActionAlone refuses an action to somebody whose lines go to some people alone: a
	// private message cannot be one, and nobody meant it for everyone.
	ErrActionAlone = errors.New("room: an action goes to everyone")
	// ErrNotTargeted refuses a line that was entered behind a change of its target that was
	// refused. A front uses it: nobody else knows in which order lines were entered.
	ErrNotTargeted = errors.New("room: the target was not changed")
)

// targets are whom the lines of a session go to, by the room that it looks at; everyone in a
// room that it does not hold. They are identities: a rename changes nothing, and whoever
// takes the pseudo of somebody who left is not meant. One is never changed once made.
type targets map[state.Seq][]peer

// Target returns whom the lines of this session go to that name nobody themselves, by the
// pseudos that they have now, or had when they left; nil for everyone. It changes only by a
// line of this session, see [Targets].
func (s *Session) Target() []text.Pseudo {
	t := s.targets.Load()
	if t == nil {
		return nil
	}
	in := s.Looks()
	s.room.mu.Lock()
	names := s.namesLocked((*t)[in])
	s.room.mu.Unlock()
	now := slices.Clone((*t)[in])
	for i := range now {
		now[i].pseudo = names[i]
	}
	if !slices.Equal(now, (*t)[in]) { // to say, once they have left, what they were called
		s.targets.CompareAndSwap(t, t.with(in, now))
	}
	return names
}

// Targets reports whether a line only says whom the next ones go to: names, separated by
// commas and without their @; "" for everyone. It looks no name up, and the session may be
// one that cannot have a target.
func Targets(line string) (names string, ok bool) {
	names, said, ok := addressed(strings.TrimSpace(line))
	switch {
	case !ok || said != "":
		return "", false
	case everyoneWords.is(names):
		return "", true
	}
	return names, true
}

// ToEveryone reports whether a line names everyone as those whom it goes to.
func ToEveryone(line string) bool {
	names, _, ok := addressed(line)
	return ok && everyoneWords.is(names)
}

// doTarget makes those named the target, all of them or nobody. Only a session whose
// terminal can show a screen has a target: others would not see it.
func doTarget(c *call) (Reply, error) {
	if !c.from.Screen {
		return c.usage()
	}
	if everyoneWords.is(c.rest) {
		c.targets.Store(c.targets.Load().with(c.in, nil))
		return c.TargetNotice(), nil
	}
	names, ok := recipientNames(c.rest)
	if !ok {
		return c.usage()
	}
	c.room.mu.Lock()
	members, err := c.membersLocked(names)
	var chosen []peer
	for _, m := range members {
		chosen = append(chosen, newPeer(c.room.state, m))
	}
	c.room.mu.Unlock()
	if err != nil {
		return nil, c.suggest(err)
	}
	c.targets.Store(c.targets.Load().with(c.in, chosen))
	return c.TargetNotice(), nil
}

// TargetNotice tells somebody in text mode whom their lines go to, which a screen shows
// beside the line; nil on a screen.
func (s *Session) TargetNotice() Reply {
	if !s.Prefs().Plain {
		return nil
	}
	return s.targetNotice()
}

func (s *Session) targetNotice() Notice {
	names := s.Target()
	if names == nil {
		return Notice{What: NowToEveryone}
	}
	n := Notice{What: NowTo, Name: names[0]}
	for _, name := range names[1:] {
		n.Text += ", " + string(name)
	}
	return n
}

// target returns whom the call's words go to if they name nobody; nil for everyone.
func (c *call) target() []peer {
	if t := c.targets.Load(); t != nil {
		return (*t)[c.in]
	}
	return nil
}

// with returns targets with other ones in a room, nil for everyone; nil for everyone in all.
func (t *targets) with(in state.Seq, to []peer) *targets {
	next := targets{}
	if t != nil {
		next = maps.Clone(*t)
	}
	if next[in] = to; to == nil {
		delete(next, in)
	}
	if len(next) == 0 {
		return nil
	}
	return &next
}

// presentLocked returns the members that peers are: all of them, or an error that names
// those who are no longer here.
func (s *Session) presentLocked(peers []peer) ([]*state.Member, error) {
	var found []*state.Member
	var gone []text.Pseudo
	other := false // somebody else has the pseudo of the first of them
	for _, p := range peers {
		switch m, ok := p.find(s.room.state); {
		case !ok:
			if gone = append(gone, p.pseudo); len(gone) == 1 {
				now, taken := s.room.state.Find(p.pseudo.Key())
				other = taken && now.ID != p.member && now.Present()
			}
		case !slices.Contains(found, m):
			found = append(found, m)
		}
	}
	if len(gone) > 0 {
		return nil, &state.UnknownMemberError{Name: string(gone[0]), Gone: gone, Other: other}
	}
	return found, nil
}

// targetLocked returns the members that the target of a session is, as presentLocked does.
func (s *Session) targetLocked(to []peer) ([]*state.Member, error) {
	found, err := s.presentLocked(to)
	if gone, ok := errors.AsType[*state.UnknownMemberError](err); ok {
		gone.Target = true
	}
	return found, err
}

// namesLocked returns the pseudos that peers have now, or had when they left.
func (s *Session) namesLocked(peers []peer) []text.Pseudo {
	var names []text.Pseudo
	for _, p := range peers {
		if m, ok := p.find(s.room.state); ok {
			p.pseudo = m.Pseudo
		}
		names = append(names, p.pseudo)
	}
	return names
}
