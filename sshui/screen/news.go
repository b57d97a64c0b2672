package screen

import (
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

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

// count counts an event that has just come, and rings if it is to be noticed. Place
// is 0 for a private message.
func (s *Screen) count(e *state.Event, place uint64, now time.Time) {
	if !speaks(e) || e.Author() == s.me {
		return
	}
	at := spot{pos{place, s.script.end.local}, true, place == 0}
	concerned := at.private
	if at.private {
		at.pos = pos{s.script.end.place, s.script.end.local - 1}
	} else if hasMentions(e) {
		concerned = s.mentioned(s.shared.rows.Event(s.class, place, e))
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

// hasMentions reports whether a message may mention anybody.
func hasMentions(e *state.Event) bool {
	said, ok := e.Body.(state.Said)
	return ok && strings.Contains(said.Text, "@")
}

// CatchUp counts all that has come as read: the member saw it elsewhere.
func (s *Screen) CatchUp(now time.Time) {
	s.unmark()
	s.toBottom()
	s.news.bell = false
	s.asking, s.input.pendingReplies = asking{}, 0 // answered elsewhere
	s.touch(now)
}

// paintMarker paints the unread marker where the cursor is.
func (s *Screen) paintMarker(p *pen) {
	n, t, made := s.news.marks, s.texts(), s.shared.markers.Get(s.class)
	if n <= 1 {
		p.text(made.of(s.class, 0, t.NewMessage).text)
		return
	}
	digits := 1
	for rest := n; rest >= 10; rest /= 10 {
		digits++
	}
	m := made.of(s.class, digits, t.NewMessages)
	if m.at < 0 { // cut short
		p.text(s.class.Rule(rows.Marker, fmt.Sprintf(t.NewMessages, n)))
		return
	}
	p.text(m.text[:m.at])
	p.number(n)
	p.text(m.text[m.at+digits:])
}

// paintBar says what is below the view.
func (s *Screen) paintBar(p *pen) {
	p.at(s.headerRows()+s.scriptRows()-1, 0)
	p.text(s.class.Rule(rows.Marker, s.barText(s.class.Width-ruleEnds)))
}

// ruleEnds is the least of a rule around its text.
const ruleEnds = len("- ") + len(" -")

// barText says what is below the view in a number of columns: with few, only how
// much.
func (s *Screen) barText(columns int) string {
	t, n := s.texts(), s.news
	if n.below == 0 {
		if end := "↓ " + t.BelowEnd; ansi.StringWidth(end) <= columns {
			return end
		}
		return "↓ " + t.BelowEndShort
	}
	text, short := fmt.Sprintf(t.BelowSome, counted(n.below, t.BelowOne, t.Below)), fmt.Sprintf("↓ %d", n.below)
	if n.belowCalls > 0 {
		text = fmt.Sprintf(t.BelowCalls, counted(n.below, t.BelowOne, t.Below), counted(n.belowCalls, t.MentionOne, t.Mentions))
		short += fmt.Sprintf(" · ! %d", n.belowCalls)
	}
	for _, fits := range []string{text + " · " + t.BelowEnd, text} {
		if ansi.StringWidth(fits) <= columns {
			return fits
		}
	}
	return short
}
