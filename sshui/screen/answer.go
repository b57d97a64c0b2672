package screen

import (
	"slices"
	"time"

	"salon/room"
	"salon/room/state"
)

// asking is the request that a key made and the room has not answered yet. Keys have one
// request at a time, so that a key held down does not repeat it; a search, whose text was
// typed, is independent of it.
type asking struct {
	request room.Request // nil: nothing
	above   bool         // it asks for messages older than the transcript
	fills   int          // it asks for what the ring has no more of a room that is shown again: so much was unread, and 1
	isNew   bool         // it was not shown here before
}

// request asks the room for a page, unless another request is not answered yet.
func (s *Screen) request(a asking) Action {
	if s.asking.request != nil {
		return Action{}
	}
	s.asking = a
	return Action{Request: a.request}
}

// askEarlier asks for messages older than the transcript, or says that there are none.
func (s *Screen) askEarlier() Action {
	s.stale |= staleRows
	first := s.transcript.firstSeq()
	if s.asking.request == nil && (first <= 1 || first == s.beginning) {
		s.hint(s.texts().Beginning)
		return Action{}
	}
	return s.request(asking{request: room.Around{Seq: first}, above: true})
}

// goTo shows a message that was found in its context: in the transcript, or, when it is
// too old for that, on a page of the messages around it. It goes to the room of one that was
// found in another.
func (s *Screen) goTo(e *state.Event) Action {
	in, _ := state.RoomOf(e.Body)
	if s.infoOf(in) != nil && in != s.transcript.id {
		return Action{Look: true, Room: in}
	}
	place, ok := s.room.PlaceOf(e.Seq)
	if !ok || in != s.transcript.id {
		return s.request(asking{request: room.Around{Seq: e.Seq}})
	}
	s.close()
	if e, _, ok := s.transcript.after(s.transcript.point(place)); ok {
		s.showAt(e.pos)
	}
	return Action{}
}

// answered forgets the request of a key that is answered or has failed, and returns it;
// for any other request it returns the zero asking.
func (s *Screen) answered(r room.Request) (a asking) {
	if r == nil || r != s.asking.request {
		return asking{}
	}
	a, s.asking = s.asking, asking{}
	return a
}

// Failed says that a request of Input or Show failed: a key may ask again. The text of a
// search returns to the line, unless the member is already typing something else.
func (s *Screen) Failed(r room.Request) {
	s.answered(r)
	search, typed := r.(room.Search)
	switch {
	case !typed:
		s.hint(s.texts().Failed)
	case s.input.isIdle():
		s.startSearch(searching)
		s.input.line.Set(search.Text, len(search.Text))
	}
}

// Show adds what [room.Session.Take] returned, in order: events to the transcript, replies
// to the transcript or over it. It returns an Action for the front, as Input does, for a
// command may stand for a key.
func (s *Screen) Show(items []room.Item, now time.Time) (left Action) {
	s.refresh()
	for _, it := range items {
		switch {
		case it.Event != nil && it.Place != 0:
			s.takeBack(it.Event)
			s.transcript.end.place = it.Place + 1
			at := entryRef{pos{it.Place, s.transcript.end.local}, true, false}
			s.countEvent(it.Event, at, now)
			if prev, ok := s.transcript.before(at.pos); ok && !s.view.follow && s.continues(prev, entry{pos: at.pos, event: it.Event}) {
				s.stale |= staleRows // what tells of both may be in view
			}
		case it.Event != nil:
			at := entryRef{s.transcript.end, true, true}
			s.transcript.add(local{when: it.Event.Time, event: it.Event})
			s.countEvent(it.Event, at, now)
		default:
			if a := s.reply(it.Reply, now); a != (Action{}) {
				left = a
			}
		}
	}
	return left
}

// reply shows a reply, and follows the conversation again if the member waits for it.
func (s *Screen) reply(r room.Reply, now time.Time) (left Action) {
	switch r := r.(type) {
	case room.Entered:
		return s.entered(r, now)
	case room.Elsewhere:
		s.mentionedElsewhere(r, now)
		return Action{}
	}
	end := s.transcript.end
	if t, ok := r.(room.Turn); ok {
		left = s.turn(t.To)
	} else {
		s.answer(r, now)
	}
	if s.input.pendingReplies > 0 {
		s.input.pendingReplies--
		if s.transcript.end != end {
			s.toBottom()
		}
	}
	return left
}

