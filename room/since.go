package room

import (
	"errors"
	"strconv"
	"strings"

	"salon/room/state"
)

// sinceMost is how many messages a program that comes back is given of what it missed,
// the newest, within pastBytes; when there were more it is told, and "more" gives those
// before them.
const sinceMost = 1000

// doJSON switches JSON on or off. With "since=SEQ" it gives what was said after that
// place of the log. What is said meanwhile may come twice, but is never left out.
func doJSON(c *call) (Reply, error) {
	place, isSince := strings.CutPrefix(c.rest, "since=")
	if !isSince {
		json, n, err := c.switched(false, NowJSON, NowPlain)
		if err != nil {
			return nil, err
		}
		c.setPrefs(func(p *Prefs) { p.JSON = json })
		return n, nil
	}
	seq, err := strconv.ParseUint(place, 10, 48)
	if err != nil {
		return c.misused(c.rest)
	}
	if err := c.allow(); err != nil { // it costs what a page of the history does
		return nil, err
	}
	before := c.shownFrom()
	c.setPrefs(func(p *Prefs) { p.JSON = true })
	return c.since(state.Seq(seq), before)
}

// shownFrom returns the place in the log from which on the session has shown all as JSON
// objects; 0 when that is now.
func (s *Session) shownFrom() state.Seq {
	if !s.from.Prefs.JSON || !s.Prefs().JSON {
		return 0
	}
	s.room.mu.Lock()
	defer s.room.mu.Unlock()
	return s.joined
}

// awaitStored returns once the store has been given what was applied before.
func (r *Room) awaitStored() {
	r.applying.Lock()
	defer r.applying.Unlock()
}

// since returns what was said after one place of the log and before another; 0: now.
func (c *call) since(after, before state.Seq) (Past, error) {
	c.room.awaitStored() // what the session may have shown as text is in the store
	events, err := c.room.store.Last(c, c.reads(), sinceMost+1, before)
	unread := errors.Is(err, state.ErrUnread)
	if err != nil && !unread {
		return Past{}, err
	}
	for len(events) > 0 && events[0].Seq <= after {
		events = events[1:]
	}
	shown := newest(events[max(0, len(events)-sinceMost):], pastBytes)
	past := Past{Since: after, Resumed: true, Unread: unread, More: len(shown) < len(events)}
	if past.More {
		p := page{query: state.Query{Before: shown[0].Seq}, n: pastMax}
		past.Older = Older{p}
		c.older.Store(&p)
	}
	if health := c.room.Health(); health.Err != nil {
		past.Unrecorded = health.Since
	}
	past.Events = c.withoutIgnored(shown)
	return past, nil
}
