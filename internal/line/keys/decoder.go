package keys

import (
	"unicode"
	"unicode/utf8"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/rivo/uniseg"
)

// maxSequence is the length from which on a sequence is discarded, up to its end.
// Those that mean something here are under 100 bytes.
const maxSequence = 256

// Decoder decodes what one terminal sends, however it is split: a sequence, a
// rune or a paste in pieces gives the same events as in one piece, but for where
// one Text ends and the next begins, and for Esc.
//
// An ESC that ends what Feed got is taken for the Esc key at once, as no timer
// runs here. When the rest of a sequence follows after all, from '[' or 'O' on, the
// sequence is decoded too, after an Esc that nobody pressed. What follows and makes
// no sequence that a terminal sends was typed: it comes as Text, late by the few
// bytes that it took to know.
//
// A sequence ends at its final byte, a string (OSC, DCS, APC, PM, SOS) at ST or
// BEL; CAN, SUB and a new ESC abort them. Any other control character aborts them
// as well and is the key that it stands for, so that Alt with a key that happens
// to begin a string never leaves the keyboard dead. Bytes 0x80 to 0x9F never
// begin a sequence.
//
// The time per byte is bounded, also for a sequence or paste that never ends. A
// Decoder holds at most MaxPaste bytes, in a paste, and next to nothing between
// events. The zero value is ready. It belongs to one goroutine.
type Decoder struct {
	emit     func(Event) // only during Feed
	held     []byte      // the beginning of a sequence or of a rune
	paste    *paste      // the bracketed paste that has begun; nil outside of one
	library  uv.EventDecoder
	escGiven bool // the ESC in held was given as a key
	overlong bool // bytes are missing from held
	afterEsc bool // the key before was a lone Esc
	afterCR  bool // the byte before was CR
}

// Feed decodes p, which it does not keep, and gives emit every event that is
// complete, in order. emit must not call Feed.
func (d *Decoder) Feed(p []byte, emit func(Event)) {
	d.emit = emit
	for len(p) > 0 {
		switch {
		case d.paste != nil:
			p = d.pasted(p)
		case len(d.held) > 0:
			p = d.resume(p)
		default:
			if n := d.next(p); n > 0 {
				p = p[n:]
			} else {
				d.held, p = appendUpTo(d.held, p, maxSequence)
			}
		}
	}
	d.giveEsc()
	d.emit = nil
}

// giveEsc gives the Esc keys that Feed ended on.
func (d *Decoder) giveEsc() {
	if d.escGiven || string(d.held) != "\x1b" && string(d.held) != "\x1b\x1b" {
		return
	}
	for range d.held {
		d.key(Key{Name: "esc"})
	}
	d.held, d.escGiven = d.held[:1], true
}

// resume decodes what is held together with what follows it, and returns the rest.
func (d *Decoder) resume(p []byte) (rest []byte) {
	before := len(d.held)
	d.held, rest = appendUpTo(d.held, p, maxSequence)
	n := d.next(d.held)
	switch {
	case n == 0:
		if d.overlong || len(d.held) == maxSequence {
			d.shorten()
		}
		return rest
	case n < before:
		d.held = append(d.held[:0], d.held[n:before]...)
		return p
	}
	if d.held = d.held[:0]; cap(d.held) > keptBuffer {
		d.held = nil
	}
	return p[n-before:]
}

// shorten drops most of an overlong sequence. What tells its kind stays, and the
// last byte, which may be the first of ST.
func (d *Decoder) shorten() {
	kind := len("\x1b[")
	if d.held[1] == esc {
		kind++
	}
	d.held = append(d.held[:kind], d.held[len(d.held)-1])
	d.overlong = true
}

