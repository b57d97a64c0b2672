package screen

import (
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"salon/internal/line"
	"salon/internal/line/keys"
	"salon/room"
)

// input is the line being typed and what the line is for.
type input struct {
	line line.Editor
	past line.History

	mode  mode
	query line.Editor // what is being recalled, in mode recalling
	skip  int         // how many lines that hold it were passed over
	kept  string      // what was being typed, while the line is for something else
	paste *keys.Paste

	hint           string // shown until the next key
	waiting        int    // lines entered that wait their turn
	pendingReplies int    // to lines that say nothing: the view goes down to each when it comes
	leaving        bool   // Ctrl-C was the last key, on an empty line
	escUsed        bool   // the last key was an Esc that closed something

	pointer spot // which entry the view went to, until the next key

	rows  int  // of the terminal
	below bool // the last of them is the hint's, which has no room beside the line
}

// mode is what the line being typed is for.
type mode uint8

const (
	talking   mode = iota
	searching      // the room
	recalling      // what was typed before
	pasting        // a question is to be answered
)

// Action is what a key asks of the front; the zero Action is nothing. Lines and
// requests are done in the order in which they were asked for. The room's answer to a
// request goes to Show, and one that failed to Failed too.
type Action struct {
	Line    string       // as it was typed; "" for none
	Request room.Request // for the session to Ask; nil for none
	Leave   bool         // the member goes
}

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
		s.tone = light
		if e.Dark {
			s.tone = dark
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
	s.unpoint()
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
	case in.mode == recalling:
		return s.recall(name, k.Text)
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
	case "alt+enter", "alt+b", "alt+f", "alt+d", "alt+backspace", "alt+left", "alt+right",
		"alt+home", "alt+end", "alt+u", "alt+p", "alt+n", "alt+l":
		return true
	}
	return false
}

// command does a key with a name.
func (s *Screen) command(name string) Action {
	in := &s.input
	switch name {
	case "enter":
		return s.enter()
	case "tab", "shift+tab":
		s.complete(name == "tab")
		return Action{}
	case "ctrl+d":
		if in.line.Empty() && in.mode == talking {
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

// insert types text.
func (s *Screen) insert(text string) {
	if left := s.input.line.Insert(text); left > 0 {
		s.hint(counted(left, s.texts().CutOne, s.texts().Cut))
	}
	s.stale |= staleInput
}

// enter ends the line: it is for the room, or a search in it. Whoever says something
// has read what there is and goes down to it; what only asks or changes something
// leaves the view alone until its answer comes.
func (s *Screen) enter() Action {
	in := &s.input
	s.stale |= staleInput
	text := in.line.Text()
	if in.mode == searching {
		s.talkAgain()
		if text = strings.TrimSpace(text); text == "" {
			return Action{}
		}
		in.pendingReplies++
		return Action{Request: room.Search{Text: text}}
	}
	if strings.TrimSpace(text) == "" {
		return Action{}
	}
	s.remember(text)
	in.line.Set("", 0)
	if !room.Speaks(text) {
		in.pendingReplies++
		return Action{Line: text}
	}
	s.unmark()
	s.toBottom()
	return Action{Line: text}
}

// Restore gives back a line that could not be done, unless something else is being
// typed already: nothing typed is lost.
func (s *Screen) Restore(line string) {
	if s.input.line.Empty() && s.input.mode == talking {
		s.input.line.Set(line, len(line))
		s.stale |= staleInput
	}
}

// Done tells that a line was done and has no answer but what everybody is told, to
// which whoever asked goes down. It reports whether that changes anything.
func (s *Screen) Done(line string) bool {
	if s.input.pendingReplies == 0 || room.Speaks(line) {
		return false
	}
	s.input.pendingReplies--
	s.toBottom()
	return true
}

// TakeLine takes what is being typed off the screen and returns it.
func (s *Screen) TakeLine() string {
	s.talkAgain()
	line := s.input.line.Text()
	s.input.line.Set("", 0)
	return line
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

// remember keeps a line to be typed again, unless it holds a pass phrase.
func (s *Screen) remember(line string) {
	if !room.Secret(line) {
		s.input.past.Add(line)
	}
	s.input.past.Reset()
}

// interrupt clears the line, and leaves when there was none twice.
func (s *Screen) interrupt(again bool) Action {
	in := &s.input
	switch {
	case in.mode != talking || s.overlay != nil:
		s.escape()
	case !in.line.Empty():
		s.remember(in.line.Text())
		in.line.Set("", 0)
		s.stale |= staleInput
	case again:
		return Action{Leave: true}
	default:
		in.leaving = true
		s.hint(s.fitting(s.texts().PressAgain, s.texts().PressAgainShort))
	}
	return Action{}
}

// lookFor makes the line, emptied, one to look for something with.
func (s *Screen) lookFor(m mode) {
	in := &s.input
	if in.mode == talking {
		in.kept = in.line.Text()
	}
	in.begin(m)
	in.line.Set("", 0)
	s.stale |= staleInput
}

// begin makes the line for something else; what is kept stays, but for talking.
func (in *input) begin(m mode) {
	in.mode, in.skip, in.paste = m, 0, nil
	in.query.Set("", 0)
	if m == talking {
		in.kept = ""
	}
}

// talkAgain makes the line one to talk with again, as it was.
func (s *Screen) talkAgain() {
	in := &s.input
	if in.mode == searching || in.mode == recalling {
		in.line.Set(in.kept, len(in.kept))
	}
	in.begin(talking)
	s.stale |= staleInput
}

// Waiting tells how many lines that were entered wait their turn.
func (s *Screen) Waiting(n int) {
	if n != s.input.waiting {
		s.input.waiting = n
		s.stale |= staleInput
	}
}

// fitting returns the first text that the terminal has room for, or else the last.
func (s *Screen) fitting(texts ...string) string {
	for _, text := range texts {
		if ansi.StringWidth(text) <= s.term.Width {
			return text
		}
	}
	return texts[len(texts)-1]
}

// hint shows a short text beside the line until the next key.
func (s *Screen) hint(text string) {
	s.input.hint = text
	s.stale |= staleInput
}
