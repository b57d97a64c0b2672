package keys

import (
	"bytes"
	"strings"
)

// step takes the next byte of a sequence or rune, and reports whether it is of
// it; when not, the byte begins something else.
func (d *Decoder) step(b byte) bool {
	switch d.state {
	case midRune:
		return d.rune(b)
	case escape:
		return d.afterEscape(b)
	case twice:
		return d.afterTwo(b)
	case lone:
		return d.afterLone(b)
	case str:
		return d.inString(b)
	case strEnd:
		return d.afterString(b)
	case mouse:
		return d.inMouse(b)
	}
	return d.inSequence(b)
}

// inSequence takes a byte of one that holds only printable ASCII.
func (d *Decoder) inSequence(b byte) bool {
	if b == can || b == sub {
		d.cancel()
		return true
	}
	if isControl(b) || b > del || b == ' ' && d.state == ss3 {
		d.abandon()
		return false
	}
	switch d.state {
	case linux:
		d.finish(b)
	case ss3:
		d.inSS3(b)
	default:
		d.inCSI(b)
	}
	return true
}

// afterEscape takes what follows one ESC: the kind of sequence, or a key with
// Alt.
func (d *Decoder) afterEscape(b byte) bool {
	switch b {
	case esc:
		d.state = twice
		return true
	case '[':
		d.open(csi, b)
		return true
	case 'O':
		d.open(ss3, b)
		return true
	case ']', 'P', 'X', '^', '_':
		d.open(str, b)
		return true
	}
	d.to(ground)
	d.alt = true
	return false
}

// afterTwo takes what follows ESC ESC: a cursor or function key with Alt, or else
// the first was the Esc key.
func (d *Decoder) afterTwo(b byte) bool {
	if b == '[' || b == 'O' {
		d.alt = true
		d.state = escape
		return d.afterEscape(b)
	}
	d.key(Key{Name: "esc"})
	d.state = escape
	return d.afterEscape(b)
}

// afterLone takes what follows an ESC that was given as a key.
func (d *Decoder) afterLone(b byte) bool {
	if b != '[' && b != 'O' {
		d.to(ground)
		return false
	}
	d.held = append(d.held, esc)
	d.spent = true
	d.state = escape
	return d.afterEscape(b)
}

func (d *Decoder) open(s state, b byte) {
	d.state = s
	d.hold(b)
}

// hold keeps a byte of a sequence. One that fills maxSequence is too long, and
// discarded when it ends.
func (d *Decoder) hold(b byte) {
	if len(d.held) < maxSequence {
		d.held = append(d.held, b)
	}
}

// inCSI takes a byte of a control sequence (ECMA-48, section 5.4). Where the
// grammar is broken it goes on to the final byte.
func (d *Decoder) inCSI(b byte) {
	bare := d.bare()
	d.hold(b)
	switch {
	case b == '$' && isShifted(d.held):
		d.end()
	case b < '0':
		d.state = csiRest
	case b <= '?':
	case b == '[' && bare:
		d.state = linux
	case b == 'M' && bare && !d.spent:
		d.state = mouse
	default:
		d.end()
	}
}

// isShifted reports whether a sequence is ESC [ number $, how rxvt sends Shift
// with a key: '$' is its end, though ECMA-48 has a final byte follow.
func isShifted(seq []byte) bool {
	number := seq[len("\x1b[") : len(seq)-1]
	return len(number) > 0 && len(bytes.Trim(number, "0123456789")) == 0
}

// inSS3 takes a byte of what follows ESC O: a modifier maybe, and the key.
func (d *Decoder) inSS3(b byte) {
	if '0' <= b && b <= '9' || b == ';' {
		d.hold(b)
		return
	}
	d.finish(b)
}

// inMouse takes a byte of a mouse report of before mode 1006: a button and two
// coordinates, each from 0x20 on.
func (d *Decoder) inMouse(b byte) bool {
	if b < ' ' {
		d.cancel()
		return false
	}
	if d.hold(b); len(d.held) == len("\x1b[Mbxy") {
		d.cancel()
	}
	return true
}

// inString takes a byte of a control string (ECMA-48, section 5.6). Text in
// UTF-8 may hold the byte 0x9C, so that it ends none.
func (d *Decoder) inString(b byte) bool {
	switch {
	case b == can || b == sub:
		d.cancel()
	case d.bare() && isControl(b) || b == del:
		d.abandon()
		return false
	case b == bel:
		d.end()
	case b == esc:
		d.state = strEnd
	case b < ' ':
		d.abandon()
		return false
	default:
		d.hold(b)
	}
	return true
}

// afterString takes what follows an ESC in a control string: ST ends it, anything
// else is a sequence of its own.
func (d *Decoder) afterString(b byte) bool {
	if b == '\\' {
		d.end()
		return true
	}
	d.to(escape)
	d.held = append(d.held, esc)
	return false
}

// bare reports whether nothing followed what opened the sequence.
func (d *Decoder) bare() bool { return len(d.held) == len("\x1b[") }

func (d *Decoder) finish(b byte) {
	d.hold(b)
	d.end()
}

// end decodes the sequence held, which is complete.
func (d *Decoder) end() {
	var k Key
	var e Event
	known := false
	if len(d.held) < maxSequence {
		k, e, known = d.decode(d.held)
	}
	if d.spent && (!known || looksTyped(d.held)) {
		d.abandon()
		return
	}
	d.after = d.after && !d.spent // no Esc after all
	d.to(ground)
	if k != (Key{}) {
		d.key(k)
		return
	}
	d.told(e)
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

// abandon gives up a sequence because of a byte that cannot be in it. One that
// was only opened was a key with Alt, and one whose ESC was given as a key was
// typed after it.
func (d *Decoder) abandon() {
	typed := d.held[1:]
	switch {
	case d.spent && len(d.held) < maxSequence:
		d.text(typed)
	case d.bare():
		d.told(nil)
		d.alt = true
		d.text(typed)
	default:
		d.told(nil)
	}
	d.to(ground)
}

// cancel gives up a sequence and what it held.
func (d *Decoder) cancel() {
	d.to(ground)
	d.told(nil)
}
