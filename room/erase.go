package room

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"salon/room/state"
	"salon/room/text"
)

const (
	// deletePage is how many messages are read at a time to find one to take back, and
	// deleteMost how many in all: an older one is named by its place.
	deletePage = 200
	deleteMost = 2000
)

// doDelete takes back a message: one's own, the last or the third from the last, or somebody
// else's (@bob, @bob 3), or the one at a place (#412).
func doDelete(c *call) (Reply, error) {
	said, at, err := c.toDelete()
	if err != nil {
		return nil, err
	}
	b := state.Deleted{Room: said.Room, Message: at, Author: said.From, Own: c.wrote(&said)}
	if !b.Own {
		c.in, c.of = said.Room, said.From
	}
	if c.member {
		b.Session = c.ID()
	}
	if c.from.Screen || !c.reads().Has(said.Room) { // others are shown the event
		return c.propose(b, Notice{What: NowDeleted, Name: said.From})
	}
	return c.propose(b, nil)
}

// toDelete finds the message that a line means, and its place.
func (c *call) toDelete() (said state.Said, at state.Seq, err error) {
	name, word := "", c.rest
	switch {
	case strings.HasPrefix(word, "#"):
		seq, err := strconv.ParseUint(word[1:], 10, 48)
		if err != nil || seq == 0 {
			_, err := c.misused(word)
			return said, 0, err
		}
		return c.messageAt(state.Seq(seq))
	case strings.HasPrefix(word, "@"):
		name, word = text.CutSpace(word)
	}
	n := 1
	if word != "" {
		if n, err = strconv.Atoi(word); err != nil || n < 1 {
			_, err := c.misused(word)
			return said, 0, err
		}
	}
	by, err := c.author(name)
	if err == nil {
		said, at, err = c.lastOf(by, n)
	}
	if errors.Is(err, ErrNoMessage) && name != "" {
		if _, missing := c.find(name); missing != nil {
			err = missing // who may be meant
		}
	}
	return said, at, err
}

// author returns a function that reports whether a message is by whom a name means; by the
// asker if there is none.
func (c *call) author(name string) (func(*state.Said) bool, error) {
	if name == "" {
		if !c.member {
			_, err := c.usage()
			return nil, err
		}
		return c.wrote, nil
	}
	if err := c.mustModerate(); err != nil {
		return nil, err
	}
	p := quotedPseudo(name)
	if p == "" {
		return nil, &state.UnknownMemberError{}
	}
	m, _ := c.find(name)
	return func(said *state.Said) bool { // who has left is known by what they were called
		return m != nil && said.Member == m.ID || said.From.Key() == p.Key()
	}, nil
}

// wrote reports whether the asker said something: by their account, as the member that they
// are, or through this session.
func (c *call) wrote(said *state.Said) bool {
	if !c.member {
		return false
	}
	c.room.mu.Lock()
	defer c.room.mu.Unlock()
	m, a := c.room.state.Member(c.id), c.room.state.Owned(c.id)
	return a != nil && said.Account == a.ID || m != nil && said.Member == m.ID || said.Session == c.id
}

// lastOf finds the nth message from the last in the call's room of those by somebody.
func (c *call) lastOf(by func(*state.Said) bool, n int) (said state.Said, at state.Seq, err error) {
	in, before := c.pageRooms(page{in: c.in}), state.Seq(0)
	for range deleteMost / deletePage {
		events, err := c.room.store.Last(c, in, deletePage, before)
		if err != nil && !errors.Is(err, state.ErrUnread) {
			return said, 0, err
		}
		for _, e := range slices.Backward(events) {
			said, ok := e.Body.(state.Said)
			if !ok || said.Removed != nil || !by(&said) {
				continue
			}
			if n--; n == 0 {
				return said, e.Seq, nil
			}
		}
		if len(events) < deletePage {
			break
		}
		before = events[0].Seq
	}
	return said, 0, ErrNoMessage
}

