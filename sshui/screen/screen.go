// Package screen is the full screen of one member's terminal: the transcript, the
// line being typed and what may lie over them, as data that keys and events
// change and that is painted on demand.
//
// It owns what is shown and where; it reads no keys from anywhere and writes
// nothing to anybody: the front feeds it and sends its frames. A frame brings a
// terminal from what the last frame left to what the screen is now; it is as
// small as it can be, and the very same picture would come out of painting
// everything.
package screen

import (
	"slices"
	"time"

	"salon/room"
	"salon/room/lang"
	"salon/room/state"
	"salon/room/text"
	"salon/sshui/rows"
)

// Room is the room as one session sees it; [room.Session] is one.
type Room interface {
	Arrived() uint64
	Held() (first, next uint64)
	At(place uint64) *state.Event
	PlaceOf(seq state.Seq) (uint64, bool)
	Hides(e *state.Event) bool
	Roster() *room.Roster
	Available() []*room.Command
	Complete(line string, pos int) (start int, candidates []string)
	Prefs() room.Prefs
	Pseudo() text.Pseudo
	Role() state.Role
}

// Terminal is what is known of a terminal before it says anything.
type Terminal struct {
	Width, Height int // any; sizes below 1 count as 1
	Palette       rows.Palette
	// Modern terminals are asked what else they can do, and get a window title
	// and hyperlinks; others would show the questions.
	Modern bool
}

// Screen is one terminal's screen. It belongs to one goroutine at a time.
type Screen struct {
	room   Room
	shared *Shared
	term   Terminal

	// What the terminal said of itself.
	sync  bool  // it has synchronized output (mode 2026)
	kitty bool  // it has the kitty keyboard protocol
	tone  tone  // of its background
	focus focus // whether it has the keyboard

	class  rows.Class // of the transcript, as last painted
	prefs  room.Prefs
	me     text.Pseudo
	key    text.Key
	roster *room.Roster // as last painted
	away   bool         // this member is

	script transcript
	view   view
	news   news
	older  older
	asking asking

	input   input
	overlay *overlay
	bare    bool

	header  *header // of the roster
	stale   stale
	painted painted
}

// tone is whether the terminal's background is known to be dark or light.
type tone uint8

const (
	unknown tone = iota
	dark
	light
)

// New returns the screen of a session that has just joined; all screens of one server
// have one Shared. Nothing is painted until Frame.
func New(r Room, shared *Shared, t Terminal, now time.Time) *Screen {
	s := &Screen{room: r, shared: shared, term: t, stale: everything}
	s.script = transcript{room: r, arrived: r.Arrived(), end: pos{place: r.Arrived()}}
	s.view.follow = true
	s.news.touched = now
	s.term.Width, s.term.Height = max(t.Width, 1), max(t.Height, 1)
	s.refresh()
	return s
}

// Resize tells the terminal's size. One that went to another size and back between
// two frames is to be told by Repaint: it has lost what it showed.
func (s *Screen) Resize(width, height int) {
	width, height = max(width, 1), max(height, 1)
	if width != s.term.Width || height != s.term.Height {
		s.term.Width, s.term.Height = width, height
		s.stale |= everything
	}
}

// Repaint has the next frame paint everything, on a terminal that may show anything.
func (s *Screen) Repaint() { s.stale |= everything }

// Show takes what the room has to show, in order: events go to the transcript,
// replies to the transcript or over it. It returns what is left for the front to do,
// as Input does: a command may stand for a key.
func (s *Screen) Show(items []room.Item, now time.Time) (left Action) {
	s.refresh()
	for _, it := range items {
		switch {
		case it.Event != nil && it.Place != 0:
			s.script.end.place = it.Place + 1
			s.count(it.Event, it.Place, now)
		case it.Event != nil:
			s.script.add(local{when: it.Event.Time, event: it.Event})
			s.count(it.Event, 0, now)
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

// refresh follows the session's preferences and name, and what the room's header
// says: what has changed is painted anew.
func (s *Screen) refresh() {
	if me, r := s.room.Pseudo(), s.room.Roster(); me != s.me || r != s.roster {
		s.stale |= staleHeader | staleNames
		if me != s.me {
			s.key = me.Key()
			s.stale |= everything
		}
		s.me, s.roster = me, r
		s.away = slices.ContainsFunc(r.People, func(a room.Attendee) bool { return a.Away && a.Pseudo == me })
	}
	s.prefs = s.room.Prefs()
	if c := s.classNow(); c != s.class {
		s.class = c
		s.stale |= everything
	}
}

// classNow is the class that the transcript is in.
func (s *Screen) classNow() rows.Class {
	return rows.Class{
		Width: s.scriptWidth(), Lang: s.prefs.Lang, Zone: s.prefs.Zone, Hour12: s.prefs.Hour12,
		Palette: s.palette(), Links: s.term.Modern,
	}
}

// palette is the colours that the terminal has, for the background that the
// member said it has, or else it itself.
func (s *Screen) palette() rows.Palette {
	p := s.term.Palette
	switch {
	case s.prefs.Theme == state.ThemeMono:
		return rows.Mono
	case p == rows.Mono || p == rows.Basic:
		return p
	case s.prefs.Theme == state.ThemeLight || s.prefs.Theme == state.ThemeAuto && s.tone == light:
		return rows.Light
	case s.prefs.Theme == state.ThemeDark || s.prefs.Theme == state.ThemeAuto && s.tone == dark:
		return rows.Dark
	}
	return rows.Auto
}

// viewer says who reads the screen, and how they want it.
func (s *Screen) viewer() lang.View {
	return lang.View{
		Lang: s.prefs.Lang, Zone: s.prefs.Zone, Hour12: s.prefs.Hour12,
		Me: s.me, Operator: s.room.Role() >= state.Operator, Screen: true,
	}
}

func (s *Screen) texts() *lang.ScreenTexts { return lang.ScreenOf(s.prefs.Lang) }
