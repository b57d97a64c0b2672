package screen

import (
	"slices"
	"strings"
	"time"

	"salon/internal/line/keys"
	"salon/room"
	"salon/room/state"
)

// Input handles a key, a paste, the mouse or a report of the terminal, and returns what
// the front has to do for it.
func (s *Screen) Input(e keys.Event, now time.Time) Action {
	s.refresh()
	switch e := e.(type) {
	case keys.Key:
		a := s.pressKey(e, now)
		if a.Line != "" {
			a.Room = s.transcript.id
		}
		return a
	case keys.Paste:
		s.noteActivity(now)
		s.acceptPaste(e)
	case keys.Wheel:
		s.noteActivity(now)
		return s.wheel(e.Up)
	case keys.Focus:
		s.focus = elsewhere
		if e.In {
			s.focus = focused
			s.noteActivity(now)
		}
	case keys.Synchronized:
		s.sync = e.Supported
	case keys.Kitty:
		s.kitty = true
	case keys.Background:
		s.background = state.ThemeLight
		if e.Dark {
			s.background = state.ThemeDark
		}
	}
	return Action{}
}

// pressKey handles a key: first what is open above the line, then the line.
func (s *Screen) pressKey(k keys.Key, now time.Time) Action {
	s.noteActivity(now)
	defer s.markSeen() // a key may have brought what is new into view
	in := &s.input
	name := k.Name
	if alt := k.Alt(); !in.escHandled && s.isAlt(alt) {
		name, k.Text = alt, ""
	}
	in.escHandled = false
	if in.hint != "" {
		in.hint = ""
		s.stale |= staleInput
	}
	if in.highlighted.set {
		in.highlighted.set = false
		s.stale |= staleRows
	}
	leaving := in.quitPending
	in.quitPending = false
	switch {
	case s.copying && (name != "" || k.Text == ""): // what is typed ends it too, and is typed
		s.endCopying()
		in.escHandled = name == "esc"
		return Action{}
	case name == "esc" && s.overlay == nil && in.isIdle() && s.target.alone():
		in.escHandled = true
		return s.toEveryone()
	case name == "esc":
		in.escHandled = s.escape()
		return Action{}
	case name == "ctrl+c":
		return s.interrupt(leaving)
	case in.mode == pasting:
		s.answerPaste(name, k.Text)
		return Action{}
	}
	s.endCopying()
	if a, ok := s.roomKey(name); ok {
		return a
	}
	if s.overlay != nil {
		if a, ok := s.overlayKey(name); ok {
			return a
		}
	}
	switch {
	case in.mode == recalling && s.recall(name, k.Text):
		return Action{}
	case k.Text != "" && name == "":
		s.insert(k.Text)
		return Action{}
	}
	return s.namedKey(name)
}

// endCopying ends the bare view.
func (s *Screen) endCopying() {
	if s.copying {
		s.copying = false
		s.stale |= everything
	}
}

// isAlt reports whether a key with Alt does something. Esc and then any other key
// is just that key: nothing typed is lost.
func (s *Screen) isAlt(name string) bool {
	edits := []string{"alt+enter", "alt+b", "alt+f", "alt+d", "alt+backspace", "alt+left", "alt+right"}
	_, turns := turns[name]
	_, room := roomKeys[name]
	room = room && s.rooms != nil && strings.ContainsAny(name, "123456789")
	return turns || room || slices.Contains(edits, name)
}

// namedKey handles a key with a name for the line or the view.
func (s *Screen) namedKey(name string) Action {
	in := &s.input
	switch name {
	case "enter":
		return s.enter()
	case "tab", "shift+tab":
		if in.mode == composing && in.line.Complete(name == "tab", s.room.Complete) {
			s.stale |= staleInput
		}
		return Action{}
	case "ctrl+d":
		if in.isIdle() {
			return Action{Leave: true}
		}
	case "ctrl+f":
		if in.line.Cursor() < len(in.line.Text()) {
			name = "right"
			break
		}
		s.startSearch(searching)
		return Action{}
	case "ctrl+r":
		s.startSearch(recalling)
		return Action{}
	}
	if to, ok := s.turnKey(name); ok {
		in.pendingReplies = 0
		return s.turn(to)
	}
	if ended := in.line.EndCompletion(); in.line.Key(name) || in.history.Key(name, in.line) || ended {
		s.stale |= staleInput
	}
	return Action{}
}