// messageAt finds the message at a place, of the rooms that the asker may read, if they may
// take it back.
func (c *call) messageAt(seq state.Seq) (said state.Said, at state.Seq, err error) {
	in := c.pageRooms(page{everywhere: true})
	if c.Role() >= state.Operator {
		in = nil
	}
	events, err := c.room.store.Last(c, in, 1, seq+1)
	if err != nil && !errors.Is(err, state.ErrUnread) {
		return said, 0, err
	}
	if len(events) == 0 || events[0].Seq != seq {
		return said, 0, ErrNoMessage
	}
	said, ok := events[0].Body.(state.Said)
	switch {
	case !ok || said.Removed != nil:
		return said, 0, ErrNoMessage
	case c.Role() < state.Operator && !c.wrote(&said) && !c.moderates(said.Room):
		return said, 0, &DeniedError{Command: c.command}
	}
	return said, seq, nil
}

// doForget takes back all that the asker has said, and gives up their account, once they have
// typed what they are called.
func doForget(c *call) (Reply, error) {
	me, p := text.CutSpace(c.rest)
	if f := text.Fold(me); f != "me" && f != "moi" {
		return c.misused(me)
	}
	if quotedPseudo(p).Key() != c.Pseudo().Key() {
		return Notice{What: ConfirmForget, Name: c.Pseudo()}, nil
	}
	return c.propose(state.Forgotten{Session: c.ID()}, Notice{What: NowForgotten, Name: c.Pseudo()})
}

// erase has the store take back what was taken back, and what waits for sessions here that are
// slow to read.
func (r *Room) erase(done *applied) {
	if len(done.erasing) == 0 {
		return
	}
	r.mu.Lock()
	all, several := slices.Collect(maps.Values(r.sessions)), maps.Clone(r.several)
	r.mu.Unlock()
	for i := range done.erasing {
		e := done.erasing[i]
		by := &e
		r.store.Erase(e)
		for _, s := range all {
			s.erase(by)
			room, _ := state.RoomOf(by.Body)
			if _, follows := several[s]; follows && s.Looks() != room && s.from.Screen && !s.Prefs().Plain { // it may show the message as said elsewhere
				s.post(Item{Reply: Elsewhere{by}})
			}
		}
	}
}

// erase takes back the messages that wait in the inbox.
func (s *Session) erase(by *state.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.inbox {
		switch it := &s.inbox[i].item; r := it.Reply.(type) {
		case Welcome:
			r.Last = erased(by, r.Last)
			it.Reply = r
		case Entered:
			r.Last = erased(by, r.Last)
			it.Reply = r
		case Past:
			r.Events = erased(by, r.Events)
			it.Reply = r
		case Elsewhere:
			it.Reply = Elsewhere{&erased(by, []state.Event{*r.Event})[0]}
		}
	}
}

// erased returns what an event leaves of others: a copy, if it takes anything back.
func erased(by *state.Event, events []state.Event) []state.Event {
	left := events
	for i := range events {
		said, ok := by.Takes(&events[i])
		if !ok {
			continue
		}
		if &left[0] == &events[0] {
			left = slices.Clone(events)
		}
		left[i].Body = said
	}
	return left
}

// erasedBefore returns the messages up to an event that the store has without their words, as
// far back as the ring goes.
func (r *Room) erasedBefore(ctx context.Context, upto state.Seq) map[state.Seq]state.Said {
	events, _ := r.store.Last(ctx, nil, ringEvents, upto+1)
	erased := map[state.Seq]state.Said{}
	for _, e := range events {
		if said, ok := e.Body.(state.Said); ok && said.Removed != nil {
			erased[e.Seq] = said
		}
	}
	return erased
}

// showErasedLocked takes back on the ring what was taken back in a stretch of the log that this
// node has missed, and shows that it was.
func (r *Room) showErasedLocked(erased map[state.Seq]state.Said) {
	now := r.log.Now().Time
	for _, e := range r.ring.erase(func(e *state.Event) (state.Said, bool) {
		left, ok := erased[e.Seq]
		said, isSaid := e.Body.(state.Said)
		return left, ok && isSaid && said.Removed == nil
	}) {
		said := e.Body.(state.Said)
		r.ring.push(&state.Event{Time: now, Body: state.Deleted{
			Room: said.Room, In: said.In, Message: e.Seq, Author: said.From, Own: said.Removed.Own, By: said.Removed.By,
		}}, said.Room)
	}
}
