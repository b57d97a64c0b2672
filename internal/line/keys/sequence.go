package keys

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// Bytes with a meaning of their own.
const (
	bel = 0x07
	can = 0x18
	sub = 0x1A
	esc = 0x1B
	del = 0x7F
)

// isControl reports whether a byte is a control character of ASCII.
func isControl(b byte) bool { return b < ' ' || b == del }

// ending is how the bytes that begin with an ESC end.
type ending uint8

const (
	unfinished ending = iota // more must come to tell
	loneEsc                  // after the ESC, which is no part of what follows it
	altKey                   // after a character that is typed with Alt
	complete                 // at the end of a sequence
	broken                   // before a byte that cannot be in the sequence
	cancelled                // the sequence stands for nothing
)

// extent finds the end of what begins with the ESC that b begins with. After an ESC
// that was given as a key only sequences of keys and of reports count.
func extent(b []byte, escGiven bool) (n int, end ending) {
	if len(b) < 2 {
		return 0, unfinished
	}
	switch c := b[1]; {
	case c == '[' || c == 'O':
		return controlSequence(b, escGiven)
	case escGiven:
		return 1, loneEsc
	case c == esc:
		return afterTwoEscs(b)
	case strings.IndexByte("]PX^_", c) >= 0:
		return controlString(b)
	case !utf8.FullRune(b[1:]):
		return 0, unfinished
	}
	_, n = utf8.DecodeRune(b[1:])
	return 1 + n, altKey
}

// afterTwoEscs is extent for ESC ESC: a cursor or function key with Alt, or else the
// first was the Esc key.
func afterTwoEscs(b []byte) (n int, end ending) {
	if len(b) == 2 {
		return 0, unfinished
	}
	if b[2] == '[' || b[2] == 'O' {
		switch n, end := controlSequence(b[1:], false); end {
		case unfinished, complete:
			return 1 + n, end
		}
	}
	return 1, loneEsc
}

// controlSequence is extent for ESC [ (ECMA-48, section 5.4) and ESC O. Where the
// grammar is broken the sequence goes on to the final byte.
func controlSequence(b []byte, escGiven bool) (n int, end ending) {
	const start = len("\x1b[")
	if len(b) > start && b[1] == '[' && b[start] == 'M' && !escGiven {
		return mouse(b)
	}
	for i, c := range b[start:] {
		n := start + i
		switch {
		case c == can || c == sub:
			return n + 1, cancelled
		case isControl(c) || c > del || c == ' ' && b[1] == 'O':
			if i == 0 {
				return n, altKey
			}
			return n, broken
		case isFinal(b[start:n], c, b[1]):
			return n + 1, complete
		}
	}
	return 0, unfinished
}

// isFinal reports whether c ends a control sequence of a kind, '[' or 'O', after
// these bytes. ESC O may have a modifier before the key. rxvt sends Shift with a
// key as ESC [ number $, though ECMA-48 has a final byte follow the '$', and the
// Linux console has function keys that begin with ESC [ [.
func isFinal(before []byte, c, kind byte) bool {
	switch {
	case kind == 'O':
		return (c < '0' || c > '9') && c != ';'
	case string(before) == "[":
		return true
	case c == '$':
		return len(before) > 0 && len(bytes.Trim(before, "0123456789")) == 0
	}
	return c >= '@' && (c != '[' || len(before) > 0)
}

// mouse is extent for a mouse report of before mode 1006: a button and two
// coordinates, each from 0x20 on.
func mouse(b []byte) (n int, end ending) {
	for i := len("\x1b[M"); i < len("\x1b[Mbxy"); i++ {
		if i == len(b) {
			return 0, unfinished
		}
		if b[i] < ' ' {
			return i, cancelled
		}
	}
	return len("\x1b[Mbxy"), cancelled
}

// controlString is extent for a control string (ECMA-48, section 5.6). Text in UTF-8
// may hold the byte 0x9C, so that it ends none.
func controlString(b []byte) (n int, end ending) {
	const start = len("\x1b]")
	for n := start; n < len(b); n++ {
		switch c := b[n]; {
		case c == can || c == sub:
			return n + 1, cancelled
		case n == start && isControl(c):
			return n, altKey
		case c == bel:
			return n + 1, complete
		case c == esc && n+1 == len(b):
			return 0, unfinished
		case c == esc && b[n+1] == '\\':
			return n + 2, complete
		case isControl(c):
			return n, broken
		}
	}
	return 0, unfinished
}

// looksTyped reports whether a sequence whose ESC was given as a key is rather
// what was typed after that Esc: "Oui", "[ok". From ESC [ and ESC O with a letter
// that leaves the cursor keys, F1 to F4 and the focus.
func looksTyped(seq []byte) bool {
	last := seq[len(seq)-1]
	letter := len(seq) == len("\x1bOx")
	if seq[1] == 'O' {
		return !letter || strings.IndexByte("ABCDFHPQRS", last) < 0
	}
	return letter && last >= 'a'
}
