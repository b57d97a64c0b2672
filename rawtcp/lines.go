package rawtcp

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

const (
	// maxLine is the most bytes a line holds, its end not counted. The rest is
	// discarded until the newline, and the line is given flagged truncated.
	maxLine = 4096

	// readSize is the size of a connection's read buffer: small, because most
	// connections are silent most of the time and there may be thousands.
	readSize = 512

	// keptLine is the largest line buffer an idle connection keeps. Chat lines
	// fit; a bigger buffer is let go with the line it held.
	keptLine = 256
)

// Control bytes that the line discipline acts upon; the others are text, and
// room cleans it.
const (
	ctrlC     = 0x03
	ctrlD     = 0x04
	backspace = 0x08
	del       = 0x7f
)

// tokenKind says what a token is.
type tokenKind uint8

const (
	tokenNone tokenKind = iota // never returned by next
	tokenLine                  // a line, maybe empty
	// tokenInterrupt is Ctrl-C in whatever form: the member wants out. What was
	// typed and not sent is forgotten, as a terminal would. Call drain before
	// saying goodbye.
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

// token is one thing a raw client said.
type token struct {
	kind      tokenKind
	text      []byte // of a line, without its end; valid until the next call of next
	truncated bool   // the line was longer than maxLine
	protocol  string // of a foreign client: HTTP, SSH or TLS
}

// lineReader reads lines and signals from one raw TCP client, with or without
// telnet. How the network split the bytes changes nothing in what it returns. It
// starts no goroutine and is not safe for concurrent use: it belongs to the
// connection's reader. Idle it takes less than 1 KiB, at worst readSize and
// twice maxLine, whatever is sent.
type lineReader struct {
	src   io.Reader
	reply func([]byte)
	lines discipline

	buf      [readSize]byte
	pos, end int  // buf[pos:end] is read and not yet understood
	opened   bool // the first bytes are no TLS
	named    bool // the first line has been looked at
	closed   bool // src is at its end
}

// newLineReader reads from src. Answers to telnet requests go to reply, in order
// and before the token that follows them; the slice is reply's to keep. reply
// may block, which slows the client down, and owns its own errors.
func newLineReader(src io.Reader, reply func([]byte)) *lineReader {
	return &lineReader{src: src, reply: reply}
}

// next waits for the next token. The errors are those of src, unwrapped, io.EOF
// excepted, which is tokenEnd; after one that passes, such as an expired
// deadline, next may be called again and nothing is lost.
func (r *lineReader) next() (token, error) {
	for !r.lines.ended {
		if tok := r.scan(); tok.kind != tokenNone {
			return tok, nil
		}
		if err := r.fill(); errors.Is(err, io.EOF) {
			r.closed = true
		} else if err != nil {
			return token{}, err
		}
	}
	return token{kind: tokenEnd}, nil
}

// drain, after an interrupt, throws away what still comes until the timing mark
// the client asks for is answered; it returns at once if none is to come. Telnet
// clients drop all they receive before that answer, a goodbye too, and may ask in
// a later segment. One that never asks makes drain wait: set a read deadline
// first. The error is src's; the goodbye may follow in any case.
func (r *lineReader) drain() error {
	for {
		var replies []byte
		for ; r.pos < r.end; r.pos++ {
			_, replies = r.lines.telnet.step(r.buf[r.pos], replies)
		}
		r.answer(replies)
		if !r.lines.telnet.markDue {
			return nil
		}
		if err := r.fill(); err != nil {
			return err
		}
	}
}

// fill reads once, after the bytes that are left.
func (r *lineReader) fill() error {
	if r.pos == r.end {
		r.pos, r.end = 0, 0
	}
	n, err := r.src.Read(r.buf[r.end:])
	r.end += n
	if n > 0 {
		return nil // src repeats an error that came with data
	}
	return err
}

// scan goes through the bytes at hand up to the first token. Another protocol is
// recognised by the first bytes or the first line that is not empty, no later: a
// web page can make a browser send lines of its choice, but never before the
// request line, and after the first line « GET / HTTP/1.1 » is chat.
func (r *lineReader) scan() token {
	switch first := r.buf[r.pos:r.end]; {
	case r.opened:
	case !r.closed && maybeTLS(first):
		return token{}
	case looksTLS(first):
		return r.refuse("TLS")
	}
	r.opened = true
	kind := r.advance()
	if kind != tokenLine {
		return token{kind: kind}
	}
	line := r.lines.take()
	if !r.named && len(line.text) > 0 {
		r.named = true
		if protocol, ok := looksForeign(line.text); ok {
			return r.refuse(protocol)
		}
	}
	return line
}

// refuse reads no further, whatever else the client has to say.
func (r *lineReader) refuse(protocol string) token {
	r.lines.ended = true
	return token{kind: tokenForeign, protocol: protocol}
}

// advance feeds the discipline until it has something to give, which at the end
// of src is the text that no newline closes.
func (r *lineReader) advance() (kind tokenKind) {
	var replies []byte // lives no longer than this call, so that idle means small
	for kind == tokenNone && r.pos < r.end {
		kind, replies = r.lines.step(r.buf[r.pos], replies)
		r.pos++
	}
	r.answer(replies)
	if kind == tokenNone && r.closed {
		return r.lines.flush()
	}
	return kind
}

// answer sends telnet's answers, if any.
func (r *lineReader) answer(replies []byte) {
	if len(replies) > 0 {
		r.reply(replies)
	}
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
	return d.obey(sig, b), replies
}

// obey does what a byte meant to telnet.
func (d *discipline) obey(sig signal, b byte) tokenKind {
	switch sig {
	case signalData:
		return d.data(b)
	case signalBareFF:
		d.data(telnetIAC)
		return d.data(b)
	case signalInterrupt:
		return d.interrupt()
	case signalEnd:
		return d.flush()
	case signalEraseChar:
		d.eraseChar()
	case signalEraseLine:
		d.eraseLine()
	case signalAreYouThere:
		return tokenAreYouThere
	}
	return tokenNone
}

// data takes a byte of text. CR ends a line at once, since nothing may follow
// it, and RFC 854's LF or NUL is swallowed when it comes, at whatever time.
func (d *discipline) data(b byte) tokenKind {
	second := d.afterCR && b == '\n'
	d.afterCR = b == '\r'
	switch {
	case second, b == 0:
	case b == '\r', b == '\n':
		return tokenLine
	case b == ctrlC:
		return d.interrupt()
	case b == ctrlD:
		return d.flush()
	case b == backspace, b == del:
		d.eraseChar()
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
		d.line = wholeRunes(d.line)
	}
}

// take gives the line away. A small buffer is written over from the next byte
// on, hence the lifetime of token.text.
func (d *discipline) take() token {
	tok := token{kind: tokenLine, text: d.line, truncated: d.excess}
	d.eraseLine()
	return tok
}

// interrupt forgets the line begun.
func (d *discipline) interrupt() tokenKind {
	d.eraseLine()
	return tokenInterrupt
}

// flush marks the end of input: the text pending is to be taken as a line, or
// there is none. What comes after it is not for the discipline any more.
func (d *discipline) flush() tokenKind {
	d.ended = true
	if len(d.line) > 0 {
		return tokenLine
	}
	return tokenEnd
}

// eraseLine takes back all that was typed and lets a big buffer go.
func (d *discipline) eraseLine() {
	d.line, d.excess = d.line[:0], false
	if cap(d.line) > keptLine {
		d.line = nil
	}
}

// eraseChar takes back the last rune, or one byte where the line is not UTF-8.
// It has no effect on a line already cut: its last characters are not there to
// be erased.
func (d *discipline) eraseChar() {
	if d.excess {
		return
	}
	_, size := utf8.DecodeLastRune(d.line)
	d.line = d.line[:len(d.line)-size]
}

// wholeRunes returns p without the beginning of a rune at its end, if any.
func wholeRunes(p []byte) []byte {
	for i := len(p) - 1; i >= max(0, len(p)-utf8.UTFMax); i-- {
		if utf8.RuneStart(p[i]) {
			if !utf8.FullRune(p[i:]) {
				return p[:i]
			}
			break
		}
	}
	return p
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
	case hasMultibyte(line):
		return string([]rune(string(line)))
	}
	var out strings.Builder
	for _, b := range line {
		out.WriteRune(charmap.Windows1252.DecodeByte(b))
	}
	return out.String()
}

