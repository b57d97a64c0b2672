package room

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"salon/internal/wait"
)

// How an audience clocks itself.
const (
	// stragglers is the part of those who were woken that nobody waits for: one in so many.
	stragglers = 16
	// wakePatience is how long the others are waited for: on a machine too busy to run them
	// all in this time, those who have read are woken again without them.
	wakePatience = 250 * time.Millisecond
	// fullAudience is how many sessions an audience has at least that rests: fewer would save
	// too little.
	fullAudience = 200
	// restShare is how many times as long as its sessions took to begin to read an audience
	// then rests: being woken takes them one part in eight of the machine. maxRest is how
	// long it rests at most; a busier audience takes a larger part.
	restShare = 7
	maxRest   = 25 * time.Millisecond
	// wakeAtOnce is how many sessions are woken before the audience's lock is let go for a
	// moment: each takes a quarter of a microsecond.
	wakeAtOnce = 256
)

// audience is a set of sessions that are woken together when there is something to read.
// Its zero value is empty. Its methods may be called from any goroutine, under any lock of
// the room or none; none waits for a session.
//
// Waking a session costs several times as much as one more message in what it then writes,
// so an audience clocks itself. Its sessions are woken at once while nothing is under way.
// Otherwise they are woken as soon as nearly all who were woken last have begun to read, for
// all that has come meanwhile; a full audience rests first, in proportion to the time that
// took. So a light load waits for nothing, and the heavier the load and the larger the
// audience, the more messages share a write.
//
// Only sessions that waited to be woken are counted on. One that is still writing, or that
// takes in its own time, is signalled all the same, and finds what is new when it looks
// again.
type audience struct {
	// unread is how many are counted on and have not begun to read, less those allowed to
	// be late; it is not positive once nearly all have. While they are being woken it is
	// underWay more.
	unread atomic.Int64

	mu       sync.Mutex // guards all below
	sessions []*Session // in no order; each knows its index
	allowed  int64      // to be late, of those who were woken last
	waking   bool       // they are being woken
	more     bool       // something came since they were woken last
	closed   bool
	woken    time.Time   // when they were woken last
	due      time.Time   // they are not woken again before
	timer    *time.Timer // fires when that is, if there is more; nil until it was needed
}

const underWay = 1 << 32

// awaiting is what Session.countedBy points to while the session waits to be woken.
var awaiting audience

// add adds a session that is in no audience.
func (a *audience) add(s *Session) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s.index = len(a.sessions)
	a.sessions = append(a.sessions, s)
}

// remove removes a session that is in this one. Nobody waits for it any more.
func (a *audience) remove(s *Session) {
	a.mu.Lock()
	end := len(a.sessions) - 1
	last := a.sessions[end]
	a.sessions[s.index], last.index = last, s.index
	a.sessions = slices.Delete(a.sessions, end, end+1)
	if a.waking {
		wait.Signal(last.wake) // its turn may have been before its new place
	}
	a.mu.Unlock()
	s.heed()
}

// everyone returns the sessions that are here now, for the caller to keep.
func (a *audience) everyone() []*Session {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.sessions)
}

// wake wakes the sessions, now or soon. What they are to find must be there already.
func (a *audience) wake() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.more = true
	a.proceedLocked()
}

// close has nobody woken any more.
func (a *audience) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.closed = true
	if a.timer != nil {
		a.timer.Stop()
	}
}

// haveRead is called when nearly all who were woken have begun to read.
func (a *audience) haveRead() {
	now := time.Now()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.unread.Load() > 0 { // they were woken again meanwhile
		return
	}
	a.restLocked(now)
	a.proceedLocked()
}

// restLocked has the sessions rest from now on, if they are many.
func (a *audience) restLocked(now time.Time) {
	a.due = now
	if len(a.sessions) >= fullAudience {
		a.due = now.Add(min(restShare*now.Sub(a.woken), maxRest))
	}
}

// proceed is called when it is time to wake the sessions.
func (a *audience) proceed() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.proceedLocked()
}

// proceedLocked wakes the sessions, or has it done later, if there is something to read.
func (a *audience) proceedLocked() {
	for a.more && !a.waking && !a.closed {
		left := time.Until(a.due)
		switch {
		case left <= 0:
			a.wakeLocked()
			continue
		case a.timer == nil:
			a.timer = time.AfterFunc(left, a.proceed)
		default:
			a.timer.Reset(left)
		}
		return
	}
}

// wakeLocked wakes every session and counts on those that waited for it. It lets the lock go
// now and then.
func (a *audience) wakeLocked() {
	a.waking, a.more = true, false
	a.woken = time.Now()
	a.unread.Add(underWay)
	counted, late := a.signalLocked()
	allowed := counted / stragglers
	left := a.unread.Add(counted - late + a.allowed - allowed - underWay)
	a.allowed, a.waking = allowed, false
	if left > 0 {
		a.due = a.woken.Add(wakePatience)
	} else {
		a.restLocked(time.Now())
	}
}

// signalLocked signals every session, and returns how many waited for it. Those who did
// before and have not begun to read, the late ones, are no longer counted on.
func (a *audience) signalLocked() (counted, late int64) {
	for i := 0; i < len(a.sessions); i++ {
		s := a.sessions[i]
		switch {
		case s.countedBy.CompareAndSwap(&awaiting, a):
			counted++
		case s.countedBy.CompareAndSwap(a, nil):
			late++
		}
		wait.Signal(s.wake)
		if i%wakeAtOnce == wakeAtOnce-1 {
			a.mu.Unlock()
			a.mu.Lock()
		}
	}
	return counted, late
}

// await tells who wakes a session that it waits for that from now on.
func (s *Session) await() { s.setCounted(&awaiting) }

// heed tells who woke a session that it has begun to read, or that nobody is to wait for it.
func (s *Session) heed() { s.setCounted(nil) }

func (s *Session) setCounted(by *audience) {
	if s.countedBy.Load() == by {
		return
	}
	if a := s.countedBy.Swap(by); a != nil && a != &awaiting && a.unread.Add(-1) == 0 {
		a.haveRead()
	}
}
