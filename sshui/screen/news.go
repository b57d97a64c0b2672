package screen

import (
	"fmt"
	"strconv"
	"time"

	"salon/room"
	"salon/room/state"
	"salon/sshui/rows"
)

// idleAfter is how long after the last key somebody counts as no longer looking,
// on a terminal that does not say whether it has the keyboard.
const idleAfter = time.Minute

// news is what has come since the member last looked.
type news struct {
	touched time.Time // the last key

	unread int // messages not looked at yet: the window's title says so

	marker spot // the unread marker stands before it
	marks  int  // what it says: how many came after it, until somebody looked
	fresh  bool // somebody has looked since the marker was set: the next goes elsewhere

	below, belowCalls int // messages below the view, and those among them that concern the member

	visited *pos // the mention that was gone to last

	bell bool // to be rung by the next frame
}

// looking reports whether somebody reads what comes now. Whoever waits for an answer
// goes down to it.
func (s *Screen) looking(now time.Time) bool {
	if s.overlay != nil || s.bare || !s.view.follow && s.input.pendingReplies == 0 {
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

// count counts an event that has just come, and rings if it is to be noticed.
func (s *Screen) count(e *state.Event, at spot, now time.Time) {
	if !speaks(e) || e.Author() == s.me {
		return
	}
	concerned := at.private
	if !at.private && hasMentions(e) {
		concerned = s.mentioned(s.shared.rows.Event(s.class, at.place, e))
	}
	if s.prefs.Bell == state.BellAll || concerned && s.prefs.Bell == state.BellMentions {
		s.news.bell = true
	}
	if s.looking(now) {
		return
	}
	s.mark(at)
	s.missed(concerned)
}

// mark sets the unread marker before a message, unless it stands before an older
// one that nobody has looked at either.
func (s *Screen) mark(at spot) {
	n := &s.news
	if n.marker.set && !n.fresh {
		return
	}
	if n.marker.set {
		s.stale |= staleRows
	}
	n.marker, n.marks, n.fresh = at, 0, false
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
		s.mark(s.script.replayed(i, e.Seq))
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

// unmark takes the unread marker away, and reports whether there was one.
func (s *Screen) unmark() bool {
	was := s.news.marker.set
	if was {
		s.news.marker.set = false
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

// paintMarker paints the unread marker where the cursor is.
func (s *Screen) paintMarker(p *pen) {
	n, form := s.news.marks, s.texts().NewMessages
	var digits [20]byte
	number := strconv.AppendInt(digits[:0], int64(n), 10)
	if n <= 1 {
		number, form = nil, s.texts().NewMessage
	}
	look := markerLook{s.class, len(number)}
	shared := s.shared.markers.Get(look)
	m := shared.Load()
	if m == nil {
		m = newMarker(look, form)
		shared.Store(m)
	}
	if n > 1 && !m.numbered { // cut short
		p.text(s.class.Rule(rows.Marker, fmt.Sprintf(form, n)))
		return
	}
	p.text(m.before)
	p.bytes(number)
	p.text(m.after)
}

// ruleEnds is the least of a rule around its text.
const ruleEnds = len("- ") + len(" -")

// paintBar says what is below the view: with few columns, only how much.
func (s *Screen) paintBar(p *pen) {
	t, n, columns := s.texts(), s.news, s.class.Width-ruleEnds
	bar := fitting(columns, "↓ "+t.BelowEnd, "↓ "+t.BelowEndShort)
	if n.below > 0 {
		text, short := fmt.Sprintf(t.BelowSome, counted(n.below, t.BelowOne, t.Below)), fmt.Sprintf("↓ %d", n.below)
		if n.belowCalls > 0 {
			text = fmt.Sprintf(t.BelowCalls, counted(n.below, t.BelowOne, t.Below), counted(n.belowCalls, t.MentionOne, t.Mentions))
			short += fmt.Sprintf(" · ! %d", n.belowCalls)
		}
		bar = fitting(columns, text+" · "+t.BelowEnd, text, short)
	}
	p.at(s.headerRows()+s.scriptRows()-1, 0)
	p.text(s.class.Rule(rows.Marker, bar))
}
