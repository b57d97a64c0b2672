package screen

import (
	"strings"

	"salon/internal/line"
	"salon/internal/line/keys"
	"salon/room"
	"salon/room/state"
)

// input is the line being typed and what the line is for.
type input struct {
	line    *line.Editor // the draft of the conversation
	history line.History

	mode  mode
	query line.Editor // what is being recalled, in mode recalling
	skip  int         // how many lines that hold it were passed over
	draft string      // what was being typed, while the line is for something else
	paste *keys.Paste

	// unsure: those whom the line goes to have changed since it was begun, and not as the
	// member meant: Enter says so before it sends it.
	unsure bool
	// moved: the line was being typed in a room that is shown no more; Enter says where what
	// is typed now goes before it sends it.
	moved bool
	// asked is the line that Enter has asked about: it sends that, and nothing that was
	// typed since.
	asked string
	// moving: a line was entered that goes to another room, which is not shown yet: what is
	// typed meanwhile is meant for there.
	moving bool

	hint           string // shown until the next key
	waiting        int    // lines entered that wait their turn
	pendingReplies int    // to lines that say nothing: the view goes down to each when it comes
	quitPending    bool   // Ctrl-C was the last key, on an empty line
	escHandled     bool   // the last key was an Esc that closed something

	highlighted entryRef // which entry the view went to, until the next key

	rows int // of the terminal, as laid out last
}

// mode is what the line being typed is for.
type mode uint8

const (
	composing mode = iota
	searching      // the room
	recalling      // what was typed before
	pasting        // a question is to be answered
)

// setMode changes what the line is for. The draft is kept until the mode is composing.
func (in *input) setMode(m mode) {
	in.mode, in.skip, in.paste = m, 0, nil
	in.query.Set("", 0)
	if m == composing {
		in.draft = ""
	}
}

// Action is what a key asks of the front: at most one of the four. Lines and
// requests are done in the order in which they were asked for. The room's answer to a
// request goes to Show, and one that failed to Failed too.
type Action struct {
	Line    string       // as it was typed; "" for none
	Request room.Request // for the session to Ask; nil for none
	Leave   bool         // the member goes
	Look    bool         // the session is to look at Room, at once
	Room    state.Seq    // with Look, or where Line was typed
}

// insert types text.
func (s *Screen) insert(text string) {
	if s.input.line.Empty() || s.input.line.Selected() {
		s.input.unsure = false
	}
	if left := s.input.line.Insert(text); left > 0 {
		s.hint(counted(left, s.texts().CutOne, s.texts().Cut))
	}
	s.stale |= staleInput
}

// enter ends the line: it is for the room, or a search in it. A member who says something
// has read what there is and goes down to it; what only asks or changes something
// leaves the view alone until its answer comes.
func (s *Screen) enter() Action {
	in := &s.input
	s.stale |= staleInput
	text := in.line.Text()
	moves := s.rooms != nil && room.Moves(text)
	if in.mode == composing && (in.unsure || in.moved) && text != in.asked && room.Speaks(text) && !moves {
		s.askAgain()
		return Action{}
	}
	if in.mode == searching {
		s.endMode()
		if text = strings.TrimSpace(text); text == "" {
			return Action{}
		}
		in.pendingReplies++
		return Action{Request: room.Search{Text: text}}
	}
	if strings.TrimSpace(text) == "" {
		return Action{}
	}
	in.clear()
	in.moving = in.moving || room.Moves(text)
	if names, ok := room.Targets(text); ok {
		s.target.choose(names)
		return Action{Line: text}
	}
	if moves || !room.Speaks(text) {
		in.pendingReplies++
		return Action{Line: text}
	}
	s.clearMarker()
	s.toBottom()
	return Action{Line: text}
}

// Restore puts a line that was refused, or that nothing could take, back on the screen as
// selected: what is typed next replaces it, Enter sends it again. It does so only if the
// member is not typing something else; the line is recalled by Up in any case. A line
// with a pass phrase does not come back: nobody could see what is wrong with it, and
// whoever typed a better phrase over it would say that to everyone.
//
// One that was typed in a room which is not shown comes back there, if that is still followed.
func (s *Screen) Restore(typedIn state.Seq, line string) {
	in := &s.input
	if typedIn != s.transcript.id {
		if c := s.others[typedIn]; c != nil && c.draft.Empty() && !room.Secret(line) {
			c.draft.Set(line, len(line))
			c.draft.Select()
		}
		return
	}
	if !in.isIdle() && !(in.mode == composing && in.line.Selected()) || room.Secret(line) {
		return
	}
	in.line.Set(line, len(line))
	in.line.Select()
	s.stale |= staleInput
}

// Resume puts what was being typed elsewhere on the screen, to go on with it.
func (s *Screen) Resume(line string) {
	if line != "" {
		if was := s.input.line.Text(); was != "" { // of a room that was gone to meanwhile
			s.input.history.Add(was)
		}
		s.input.line.Set(line, len(line))
		s.stale |= staleInput
	}
}

