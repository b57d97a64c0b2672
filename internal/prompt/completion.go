package prompt

import "unicode/utf8"

const maxLine = 4096 // characters, x/term's own limit for what is typed

// completion is what the last Tab did, so that the next one goes on from there.
type completion struct {
	line       string // as it left it
	pos        int
	head, tail string // what stands around the candidate
	candidates []string
	turn       int // the next candidate
}

// next returns the line after a Tab, and false when there is nothing to complete. A Tab that finds the line as the
// last one left it takes the next candidate; a sole candidate is not a choice, so that the next Tab may complete
// the next word.
func (c *completion) next(line string, pos int, complete func(string, int) (int, []string)) (string, int, bool) {
	if complete == nil {
		return "", 0, false
	}
	if len(c.candidates) < 2 || line != c.line || pos != c.pos {
		start, candidates := complete(line, pos)
		if len(candidates) == 0 || start < 0 || start > pos {
			*c = completion{}
			return "", 0, false
		}
		*c = completion{head: line[:start], tail: line[pos:], candidates: candidates}
	}
	candidate := c.candidates[c.turn]
	c.turn = (c.turn + 1) % len(c.candidates)
	c.line, c.pos = c.head+candidate+c.tail, len(c.head)+len(candidate)
	if utf8.RuneCountInString(c.line) > maxLine {
		return "", 0, false
	}
	return c.line, c.pos, true
}
