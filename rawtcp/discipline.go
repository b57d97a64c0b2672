package rawtcp

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

const (
	// maxLine is the most bytes a line holds, its end not counted. The rest is
	// discarded until the newline, and the line is given flagged truncated.
	maxLine = 4096

	// keptLine is the largest line buffer an idle connection keeps. Chat lines
	// fit; a bigger buffer is dropped with the line that it held.
	keptLine = 256
)

// controls are the control bytes that mean what telnet has commands for: Ctrl-C, Ctrl-D,
// Backspace and Delete. The others are text, which package room cleans.
var controls = [256]signal{0x03: signalInterrupt, 0x04: signalEnd, 0x08: signalEraseChar, 0x7f: signalEraseChar}

// tokenKind says what a token is.
type tokenKind uint8

const (
	tokenNone tokenKind = iota // never returned by next
	tokenLine                  // a line, maybe empty
	// tokenInterrupt is Ctrl-C in any form: the member leaves. What was typed and not
	// sent is dropped, as a terminal does. Call drain before the last line.
	tokenInterrupt
	// tokenEnd is the end of input, by Ctrl-D, telnet's EOF or half-close: all
	// that was sent has been given. Every later call returns it again.
	tokenEnd
	// tokenAreYouThere is telnet's AYT: any visible text will do as an answer.
	tokenAreYouThere
	// tokenForeign says that the first thing received is another protocol, named
	// in token.protocol. What follows it is not read: tokenEnd comes next.
	tokenForeign
)

// token is one thing that a raw client sent.
type token struct {
	kind      tokenKind
	text      []byte // of a line, without its end; valid until the next call of next
	truncated bool   // the line was longer than maxLine
	protocol  string // of a foreign client: HTTP, SSH, TLS or SMB
}

// discipline is the line discipline a terminal driver would give: it gathers
// bytes into lines and obeys the erase keys. Its zero value is ready.
type discipline struct {
	telnet  telnet
	line    []byte // at most maxLine long
	excess  bool   // line is full, drop until the newline
	afterCR bool   // the last text byte was CR: LF or NUL belongs to it
	ended   bool   // the end of input has been seen
}

// step takes the peer's next byte and appends telnet's answers to replies. It
// returns what the byte completed, mostly tokenNone; after tokenLine the caller
// takes the line before the next step.
func (d *discipline) step(b byte, replies []byte) (tokenKind, []byte) {
	sig, replies := d.telnet.step(b, replies)
	switch sig {
	case signalBareFF:
		d.text(telnetIAC)
		fallthrough
	case signalData:
		if sig = controls[b]; sig == signalNone {
			return d.text(b), replies
		}
		d.afterCR = false
	}
	switch sig {
	case signalInterrupt:
		d.eraseLine()
		return tokenInterrupt, replies
	case signalEnd:
		return d.flush(), replies
	case signalEraseChar:
		d.eraseChar()
	case signalEraseLine:
		d.eraseLine()
	case signalAreYouThere:
		return tokenAreYouThere, replies
	}
	return tokenNone, replies
}

// text takes a byte of text. CR ends a line at once, since nothing may follow
// it, and RFC 854's LF or NUL is swallowed when it comes, at whatever time.
func (d *discipline) text(b byte) tokenKind {
	second := d.afterCR && b == '\n'
	d.afterCR = b == '\r'
	switch {
	case second, b == 0:
	case b == '\r', b == '\n':
		return tokenLine
	default:
		d.put(b)
	}
	return tokenNone
}

// put adds a byte to the line. The one too many cuts the line, between two runes
// so that valid UTF-8 stays valid.
func (d *discipline) put(b byte) {
	switch {
	case d.excess:
	case len(d.line) < maxLine:
		d.line = append(d.line, b)
	default:
		d.excess = true
		for n := 1; n < utf8.UTFMax && !utf8.RuneStart(b); n++ { // b is of a rune that began in the line
			b = d.line[maxLine-n]
			d.line = d.line[:maxLine-n]
		}
	}
}

// take returns the line and begins the next one in the same buffer, hence the lifetime
// of token.text.
func (d *discipline) take() token {
	tok := token{kind: tokenLine, text: d.line, truncated: d.excess}
	d.eraseLine()
	return tok
}

// flush marks the end of input: text without a newline becomes the last line. No step
// may follow.
func (d *discipline) flush() tokenKind {
	d.ended = true
	if len(d.line) > 0 {
		return tokenLine
	}
	return tokenEnd
}

// eraseLine removes all that was typed, and drops a big buffer.
func (d *discipline) eraseLine() {
	d.line, d.excess = d.line[:0], false
	if cap(d.line) > keptLine {
		d.line = nil
	}
}

// eraseChar removes the last rune, or one byte where the line is not UTF-8. It has no
// effect on a line already cut, whose last characters were not kept.
func (d *discipline) eraseChar() {
	if d.excess {
		return
	}
	_, size := utf8.DecodeLastRune(d.line)
	d.line = d.line[:len(d.line)-size]
}

// decodeLine turns a line's bytes into valid UTF-8. Bytes that are not valid and
// stand beside no valid multi-byte rune come from a client whose terminal is not
// in UTF-8, and are read as Windows-1252, Latin-1's superset; where there is such
// a rune, each invalid byte becomes U+FFFD, as do those Windows-1252 leaves
// undefined. Control characters stay, for room to clean. The result is at most
// three times as long as the line.
func decodeLine(line []byte) string {
	switch {
	case utf8.Valid(line):
		return string(line)
	case bytes.ContainsFunc(line, isMultibyte):
		return string([]rune(string(line)))
	}
	out, _ := charmap.Windows1252.NewDecoder().String(string(line)) // never fails
	return out
}

// isMultibyte reports whether r takes several bytes in UTF-8, and is no sign of invalid
// ones.
func isMultibyte(r rune) bool { return r >= utf8.RuneSelf && r != utf8.RuneError }
