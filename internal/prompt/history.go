package prompt

const maxHistory = 100 // lines

// history is what Up and Down go through, x/term's History: the last lines entered, without empty ones and without
// one that repeats the line before.
type history struct {
	lines []string // oldest first
}

// Add forgets the oldest line when the history is full. x/term calls it too, with the line that keyTake emptied.
func (h *history) Add(line string) {
	if line == "" || h.Len() > 0 && h.At(0) == line {
		return
	}
	if len(h.lines) == maxHistory {
		h.lines = append(h.lines[:0], h.lines[1:]...)
	}
	h.lines = append(h.lines, line)
}

// Len returns how many lines At knows.
func (h *history) Len() int { return len(h.lines) }

// At returns the i-th line back, 0 being the last one entered.
func (h *history) At(i int) string { return h.lines[len(h.lines)-1-i] }
