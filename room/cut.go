package room

import (
	"context"
	"errors"
	"time"

	"salon/room/state"
	"salon/room/text"
)

// Bounds of what a node keeps of sessions whose connection was lost.
const (
	// maxKept is how many of them anything is kept of. One more is cut all the same: its
	// member has the pseudo back, and is welcomed as a newcomer is.
	maxKept = 1000
	// MaxKept is how many bytes are kept of one. What a front keeps beyond it is
	// dropped, and a private message beyond it is refused: its sender gets a Notice.
	MaxKept = 128 << 10
	// unsureFor is for how long before the end of a connection nobody knows whether what
	// was sent has arrived: that is when the kernel gives up, and a little more. Where
	// lines are shown, those of this time are shown again.
	unsureFor = 45 * time.Second
)

// keptSession is what this node keeps of a session whose connection was lost, until
// somebody resumes it or it ends.
type keptSession struct {
	from   Entry
	cursor reading
	looks  state.Seq // at that room; the one that is shown may still be another

	// Only for whoever proves, by a key or an account, that the session was theirs; the
	// rest is empty where nobody can.
	proven bool
	lines  bool // it showed lines, no screen
	prefs  Prefs
	own    *memberState // counts this as a session: whoever else asks for the pseudo leaves it as it is
	to     *targets     // of its lines
	inbox  []pending    // private messages
	bytes  int          // of the inbox and the front's
	front  any          // see Session.Keep
}

// cuts reports whether a session that ended so is only cut: its connection was lost, and
// it was a person's, who may come back.
func (r *Room) cuts(e *Entry, why state.Cause) bool {
	return (why == state.Lost || why == state.Slow) && r.cfg.CutWait > 0 && !e.Quiet && !e.Script
}

// Keep gives the room what the front needs to go on for whoever resumes the session
// after its connection was lost. It holds about size bytes; above MaxKept it is not kept.
// The front must not use it any more. It is dropped when the session ends for good. Keep
// is called before Close.
func (s *Session) Keep(front any, size int) {
	if size <= MaxKept {
		s.front, s.frontSize = front, size
	}
}

// Resumed returns what a front gave to Keep for the session that this one resumes, and
// forgets it; nil if there is nothing.
func (s *Session) Resumed() any {
	front := s.front
	s.front, s.frontSize = nil, 0
	return front
}

// keepLocked keeps what a session that is cut leaves behind. Nobody reads on it any more.
func (r *Room) keepLocked(s *Session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	lines := s.front == nil || !s.showsScreen()
	if lines {
		again := max(s.arrived, r.ring.since(r.log.Now().Time.Add(-unsureFor), s.cursor.place))
		s.cursor = r.ring.readingAt(s.cursor.room, again)
	}
	if len(r.kept) >= maxKept {
		return
	}
	k := &keptSession{from: s.from, cursor: s.cursor, looks: state.Seq(s.looks.Load()), lines: lines}
	if k.proven = s.from.KeyID != "" || r.state.Owned(s.id) != nil; k.proven {
		k.prefs, k.front, k.bytes, k.own = s.prefs, s.front, s.frontSize, s.own
		k.own.sessions++
		k.to = s.targets.Load()
		for _, p := range s.inbox {
			k.post(p)
		}
	}
	r.kept[s.id] = k
	s.front = nil
}

// post keeps a private message, and reports whether there is room for it.
func (k *keptSession) post(p pending) bool {
	if p.item.Event == nil {
		return true // the answer to a command, which nobody waits for any more
	}
	size := state.Size(p.item.Event.Body)
	if !k.proven || k.bytes+size > MaxKept || len(k.inbox) >= inboxItems {
		return false
	}
	k.bytes += size
	k.inbox = append(k.inbox, p)
	return true
}

// takeKeptLocked returns what is kept of a session, and keeps it no more; nil if nothing is.
func (r *Room) takeKeptLocked(id state.ID) *keptSession {
	k := r.kept[id]
	if delete(r.kept, id); k != nil && k.own != nil {
		k.own.sessions--
	}
	return k
}

// resumeLocked has a session of this node go on where the one that it resumes was cut, if
// that was on this node and is kept.
func (r *Room) resumeLocked(s *Session, cut state.ID) {
	k := r.takeKeptLocked(cut)
	if s == nil || k == nil {
		return
	}
	s.resumed, s.retarget = true, k.to != nil
	s.cursor, s.arrived, s.inbox = k.cursor, k.cursor.place, k.inbox
	r.lookAgainLocked(s, k)
	if seen := r.ring.lastSeq(k.cursor.place); seen != 0 {
		s.joined = seen
	}
	if k.from.Front == s.from.Front { // another has no use for it
		s.front, s.frontSize = k.front, k.bytes
		if k.proven && k.from.Screen == s.from.Screen {
			s.prefs = k.prefs
			s.targets.Store(k.to)
		}
	}
	s.unbroken = !k.lines && s.front != nil && s.showsScreen()
}

