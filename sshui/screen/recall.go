package screen

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"salon/room/text"
	"salon/sshui/rows"
)

// recall does a key while a line is being looked for: text makes what is sought
// longer, Ctrl-R goes further back, Enter takes the line that was found, and so
// does any key that edits.
func (s *Screen) recall(name, text string) Action {
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
	default:
		return s.recalled(name)
	}
	in.seek()
	return Action{}
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

// recalled ends the search with what it found, and does the key that ended it.
func (s *Screen) recalled(name string) Action {
	in := &s.input
	if in.line.Empty() {
		s.talkAgain()
	} else {
		in.begin(talking)
		in.line.Set(in.line.Text(), len(in.line.Text()))
	}
	if name == "enter" {
		return Action{}
	}
	return s.command(name)
}

// recallPrompt is the prompt with what is sought in it: its end, where there is no
// room for all.
func (s *Screen) recallPrompt() (string, rows.Style) {
	t, in := s.texts(), &s.input
	if in.query.Empty() {
		return t.Recall, rows.Strong
	}
	form, style, space := t.RecallPrompt, rows.Strong, s.promptRoom()
	if s.term.Width < narrow {
		form = t.RecallShort
	}
	if in.line.Empty() {
		form, style, space = t.RecallNone, rows.Wrong, s.term.Width-1
	}
	query := strings.ReplaceAll(in.query.Text(), "\n", " ")
	space -= ansi.StringWidth(fmt.Sprintf(form, ""))
	if more := ansi.StringWidth(query) - space; more > 0 {
		query = ansi.TruncateLeft(query, more+1, "…")
	}
	return fmt.Sprintf(form, text.Isolate(query)), style
}
