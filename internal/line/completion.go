package line

import "strings"

// Completer returns what the word that ends at byte pos of a line may become, best
// first, and where that word starts. The Editor keeps the slice.
type Completer func(line string, pos int) (start int, candidates []string)

// completion is a word being completed.
type completion struct {
	start, end int // of the candidate in its place, in bytes of the text
	candidates []string
	at         int
}

// Complete puts the first candidate for the word before the cursor in its place, or the
// last one when it goes backwards. Called again at once it goes on to the next one,
// round and round; after a sole candidate it asks for others. It reports whether it
// changed anything.
func (e *Editor) Complete(forward bool, complete Completer) bool {
	by, before := 1, -1
	if !forward {
		by, before = -1, 0
	}
	c := e.completion
	if c == nil {
		start, candidates := complete(e.text, e.cursor)
		if len(candidates) == 0 || start < 0 || start > e.cursor {
			return false
		}
		c = &completion{start: start, end: e.cursor, candidates: candidates, at: before}
	}
	n := len(c.candidates)
	c.at = (c.at + by + n) % n
	with := c.candidates[c.at]
	if strings.HasPrefix(e.text[c.end:], " ") {
		with = strings.TrimSuffix(with, " ")
	}
	e.Replace(c.start, c.end, with)
	if c.end = e.cursor; n > 1 {
		e.completion = c
	}
	return true
}

// Candidates returns those that Complete goes through, and which of them comes next;
// none when no word is being completed.
func (e *Editor) Candidates() (all []string, next int) {
	if e.completion == nil {
		return nil, 0
	}
	all = e.completion.candidates
	return all, (e.completion.at + 1) % len(all)
}

// EndCompletion leaves the word as it is, as any key does, and reports whether one was
// being completed.
func (e *Editor) EndCompletion() bool {
	ended := e.completion != nil
	e.completion = nil
	return ended
}
