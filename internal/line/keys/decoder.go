package keys

import (
	uv "github.com/charmbracelet/ultraviolet"
)

// maxSequence is how many bytes of an unfinished sequence are kept. Those that
// mean something here are under 100 bytes. A longer one is discarded up to its
// end and costs no more than this.
const maxSequence = 256

// keptBuffer is the largest buffer that a Decoder keeps between two sequences.
const keptBuffer = 64

// Bytes with a meaning of their own.
const (
	bel = 0x07
	can = 0x18
	sub = 0x1A
	esc = 0x1B
	del = 0x7F
)

// Decoder decodes what one terminal sends, however it is split: a sequence, a
// rune or a paste in pieces gives the same events as in one piece, but for where
// one Text ends and the next begins, and for Esc.
//
// An ESC that ends what Feed got is taken for the Esc key at once, as no timer
// runs here. When the rest of a sequence follows after all, from '[' or 'O' on,
// the sequence is decoded too: that Esc was given in vain. What follows and makes
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
	emit    func(Event) // only during Feed
	held    []byte      // from the ESC of a sequence on, or of a rune or paste
	library uv.EventDecoder
	state   state
	matched uint8 // bytes of pasteEnd that just came
	alt     bool  // ESC came right before what is being decoded
	spent   bool  // the ESC in held was given as a key
	after   bool  // the key before was a lone Esc
	cut     bool  // bytes of the paste were dropped
	cr      bool  // the byte before was CR
}

// state is what the next byte continues.
type state uint8

const (
	ground  state = iota // nothing
	midRune              // a rune, whose beginning is held
	escape               // ESC
	twice                // ESC ESC
	lone                 // ESC, given as a key because nothing followed
	csi                  // the parameters of a control sequence
	csiRest              // what follows them, up to the final byte
	linux                // ESC [ [, a function key of the Linux console
	mouse                // ESC [ M, three bytes of a mouse report
	ss3                  // ESC O
	str                  // a control string
	strEnd               // a control string and an ESC, maybe of its ST
	pasting              // a bracketed paste
)

// Feed decodes p, which it does not keep, and gives emit every event that is
// complete, in order. emit must not call Feed.
func (d *Decoder) Feed(p []byte, emit func(Event)) {
	d.emit = emit
	for len(p) > 0 {
		switch d.state {
		case ground:
			p = d.typed(p)
		case pasting:
			p = d.pasted(p)
		default:
			if d.step(p[0]) {
				p = p[1:]
			}
		}
	}
	d.pause()
	d.emit = nil
}

// pause gives the Esc keys that Feed ended on.
func (d *Decoder) pause() {
	switch d.state {
	case twice:
		d.key(Key{Name: "esc"})
		fallthrough
	case escape:
		d.key(Key{Name: "esc"})
		d.to(lone)
	}
}

// key emits a key, with Alt if an ESC came with it.
func (d *Decoder) key(k Key) {
	if d.alt {
		d.alt = false
		if k = k.withAlt(); k == (Key{}) {
			return
		}
	}
	k.AfterEsc, d.after = d.after, k.Name == "esc"
	d.emit(k)
}

// told emits what is no key, nil for nothing. The ESC that came with it was a key
// pressed just before.
func (d *Decoder) told(e Event) {
	if d.alt {
		d.alt = false
		d.key(Key{Name: "esc"})
	}
	switch e.(type) {
	case nil:
		return
	case opening:
		d.state = pasting
		return
	case Paste, Focus, Wheel: // what somebody did since, unlike a report
		d.after = false
	}
	d.emit(e)
}

// to goes to a state in which nothing is held.
func (d *Decoder) to(s state) {
	d.state, d.spent = s, false
	if d.held = d.held[:0]; cap(d.held) > keptBuffer {
		d.held = nil
	}
}
