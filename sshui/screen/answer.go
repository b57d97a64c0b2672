package screen

import (
	"slices"
	"time"

	"salon/room"
	"salon/room/state"
)

// asking is what a key asked the room for, until it is answered or has failed. Keys ask
// for one page at a time, so that one that is held does not ask again and again; a
// search, whose text was typed, waits for no other.
type asking struct {
	request room.Request // nil: nothing
	above   bool         // it is what was said before all that the transcript holds
}

// request asks the room for a page, unless it has not answered for another yet.
func (s *Screen) request(a asking) Action {
	if s.asking.request != nil {
		return Action{}
	}
	s.asking = a
	return Action{Request: a.request}
}

// earlier asks for what was said before all that the transcript holds: once, until it
// comes or cannot. What the room has forgotten of what was in view goes.
func (s *Screen) earlier() Action {
	s.stale |= staleRows
	first := s.script.first()
	if s.asking.request == nil && (first <= 1 || first == s.beginning) {
		s.hint(s.texts().Beginning)
		return Action{}
	}
	return s.request(asking{room.Around{Seq: first}, true})
}

// goTo shows a message that was found where it was said: in the transcript, or, when
// it is too old for that, among those around it.
func (s *Screen) goTo(e *state.Event) Action {
	place, ok := s.room.PlaceOf(e.Seq)
	if !ok {
		return s.request(asking{request: room.Around{Seq: e.Seq}})
	}
	s.close()
	if e, _, ok := s.script.after(s.script.point(place)); ok {
		s.showAt(e.pos)
	}
	return Action{}
}

// answered notes that a request has come to its end, and returns what a key asked with
// it; the zero asking for a request of no key.
func (s *Screen) answered(r room.Request) (a asking) {
	if r == nil || r != s.asking.request {
		return asking{}
	}
	a, s.asking = s.asking, asking{}
	return a
}

// Failed tells that a request could not be done: a key may ask again. What was to be
// searched for is given back, unless something else is being typed already.
func (s *Screen) Failed(r room.Request) {
	s.answered(r)
	search, typed := r.(room.Search)
	switch {
	case !typed:
		s.hint(s.texts().Failed)
	case s.input.free():
		s.lookFor(searching)
		s.input.line.Set(search.Text, len(search.Text))
	}
}

// Show takes what the room has to show, in order: events go to the transcript,
// replies to the transcript or over it. It returns what is left for the front to do,
// as Input does: a command may stand for a key.
func (s *Screen) Show(items []room.Item, now time.Time) (left Action) {
	s.refresh()
	for _, it := range items {
		switch {
		case it.Event != nil && it.Place != 0:
			s.script.end.place = it.Place + 1
			s.count(it.Event, spot{pos{it.Place, s.script.end.local}, true, false}, now)
		case it.Event != nil:
			at := spot{s.script.end, true, true}
			s.script.add(local{when: it.Event.Time, event: it.Event})
			s.count(it.Event, at, now)
		default:
			if a := s.reply(it.Reply, now); a != (Action{}) {
				left = a
			}
		}
	}
	return left
}

// reply shows a reply, and goes down to one that is waited for.
func (s *Screen) reply(r room.Reply, now time.Time) (left Action) {
	end := s.script.end
	if t, ok := r.(room.Turn); ok {
		left = s.turn(t.To)
	} else {
		s.answer(r, now)
	}
	if s.input.pendingReplies > 0 {
		s.input.pendingReplies--
		if s.script.end != end {
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
	s.script.add(local{when: now, reply: r})
}

// welcome shows the welcome before the messages that a newcomer is replayed, which
// may be painted already.
func (s *Screen) welcome(w room.Welcome, now time.Time) {
	if s.view.follow && s.script.untouched() {
		s.script.welcome(w, now)
		s.markMissed(w)
		s.stale |= staleRows
		return
	}
	w.Last = nil
	s.script.add(local{when: now, reply: w})
}

// found shows a page of messages: over the transcript, or above the page before which
// it was said.
func (s *Screen) found(r room.Past, now time.Time) {
	above := s.answered(r.Asked).above
	before, older := r.Asked.(room.Older)
	shown, ok := s.overlay.page()
	switch {
	case above:
		s.foundAbove(r, now)
	case older && !(ok && shown.More && shown.Older == before): // another overlay was opened meanwhile
	case older, r.Continued && ok:
		s.overlay.extend(r)
		s.stale |= staleRows
	default:
		s.foundPage(r, now)
	}
}

// foundPage shows a page, the newest message selected, or the one around which it is.
func (s *Screen) foundPage(r room.Past, now time.Time) {
	chosen := len(r.Events) - 1
	if r.Around != 0 {
		chosen = slices.IndexFunc(r.Events, func(e state.Event) bool { return e.Seq == r.Around })
	}
	switch {
	case chosen >= 0:
		s.open(&overlay{reply: r, asked: now, chosen: chosen})
	case r.Around != 0:
		s.hint(s.texts().NotHeld)
	default:
		s.script.add(local{when: now, reply: r})
	}
}

// foundAbove shows what was said around the first event held, or that it is the
// first of all. It selects that event, or the nearest that was said.
func (s *Screen) foundAbove(r room.Past, now time.Time) {
	first := r.Around
	if !r.More && (len(r.Events) == 0 || r.Events[0].Seq >= first) {
		s.beginning = first
		s.hint(s.texts().Beginning)
		return
	}
	if len(r.Events) == 0 { // those whom the member ignores have said it all
		s.hint(s.texts().NotHeld)
		return
	}
	chosen := slices.IndexFunc(r.Events, func(e state.Event) bool { return e.Seq >= first })
	if chosen < 0 {
		chosen = len(r.Events) - 1
	}
	s.open(&overlay{reply: r, asked: now, chosen: chosen})
}

// CatchUp counts all that has come as read: the member saw it elsewhere.
func (s *Screen) CatchUp(now time.Time) {
	s.unmark()
	s.toBottom()
	s.news.bell = false
	s.asking, s.input.pendingReplies = asking{}, 0 // answered elsewhere
	s.touch(now)
}

// turn does what the member asked of the view, by a command or a key. Above the top is
// what was said before.
func (s *Screen) turn(to room.Where) Action {
	page := max(1, s.shownRows()-1)
	if to != room.TurnPreviousMention && to != room.TurnNextMention {
		s.news.visited = nil
	}
	if (to == room.TurnUp || to == room.TurnTop) && s.atTop() {
		return s.earlier()
	}
	switch to {
	case room.TurnUp:
		s.scroll(-page)
	case room.TurnDown:
		s.scroll(page)
	case room.TurnTop:
		s.showFrom(s.script.start())
	case room.TurnBottom:
		s.toBottom()
	case room.TurnUnread:
		if !s.news.marker.set {
			s.hint(s.texts().NothingUnread)
			break
		}
		s.showFrom(s.news.marker.pos)
	case room.TurnPreviousMention:
		s.toMention(true)
	case room.TurnNextMention:
		s.toMention(false)
	case room.TurnBare:
		s.bare = true
		s.stale |= everything
	case room.TurnRedraw:
		s.stale |= everything
	case room.TurnKeys:
		s.open(&overlay{reply: room.Help{Commands: s.room.Available()}})
	}
	return Action{}
}
