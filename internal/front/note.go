package front

import (
	"context"
	"log/slog"
	"net/netip"
	"time"
)

// What strangers do is logged, but no faster than this: the rest is counted, and said
// every unloggedEvery while there is some.
const (
	sourceLines, sourceLinesEvery = 10, time.Second            // at once of one source, then one every
	allLines, allLinesEvery       = 500, 20 * time.Millisecond // of all sources together
	unloggedEvery                 = 10 * time.Second
)

// unlogged is what was not logged since that was last said.
type unlogged struct {
	events int
	from   map[*source]struct{}
	whole  time.Time   // when the allowance of all sources together is whole again
	timer  *time.Timer // says it; nil while there is nothing to say
	closed bool
}

// note logs one event, in a line that begins with its stable name, the front and the
// address: what strangers wrote comes after these, quoted (see deploy/fail2ban).
func (a *Admission) note(front string, addr netip.Addr, event string, more ...slog.Attr) {
	if a.mayNote(addr) {
		a.log.LogAttrs(context.Background(), slog.LevelInfo, event, append([]slog.Attr{slog.String("front", front), slog.String("addr", addr.String())}, more...)...)
	}
}

// mayNote takes one line of what a source may have logged, or counts one that it may not.
func (a *Admission) mayNote(addr netip.Addr) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := time.Now()
	s, u := a.sourceLocked(addr, now), &a.unlogged
	if takeOne(&s.lines, now, sourceLines, sourceLinesEvery) && takeOne(&u.whole, now, allLines, allLinesEvery) {
		return true
	}
	s.dropped++
	u.events++
	if u.from == nil {
		u.from = map[*source]struct{}{}
	}
	if len(u.from) < maxSources {
		u.from[s] = struct{}{}
	}
	if u.timer == nil && !u.closed {
		u.timer = time.AfterFunc(unloggedEvery, a.flush)
	}
	return false
}

// takeOne takes one of burst things at once and then one every so often. whole is when
// the allowance is whole again.
func takeOne(whole *time.Time, now time.Time, burst int, every time.Duration) bool {
	if whole.Before(now) {
		*whole = now
	}
	if whole.Sub(now) > time.Duration(burst-1)*every {
		return false
	}
	*whole = whole.Add(every)
	return true
}

// flush says how much was not logged, and of which source most.
func (a *Admission) flush() {
	a.mu.Lock()
	u := &a.unlogged
	events, sources := u.events, len(u.from)
	var most source
	for s := range u.from {
		if s.dropped > most.dropped {
			most = *s
		}
		s.dropped = 0
	}
	u.events, u.from, u.timer = 0, nil, nil
	a.mu.Unlock()
	if events > 0 {
		a.log.Info("not logged", "events", events, "sources", sources, "most", most.prefix.String(), "of_them", most.dropped)
	}
}

// Close says what was not logged. Nothing of the admission runs after it.
func (a *Admission) Close() {
	a.mu.Lock()
	a.unlogged.closed = true
	if t := a.unlogged.timer; t != nil {
		t.Stop()
	}
	a.mu.Unlock()
	a.flush()
}
