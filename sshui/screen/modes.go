package screen

import (
	"salon/room/state"
)

// What a frame and a terminal's modes are made of (ECMA-48, and xterm's private
// modes).
const (
	eol        = "\r\n"
	eraseRight = "\x1b[K"
	eraseAll   = "\x1b[2J"
	hideCursor = "\x1b[?25l"
	showCursor = "\x1b[?25h"
	beginSync  = "\x1b[?2026h"
	endSync    = "\x1b[?2026l"
	wrapOn     = "\x1b[?7h"
	wrapOff    = "\x1b[?7l"
	wholeRoll  = "\x1b[r" // the whole screen scrolls

	altScreen, mainScreen = "\x1b[?1049h", "\x1b[?1049l"
	pasteOn, pasteOff     = "\x1b[?2004h", "\x1b[?2004l"
	focusOn, focusOff     = "\x1b[?1004h", "\x1b[?1004l"
	mouseOn, mouseOff     = "\x1b[?1000h\x1b[?1006h", "\x1b[?1006l\x1b[?1000l"
	kittyOn, kittyOff     = "\x1b[>1u", "\x1b[<u"
	keepTitle, oldTitle   = "\x1b[22;0t", "\x1b[23;0t"
	noStyle               = "\x1b[m"

	askSync       = "\x1b[?2026$p"
	askKitty      = "\x1b[?u"
	askBackground = "\x1b]11;?\x1b\\"
)

// Open appends what makes the terminal ours: its other screen, the modes that we
// use, and questions about those that it may have. Close undoes it all.
func (s *Screen) Open(dst []byte) []byte {
	p := pen{append(dst, altScreen+wrapOff+pasteOn...)}
	if s.term.Modern {
		p.text(keepTitle + focusOn + askSync + askKitty)
		if s.term.Palette > 1 && s.prefs.Theme == state.ThemeAuto {
			p.text(askBackground)
		}
	}
	s.painted = painted{marker: -1}
	s.stale |= everything
	return p.b
}

// Close appends what gives the terminal back as it was: main screen, cursor,
// modes. It may be called at any time after Open.
func (s *Screen) Close(dst []byte) []byte {
	p := pen{append(dst, wholeRoll+endSync...)}
	if s.painted.kitty {
		p.text(kittyOff)
	}
	if s.painted.mouse {
		p.text(mouseOff)
	}
	if s.term.Modern {
		p.text(focusOff + oldTitle)
	}
	p.text(pasteOff + wrapOn + noStyle + mainScreen + showCursor)
	s.painted = painted{marker: -1}
	s.stale |= everything
	return p.b
}

// notify tells the terminal what is not on its screen: the title of its window, its
// bell, and what it reports.
func (s *Screen) notify(p *pen) {
	s.paintTitle(p)
	if s.news.bell {
		p.text("\a")
		s.news.bell = false
	}
	if on := s.prefs.Mouse; on != s.painted.mouse {
		s.painted.mouse = on
		if on {
			p.text(mouseOn)
		} else {
			p.text(mouseOff)
		}
	}
	if s.kitty && !s.painted.kitty {
		s.painted.kitty = true
		p.text(kittyOn)
	}
}

// maxTitle is the largest number in the title; more is "99+".
const maxTitle = 100

func (s *Screen) paintTitle(p *pen) {
	n := min(s.news.unread, maxTitle)
	if !s.term.Modern || s.painted.titled && s.painted.title == n {
		return
	}
	p.text("\x1b]2;salon")
	switch {
	case n == maxTitle:
		p.text(" (99+)")
	case n > 0:
		p.text(" (")
		p.number(n)
		p.text(")")
	}
	p.text("\x1b\\")
	s.painted.title, s.painted.titled = n, true
}
