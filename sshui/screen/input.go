package screen

import (
	"strings"

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

	rows int // of the terminal, as laid out last
}

// mode is what the line being typed is for.
type mode uint8

const (
	talking   mode = iota
	searching      // the room
	recalling      // what was typed before
	pasting        // a question is to be answered
)

// begin makes the line for something else; what is kept stays, but for talking.
func (in *input) begin(m mode) {
	in.mode, in.skip, in.paste = m, 0, nil
	in.query.Set("", 0)
	if m == talking {
		in.kept = ""
	}
}

// Action is what a key asks of the front: at most one of the three. Lines and
// requests are done in the order in which they were asked for. The room's answer to a
// request goes to Show, and one that failed to Failed too.
type Action struct {
	Line    string       // as it was typed; "" for none
	Request room.Request // for the session to Ask; nil for none
	Leave   bool         // the member goes
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
	in.clear()
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
	if s.input.free() {
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

// free reports whether nothing is being typed, for whatever purpose.
func (in *input) free() bool { return in.line.Empty() && in.mode == talking }

// clear empties the line, and keeps what was typed to be recalled unless it holds a
// pass phrase.
func (in *input) clear() {
	if typed := in.line.Text(); !room.Secret(typed) {
		in.past.Add(typed)
	}
	in.past.Reset()
	in.line.Set("", 0)
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

// maxQuery is the longest text sought, in bytes; what is more is not typed.
const maxQuery = 256

// seek shows the line sought, from its beginning.
func (in *input) seek() {
	line, ok := in.past.Search(in.query.Text(), in.skip)
	if !ok && in.skip > 0 { // the oldest stays
		in.skip--
		line, ok = in.past.Search(in.query.Text(), in.skip)
	}
	if !ok || in.query.Empty() {
		line, in.skip = "", 0
	}
	in.line.Set(line, 0)
}

// recall does a key while a line is being looked for, and reports whether it was one:
// text makes what is sought longer, Ctrl-R goes further back, Enter takes the line that
// was found. So does any other key, which is then still to be done.
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
		s.talkAgain()
		return name == "enter"
	default:
		in.begin(talking)
		in.line.Set(in.line.Text(), len(in.line.Text()))
		return name == "enter"
	}
	in.seek()
	return true
}

// pasteLines is how many lines a paste may have without being asked about.
const pasteLines = 5

// pasted takes a paste: a short one into the line, a long one after a question. It
// closes what lies over the transcript, as typing does. While a question waits for
// its answer it is not taken: it is still where it came from.
func (s *Screen) pasted(p keys.Paste) {
	p.Text = strings.TrimSuffix(p.Text, "\n")
	if s.bare {
		s.bare = false
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
		s.input.begin(pasting)
		s.input.paste = &p
		s.stale |= staleInput
	default:
		s.close()
		s.insert(p.Text)
	}
}

// decide answers the question about a paste.
func (s *Screen) decide(name, text string) {
	p := s.input.paste
	switch answer := strings.ToLower(text[:min(len(text), 1)]); { // typed fast: the first letter is the answer
	case name == "enter", answer == "o", answer == "y":
		s.talkAgain()
		s.insert(p.Text)
	case answer == "n":
		s.talkAgain()
	case name == "ctrl+l":
		s.stale |= everything
	}
}
