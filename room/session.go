package room

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"salon/internal/wait"
	"salon/room/state"
	"salon/room/text"
)

// Bounds of a session's inbox.
const (
	// inboxReplies is how many replies may wait to be read. Submit waits while it is
	// full, so that no more lines are read of somebody who does not read.
	inboxReplies = 32
	// inboxItems is how many items may wait in all. A private message above it
	// is refused, and its sender gets a Notice.
	inboxItems = 256
	// takeItems is how many items Follow shows at once, at most.
	takeItems = 64
)

// Session is one connection's place in the room: what it may do, how far it has
// read, and why it ended. A front opens it with [Room.Join], gives it lines with
// Submit or Do from its reader goroutine, shows items from Follow in its writer
// goroutine, and closes it.
type Session struct {
	room   *Room
	id     state.ID      // changed with the room's mu and its own: either guards reading it
	from   Entry         // without its secrets
	role   atomic.Uint32 // a Role; see Room.SetAccess
	member bool          // false for the console, which is nobody's member
	ctx    context.Context
	end    context.CancelCauseFunc
	wake   chan struct{} // cap 1: something to take
	taken  chan struct{} // cap 1: the inbox has room again

	countedBy atomic.Pointer[audience] // awaiting while it waits to be woken, then who woke it, nil once it has begun to read
	index     int                      // in its audience, whose mu guards it
	audience  *audience                // guarded by the room's mu

	own      *memberState                // the member's, shared with its other sessions
	older    atomic.Pointer[page]        // the page before the one shown last; nil: there is none
	targets  atomic.Pointer[targets]     // nil: everyone
	arrived  uint64                      // place where reading began; never changed once it has
	looks    atomic.Uint64               // the ID of the room that it looks at: its lines go there
	roster   atomic.Pointer[rosterCache] // of that room
	rooms    shownRooms
	resumed  bool // it resumes another, of which something was kept; never changed once it reads
	retarget bool // that one had a target; never changed once it reads
	unbroken bool // it shows the screen of that one; never changed once it reads

	front     any // see Keep and Resumed; between Join and Keep only its front uses it
	frontSize int

	// Guarded by the room's mu.
	joined  state.Seq // of its Joined
	account state.Seq // whose owner this is, the last there was; 0: a guest
	noted   time.Time // when the log last noted how far the owner has read

	mu      sync.Mutex // guards all below
	cursor  reading    // of the room that is shown: the one that it looks at, once it was told so
	until   uint64     // where reading stops once ended; 0 before
	inbox   []pending
	replies int // in inbox
	prefs   Prefs
	pseudo  text.Pseudo

	memberID state.ID // of its member
}

// pending is an inbox item and the place in the ring that it comes before.
type pending struct {
	item  Item
	at    uint64
	enter bool // from here on the room of the item, an Entered, is shown
}

func (r *Room) newSession(e Entry) *Session {
	s := &Session{
		room: r, from: e, member: e.Role != state.Console, prefs: e.Prefs,
		wake: make(chan struct{}, 1), taken: make(chan struct{}, 1),
	}
	s.role.Store(uint32(e.Role))
	s.roster.Store(&r.roster)
	s.ctx, s.end = context.WithCancelCause(context.Background())
	return s
}

// begin has a session read what is shown from now on. Nobody takes from it yet.
func (s *Session) begin() {
	room := state.Seq(s.looks.Load())
	if s.readsAll() {
		room = everyRoom
	}
	s.arrived = s.room.ring.end()
	s.cursor = s.room.ring.readingAt(room, s.arrived)
}

// ID returns the session's identity in the log. It changes when its node was taken for dead by
// others, and comes back.
func (s *Session) ID() state.ID {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.id
}

// Role returns what the session may do now: [Room.SetAccess] can change it.
func (s *Session) Role() state.Role { return state.Role(s.role.Load()) }

// Screen reports whether the session's terminal can show a screen, whether it does
// now or not: see [Prefs].Plain.
func (s *Session) Screen() bool { return s.from.Screen }

// Context ends with the session; its cause is a *[state.Ending].
func (s *Session) Context() context.Context { return s.ctx }

// Ending returns why the session ended; nil while it lasts.
func (s *Session) Ending() *state.Ending {
	if s.ctx.Err() == nil {
		return nil
	}
	return state.AsEnding(context.Cause(s.ctx))
}

// Pseudo returns the member's pseudo, after the session's end the last one; "" for
// the console.
func (s *Session) Pseudo() text.Pseudo {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pseudo
}

func (s *Session) setPseudo(p text.Pseudo) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pseudo = p
}

// Prefs returns how the session wants things shown.
func (s *Session) Prefs() Prefs {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.prefs
}

func (s *Session) setPrefs(change func(*Prefs)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.prefs)
}

// End ends the session with a cause; later causes are ignored. Follow still gives what
// was shown to the room until now, nothing after.
func (s *Session) End(why state.Ending) {
	s.mu.Lock()
	if s.until == 0 {
		s.until = s.room.ring.end()
	}
	s.mu.Unlock()
	s.end(&why)
}

// Wake delivers a value when there may be something to take. Whoever asks for it goes on to
// wait for it, and then takes, at once or after Pace: others may be woken later until then.
func (s *Session) Wake() <-chan struct{} {
	s.await()
	return s.wake
}