// next decodes the first thing in b, which is not empty, and returns how many bytes
// that takes: 0 when more must come to tell.
func (d *Decoder) next(b []byte) (n int) {
	switch c := b[0]; {
	case c == esc:
		n = d.sequence(b)
	case c == '\n' && d.afterCR: // CR LF is one Enter
		n = 1
	case isControl(c):
		d.key(Key{Name: controlName(c)})
		n = 1
	default:
		if n = printable(b); n > 0 {
			d.text(b[:n])
		} else if utf8.FullRune(b) { // a C1 control character
			_, n = utf8.DecodeRune(b)
		}
	}
	d.afterCR = n > 0 && b[n-1] == '\r'
	return n
}

// sequence decodes the sequence or the key that begins with an ESC, as next does.
func (d *Decoder) sequence(b []byte) (n int) {
	n, end := extent(b, d.escGiven)
	if end == unfinished {
		return 0
	}
	escGiven, overlong := d.escGiven, d.overlong || n >= maxSequence
	d.escGiven, d.overlong = false, false
	switch {
	case end == complete && !overlong:
		d.complete(b[:n], escGiven)
	case end == complete:
		d.report(nil, b[1] == esc)
	case end == loneEsc && !escGiven:
		d.key(Key{Name: "esc"})
	case (end == altKey || end == broken) && escGiven && !overlong:
		d.text(b[1:n])
	case end == altKey:
		d.key(withEsc(b[1:n]))
	}
	return n
}

// complete gives what a complete sequence stands for, or what was typed after an Esc
// and looked like the beginning of one.
func (d *Decoder) complete(seq []byte, escGiven bool) {
	alt := seq[1] == esc
	if alt {
		seq = seq[1:]
	}
	k, e, known := decode(&d.library, seq)
	if escGiven && (!known || looksTyped(seq)) {
		d.text(seq[1:])
		return
	}
	d.afterEsc = d.afterEsc && !escGiven // no Esc after all
	switch {
	case k == (Key{}):
		d.report(e, alt)
	case alt:
		d.key(k.withAlt())
	default:
		d.key(k)
	}
}

// report gives what is no key, nil for nothing, after the Esc key if an ESC came with
// it: that was pressed just before.
func (d *Decoder) report(e Event, esc bool) {
	if esc {
		d.key(Key{Name: "esc"})
	}
	switch e.(type) {
	case nil:
		return
	case pasteStart:
		d.paste, d.held = new(paste), nil
		return
	case Paste, Focus, Wheel: // what somebody did since, unlike an answer
		d.afterEsc = false
	}
	d.emit(e)
}

// pasted adds to the paste what of p belongs to it, and returns the rest.
func (d *Decoder) pasted(p []byte) []byte {
	rest, whole := d.paste.add(p)
	if whole {
		e := d.paste.event()
		d.paste = nil
		d.report(e, false)
	}
	return rest
}

// text gives text as one key. After an Esc its first grapheme is a key of its own.
func (d *Decoder) text(p []byte) {
	s := valid(p)
	if d.afterEsc {
		first, rest, _, _ := uniseg.FirstGraphemeClusterInString(s, -1)
		d.key(Key{Text: first})
		s = rest
	}
	if s != "" {
		d.key(Key{Text: s})
	}
}

// key gives a key, unless it is none.
func (d *Decoder) key(k Key) {
	if k == (Key{}) {
		return
	}
	k.AfterEsc, d.afterEsc = d.afterEsc, k.Name == "esc"
	d.emit(k)
}

// printable returns how many bytes of p, from its beginning, are whole runes
// and no control characters. An invalid byte is a rune.
func printable(p []byte) int {
	n := 0
	for n < len(p) {
		r, size := utf8.DecodeRune(p[n:])
		if unicode.IsControl(r) || r == utf8.RuneError && !utf8.FullRune(p[n:]) {
			break
		}
		n += size
	}
	return n
}

// valid returns text with U+FFFD for each invalid byte.
func valid(p []byte) string {
	if utf8.Valid(p) {
		return string(p)
	}
	return string([]rune(string(p)))
}