// lookAgainLocked has a session look at the room that the one which it resumes was shown: what
// was to be shown of another one is not known to those who resume it. It looks at the first
// room, and is shown nothing more of that one, if its member does not follow it any more.
func (r *Room) lookAgainLocked(s *Session, k *keptSession) {
	looks := k.looks
	if k.cursor.room != everyRoom {
		looks = k.cursor.room
	}
	r.moveLocked(s, looks)
	r.expireRoomsLocked(s)
	if m := r.state.Member(s.id); m == nil || !m.Follows(looks) || r.state.Room(looks) == nil {
		s.cursor = r.ring.readingAt(looks, r.ring.end())
		r.enterLocked(s, Entered{Place: r.ring.end(), Again: true, Why: PutOut})
	}
}

// showsScreen reports whether the session shows a screen, rather than lines.
func (s *Session) showsScreen() bool { return s.from.Screen && !s.prefs.Plain }

// openSession proposes a session: in the place of one whose connection was lost, if
// there is one that is theirs, or else a new one.
func (r *Room) openSession(ctx context.Context, s *Session, b state.Joined) (state.Outcome, error) {
	for {
		out, err := r.openOnce(ctx, s, b)
		if !errors.Is(err, errFenced) || !r.awaitBack(ctx, s) {
			return out, err
		}
		r.renumber(s)
	}
}

func (r *Room) openOnce(ctx context.Context, s *Session, b state.Joined) (state.Outcome, error) {
	if !s.from.Script {
		if out, err := r.resume(ctx, s, b); !errors.Is(err, state.ErrGone) {
			return out, err
		}
	}
	out, err := r.proposeUntil(ctx, s.ID(), b, r.stopped)
	if taken, ok := errors.AsType[*state.TakenError](err); !ok || !taken.Lost || !s.from.Script {
		return out, err
	}
	// A script takes nobody's place, but for its own that a killed server has left.
	r.renumber(s)
	if out, resumed := r.resume(ctx, s, b); !errors.Is(resumed, state.ErrGone) {
		return out, resumed
	}
	return out, err
}

// resume proposes a session in the place of one that was cut and is theirs, or returns
// ErrGone: there is none.
func (r *Room) resume(ctx context.Context, s *Session, b state.Joined) (state.Outcome, error) {
	r.mu.Lock()
	cut, ok := r.state.Resumable(b)
	if !ok {
		cut, ok = r.renamedLocked(b)
	}
	r.mu.Unlock()
	if !ok {
		return state.Outcome{}, state.ErrGone
	}
	out, err := r.proposeUntil(ctx, s.ID(), state.Resumed{Cut: cut, Joined: b}, r.stopped)
	if errors.Is(err, state.ErrGone) {
		r.renumber(s) // it has lapsed meanwhile
	}
	return out, err
}

// renumber gives another ID to a session whose own was refused.
func (r *Room) renumber(s *Session) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.renumberLocked(s, r.newID())
}

func (r *Room) renumberLocked(s *Session, id state.ID) {
	delete(r.sessions, s.id)
	r.sessions[id] = s
	s.mu.Lock()
	defer s.mu.Unlock()
	s.id = id
}

// renamedLocked returns the session that a newcomer opened under the pseudo that they ask
// for, and that was cut under another one.
func (r *Room) renamedLocked(b state.Joined) (cut state.ID, ok bool) {
	if b.KeyID == "" || b.Quiet {
		return state.ID{}, false
	}
	for id, k := range r.kept {
		if k.from.KeyID == b.KeyID && k.from.Pseudo == b.Pseudo {
			if m := r.state.Member(id); m != nil && m.Attendance(id).Cut != 0 {
				return id, true
			}
		}
	}
	return state.ID{}, false
}

// hold keeps a letter for those of the sessions it is for that are cut here, and returns
// which. A member who ignores the sender counts as having it.
func (r *Room) hold(l *Letter) (held []state.ID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	from := r.state.ByID(l.Event.Body.(state.Whispered).Member)
	for _, id := range l.To {
		k, m := r.kept[id], r.state.Member(id)
		if k == nil || m == nil {
			continue
		}
		own := r.memberStates[m.Forms.Key]
		hidden := own != nil && own.ignored.hides(&l.Event, m.ID)
		if !hidden && !k.post(pending{item: Item{Event: &l.Event}, at: r.ring.end()}) {
			continue
		}
		if held = append(held, id); !hidden && own != nil && from != nil && from.ID != m.ID {
			own.peers = peersOf(r.state, m, l)
		}
	}
	return held
}

// welcomeBack tells somebody who resumes a session that they do, and whom their lines go
// to if that was not everyone, unless they see it.
func (s *Session) welcomeBack(as text.Pseudo) {
	if s.unbroken {
		return
	}
	told := []pending{{item: Item{Reply: Notice{What: NowResumed, Name: as}}}}
	if s.retarget {
		told = append(told, pending{item: Item{Reply: s.targetNotice()}})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inbox = append(told, s.inbox...)
	s.replies += len(told)
}