// answer shows a reply over the transcript or at its end.
func (s *Screen) answer(r room.Reply, now time.Time) {
	switch r := r.(type) {
	case room.Past:
		s.found(r, now)
		return
	case room.Welcome:
		s.welcome(r, now)
		return
	case room.People:
		s.open(&overlay{reply: r, asked: now})
		return
	case room.Help:
		if r.One == nil {
			s.open(&overlay{reply: r, asked: now})
			return
		}
	case room.Notice:
		if r.What == room.NowIgnored || r.What == room.NowUnignored { // others are seen now
			s.stale |= staleRows
		}
	}
	s.noteFailure(r)
	s.transcript.add(local{when: now, reply: r})
}

// welcome shows the welcome beside the messages that a newcomer is replayed, which
// may be painted already.
func (s *Screen) welcome(w room.Welcome, now time.Time) {
	t := &s.transcript
	if s.view.follow && t.end == (pos{place: t.arrived}) { // nothing was added since the session joined
		t.welcome(w, now)
		s.markMissed(w)
		s.stale |= staleRows
		return
	}
	w.Last = nil
	t.add(local{when: now, reply: w})
}

// found shows a page of messages: over the transcript, or above the page that it
// continues.
func (s *Screen) found(r room.Past, now time.Time) {
	asked := s.answered(r.Asked)
	if asked.fills > 0 {
		s.fill(r.Events, asked)
		return
	}
	if _, around := r.Asked.(room.Around); around && asked.request == nil && s.others != nil { // asked for in another room
		return
	}
	above := asked.above
	before, older := r.Asked.(room.Older)
	shown, ok := s.overlay.page()
	switch {
	case older && !(ok && shown.More && shown.Older == before): // another overlay was opened meanwhile
	case older, r.Continued && ok:
		s.overlay.extend(r)
		s.stale |= staleRows
	default:
		s.foundPage(r, above, now)
	}
}

// foundPage shows a page with a message selected: the newest, the one around which the
// page is, or, when messages older than the transcript were asked for, the nearest to it.
// It says so when there are none.
func (s *Screen) foundPage(r room.Past, above bool, now time.Time) {
	chosen := len(r.Events) - 1
	i := slices.IndexFunc(r.Events, func(e state.Event) bool { return e.Seq == r.Around || above && e.Seq > r.Around })
	if i >= 0 || r.Around != 0 && !above {
		chosen = i
	}
	switch {
	case above && !r.More && (len(r.Events) == 0 || r.Events[0].Seq >= r.Around):
		s.beginning = r.Around
		s.hint(s.texts().Beginning)
	case chosen >= 0:
		s.open(&overlay{reply: r, asked: now, chosen: chosen})
	case r.Around != 0: // members that this one ignores may have said it all
		s.hint(s.texts().NotHeld)
	default:
		s.transcript.add(local{when: now, reply: r})
	}
}

// CatchUp marks everything as read: the member saw it in plain mode.
func (s *Screen) CatchUp(now time.Time) {
	s.clearMarker()
	s.toBottom()
	s.unread.bell = false
	s.asking, s.input.pendingReplies = asking{}, 0 // answered elsewhere
	s.noteActivity(now)
}

// turn does what the member asked of the view, by a command or a key. Above the top it
// asks for older messages.
func (s *Screen) turn(to room.Where) Action {
	page := max(1, s.shownRows()-1)
	if to != room.TurnPreviousMention && to != room.TurnNextMention {
		s.unread.lastMention = nil
	}
	if (to == room.TurnUp || to == room.TurnTop) && s.atTop() {
		return s.askEarlier()
	}
	switch to {
	case room.TurnUp:
		s.scroll(-page)
	case room.TurnDown:
		s.scroll(page)
	case room.TurnTop:
		s.showFrom(s.transcript.start())
	case room.TurnBottom:
		s.toBottom()
	case room.TurnUnread:
		if !s.unread.marker.set {
			s.hint(s.texts().NothingUnread)
			break
		}
		s.showFrom(s.unread.marker.pos)
	case room.TurnPreviousMention, room.TurnNextMention:
		s.toMention(to == room.TurnPreviousMention)
	case room.TurnBare:
		s.copying = true
		s.stale |= everything
	case room.TurnRedraw:
		s.stale |= everything
	case room.TurnKeys:
		s.open(&overlay{reply: room.Help{Commands: s.room.Available()}})
	}
	return Action{}
}
