package screen

import (
	"fmt"
	"strings"
)

// complete puts the next candidate for the word before the cursor in its place.
func (s *Screen) complete(forward bool) {
	if s.input.mode == talking && s.input.line.Complete(forward, s.room.Complete) {
		s.stale |= staleInput
	}
}

// tabHint is what Tab would put in, or the candidates to go on to, in at most a
// number of columns.
func (s *Screen) tabHint(columns int) string {
	in := &s.input
	if in.mode != talking || columns < 12 {
		return ""
	}
	candidates, at := s.candidates()
	if len(candidates) == 0 {
		return ""
	}
	var words []string
	for i := range min(len(candidates), columns) { // each has a column at least
		words = append(words, strings.TrimSpace(candidates[(at+i)%len(candidates)]))
	}
	return cut(fmt.Sprintf(s.texts().TabHint, strings.Join(words, " ")), columns)
}

// candidates are those being gone through, from the next on, or else those for a
// name, a command or what a command takes that is being typed.
func (s *Screen) candidates() (list []string, next int) {
	in := &s.input
	if list, next = in.line.Candidates(); len(list) > 0 {
		return list, next
	}
	text := in.line.Text()[:in.line.Cursor()]
	word := text[strings.LastIndexAny(text, " ,\n")+1:]
	if !s.completes(text, word) {
		return nil, 0
	}
	_, list = s.room.Complete(in.line.Text(), in.line.Cursor())
	if len(list) == 1 && strings.TrimSpace(list[0]) == word {
		return nil, 0
	}
	return list, 0
}

// completes reports whether the word at the end of a text is worth a hint: words
// that are merely said are not, whomever they resemble.
func (s *Screen) completes(text, word string) bool {
	switch {
	case strings.HasPrefix(word, "@"):
		return len(word) > 1
	case !strings.HasPrefix(text, "/") || len(text) < 2:
		return false
	case len(word) == len(text):
		return true
	}
	command, _, _ := cutBlank(text)
	c := s.called(command)
	return c != nil && len(c.Args) > 0
}
