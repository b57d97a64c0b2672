// Package screen is the full screen of one member's terminal: the transcript, the
// line being typed and what may lie over them, as data that keys and events
// change and that is painted on demand.
//
// It owns what is shown and where. It does no input or output: the front calls New, Open
// and Close, gives it keys (Input) and what the room shows (Show), and sends each Frame.
// A frame contains only what has changed since the last one, and leaves the same picture
// as repainting everything would. What a line means and whom it goes to is package room's.
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

// Terminal describes a terminal as far as it is known before it answers questions.
type Terminal struct {
	Width, Height int // any; sizes below 1 count as 1
	Palette       rows.Palette
	// Modern terminals are asked what else they can do, and get a window title
	// and hyperlinks; others would show such sequences as text.
	Modern bool
	ASCII  bool // it has no other signs for what we draw
}

// Screen is one terminal's screen. It belongs to one goroutine at a time.
type Screen struct {
	room   Room
	shared *Shared
	term   Terminal

	// What the terminal said of itself.
	sync       bool        // it has synchronized output (mode 2026)
	kitty      bool        // it has the kitty keyboard protocol
	background state.Theme // ThemeLight or ThemeDark; ThemeAuto: unknown
	focus      focus       // whether it has the keyboard

	class  rows.Class // of the transcript, as last painted
	prefs  room.Prefs
	me     text.Pseudo
	key    text.Key
	word   uint32       // of me, to look for mentions by
	roster *room.Roster // as last painted
	mine   int          // this member in the roster's list; -1: not there
	away   bool         // this member is

	*conversation                             // that is shown
	others        map[state.Seq]*conversation // by the IDs of their rooms; nil until there is one
	rooms         *room.Rooms                 // that the member follows; nil: the first alone
	asking        asking

	input   input
	overlay *overlay
	copying bool

	header  *header // of the roster
	stale   stale
	painted painted
}

// focus is whether the terminal's window has the keyboard.
type focus uint8

const (
	unsaid focus = iota
	focused
	elsewhere
)

// New returns the screen of a session that has just joined. All screens of one server get
// the same Shared. Nothing is painted until Frame.
func New(r Room, shared *Shared, t Terminal, now time.Time) *Screen {
	s := &Screen{room: r, shared: shared, term: t, stale: everything, conversation: newConversation(r, r.Shows(), r.Arrived())}
	s.unread.lastKey = now
	s.input.line = &s.draft
	s.term.Width, s.term.Height = max(t.Width, 1), max(t.Height, 1)
	s.refresh()
	return s
}

// Resize sets the terminal's size. A terminal that changed its size and changed it back
// between two frames needs Repaint: it has lost what it showed.
func (s *Screen) Resize(width, height int) {
	width, height = max(width, 1), max(height, 1)
	if width != s.term.Width || height != s.term.Height {
		s.term.Width, s.term.Height = width, height
		s.stale |= everything
	}
}

// Repaint makes the next frame paint everything.
func (s *Screen) Repaint() { s.stale |= everything }

// refresh reads the session's preferences and pseudo and the room's roster, and marks
// what they change as stale.
func (s *Screen) refresh() {
	s.readRooms()
	me, r := s.room.Pseudo(), s.room.Roster()
	if r.Room != s.transcript.id && s.roster != nil { // of the room that is shown next
		r = s.roster
	}
	if me != s.me || r != s.roster {
		s.stale |= staleHeader | staleNames
		if me != s.me {
			s.key = me.Key()
			s.word = rows.WordOf(s.key)
			s.stale |= everything
			if s.overlay != nil { // what it shows may mention who they were
				s.overlay.items = nil
			}
		}
		s.me, s.roster = me, r
		s.mine = slices.IndexFunc(r.People, func(a room.Attendee) bool { return a.Pseudo == me })
		s.away = s.mine >= 0 && r.People[s.mine].Away
	}
	if (s.target.to != nil || s.target.stale) && s.isThere() { // else only a line changes it
		s.retarget()
	}
	s.prefs = s.room.Prefs()
	c := rows.Class{
		Width: s.transcriptWidth(), Lang: s.prefs.Lang, Zone: s.prefs.Zone, Hour12: s.prefs.Hour12,
		Palette: s.palette(), Links: s.term.Modern, ASCII: s.term.ASCII,
	}
	if c != s.class {
		s.class = c
		s.stale |= everything
	}
}

