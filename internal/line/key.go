package line

import (
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Key does a key that edits, by the names of package keys, and reports whether it
// is one. Keys that have another meaning where there is nothing to edit are not:
// home, end and ctrl+d in an empty text, up on the first line of the text and
// down on its last.
//
// Keys are those of a shell, in the current line of the text. Kills in a row
// gather for one ctrl+y, each on the side it was cut from; ctrl+k at the end of a
// line takes the newline after it and ctrl+u at the start the one before.
// alt+enter and shift+enter begin a line.
//
// Those two and ctrl+y replace a selected text; up and down only end the selection.
func (e *Editor) Key(name string) bool {
	selected := e.selected
	if selected && (name == "alt+enter" || name == "shift+enter" || name == "ctrl+y" && e.killed != "") {
		e.Set("", 0)
	}
	e.begin()
	if e.Empty() && slices.Contains([]string{"home", "end", "ctrl+d"}, name) {
		return false
	}
	switch name {
	case "up":
		return selected || e.up()
	case "down":
		return selected || e.down()
	case "ctrl+a", "home":
		e.cursor = e.lineStart()
	case "ctrl+e", "end":
		e.cursor = e.lineEnd()
	case "left", "ctrl+b":
		e.cursor = previous(e.text, e.cursor)
	case "right":
		e.cursor = next(e.text, e.cursor)
	case "alt+b", "alt+left", "ctrl+left":
		e.cursor = e.wordStart()
	case "alt+f", "alt+right", "ctrl+right":
		e.cursor = e.wordEnd()
	case "backspace", "ctrl+h":
		e.splice(previous(e.text, e.cursor), e.cursor, "")
	case "delete", "ctrl+d":
		e.splice(e.cursor, next(e.text, e.cursor), "")
	case "ctrl+w":
		e.kill(e.fieldStart(), e.cursor)
	case "alt+backspace":
		e.kill(e.wordStart(), e.cursor)
	case "alt+d":
		e.kill(e.cursor, e.wordEnd())
	case "ctrl+u":
		e.kill(min(e.lineStart(), max(e.cursor-1, 0)), e.cursor)
	case "ctrl+k":
		e.kill(e.cursor, max(e.lineEnd(), min(e.cursor+1, len(e.text))))
	case "ctrl+y":
		e.splice(e.cursor, e.cursor, e.killed)
	case "ctrl+t":
		e.transpose()
	case "alt+enter", "shift+enter":
		e.splice(e.cursor, e.cursor, "\n")
	default:
		e.selected = selected // what is no key of a line leaves it alone
		return false
	}
	return true
}

// up goes to the line above.
func (e *Editor) up() bool {
	start := e.lineStart()
	if start == 0 {
		return false
	}
	goal := e.goalColumn(start)
	e.cursor = start - 1
	e.toColumn(e.lineStart(), goal)
	return true
}

// down goes to the line below.
func (e *Editor) down() bool {
	end := e.lineEnd()
	if end == len(e.text) {
		return false
	}
	e.toColumn(end+1, e.goalColumn(e.lineStart()))
	return true
}

// goalColumn returns the column to keep for the cursor, on the line that begins at a byte
// of the text: where the first up or down of a row of them found it.
func (e *Editor) goalColumn(start int) int {
	if e.lastAction != vertical {
		e.goal = ansi.StringWidth(e.text[start:e.cursor])
	}
	e.action = vertical
	return e.goal
}

// toColumn puts the cursor in a column of the line that begins at a byte of the text,
// or at the line's end if it is shorter.
func (e *Editor) toColumn(start, column int) {
	e.cursor = start
	for e.cursor < len(e.text) && e.text[e.cursor] != '\n' {
		n, width := step(e.text, e.cursor)
		if column -= width; column < 0 {
			return
		}
		e.cursor += n
	}
}

// kill cuts out what stands between two boundaries, one of which is the cursor.
// To kill nothing changes nothing, and does not end a gathering.
func (e *Editor) kill(start, end int) {
	if start == end {
		e.action = e.lastAction
		return
	}
	e.action = killing
	if e.lastAction != killing {
		e.killed = ""
	}
	cut := strings.Clone(e.text[start:end])
	if start < e.cursor {
		e.killed = cut + e.killed
	} else {
		e.killed += cut
	}
	e.splice(start, end, "")
}

// transpose drags the grapheme before the cursor over the one after it, or at the
// end of a line swaps the last two. At the start of a line it does nothing.
func (e *Editor) transpose() {
	start, at := e.lineStart(), e.cursor
	if at > start && at == e.lineEnd() {
		at = previous(e.text, at)
	}
	if at == start {
		return
	}
	from, to := previous(e.text, at), next(e.text, at)
	e.splice(from, to, e.text[at:to]+e.text[from:at])
}
