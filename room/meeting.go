package room

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"salon/room/state"
	"salon/room/text"
)

// roomsEvery and roomsBurst are how often one member may ask for a new room: three an hour.
// More is refused until some of the hour has passed.
const (
	roomsEvery = 20 * time.Minute
	roomsBurst = 3
)

// ErrFirstRoom refuses what no one can do to the room where everybody arrives.
var ErrFirstRoom = errors.New("room: not the first room")

// Makers is who may make rooms.
type Makers uint8

// The values of Makers.
const (
	NobodyMakes Makers = iota
	OperatorsMake
	RegisteredMake // those who own their pseudo, and operators
	EveryoneMakes
)

// hasRooms reports whether there are rooms besides the first, or may be.
func (r *Room) hasRooms() bool {
	if r.limits.Load().Makers != NobodyMakes {
		return true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.state.Rooms() > 0
}

// doJoin goes to a room, which is made if need be.
func doJoin(c *call) (Reply, error) {
	word, junk := text.CutSpace(c.rest)
	if junk != "" {
		return c.misused(c.rest)
	}
	if !strings.HasPrefix(word, "#") { // no word that was meant for somewhere else names a room
		return c.misused(word)
	}
	name, err := text.ParseRoomName(word)
	if err != nil {
		return nil, err
	}
	w := Entered{}
	c.room.mu.Lock()
	in, err := c.findRoomLocked(string(name))
	m := c.room.state.Member(c.id)
	if err == nil && m != nil {
		w.Room, w.Again = in.ID, m.Follows(in.ID)
	}
	c.room.mu.Unlock()
	switch {
	case m == nil:
		return nil, state.ErrGone
	case err != nil:
		if w.Room, err = c.makeRoom(name); err != nil {
			return nil, err
		}
		w.Made = true
	case !w.Again:
		if _, err := c.room.propose(c, state.RoomJoined{Session: c.ID(), Room: w.Room}); err != nil {
			return nil, err
		}
	}
	if err := c.enter(w); err != nil {
		return nil, err
	}
	c.next = w.Room
	return nil, nil
}

// makeRoom makes a room, for those who may, and returns its ID. To others it is one that is not
// there.
func (c *call) makeRoom(name text.RoomName) (state.Seq, error) {
	limits := c.room.limits.Load()
	may := c.Role() >= state.Operator
	switch limits.Makers {
	case NobodyMakes:
		may = false
	case RegisteredMake:
		may = may || c.room.owned(c.ID()) != nil
	case EveryoneMakes:
		may = true
	}
	if !may {
		return 0, state.ErrNoRoom
	}
	if wait := c.spendRoom(); wait > 0 {
		return 0, &TooFastError{Wait: wait}
	}
	out, err := c.room.propose(c, state.RoomMade{Session: c.ID(), Name: name, Forms: name.Forms(), Most: limits.MaxRooms})
	if err != nil {
		return 0, err
	}
	return out.Event.Body.(state.RoomMade).Room, nil
}

// spendRoom uses up one of the rooms that the member may make, or returns how long it takes
// until they may.
func (c *call) spendRoom() (wait time.Duration) {
	if c.Role() >= state.Operator || c.room.limits.Load().Rate <= 0 {
		return 0
	}
	c.room.mu.Lock()
	defer c.room.mu.Unlock()
	if c.own.made == nil {
		c.own.made = rate.NewLimiter(rate.Every(roomsEvery), roomsBurst)
	}
	if c.own.made.Allow() {
		return 0
	}
	next := c.own.made.Reserve()
	defer next.Cancel()
	return next.Delay()
}

// enter has the session look at a room that its member follows, and shows what was said there
// last.
func (c *call) enter(w Entered) error {
	r := c.room
	r.mu.Lock()
	in, m, before := r.state.Room(w.Room), r.state.Member(c.id), r.state.Applied()+1
	if in == nil || m == nil || !m.Follows(w.Room) {
		r.mu.Unlock()
		return state.ErrNoRoom
	}
	w.Place = r.ring.end()
	unread := r.unreadLocked(c.Session, in)
	r.mu.Unlock()
	if !w.Made {
		r.awaitStored()
		n := r.limits.Load().Replay
		if w.Again {
			n = min(max(n, unread), maxMissed)
			w.Missed = min(unread, n)
		}
		last, _ := r.store.Last(c, state.Rooms{w.Room}, n, before) // going there does not depend on the past
		w.Last = newest(c.withoutIgnored(last), pastBytes)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if m := r.state.Member(c.id); r.state.Room(w.Room) == nil || m == nil || !m.Follows(w.Room) {
		return state.ErrNoRoom
	}
	r.enterLocked(c.Session, w)
	return nil
}

// doRooms lists the rooms that the asker may know of.
func doRooms(c *call) (Reply, error) {
	c.room.mu.Lock()
	defer c.room.mu.Unlock()
	return RoomList{c.visibleLocked()}, nil
}

// doLeave has the member follow a room no longer.
func doLeave(c *call) (Reply, error) {
	if c.rest != "" {
		return c.misused(c.rest)
	}
	if c.in == 0 {
		return nil, ErrFirstRoom
	}
	looked := c.Looks() == c.in
	out, err := c.room.propose(c, state.RoomLeft{Session: c.ID(), Room: c.in})
	if err == nil && c.next == c.in {
		c.next = 0
	}
	if err != nil || looked { // then the first room is shown instead
		return nil, err
	}
	return Notice{What: NowLeftRoom, Text: string(out.Event.Body.(state.RoomLeft).In)}, nil
}

// Moderates reports whether the session's member governs the room that it looks at.
func (s *Session) Moderates() bool { return s.moderates(s.Looks()) }

func (s *Session) moderates(room state.Seq) bool {
	if room == 0 {
		return false
	}
	s.room.mu.Lock()
	defer s.room.mu.Unlock()
	m, in := s.room.state.Member(s.id), s.room.state.Room(room)
	return m != nil && in != nil && s.room.state.Moderates(m, in)
}

// mustModerate returns a [*DeniedError] to those who do not govern the call's room.
func (c *call) mustModerate() error {
	if c.Role() >= state.Operator || c.moderates(c.in) {
		return nil
	}
	return &DeniedError{Command: c.command, Room: c.in != 0}
}

// governed returns where somebody is kicked or muted: in the call's room or, by an operator who
// did not name one, everywhere (0).
func (c *call) governed() (state.Seq, error) {
	if c.Role() >= state.Operator && !c.named {
		return 0, nil
	}
	return c.in, c.mustModerate()
}

// mustOwn returns ErrFirstRoom where the call's room is the one that nobody owns, and a
// [*DeniedError] to those who do not govern it.
func (c *call) mustOwn() error {
	if c.in == 0 {
		return ErrFirstRoom
	}
	return c.mustModerate()
}

// doInvite lets somebody into a room, or no longer.
func doInvite(c *call) (Reply, error) {
	who, off, err := c.someone()
	if err != nil {
		return nil, err
	}
	return c.propose(state.Invited{Room: c.in, Who: who, By: c.Pseudo(), Off: off}, nil)
}

// doModerator lets somebody govern a room, or no longer.
func doModerator(c *call) (Reply, error) {
	who, off, err := c.someone()
	if err != nil {
		return nil, err
	}
	return c.propose(state.ModeratorSet{Room: c.in, Who: who, By: c.Pseudo(), Off: off}, nil)
}

// someone reads whom a command about the call's room means, who is here or registered, and
// whether it takes something from them.
func (c *call) someone() (who state.Someone, off bool, err error) {
	if err := c.mustOwn(); err != nil {
		return who, false, err
	}
	name, word := text.CutSpace(c.rest)
	i, ok := 0, true
	if word != "" {
		i, ok = pick(switches, word)
	}
	if !ok {
		_, err := c.misused(word)
		return who, false, err
	}
	m, err := c.find(name)
	if err == nil {
		return state.Someone{Pseudo: m.Pseudo, Member: m.ID}, i == 1, nil
	}
	view, _ := c.room.view()
	if a := view.Account(quotedPseudo(name).Key()); a != nil {
		return state.Someone{Pseudo: a.Pseudo, Proof: a.Proof()}, i == 1, nil
	}
	if off := i == 1; off {
		if who, ok := view.Room(c.in).Listed(quotedPseudo(name)); ok {
			return who, off, nil
		}
	}
	return who, false, err
}

// doPrivate makes a room private or public.
func doPrivate(c *call) (Reply, error) {
	if err := c.mustOwn(); err != nil {
		return nil, err
	}
	view, _ := c.room.view()
	in := view.Room(c.in)
	if in == nil {
		return nil, state.ErrNoRoom
	}
	private, _, err := c.switched(in.Private, NowLeftRoom, NowLeftRoom)
	if err != nil {
		return nil, err
	}
	return c.propose(state.PrivateSet{Room: c.in, Private: private, By: c.Pseudo()}, nil)
}

// doClose closes a room.
func doClose(c *call) (Reply, error) {
	if err := c.mustOwn(); err != nil {
		return nil, err
	}
	if c.rest != "" {
		return c.misused(c.rest)
	}
	_, err := c.propose(state.RoomClosed{Room: c.in, By: c.Pseudo()}, nil)
	if err == nil && c.next == c.in {
		c.next = 0
	}
	return nil, err
}

// pageRooms returns the rooms that a page of the past is read from: none that the asker may
// not know of any more.
func (c *call) pageRooms(p page) state.Rooms {
	c.room.mu.Lock()
	defer c.room.mu.Unlock()
	st, m, all := c.room.state, c.room.state.Member(c.id), c.Role() >= state.Operator
	switch in := st.Room(p.in); {
	case p.everywhere && c.Role() == state.Console:
		return nil
	case p.everywhere && m != nil:
		list := state.Rooms{0}
		for _, f := range m.Rooms {
			if f.Room != 0 && st.Room(f.Room) != nil {
				list = append(list, f.Room)
			}
		}
		return list
	case in != nil && (in.ID == 0 || all || m != nil && st.MayEnter(m, in)):
		return state.Rooms{p.in}
	}
	return state.Rooms{}
}

// reads returns the rooms that the session is shown as they are; nil: all.
func (s *Session) reads() state.Rooms {
	if s.readsAll() {
		return nil
	}
	return state.Rooms{s.Looks()}
}

// tellInvitedLocked tells those here who were invited to a room.
func (r *Room) tellInvitedLocked(b state.Invited) {
	if b.Off {
		return
	}
	for m := range r.state.MembersWho(b.Who) {
		for _, s := range r.sessionsLocked(m) {
			s.post(Item{Reply: Notice{What: InvitedTo, Name: b.By, Text: string(b.In)}})
		}
	}
}

// closeUnused closes those of some rooms that nobody is in, nobody owns, and of which nothing
// is kept.
func (r *Room) closeUnusedLocked(rooms []state.Seq) {
	for _, id := range rooms {
		in := r.state.Room(id)
		if id == 0 || in == nil || in.Owner.Proof != "" || r.state.Followers(id) > 0 || r.closing != nil {
			continue
		}
		r.running.Go(func() {
			ctx, cancel := context.WithTimeout(r.run, departTimeout)
			defer cancel()
			kept, err := r.store.Last(ctx, state.Rooms{id}, 1, 0)
			if err == nil && !slices.ContainsFunc(kept, func(e state.Event) bool { return state.SpeechOf(e.Body).Room == id }) {
				r.propose(ctx, state.RoomClosed{Room: id, Unused: true})
			}
		})
	}
}
