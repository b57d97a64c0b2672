package edit

import (
	"slices"
	"strings"
)

// MaxLines is the most lines that a History keeps; the oldest go first.
const MaxLines = 100

// MaxBytes is the most bytes that the lines of a History have together; the oldest
// go first.
const MaxBytes = 32 << 10

// History is what was entered before, newest last, without repeats in a row. The
// zero value is empty and ready. It belongs to one goroutine at a time.
type History struct {
	lines []string
	bytes int // of lines

	back  int    // how many lines back the one shown is, 0 for what is being typed
	draft string // what was being typed
}

// Add keeps a line that was entered, and forgets which line was shown. A line of
// nothing but white space is not kept, nor one longer than MaxBytes.
func (h *History) Add(line string) {
	h.Reset()
	if strings.TrimSpace(line) == "" || len(line) > MaxBytes || h.line(1) == line {
		return
	}
	h.lines = append(h.lines, strings.Clone(line))
	h.bytes += len(line)
	gone := 0
	for len(h.lines)-gone > MaxLines || h.bytes > MaxBytes {
		h.bytes -= len(h.lines[gone])
		gone++
	}
	h.lines = slices.Delete(h.lines, 0, gone)
}

// line returns the nth line from the end, from 1, "" if there is none.
func (h *History) line(n int) string {
	if n < 1 || n > len(h.lines) {
		return ""
	}
	return h.lines[len(h.lines)-n]
}

// Older returns the line before the one shown, keeping current, what is being
// typed, for the way back; ok is false at the oldest. A line shown and then
// changed counts as what is being typed if that was nothing.
func (h *History) Older(current string) (line string, ok bool) {
	if h.back == len(h.lines) {
		return "", false
	}
	if h.back == 0 || h.draft == "" && current != h.line(h.back) {
		h.draft = strings.Clone(current)
	}
	h.back++
	return h.line(h.back), true
}

// Newer returns the line after the one shown, in the end what was being typed; ok
// is false if that is what is shown.
func (h *History) Newer() (line string, ok bool) {
	if h.back == 0 {
		return "", false
	}
	h.back--
	if h.back > 0 {
		return h.line(h.back), true
	}
	draft := h.draft
	h.Reset()
	return draft, true
}

// Search returns the newest line holding text (folded: neither case nor accents
// count), skipping the first skip such lines. Every line holds "". It reads the
// lines each time, which takes up to 2 ms when they are full of accents, and
// changes nothing to what Older and Newer return.
func (h *History) Search(text string, skip int) (line string, ok bool) {
	text = fold(text)
	for _, line := range slices.Backward(h.lines) {
		if !strings.Contains(fold(line), text) {
			continue
		}
		if skip <= 0 {
			return line, true
		}
		skip--
	}
	return "", false
}

// Reset forgets which line was shown, and what was being typed.
func (h *History) Reset() { h.back, h.draft = 0, "" }
