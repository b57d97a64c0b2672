package line

import "strings"

// cutOut does the keys that kill: what they cut out ctrl+y brings back.
func (e *Editor) cutOut(name string) bool {
	switch name {
	case "ctrl+w":
		e.kill(e.fieldStart(), e.cursor)
	case "alt+backspace":
		e.kill(e.wordStart(), e.cursor)
	case "alt+d":
		e.kill(e.cursor, e.wordEnd())
	case "ctrl+u":
		e.kill(e.lineStartOrNewline(), e.cursor)
	case "ctrl+k":
		e.kill(e.cursor, e.lineEndOrNewline())
	default:
		return false
	}
	return true
}

// lineStartOrNewline returns where the line begins, or at its start where the
// newline before it does.
func (e *Editor) lineStartOrNewline() int {
	if start := e.lineStart(); start < e.cursor {
		return start
	}
	return max(e.cursor-1, 0)
}

// lineEndOrNewline returns where the line ends, or at its end where its newline
// does.
func (e *Editor) lineEndOrNewline() int {
	if end := e.lineEnd(); end > e.cursor {
		return end
	}
	return min(e.cursor+1, len(e.text))
}

// kill cuts out what stands between two boundaries, one of which is the cursor.
// To kill nothing changes nothing, and does not end a gathering.
func (e *Editor) kill(start, end int) {
	if start == end {
		e.streak = e.last
		return
	}
	e.streak = killing
	if e.last != killing {
		e.killed = ""
	}
	if start < e.cursor {
		e.killed = strings.Join([]string{e.text[start:end], e.killed}, "")
	} else {
		e.killed = strings.Join([]string{e.killed, e.text[start:end]}, "")
	}
	e.splice(start, end, "")
}