// palette returns the colours that the terminal has, for the background that the
// member said it has, or else it itself.
func (s *Screen) palette() rows.Palette {
	theme, p := s.prefs.Theme, s.term.Palette
	if theme == state.ThemeAuto {
		theme = s.background
	}
	switch {
	case theme == state.ThemeMono:
		return rows.Mono
	case p == rows.Mono || p == rows.Basic:
		return p
	case theme == state.ThemeLight:
		return rows.Light
	case theme == state.ThemeDark:
		return rows.Dark
	}
	return rows.Auto
}

// viewer returns who reads the screen, and in which language, zone and clock.
func (s *Screen) viewer() lang.View {
	return lang.View{
		Lang: s.prefs.Lang, Zone: s.prefs.Zone, Hour12: s.prefs.Hour12,
		Me: s.me, Room: s.transcript.id, Operator: s.room.Role() >= state.Operator, Screen: true,
	}
}

func (s *Screen) texts() *lang.ScreenTexts { return lang.ScreenOf(s.prefs.Lang) }

// hint shows a short text beside the line until the next key.
func (s *Screen) hint(text string) {
	s.input.hint = text
	s.stale |= staleInput
}

// Sizes at which the layout changes.
const (
	minWidth, minHeight = 20, 5 // smaller, the screen only says so and still types
	headerFrom          = 8     // rows
	lineFrom            = 12    // rows: a line stands above what is typed
	namesFrom           = 110   // columns
	namesWidth          = 22    // columns of the list of names, with its edge
	roomsWidth          = 18    // columns of the list of rooms, with its edge
)

// stale are the parts of the screen that the terminal does not show as they are.
type stale uint8

const (
	staleHeader stale = 1 << iota
	staleRows
	staleNames
	staleBar // "n new below"
	staleInput

	everything stale = 1<<iota - 1
)

// painted is what the terminal was left with by the last frame.
type painted struct {
	row, column int  // of the cursor
	upTo        pos  // the transcript's end
	marker      int  // row of the unread marker in the transcript's part, -1 if out of view
	markerCount int  // what it said
	title       int  // the number in the window's title, -1 before there is one
	wrapping    bool // autowrap was left on
	mouse       bool // it reports its mouse
	kitty       bool // the kitty keyboard protocol is on
}

// headerRows is the number of rows above the transcript.
func (s *Screen) headerRows() int {
	if s.term.Height >= headerFrom && !s.tiny() {
		return 1
	}
	return 0
}

// lineRows is the number of rows between the transcript and what is typed: a line.
func (s *Screen) lineRows() int {
	if s.term.Height >= lineFrom && !s.tiny() {
		return 1
	}
	return 0
}

// listWidth is the number of columns of the list of names.
func (s *Screen) listWidth() int {
	if s.term.Width >= namesFrom {
		return namesWidth
	}
	return 0
}

// left is the column where the transcript begins: before it is the list of rooms, if there
// are several.
func (s *Screen) left() int {
	if s.rooms != nil && s.term.Width >= namesFrom {
		return roomsWidth
	}
	return 0
}

func (s *Screen) transcriptWidth() int { return s.term.Width - s.left() - s.listWidth() }

// transcriptRows is the number of rows of the transcript.
func (s *Screen) transcriptRows() int {
	return max(0, s.term.Height-s.headerRows()-s.lineRows()-max(1, s.input.rows))
}

// shownRows is how many of them show it: scrolled up, the last one says how to come
// back.
func (s *Screen) shownRows() int {
	if s.view.follow {
		return s.transcriptRows()
	}
	return max(0, s.transcriptRows()-1)
}

func (s *Screen) tiny() bool { return s.term.Width < minWidth || s.term.Height < minHeight }
