package screen

import (
	"fmt"
	"strconv"
	"time"

	"salon/room"
	"salon/room/state"
	"salon/sshui/rows"
)

// idleAfter is how long after the last key the member counts as looking, on a terminal
// that does not report whether it has the keyboard.
const idleAfter = time.Minute

// unreadState counts what has come since the member last looked.
type unreadState struct {
	lastKey time.Time // the last key

	count int // messages not looked at yet: the window's title says so

	marker      entryRef // the unread marker stands before it
	markerCount int      // what it says: how many came after it, until somebody looked
	markerSeen  bool     // somebody has looked since the marker was set: the next goes elsewhere

	below, mentionsBelow int // messages below the view, and those among them that concern the member

	lastMention *pos // the mention that was gone to last

	bell bool // to be rung by the next frame
}

// isLooking reports whether the member sees what comes now: at the bottom of the
// transcript, or about to go there for an answer, and with the keyboard here.
func (s *Screen) isLooking(now time.Time) bool {
	if s.overlay != nil || s.copying || !s.view.follow && s.input.pendingReplies == 0 {
		return false
	}
	switch s.focus {
	case focused:
		return true
	case elsewhere:
		return false
	}
	return now.Sub(s.unread.lastKey) < idleAfter
}

// countEvent counts an event that has just come, and rings the bell if the member wants it.
func (s *Screen) countEvent(e *state.Event, at entryRef, now time.Time) {
	if !isMessage(e) || e.Author() == s.me {
		return
	}
	concerned := at.private || s.mentionsMe(entry{pos: at.pos, event: e})
	if concerned {
		s.noteMention()
	}
	if s.prefs.Bell == state.BellAll || concerned && s.prefs.Bell == state.BellMentions {
		s.unread.bell = true
	}
	if s.isLooking(now) {
		return
	}
	s.setMarker(at)
	n := &s.unread
	n.count++
	n.markerCount++
	if s.view.follow {
		return
	}
	n.below++
	if concerned {
		n.mentionsBelow++
	}
	s.stale |= staleBar
}

// setMarker sets the unread marker before a message, unless it stands before an older
// one that nobody has looked at either.
func (s *Screen) setMarker(at entryRef) {
	n := &s.unread
	if n.marker.set && !n.markerSeen {
		return
	}
	if n.marker.set {
		s.stale |= staleRows
	}
	n.marker, n.markerCount, n.markerSeen = at, 0, false
}

// markMissed sets the unread marker before the first message that the owner of a
// registered pseudo missed since the last visit, of those that the welcome replays.
func (s *Screen) markMissed(w room.Welcome) {
	if w.Seen == 0 || w.Missed == 0 {
		return
	}
	for i := range w.Last {
		e := &w.Last[i]
		if e.Seq <= w.Seen || !isMessage(e) || e.Author() == s.me {
			continue
		}
		s.setMarker(s.transcript.replayed(i, e.Seq))
		s.unread.markerCount, s.unread.markerSeen = w.Missed, true
		return
	}
}

// noteActivity records that the member used the keyboard here, also when the terminal last
// reported otherwise: one that was reattached may not report again.
func (s *Screen) noteActivity(now time.Time) {
	s.unread.lastKey = now
	if s.focus == elsewhere {
		s.focus = unsaid
	}
	s.markSeen()
}

// markSeen resets the number in the title once the end of the transcript is in view.
func (s *Screen) markSeen() {
	if s.view.follow && s.overlay == nil && !s.copying {
		s.unread.count = 0
		s.unread.markerSeen = true
	}
}

// clearMarker removes the unread marker.
func (s *Screen) clearMarker() {
	if s.unread.marker.set {
		s.unread.marker.set = false
		s.stale |= staleRows
	}
}

// isMessage reports whether an event is something that people said.
func isMessage(e *state.Event) bool {
	switch e.Body.(type) {
	case state.Said, state.Whispered, state.Walled:
		return true
	}
	return false
}

// paintMarker paints the unread marker where the cursor is.
func (s *Screen) paintMarker(p *frameWriter) {
	n, form := s.unread.markerCount, s.texts().NewMessages
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
func (s *Screen) paintBar(p *frameWriter) {
	t, n, columns := s.texts(), s.unread, s.class.Width-ruleEnds
	bar := fitting(columns, "↓ "+t.BelowEnd, "↓ "+t.BelowEndShort)
	if n.below > 0 {
		text, short := fmt.Sprintf(t.BelowSome, counted(n.below, t.BelowOne, t.Below)), fmt.Sprintf("↓ %d", n.below)
		if n.mentionsBelow > 0 {
			text = fmt.Sprintf(t.BelowCalls, counted(n.below, t.BelowOne, t.Below), counted(n.mentionsBelow, t.MentionOne, t.Mentions))
			short += fmt.Sprintf(" · ! %d", n.mentionsBelow)
		}
		bar = fitting(columns, text+" · "+t.BelowEnd, text, short)
	}
	p.at(s.headerRows()+s.transcriptRows()-1, s.left())
	p.text(s.class.Rule(rows.Marker, bar))
}