// Done says that a command succeeded without a reply of its own: the view follows the
// conversation again, where its event is. It reports whether the screen changed.
func (s *Screen) Done(line string) bool {
	if s.input.pendingReplies == 0 || room.Speaks(line) && !room.Moves(line) {
		return false
	}
	s.input.pendingReplies--
	if !room.Moves(line) { // another place is shown, as it was left
		s.toBottom()
	}
	return true
}

// TakeLine empties the line and returns what was being typed: not what is selected, for
// whoever takes it would go on behind it.
func (s *Screen) TakeLine() string {
	s.endMode()
	line := s.input.line.Text()
	if s.input.line.Selected() {
		line = ""
	}
	s.input.line.Set("", 0)
	return line
}

// isIdle reports whether the line is empty and has its usual purpose.
func (in *input) isIdle() bool { return in.line.Empty() && in.mode == composing }

// clear empties the line, and keeps what was typed to be recalled unless it holds a
// pass phrase.
func (in *input) clear() {
	if typed := in.line.Text(); !room.Secret(typed) {
		in.history.Add(typed)
	}
	in.history.Reset()
	in.line.Set("", 0)
	in.unsure, in.moved, in.asked = false, false, ""
}

// startSearch empties the line and makes it a search, in the room or in what was typed.
func (s *Screen) startSearch(m mode) {
	in := &s.input
	if in.mode == composing && !in.line.Selected() {
		in.draft = in.line.Text()
	}
	in.setMode(m)
	in.line.Set("", 0)
	s.stale |= staleInput
}

// endMode makes the line one for messages again, with the draft that it held.
func (s *Screen) endMode() {
	in := &s.input
	if in.mode == searching || in.mode == recalling {
		in.line.Set(in.draft, len(in.draft))
	}
	in.setMode(composing)
	s.stale |= staleInput
}

// Waiting sets how many entered lines wait for their turn, which the prompt says.
func (s *Screen) Waiting(n int) {
	if n != s.input.waiting {
		s.input.waiting = n
		s.stale |= staleInput
	}
}

// maxQuery is the longest text sought, in bytes; what is more is not typed.
const maxQuery = 256

// seek shows the line of the history that the query finds.
func (in *input) seek() {
	line, ok := in.history.Search(in.query.Text(), in.skip)
	if !ok && in.skip > 0 { // the oldest stays
		in.skip--
		line, ok = in.history.Search(in.query.Text(), in.skip)
	}
	if !ok || in.query.Empty() {
		line, in.skip = "", 0
	}
	in.line.Set(line, 0)
}

// recall handles a key while the history is searched, and reports whether it was used up:
// text makes the query longer, Ctrl-R goes further back, Enter accepts the line found. So
// does any other key, which is then still to be handled.
func (s *Screen) recall(name, text string) bool {
	in := &s.input
	s.stale |= staleInput
	switch {
	case name == "" && text != "":
		if len(in.query.Text())+len(text) <= maxQuery {
			in.query.Insert(text)
		}
		in.skip = 0
	case name == "backspace" && !in.query.Empty():
		in.query.Key(name)
		in.skip = 0
	case name == "ctrl+r":
		in.skip++
	case in.line.Empty():
		s.endMode()
		return name == "enter"
	default:
		in.setMode(composing)
		in.line.Set(in.line.Text(), len(in.line.Text()))
		return name == "enter"
	}
	in.seek()
	return true
}

// pasteLines is how many lines a paste may have without being asked about.
const pasteLines = 5

// acceptPaste inserts a short paste, and asks before it inserts a long one. Like typing,
// it closes an overlay. While a question is open, another paste is ignored.
func (s *Screen) acceptPaste(p keys.Paste) {
	p.Text = strings.TrimSuffix(p.Text, "\n")
	if s.copying {
		s.copying = false
		s.stale |= everything
	}
	switch {
	case s.input.mode == pasting:
	case s.input.mode == recalling:
		s.recall("", strings.ReplaceAll(p.Text, "\n", " "))
	case s.input.mode == searching:
		s.insert(strings.ReplaceAll(p.Text, "\n", " "))
	case p.Cut || strings.Count(p.Text, "\n") >= pasteLines:
		s.close()
		s.input.setMode(pasting)
		s.input.paste = &p
		s.stale |= staleInput
	default:
		s.close()
		s.insert(p.Text)
	}
}

// answerPaste handles a key while the question about a paste is open.
func (s *Screen) answerPaste(name, text string) {
	p := s.input.paste
	switch answer := strings.ToLower(text[:min(len(text), 1)]); { // typed fast: the first letter is the answer
	case name == "enter", answer == "o", answer == "y":
		s.endMode()
		s.insert(p.Text)
	case answer == "n":
		s.endMode()
	case name == "ctrl+l":
		s.stale |= everything
	}
}