// escape closes what is open, one thing at a time, and reports whether there was
// something. The unread marker goes if it is in view of somebody who follows, and is
// no such thing: the next key is as with Alt.
func (s *Screen) escape() bool {
	in := &s.input
	switch {
	case in.mode != composing:
		s.endMode()
	case s.overlay != nil:
		s.close()
	case in.line.EndCompletion():
		s.stale |= staleInput
	case in.line.Selected():
		in.clear()
		s.stale |= staleInput
	default:
		if s.view.follow && s.painted.marker >= 0 {
			s.clearMarker()
		}
		return false
	}
	return true
}

// interrupt handles Ctrl-C: it closes what is open, or clears the line, or leaves when
// pressed twice on an empty line.
func (s *Screen) interrupt(again bool) Action {
	in := &s.input
	switch {
	case in.mode != composing || s.overlay != nil:
		s.escape()
	case !in.line.Empty():
		in.clear()
		s.stale |= staleInput
	case again:
		return Action{Leave: true}
	default:
		in.quitPending = true
		s.hint(fitting(s.term.Width, s.texts().PressAgain, s.texts().PressAgainShort))
	}
	return Action{}
}

// turns are the keys that do the same as a command.
var turns = map[string]room.Where{
	"pgup": room.TurnUp, "pgdn": room.TurnDown,
	"alt+home": room.TurnTop, "home": room.TurnTop, "alt+end": room.TurnBottom, "end": room.TurnBottom,
	"alt+u": room.TurnUnread, "alt+p": room.TurnPreviousMention, "alt+n": room.TurnNextMention,
	"alt+l": room.TurnBare, "ctrl+l": room.TurnRedraw, "f1": room.TurnKeys,
}

// turnKey returns what a key does to the view, if it does anything. Home and End
// belong to the line while something is typed.
func (s *Screen) turnKey(name string) (to room.Where, ok bool) {
	to, ok = turns[name]
	switch name {
	case "home":
		ok = s.input.line.Empty()
	case "end":
		ok = !s.view.follow || s.input.line.Empty()
	}
	return to, ok
}

// wheelRows is how many rows one step of the mouse's wheel scrolls.
const wheelRows = 3

// wheel scrolls what is shown by one step of the mouse's wheel.
func (s *Screen) wheel(up bool) Action {
	by := wheelRows
	if up {
		by = -by
	}
	switch {
	case s.copying:
	case s.overlay != nil:
		return s.moveChoice(by)
	case up && s.atTop():
		return s.askEarlier()
	default:
		s.input.pendingReplies = 0
		s.scroll(by)
	}
	return Action{}
}

// overlayKey handles a key of the overlay, and reports whether it was one. Other keys
// belong to the line: typing closes the overlay, and so does moving the view below.
func (s *Screen) overlayKey(name string) (a Action, ok bool) {
	const all = 1 << 20
	o, page := s.overlay, max(1, s.transcriptRows()-3)
	moves := map[string]int{
		"up": -1, "ctrl+p": -1, "down": 1, "ctrl+n": 1, "pgup": -page, "pgdn": page,
		"home": -all, "alt+home": -all, "end": all, "alt+end": all,
	}
	if by, moves := moves[name]; moves {
		return s.moveChoice(by), true
	}
	switch name {
	case "enter":
		if s.input.line.Empty() {
			return s.useChoice(o), true
		}
		s.close()
	case "f1":
		if _, help := o.reply.(room.Help); help {
			s.close()
			return Action{}, true
		}
	case "alt+u", "alt+p", "alt+n", "alt+l":
		s.close()
	case "", "tab", "shift+tab": // what was found stays while something else is searched for
		if _, found := o.page(); !found || s.input.mode != searching {
			s.close()
		}
	}
	return Action{}, false
}

// moveChoice moves the choice, or scrolls an overlay without choices. Above the first
// message of a page it asks for the page before.
func (s *Screen) moveChoice(by int) Action {
	o := s.overlay
	s.stale |= staleRows
	if r, ok := o.page(); ok && r.More && by < 0 && o.chosen == 0 {
		return s.request(asking{request: r.Older})
	}
	if n := o.choices(); n > 0 {
		o.chosen = min(max(o.chosen+by, 0), n-1)
	} else {
		o.top = max(o.top+by, 0)
	}
	return Action{}
}

// useChoice addresses the person chosen, or shows the message chosen where it was said.
func (s *Screen) useChoice(o *overlay) Action {
	switch r := o.reply.(type) {
	case room.People:
		s.close()
		if o.chosen < len(r.Members) {
			s.insert("@" + string(r.Members[o.chosen].Pseudo) + " ")
		}
	case room.Past:
		if s.input.mode == searching {
			s.endMode()
		}
		return s.goTo(&r.Events[o.chosen])
	default:
		s.close()
	}
	return Action{}
}
