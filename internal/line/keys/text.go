package keys

import (
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// typed decodes the text or the control character that p begins with, or the ESC
// of a sequence, and returns the rest.
func (d *Decoder) typed(p []byte) []byte {
	cr := d.cr
	d.cr = false
	switch b := p[0]; {
	case b == esc:
		d.held = append(d.held, esc)
		d.state = escape
		return p[1:]
	case b == '\t' && d.alt: // how the Linux console sends Shift-Tab
		d.alt = false
		d.key(Key{Name: "shift+tab"})
		return p[1:]
	case b == '\n' && cr: // CR LF is one Enter
		return p[1:]
	case isControl(b):
		d.key(Key{Name: controlName(b)})
		d.cr = b == '\r'
		return p[1:]
	}
	if n := printable(p); n > 0 {
		d.text(p[:n])
		return p[n:]
	}
	if !utf8.FullRune(p) {
		d.held = append(d.held, p...)
		d.state = midRune
		return nil
	}
	d.alt = false
	return p[utf8.RuneLen(c1First):]
}

// rune continues a rune that an earlier Feed began, and reports whether b is of
// it.
func (d *Decoder) rune(b byte) bool {
	d.held = append(d.held, b)
	if !utf8.FullRune(d.held) {
		return true
	}
	r, size := utf8.DecodeRune(d.held)
	broken := r == utf8.RuneError && size == 1
	switch {
	case broken:
		d.text(d.held[:len(d.held)-1])
	case isC1(r):
		d.alt = false
	default:
		d.text(d.held)
	}
	d.to(ground)
	return !broken
}

// text emits text as one key, but for what belongs to an ESC or Esc before it: a
// rune there, a grapheme here.
func (d *Decoder) text(p []byte) {
	s := string(p)
	if !utf8.ValidString(s) {
		s = string([]rune(s)) // U+FFFD for each invalid byte
	}
	first := ""
	if d.alt {
		_, n := utf8.DecodeRuneInString(s)
		first, s = s[:n], s[n:]
	} else if d.after {
		first, s, _, _ = uniseg.FirstGraphemeClusterInString(s, -1)
	}
	if first != "" {
		d.key(Key{Text: first})
	}
	if s != "" {
		d.key(Key{Text: s})
	}
}

// printable returns how many bytes of p, from its beginning, are whole runes
// and no control characters. An invalid byte is a rune.
func printable(p []byte) int {
	n := 0
	for n < len(p) {
		if p[n] < utf8.RuneSelf {
			if isControl(p[n]) {
				break
			}
			n++
			continue
		}
		r, size := utf8.DecodeRune(p[n:])
		if isC1(r) || r == utf8.RuneError && !utf8.FullRune(p[n:]) {
			break
		}
		n += size
	}
	return n
}

// The control characters of ISO 6429 past ASCII, as runes.
const (
	c1First = 0x80
	c1Last  = 0x9F
)

func isC1(r rune) bool { return c1First <= r && r <= c1Last }

func isControl(b byte) bool { return b < ' ' || b == del }

// isText reports whether s may be the Text of a key.
func isText(s string) bool {
	for _, r := range s {
		if unicode.IsControl(r) {
			return false
		}
	}
	return s != ""
}
