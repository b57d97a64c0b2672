package line

// Key does a key that edits, by the names of package keys, and reports whether it
// is one. Keys that have another meaning where there is nothing to edit are not:
// home, end and ctrl+d in an empty text, up on the first line of the text and
// down on its last.
//
// Keys are those of a shell, in the current line of the text. Kills in a row
// gather for one ctrl+y, each on the side it was cut from; ctrl+k at the end of a
// line takes the newline after it and ctrl+u at the start the one before.
// alt+enter and shift+enter begin a line.
func (e *Editor) Key(name string) bool {
	e.begin()
	return e.move(name) || e.erase(name) || e.cutOut(name) || e.put(name)
}

// move does the keys that move the cursor.
func (e *Editor) move(name string) bool {
	switch name {
	case "ctrl+a":
		e.cursor = e.lineStart()
	case "ctrl+e":
		e.cursor = e.lineEnd()
	case "home":
		return !e.Empty() && e.move("ctrl+a")
	case "end":
		return !e.Empty() && e.move("ctrl+e")
	case "left", "ctrl+b":
		e.cursor = previous(e.text, e.cursor)
	case "right":
		e.cursor = next(e.text, e.cursor)
	case "alt+b", "alt+left", "ctrl+left":
		e.cursor = e.wordStart()
	case "alt+f", "alt+right", "ctrl+right":
		e.cursor = e.wordEnd()
	case "up":
		return e.up()
	case "down":
		return e.down()
	default:
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
	goal := e.aim(start)
	e.cursor = start - 1
	e.land(e.lineStart(), goal)
	return true
}

// down goes to the line below.
func (e *Editor) down() bool {
	end := e.lineEnd()
	if end == len(e.text) {
		return false
	}
	e.land(end+1, e.aim(e.lineStart()))
	return true
}

// aim returns the column to keep for the cursor, on the line that begins at a byte
// of the text: where the first up or down of a row of them found it.
func (e *Editor) aim(start int) int {
	e.streak = climbing
	if e.last == climbing {
		return e.goal
	}
	e.goal = 0
	for i := start; i < e.cursor; {
		n, width := step(e.text, i)
		i, e.goal = i+n, e.goal+width
	}
	return e.goal
}

// land puts the cursor in a column of the line that begins at a byte of the text,
// or at the line's end if it is shorter.
func (e *Editor) land(start, column int) {
	e.cursor = start
	for e.cursor < len(e.text) && e.text[e.cursor] != '\n' {
		n, width := step(e.text, e.cursor)
		if column -= width; column < 0 {
			return
		}
		e.cursor += n
	}
}

// erase does the keys that delete for good.
func (e *Editor) erase(name string) bool {
	switch name {
	case "backspace", "ctrl+h":
		e.splice(previous(e.text, e.cursor), e.cursor, "")
	case "delete":
		e.splice(e.cursor, next(e.text, e.cursor), "")
	case "ctrl+d":
		return !e.Empty() && e.erase("delete")
	default:
		return false
	}
	return true
}

// put does the keys that add or rearrange.
func (e *Editor) put(name string) bool {
	switch name {
	case "ctrl+y":
		e.splice(e.cursor, e.cursor, e.killed)
	case "ctrl+t":
		e.transpose()
	case "alt+enter", "shift+enter":
		e.splice(e.cursor, e.cursor, "\n")
	default:
		return false
	}
	return true
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
