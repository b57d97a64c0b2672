package keys

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// pasteEnd ends a bracketed paste (mode 2004). Its first byte is nowhere else in
// it, so that a match that fails starts over at the byte where it failed.
const pasteEnd = "\x1b[201~"

// newlines makes one of each end of line; terminals send CR for LF.
var newlines = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// opening is the sequence that begins a bracketed paste.
type opening struct{}

func (opening) event() {}

// pasted takes what of p is of a paste, at least a byte or a state, and returns
// the rest.
func (d *Decoder) pasted(p []byte) []byte {
	if d.matched == 0 {
		n := bytes.IndexByte(p, pasteEnd[0])
		if n < 0 {
			d.keep(p)
			return nil
		}
		d.keep(p[:n])
		d.matched = 1
		return p[n+1:]
	}
	if p[0] != pasteEnd[d.matched] {
		d.keep([]byte(pasteEnd[:d.matched]))
		d.matched = 0
		return p
	}
	if d.matched++; int(d.matched) == len(pasteEnd) {
		d.endPaste()
	}
	return p[1:]
}

// keep adds to the paste held what fits.
func (d *Decoder) keep(p []byte) {
	if room := MaxPaste - len(d.held); len(p) > room {
		p, d.cut = p[:room], true
	}
	if need := len(d.held) + len(p); need > cap(d.held) {
		grown := make([]byte, len(d.held), min(MaxPaste, max(need, 2*cap(d.held), 512)))
		copy(grown, d.held)
		d.held = grown
	}
	d.held = append(d.held, p...)
}

func (d *Decoder) endPaste() {
	p := d.held
	if d.cut {
		p = wholeRunes(p)
	}
	e := Paste{Text: strings.ToValidUTF8(newlines.Replace(string(p)), "\uFFFD"), Cut: d.cut}
	if len(e.Text) > MaxPaste {
		e.Text, e.Cut = string(wholeRunes([]byte(e.Text[:MaxPaste]))), true
	}
	d.matched, d.cut = 0, false
	d.to(ground)
	d.told(e)
}

// wholeRunes returns p without the rune that its end cuts, if it cuts one.
func wholeRunes(p []byte) []byte {
	for n := 1; n < utf8.UTFMax && n <= len(p); n++ {
		if last := p[len(p)-n:]; utf8.RuneStart(last[0]) {
			if !utf8.FullRune(last) {
				return p[:len(p)-n]
			}
			break
		}
	}
	return p
}