// Pace tells the room that the session takes in its own time, so that nobody is woken later
// for it.
func (s *Session) Pace() { s.heed() }

// Take appends what is new since the last Take, in order, within the capacity of items.
// Only one goroutine may take.
func (s *Session) Take(items []Item) []Item {
	had := len(items)
	s.heed()
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(items) < cap(items) {
		waiting, at := len(s.inbox), s.cursor
		items = s.takeInboxLocked(items)
		items = s.takeRingLocked(items)
		if len(s.inbox) == waiting && s.cursor == at { // nothing was left, not even something ignored
			break
		}
	}
	s.room.cfg.Meter.delivered(len(items) - had)
	return items
}

func (s *Session) takeInboxLocked(items []Item) []Item {
	n := 0
	if len(s.inbox) == 0 {
		return items
	}
	reached, _ := s.room.ring.after(s.cursor.room, s.cursor.place)
	for n < len(s.inbox) && s.inbox[n].at <= reached && len(items) < cap(items) {
		if isAnswer(s.inbox[n].item) {
			s.replies--
		}
		if s.inbox[n].enter {
			s.cursor = s.room.ring.readingAt(s.inbox[n].item.Reply.(Entered).Room, s.inbox[n].at)
			reached, _ = s.room.ring.after(s.cursor.room, s.cursor.place)
		}
		items = append(items, s.inbox[n].item)
		n++
	}
	if n > 0 {
		s.inbox = slices.Delete(s.inbox, 0, n)
		if len(s.inbox) == 0 {
			s.inbox = nil
		}
		wait.Signal(s.taken)
	}
	return items
}

func (s *Session) takeRingLocked(items []Item) []Item {
	until := uint64(1<<64 - 1)
	if s.until != 0 {
		until = s.until
	}
	if len(s.inbox) > 0 {
		until = min(until, s.inbox[0].at)
	}
	if s.cursor.place >= until || len(items) == cap(items) {
		return items
	}
	from := len(items)
	items, s.cursor = s.room.ring.read(items, s.cursor, until)
	if len(s.own.ignored.get()) == 0 {
		return items
	}
	kept := slices.DeleteFunc(items[from:], func(it Item) bool { return it.Event != nil && s.own.ignored.hides(it.Event, s.memberID) })
	return items[:from+len(kept)]
}

// Follow calls show with all that is new, in order, until the session ends; then with
// what was left, and returns the Ending. An error of show ends it at once. Each value of
// poke, which may be nil, makes it call show with nothing, on the same
// goroutine. It holds no memory while there is nothing to show.
func (s *Session) Follow(poke <-chan struct{}, show func([]Item) error) error {
	for {
		if err := s.drain(show); err != nil {
			return err
		}
		select {
		case <-s.Wake():
		case <-poke:
			s.heed()
			if err := show(nil); err != nil {
				return err
			}
		case <-s.ctx.Done():
			if err := s.drain(show); err != nil {
				return err
			}
			return context.Cause(s.ctx)
		}
	}
}

var itemBuffers = sync.Pool{New: func() any { return new([takeItems]Item) }}

func (s *Session) drain(show func([]Item) error) error {
	buffer := itemBuffers.Get().(*[takeItems]Item)
	defer itemBuffers.Put(buffer)
	defer clear(buffer[:])
	for {
		at := s.reading()
		items := s.Take(buffer[:0:takeItems])
		if len(items) == 0 {
			return nil
		}
		if err := show(items); err != nil {
			s.putBack(items, at)
			return err
		}
	}
}

// reading returns how far the session has read.
func (s *Session) reading() reading {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cursor
}

// isAnswer reports whether an item answers the session, which then may be asked more.
func isAnswer(it Item) bool {
	_, elsewhere := it.Reply.(Elsewhere)
	return it.Reply != nil && !elsewhere
}

// putBack undoes a Take whose items could not be shown, but for replies.
func (s *Session) putBack(items []Item, was reading) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cursor.room == was.room { // else the Entered of the other room is lost with what was before it
		s.cursor = was
	}
	at := s.cursor.place
	var back []pending
	for _, it := range items {
		switch {
		case it.Place != 0:
			at = it.Place + 1
		case it.Event != nil:
			back = append(back, pending{item: it, at: at})
		}
	}
	s.inbox = append(back, s.inbox...)
}

// post puts an item in the inbox, after all that the room has shown until now.
// It reports false when the inbox is full or the session has ended.
func (s *Session) post(it Item) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil || len(s.inbox) >= inboxItems {
		return false
	}
	if isAnswer(it) {
		s.replies++
	}
	s.inbox = append(s.inbox, pending{item: it, at: s.room.ring.end()})
	wait.Signal(s.wake)
	return true
}

// Answer shows a reply, or an error, on this session in order with the events. It waits
// while inboxReplies are unread; the session's end releases it.
func (s *Session) Answer(r Reply, err error) {
	if err != nil {
		r = Failure{err}
	}
	if r == nil {
		return
	}
	for {
		s.mu.Lock()
		full := s.replies >= inboxReplies
		s.mu.Unlock()
		if !full && s.post(Item{Reply: r}) {
			return
		}
		select {
		case <-s.taken:
		case <-s.ctx.Done():
			return
		}
	}
}
