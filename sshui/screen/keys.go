package screen

import (
	"time"

	"salon/internal/line/keys"
	"salon/room"
	"salon/room/state"
)

// Input does what a key, a paste or a report asks, and returns what is left for the
// front to do.
func (s *Screen) Input(e keys.Event, now time.Time) Action {
	s.refresh()
	switch e := e.(type) {
	case keys.Key:
		return s.pressed(e, now)
	case keys.Paste:
		s.touch(now)
		s.pasted(e)
	case keys.Wheel:
		s.touch(now)
		return s.wheel(e.Up)
	case keys.Focus:
		s.focus = elsewhere
		if e.In {
			s.focus = focused
			s.touch(now)
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

// pressed does a key.
func (s *Screen) pressed(k keys.Key, now time.Time) Action {
	s.touch(now)
	defer s.look() // a key may have brought what is new into view
	in := &s.input
	name := k.Name
	if alt := k.Alt(); !in.escUsed && isAlt(alt) {
		name, k.Text = alt, ""
	}
	in.escUsed = false
	if in.hint != "" {
		in.hint = ""
		s.stale |= staleInput
	}
	if in.pointer.set {
		in.pointer.set = false
		s.stale |= staleRows
	}
	leaving := in.leaving
	in.leaving = false
	switch {
	case s.bare:
		s.bare = false
		s.stale |= everything
		in.escUsed = name == "esc"
		return Action{}
	case name == "esc":
		in.escUsed = s.escape()
		return Action{}
	case name == "ctrl+c":
		return s.interrupt(leaving)
	case in.mode == pasting:
		s.decide(name, k.Text)
		return Action{}
	}
	if s.overlay != nil {
		if a, ok := s.inOverlay(name); ok {
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
	return s.command(name)
}

// isAlt reports whether a key with Alt does something. Esc and then any other key
// is just that key: nothing typed is lost.
func isAlt(name string) bool {
	switch name {
	case "alt+enter", "alt+b", "alt+f", "alt+d", "alt+backspace", "alt+left", "alt+right":
		return true
	}
	_, turns := turns[name]
	return turns
}

// command does a key with a name.
func (s *Screen) command(name string) Action {
	in := &s.input
	switch name {
	case "enter":
		return s.enter()
	case "tab", "shift+tab":
		if in.mode == talking && in.line.Complete(name == "tab", s.room.Complete) {
			s.stale |= staleInput
		}
		return Action{}
	case "ctrl+d":
		if in.free() {
			return Action{Leave: true}
		}
	case "ctrl+f":
		if in.line.Cursor() < len(in.line.Text()) {
			name = "right"
			break
		}
		s.lookFor(searching)
		return Action{}
	case "ctrl+r":
		s.lookFor(recalling)
		return Action{}
	}
	if to, ok := s.turnKey(name); ok {
		in.pendingReplies = 0
		return s.turn(to)
	}
	if in.line.Key(name) || in.past.Key(name, &in.line) {
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
	case in.mode != talking:
		s.talkAgain()
	case s.overlay != nil:
		s.close()
	case in.line.EndCompletion():
		s.stale |= staleInput
	default:
		if s.view.follow && s.painted.marker >= 0 {
			s.unmark()
		}
		return false
	}
	return true
}

// interrupt clears the line, and leaves when there was none twice.
func (s *Screen) interrupt(again bool) Action {
	in := &s.input
	switch {
	case in.mode != talking || s.overlay != nil:
		s.escape()
	case !in.line.Empty():
		in.clear()
		s.stale |= staleInput
	case again:
		return Action{Leave: true}
	default:
		in.leaving = true
		s.hint(fitting(s.term.Width, s.texts().PressAgain, s.texts().PressAgainShort))
	}
	return Action{}
}

// turns are the keys that move the view or do what else a command does too.
var turns = map[string]room.Where{
	"pgup": room.TurnUp, "pgdn": room.TurnDown,
	"alt+home": room.TurnTop, "home": room.TurnTop, "alt+end": room.TurnBottom, "end": room.TurnBottom,
	"alt+u": room.TurnUnread, "alt+p": room.TurnPreviousMention, "alt+n": room.TurnNextMention,
	"alt+l": room.TurnBare, "ctrl+l": room.TurnRedraw, "f1": room.TurnKeys,
}

// turnKey returns what a key does to the view, if it does anything. Home and End
// are the line's while there is one.
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

// wheelRows is how many rows one step of a mouse wheel turns.
const wheelRows = 3

// wheel turns what is shown by a step of the mouse's wheel.
func (s *Screen) wheel(up bool) Action {
	by := wheelRows
	if up {
		by = -by
	}
	switch {
	case s.bare:
	case s.overlay != nil:
		return s.choose(by)
	case up && s.atTop():
		return s.earlier()
	default:
		s.input.pendingReplies = 0
		s.scroll(by)
	}
	return Action{}
}

// inOverlay does a key for the overlay, and reports whether it was one. Other keys are
// the line's: typing closes the overlay, and so does what moves the view below.
func (s *Screen) inOverlay(name string) (a Action, ok bool) {
	o := s.overlay
	page := max(1, s.scriptRows()-3)
	switch name {
	case "up", "ctrl+p":
		return s.choose(-1), true
	case "down", "ctrl+n":
		return s.choose(1), true
	case "pgup":
		return s.choose(-page), true
	case "pgdn":
		return s.choose(page), true
	case "home", "alt+home":
		return s.choose(-1 << 20), true
	case "end", "alt+end":
		return s.choose(1 << 20), true
	case "enter":
		if s.input.line.Empty() {
			return s.take(o), true
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

// choose moves the choice, or what has none by lines. Above the first of what was
// found is the page before, if there is one.
func (s *Screen) choose(by int) Action {
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

// take does what choosing is for.
func (s *Screen) take(o *overlay) Action {
	switch r := o.reply.(type) {
	case room.People:
		s.close()
		if o.chosen < len(r.Members) {
			s.insert("@" + string(r.Members[o.chosen].Pseudo) + " ")
		}
	case room.Past:
		if s.input.mode == searching {
			s.talkAgain()
		}
		return s.goTo(&r.Events[o.chosen])
	default:
		s.close()
	}
	return Action{}
}
