package room

import (
	"context"
	"net/netip"
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
	// inboxReplies is how many replies may wait for a session's own writer.
	// Submit waits while it is full, so that somebody who asks without reading
	// is read no further.
	inboxReplies = 32
	// inboxItems is how many items may wait in all. A private message beyond it
	// is refused and its sender told.
	inboxItems = 256
	// takeItems is the most items Take hands over at once.
	takeItems = 64
)

// Item is one thing to show on a session: an event, or a reply to what that
// session asked. One of the two is nil.
type Item struct {
	Place uint64       // in the room's ring; 0 for what only this session is shown
	Event *state.Event // shared by every session: never to be changed
	Reply Reply
}

// Session is one connection's place in the room: what it may do, how far it has
// read, and why it ended. A front opens it with [Room.Join], gives it lines with
// Submit or Do from its reader goroutine, shows items from Follow in its writer
// goroutine, and closes it.
type Session struct {
	room   *Room
	id     state.ID
	from   provenance
	role   atomic.Uint32 // a Role; see Room.SetAccess
	member bool          // false for the console, which only watches
	paced  bool
	screen bool // see Entry.Screen
	ctx    context.Context
	end    context.CancelCauseFunc
	wake   chan struct{} // cap 1: something to take
	taken  chan struct{} // cap 1: the inbox has room again

	memberID state.ID              // of its member; never changed once it reads
	own      *memberState          // the member's, shared with its other sessions
	older    atomic.Pointer[asked] // the page before the one shown last; nil: there is none

	index   int       // in room.order, -1 outside; guarded by room.mu
	joined  state.Seq // of its Joined; guarded by room.mu
	account state.Seq // whose owner this is, the last there was; 0: a guest. Guarded by room.mu
	noted   time.Time // when the log was last told how far the owner has read; guarded by room.mu
	arrived uint64    // place where reading began; never changed once it has

	mu     sync.Mutex
	cursor uint64 // place to read next
	until  uint64 // where reading stops once ended; 0 before
	inbox  []pending
	asked  int // replies in inbox
	prefs  Prefs
	pseudo text.Pseudo
}

// provenance is what the room keeps of an Entry.
type provenance struct {
	keyID   string
	addr    netip.Addr
	front   string
	vouched state.Role // see Entry.Role
	quiet   bool
}

// pending is an inbox item and the place in the ring that it comes before.
type pending struct {
	item Item
	at   uint64
}

// ID returns the session's identity in the log.
func (s *Session) ID() state.ID { return s.id }

// Role returns what the session may do now: [Room.SetAccess] can change it.
func (s *Session) Role() state.Role { return state.Role(s.role.Load()) }

// Screen reports whether the session's terminal can show a screen, be it in use
// now or not: see [Prefs].Plain.
func (s *Session) Screen() bool { return s.screen }

// Context ends with the session; its cause is an [state.Ending].
func (s *Session) Context() context.Context { return s.ctx }

// Ending returns why the session ended; nil while it lasts.
func (s *Session) Ending() *state.Ending {
	if s.ctx.Err() == nil {
		return nil
	}
	return state.AsEnding(context.Cause(s.ctx))
}

// Pseudo returns the member's pseudo, after the end the last one it had; "" for
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

// Prefs returns how the session wants to be spoken to.
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

// End ends the session with a cause, once; later causes are not heard. What was
// shown to the room until now is still given by Follow, nothing after.
func (s *Session) End(why state.Ending) {
	s.mu.Lock()
	if s.until == 0 {
		s.until = s.room.ring.end()
	}
	s.mu.Unlock()
	s.end(&why)
}

// Close ends the session, if nothing has, and takes it out of the room. When it
// returns the log has the departure and this node has applied it, unless the log could
// not be reached for ten seconds, or the room stops: the departure is told later then,
// by this node while it runs, or by the end of its epoch. Its owner calls Close exactly
// once.
func (s *Session) Close(why state.Ending) {
	s.End(why)
	s.room.remove(s, s.Ending())
}

// Wake delivers a value when there may be something to take.
func (s *Session) Wake() <-chan struct{} { return s.wake }

// Take appends what is new since the last Take, in order, as far as items has
// room. Only one goroutine may take.
func (s *Session) Take(items []Item) []Item {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(items) < cap(items) {
		waiting, at := len(s.inbox), s.cursor
		items = s.takeInboxLocked(items)
		items = s.takeRingLocked(items)
		if len(s.inbox) == waiting && s.cursor == at { // nothing was left, not even to ignore
			break
		}
	}
	return items
}

func (s *Session) takeInboxLocked(items []Item) []Item {
	n := 0
	for n < len(s.inbox) && s.inbox[n].at <= s.cursor && len(items) < cap(items) {
		if s.inbox[n].item.Reply != nil {
			s.asked--
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
	if s.cursor >= until || len(items) == cap(items) {
		return items
	}
	from := len(items)
	items, s.cursor = s.room.ring.read(items, s.cursor, until)
	return s.withoutIgnored(items, from)
}

// withoutIgnored drops what people this session ignores have said.
func (s *Session) withoutIgnored(items []Item, from int) []Item {
	if len(s.own.ignored.get()) == 0 {
		return items
	}
	kept := items[:from]
	for _, it := range items[from:] {
		if it.Event == nil || !s.Hides(it.Event) {
			kept = append(kept, it)
		}
	}
	return kept
}

// Follow hands everything new to show, in order, until the session ends; then
// what was left, and returns the Ending, or show's error at once. Each value of
// poke, which may be nil, makes it call show with nothing, on the same
// goroutine. It keeps no memory while there is nothing to show.
func (s *Session) Follow(poke <-chan struct{}, show func([]Item) error) error {
	for {
		if err := s.drain(show); err != nil {
			return err
		}
		select {
		case <-s.wake:
		case <-poke:
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

var batches = sync.Pool{New: func() any { return new([takeItems]Item) }}

func (s *Session) drain(show func([]Item) error) error {
	batch := batches.Get().(*[takeItems]Item)
	defer batches.Put(batch)
	defer clear(batch[:])
	for {
		items := s.Take(batch[:0:takeItems])
		if len(items) == 0 {
			return nil
		}
		if err := show(items); err != nil {
			return err
		}
	}
}

// post puts an item in the inbox, after all that the room has shown until now.
// It reports false when there is no room.
func (s *Session) post(it Item) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil || len(s.inbox) >= inboxItems {
		return false
	}
	if it.Reply != nil {
		s.asked++
	}
	s.inbox = append(s.inbox, pending{it, s.room.ring.end()})
	wait.Signal(s.wake)
	return true
}

// Answer shows a reply, or a failure, on this session in its place among the
// events. It waits while inboxReplies are unread; the session's end releases it.
func (s *Session) Answer(r Reply, err error) {
	if err != nil {
		r = Failure{err}
	}
	if r == nil {
		return
	}
	for {
		s.mu.Lock()
		full := s.asked >= inboxReplies
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

// Submit does a line and shows its reply or failure on this session. It returns
// the failure too, for fronts that count them.
func (s *Session) Submit(ctx context.Context, line string) error {
	r, err := s.Do(ctx, line)
	s.Answer(r, err)
	return err
}
