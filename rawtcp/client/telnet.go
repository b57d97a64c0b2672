package client

import "bytes"

// Telnet as far as the client understands it (RFC 854): it takes all commands out of
// the text, and heeds three options: ECHO (RFC 857), by which a server says that a secret is
// being typed, LOGOUT (RFC 727), by which it says that it refuses its user, and
// TIMING-MARK (RFC 860). Other options it leaves unanswered.
const (
	telnetSE     = 0xf0
	telnetSB     = 0xfa
	telnetWILL   = 0xfb
	telnetWONT   = 0xfc
	telnetDO     = 0xfd
	telnetDONT   = 0xfe
	telnetIAC    = 0xff
	telnetEcho   = 1
	telnetMark   = 6
	telnetLogout = 18
)

// greeting is what the client sends first. By it the server knows that telnet's commands are
// understood here, and by the answer, which a mark always gets, the client knows that the
// server reads what it sends.
var greeting = []byte{telnetIAC, telnetDO, telnetMark}

// telnet reads what a server sends, however it is split. Its zero value is ready.
type telnet struct {
	state  func(*telnet, byte) // what the next byte means; nil: text
	verb   byte                // before an option
	echoes bool                // the server does, so that we must not
	logout bool                // the server refuses its user
	heard  bool                // it has read the greeting
	text   []byte              // being made by filter
}

// filter appends to text what of b is text. CR NUL, a carriage return that ends no
// line, is none: a transcript has nothing to overwrite.
func (t *telnet) filter(text, b []byte) []byte {
	t.text = text
	for _, c := range b {
		switch {
		case t.state != nil:
			t.state(t, c)
		case c == telnetIAC:
			t.state = (*telnet).command
		case c == 0 && bytes.HasSuffix(t.text, []byte("\r")):
			t.text = t.text[:len(t.text)-1]
		default:
			t.text = append(t.text, c)
		}
	}
	text, t.text = t.text, nil
	return text
}

func (t *telnet) command(c byte) {
	t.state = nil
	switch c {
	case telnetIAC:
		t.text = append(t.text, c)
	case telnetWILL, telnetWONT, telnetDO, telnetDONT:
		t.verb, t.state = c, (*telnet).option
	case telnetSB:
		t.state = (*telnet).sub
	}
}

func (t *telnet) option(c byte) {
	t.state = nil
	on := t.verb == telnetWILL
	switch {
	case !on && t.verb != telnetWONT: // asked for, not said
	case c == telnetEcho:
		t.echoes = on
	case c == telnetLogout:
		t.logout = on
	case c == telnetMark:
		t.heard = true
	}
}

// sub drops a subnegotiation up to its IAC SE.
func (t *telnet) sub(c byte) {
	if c == telnetIAC {
		t.state = (*telnet).subCommand
	}
}

func (t *telnet) subCommand(c byte) {
	t.state = (*telnet).sub
	if c == telnetSE {
		t.state = nil
	}
}
