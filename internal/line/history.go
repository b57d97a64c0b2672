package line

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
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

	back    int            // how many lines back the one shown is, 0 for what is being typed
	changed map[int]string // what was typed, and what has become of lines shown, by how far back
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
	for len(h.lines) > MaxLines || h.bytes > MaxBytes {
		h.bytes -= len(h.lines[0])
		h.lines = slices.Delete(h.lines, 0, 1)
	}
}

// Size returns how many bytes its lines have together, with what was typed into them.
func (h *History) Size() int {
	size := h.bytes
	for _, typed := range h.changed {
		size += len(typed)
	}
	return size
}

// line returns the nth line from the end, from 1, "" if there is none.
func (h *History) line(n int) string {
	if n < 1 || n > len(h.lines) {
		return ""
	}
	return h.lines[len(h.lines)-n]
}

// Key does a key that goes through the lines, up, down, ctrl+p or ctrl+n: it puts the
// line before or after the one shown into an Editor, in the end what was being typed.
// It reports whether it did. What a line has become is kept until Reset, MaxBytes
// together at most: beyond them Key does nothing.
func (h *History) Key(name string, e *Editor) bool {
	back := h.back
	switch name {
	case "up", "ctrl+p":
		if back++; back == 1 && e.text != "" && e.text == h.line(1) { // it was refused, and came back
			back++
		}
	case "down", "ctrl+n":
		back--
	default:
		return false
	}
	line, ok := h.show(back, e.text)
	if ok {
		e.Set(line, len(line))
	}
	return ok
}

// show returns the line that is so many lines back, as it was left, if there is one and
// there is room to keep current, what the line shown has become.
func (h *History) show(back int, current string) (line string, ok bool) {
	if back < 0 || back > len(h.lines) || !h.keep(current) {
		return "", false
	}
	h.back = back
	if line, ok := h.changed[back]; ok {
		return line, true
	}
	return h.line(back), true
}

// keep notes what has become of the line shown, and reports false when there is no
// room for it.
func (h *History) keep(current string) bool {
	if current == h.line(h.back) {
		delete(h.changed, h.back)
		return true
	}
	bytes := len(current) - len(h.changed[h.back])
	for _, line := range h.changed {
		bytes += len(line)
	}
	if bytes > MaxBytes {
		return false
	}
	if h.changed == nil {
		h.changed = map[int]string{}
	}
	h.changed[h.back] = strings.Clone(current)
	return true
}

// Search returns the newest line holding text (folded: neither case nor accents
// count), skipping the first skip such lines. Every line holds "". It reads the
// lines each time, which takes up to 2 ms when they are full of accents, and
// leaves the line shown as it is.
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

// Reset forgets which line was shown, and what was being typed: lines that were
// changed are again what was entered.
func (h *History) Reset() { h.back, h.changed = 0, nil }

// ligatures are letters that French spells out as well.
var ligatures = strings.NewReplacer("œ", "oe", "æ", "ae")

// fold returns text for searches, where "École" must find "ecole" and "cœur" must
// find "coeur": case folded, decomposed, without the marks of category Mn.
func fold(text string) string {
	if !strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return strings.ToLower(text)
	}
	text = norm.NFD.String(cases.Fold().String(text))
	return ligatures.Replace(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, text))
}
