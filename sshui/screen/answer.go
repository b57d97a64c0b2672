package screen

import (
	"slices"
	"time"

	"salon/room"
	"salon/room/state"
)

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

// reply shows an answer, to where it is to be seen.
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

// answer shows an answer where it belongs.
func (s *Screen) answer(r room.Reply, now time.Time) {
	switch r := r.(type) {
	case room.Help:
		if r.One == nil {
			s.open(&overlay{kind: helping, reply: r, asked: now})
			return
		}
		s.script.add(local{when: now, reply: r})
	case room.People:
		s.open(&overlay{kind: listing, reply: r, asked: now})
	case room.Past:
		s.found(r, now)
	case room.Welcome:
		s.welcome(r, now)
	case room.Notice:
		if r.What == room.NowIgnored || r.What == room.NowHeard { // others are seen now
			s.stale |= staleRows
		}
		s.script.add(local{when: now, reply: r})
	default:
		s.script.add(local{when: now, reply: r})
	}
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

// found shows a page of what was said: what a key asked for, where it asked.
func (s *Screen) found(r room.Past, now time.Time) {
	asked := s.answered(r.Asked)
	page, older := r.Asked.(room.Older)
	switch {
	case asked.above:
		s.foundOlder(r, now)
	case !older:
		s.foundPage(r, now)
	case s.overlay.lacks(page):
		s.overlay.extend(r)
		s.stale |= staleRows
	}
}

// foundPage shows a page, the newest first to hand, or what it is the history around.
func (s *Screen) foundPage(r room.Past, now time.Time) {
	chosen := len(r.Events) - 1
	if r.Around != 0 {
		chosen = slices.IndexFunc(r.Events, func(e state.Event) bool { return e.Seq == r.Around })
	}
	switch o := s.overlay; {
	case r.Continued && o != nil && o.kind == finding:
		o.extend(r)
		s.stale |= staleRows
	case chosen < 0 && r.Around != 0:
		s.hint(s.texts().NotHeld)
	case chosen < 0:
		s.script.add(local{when: now, reply: r})
	default:
		s.open(&overlay{kind: finding, reply: r, asked: now, chosen: chosen})
	}
}

// foundOlder shows what was said around the first event held, or that it is the
// first of all. It chooses that event, or the nearest that was said.
func (s *Screen) foundOlder(r room.Past, now time.Time) {
	first := r.Around
	if !r.More && (len(r.Events) == 0 || r.Events[0].Seq >= first) {
		s.older.beginning = first
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
	s.open(&overlay{kind: finding, reply: r, asked: now, chosen: chosen})
}