// hasMultibyte reports whether line holds a valid rune longer than one byte.
func hasMultibyte(line []byte) bool {
	for len(line) > 0 {
		_, size := utf8.DecodeRune(line)
		if size > 1 {
			return true
		}
		line = line[1:]
	}
	return false
}

// looksForeign reports whether the first line of a connection, or for TLS its
// first three bytes, belong to another protocol, and names it. It must not be
// asked about later lines, which are chat.
func looksForeign(line []byte) (protocol string, ok bool) {
	switch {
	case looksTLS(line):
		return "TLS", true
	case bytes.HasPrefix(line, []byte("SSH-2.0-")), bytes.HasPrefix(line, []byte("SSH-1.")):
		return "SSH", true // RFC 4253 §4.2 and §5.1
	case looksHTTP(line):
		return "HTTP", true
	}
	return "", false
}

// tlsHandshake begins a TLS record that holds a handshake message, of version
// 3.x, as each ClientHello does (RFC 8446 §5.1 and appendix D.1).
const tlsHandshake = "\x16\x03"

// looksTLS reports whether a stream begins with a TLS handshake record.
func looksTLS(first []byte) bool {
	return len(first) >= 3 && string(first[:2]) == tlsHandshake && first[2] <= 0x04
}

// maybeTLS reports whether a stream that began so may still turn out to be TLS.
// The line discipline must wait until then: it would take 0x03 for Ctrl-C.
func maybeTLS(first []byte) bool {
	return len(first) < 3 && strings.HasPrefix(tlsHandshake, string(first))
}

// looksHTTP reports whether line is a request line: method, target and version,
// as in RFC 9112 §3. A method has no @ and no /, which messages begin with. One cut
// before its version counts too, else a long target would carry it into the chat.
func looksHTTP(line []byte) bool {
	method, rest, found := bytes.Cut(line, []byte(" "))
	if !found || len(method) == 0 || bytes.ContainsAny(method, "@/") {
		return false
	}
	if space := bytes.LastIndexByte(rest, ' '); space >= 0 {
		return bytes.HasPrefix(rest[space+1:], []byte("HTTP/"))
	}
	return len(line) > maxLine-utf8.UTFMax
}
