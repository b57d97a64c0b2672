package screen

import "salon/room/state"

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
