package screen

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"salon/internal/line/keys"
	"salon/room/text"
)

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
	case s.input.mode != talking:
		s.typeInMode(strings.ReplaceAll(p.Text, "\n", " "))
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

func (s *Screen) typeInMode(text string) {
	if s.input.mode == recalling {
		s.recall("", text)
		return
	}
	s.insert(text)
}

// decide answers the question about a paste.
func (s *Screen) decide(name, text string) {
	p := s.input.paste
	if len(text) > 1 { // typed fast: the first letter is the answer
		text = text[:1]
	}
	switch {
	case name == "enter", strings.EqualFold(text, "o"), strings.EqualFold(text, "y"):
		s.talkAgain()
		s.insert(p.Text)
	case strings.EqualFold(text, "n"):
		s.talkAgain()
	case name == "ctrl+l":
		s.stale |= everything
	}
}

// question asks about a paste, in few words where there is little room. It says so
// when no message holds it all.
func (s *Screen) question() string {
	p, t := s.input.paste, s.texts()
	lines, most := strings.Count(p.Text, "\n")+1, text.MaxText>>10
	long, short := fmt.Sprintf(t.PasteAsk, lines, len(p.Text)), fmt.Sprintf(t.PasteAskShort, lines)
	switch {
	case p.Cut:
		long, short = fmt.Sprintf(t.PasteCut, text.MaxLines, most), t.PasteOverShort
	case lines > text.MaxLines || len(p.Text) > text.MaxText:
		long, short = fmt.Sprintf(t.PasteOver, lines, text.MaxLines, most), t.PasteOverShort
	}
	if ansi.StringWidth(long) < s.term.Width {
		return long
	}
	return short
}
