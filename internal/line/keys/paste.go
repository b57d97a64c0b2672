package keys

import (
	"bytes"
	"strings"
)

// pasteEnd ends a bracketed paste (mode 2004). Its first byte is nowhere else in
// it, so that a match that fails starts over at the byte where it failed.
const pasteEnd = "\x1b[201~"

// newlines makes one of each end of line; terminals send CR for LF.
var newlines = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// paste is a bracketed paste while it comes.
type paste struct {
	kept    []byte
	matched int  // bytes of pasteEnd that just came
	cut     bool // bytes were dropped
}

// add takes what of p belongs to the paste, returns the rest, and reports whether the
// paste is whole.
func (t *paste) add(p []byte) (rest []byte, whole bool) {
	for len(p) > 0 {
		switch {
		case t.matched == 0:
			text, after, found := bytes.Cut(p, []byte(pasteEnd[:1]))
			t.keep(text)
			if found {
				t.matched = 1
			}
			p = after
		case p[0] != pasteEnd[t.matched]:
			t.keep([]byte(pasteEnd[:t.matched]))
			t.matched = 0
		default:
			p = p[1:]
			if t.matched++; t.matched == len(pasteEnd) {
				return p, true
			}
		}
	}
	return nil, false
}

// keep adds what fits.
func (t *paste) keep(p []byte) {
	var rest []byte
	t.kept, rest = appendUpTo(t.kept, p, MaxPaste)
	t.cut = t.cut || len(rest) > 0
}

// event returns the paste, which is whole.
func (t *paste) event() Paste {
	text := strings.ToValidUTF8(newlines.Replace(string(t.kept)), "\uFFFD")
	if len(text) > MaxPaste {
		text, t.cut = strings.ToValidUTF8(text[:MaxPaste], "\uFFFD"), true
	}
	if t.cut {
		text = strings.TrimSuffix(text, "\uFFFD") // the rune that was cut
	}
	return Paste{Text: text, Cut: t.cut}
}

// keptBuffer is the smallest buffer that is allocated, and the largest that a Decoder
// keeps between two sequences.
const keptBuffer = 64

// appendUpTo appends as much of p as fits within most bytes, allocating no more than
// those, and returns what does not fit.
func appendUpTo(dst, p []byte, most int) (all, rest []byte) {
	n := min(len(p), most-len(dst))
	if need := len(dst) + n; need > cap(dst) {
		dst = append(make([]byte, 0, min(most, max(need, 2*cap(dst), keptBuffer))), dst...)
	}
	return append(dst, p[:n]...), p[n:]
}
