package screen

import (
	"github.com/charmbracelet/x/ansi"

	"salon/room/state"
	"salon/sshui/rows"
)

// Modes of xterm and kitty that package ansi does not have in one string.
const (
	mouseOn, mouseOff   = ansi.SetModeMouseNormal + ansi.SetModeMouseExtSgr, ansi.ResetModeMouseExtSgr + ansi.ResetModeMouseNormal
	kittyOn, kittyOff   = "\x1b[>1u", "\x1b[<u"
	keepTitle, oldTitle = "\x1b[22;0t", "\x1b[23;0t"
	askBackground       = "\x1b]11;?\x1b\\"
)

// Open appends what prepares the terminal: the alternate screen, the modes that we use,
// and questions about those that it may have. Close undoes it.
func (s *Screen) Open(dst []byte) []byte {
	p := frameWriter{append(dst, ansi.SetModeAltScreenSaveCursor+ansi.ResetModeAutoWrap+ansi.SetModeBracketedPaste...)}
	if s.term.Modern {
		p.text(keepTitle + ansi.SetModeFocusEvent + ansi.RequestModeSynchronizedOutput + ansi.RequestKittyKeyboard)
		if s.term.Palette > rows.Basic && s.prefs.Theme == state.ThemeAuto {
			p.text(askBackground)
		}
	}
	s.painted = painted{marker: -1, title: -1}
	s.stale |= everything
	return p.b
}

// Close appends what restores the terminal: main screen, cursor, modes. It may be called
// at any time after Open, and Open again after it.
func (s *Screen) Close(dst []byte) []byte {
	p := frameWriter{append(dst, wholeScroll+ansi.ResetModeSynchronizedOutput...)}
	if s.painted.kitty {
		p.text(kittyOff)
	}
	if s.painted.mouse {
		p.text(mouseOff)
	}
	if s.term.Modern {
		p.text(ansi.ResetModeFocusEvent + oldTitle)
	}
	p.text(ansi.ResetModeBracketedPaste + ansi.SetModeAutoWrap + ansi.ResetStyle + ansi.ResetModeAltScreenSaveCursor + ansi.ShowCursor)
	s.painted = painted{marker: -1, title: -1}
	return p.b
}

// notify tells the terminal what is not on its screen: the title of its window, its
// bell, and what it reports.
func (s *Screen) notify(p *frameWriter) {
	s.paintTitle(p)
	if s.unread.bell {
		p.text("\a")
		s.unread.bell = false
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

func (s *Screen) paintTitle(p *frameWriter) {
	n := min(s.unread.count+s.unreadElsewhere(), maxTitle)
	if !s.term.Modern || s.painted.title == n {
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
	s.painted.title = n
}
