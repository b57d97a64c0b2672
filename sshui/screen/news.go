package screen

import (
	"strings"
	"time"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// idleAfter is how long after the last key somebody counts as no longer looking,
// on a terminal that does not say whether it has the keyboard.
const idleAfter = time.Minute

// focus is whether the terminal's window has the keyboard.
type focus uint8

const (
	unsaid focus = iota
	focused
	elsewhere
)

// news is what has come since the member last looked.
type news struct {
	touched time.Time // the last key

	unread int // messages not looked at yet: the window's title says so

	marked  bool // the unread marker stands in the transcript
	marker  pos  // before this entry,
	private bool // which is for this session alone
	marks   int  // what it says: how many came after it, until somebody looked
	fresh   bool // somebody has looked since the marker was set: the next goes elsewhere

	below, belowCalls int // messages below the view, and those among them that concern the member

	visited *pos // the mention that was gone to last

	bell bool // to be rung by the next frame
}

// looking reports whether somebody reads what comes now.
func (s *Screen) looking(now time.Time) bool {
	if s.overlay != nil || s.bare || !s.view.follow {
		return false
	}
	switch s.focus {
	case focused:
		return true
	case elsewhere:
		return false
	}
	return now.Sub(s.news.touched) < idleAfter
}

// heard counts an event that has just come, and rings if it is to be noticed. Place
// is 0 for a private message.
func (s *Screen) heard(e *state.Event, place uint64, now time.Time) {
	if s.input.owed > 0 && doer(e) == s.me {
		s.input.owed--
		s.toBottom()
	}
	if !speaks(e) || e.Author() == s.me {
		return
	}
	at := pos{place, s.script.end.local}
	var concerned bool
	if place == 0 {
		at = pos{s.script.end.place, s.script.end.local - 1}
		concerned = true
	} else if hasMentions(e) {
		concerned = s.calls(s.cache.Event(s.class, place, e))
	}
	if s.prefs.Bell == state.BellAll || concerned && s.prefs.Bell == state.BellMentions {
		s.news.bell = true
	}
	if s.looking(now) {
		return
	}
	s.mark(at, place == 0)
	s.missed(concerned)
}

// mark sets the unread marker before a message, unless it stands before an older
// one that nobody has looked at either.
func (s *Screen) mark(at pos, private bool) {
	n := &s.news
	if n.marked && !n.fresh {
		return
	}
	if n.marked {
		s.stale |= staleRows
	}
	n.marked, n.marker, n.private, n.marks, n.fresh = true, at, private, 0, false
}

// markMissed sets the unread marker before the first message that the owner of a
// registered pseudo missed since the last visit, of those that the welcome replays.
func (s *Screen) markMissed(w room.Welcome) {
	if w.Seen == 0 || w.Missed == 0 {
		return
	}
	for i := range w.Last {
		e := &w.Last[i]
		if e.Seq <= w.Seen || !speaks(e) || e.Author() == s.me {
			continue
		}
		at, private := s.script.replayed(i, e.Seq)
		s.mark(at, private)
		s.news.marks, s.news.fresh = w.Missed, true
		return
	}
}

// missed counts a message that nobody looked at when it came.
func (s *Screen) missed(concerned bool) {
	n := &s.news
	n.unread++
	n.marks++
	if s.view.follow {
		return
	}
	n.below++
	if concerned {
		n.belowCalls++
	}
	s.stale |= staleBar
}

// isMarked reports whether the unread marker stands before an entry.
func (n *news) isMarked(e entry) bool {
	switch {
	case !n.marked || n.private != (e.local != nil):
		return false
	case n.private:
		return n.marker.local == e.pos.local
	}
	return n.marker.place == e.place
}

// touch notes that somebody is there. A terminal whose keys come has the keyboard,
// whatever it said: it may say no more since it was attached anew.
func (s *Screen) touch(now time.Time) {
	s.news.touched = now
	if s.focus == elsewhere {
		s.focus = unsaid
	}
	s.look()
}

// look notes that what is shown has been seen.
func (s *Screen) look() {
	if s.view.follow && s.overlay == nil && !s.bare {
		s.news.unread = 0
		s.news.fresh = true
	}
}

// CatchUp counts all that has come as read: the member saw it elsewhere.
func (s *Screen) CatchUp(now time.Time) {
	s.unmark()
	s.toBottom()
	s.news.bell = false
	s.asking, s.input.owed = asking{}, 0 // answered elsewhere
	s.touch(now)
}

// unmark takes the unread marker away, and reports whether there was one.
func (s *Screen) unmark() bool {
	was := s.news.marked
	if was {
		s.news.marked = false
		s.stale |= staleRows
	}
	return was
}

// speaks reports whether an event is something to have read.
func speaks(e *state.Event) bool {
	switch e.Body.(type) {
	case state.Said, state.Whispered, state.Walled:
		return true
	}
	return false
}

// doer returns who did what an event tells everybody, when it is the only answer that
// they get; "" for nobody.
func doer(e *state.Event) text.Pseudo {
	switch b := e.Body.(type) {
	case state.Renamed:
		return b.To
	case state.TopicSet:
		return b.By
	case state.Walled:
		return b.By
	case state.Kicked:
		return b.By
	case state.Banned:
		return b.Ban.By
	case state.Unbanned:
		return b.By
	case state.Muted:
		return b.By
	case state.Unmuted:
		return b.By
	case state.SlowSet:
		return b.By
	case state.ShutdownPlanned:
		return b.By
	case state.ShutdownCancelled:
		return b.By
	}
	return ""
}

// hasMentions reports whether a message may mention anybody.
func hasMentions(e *state.Event) bool {
	said, ok := e.Body.(state.Said)
	return ok && strings.Contains(said.Text, "@")
}
