package rawtcp

// echoState is where our own offer to echo stands, in the terms of RFC 1143 §7. It
// is offered while a secret is asked for, and nothing is echoed then, so that the
// secret is not to be seen.
type echoState uint8

const (
	echoNo        echoState = iota
	echoOffered             // WANTYES: a client that is no telnet never answers
	echoRegretted           // WANTYES, and to be withdrawn once answered
	echoYes
	echoWithdrawn // WANTNO
	echoMissed    // WANTNO, and to be offered again once answered
)

// offerEcho appends what is to be sent so that the client stops echoing: nothing
// where that is so or has been asked already. An offer is no answer: the owner makes
// it for each secret at most, however much the client asks.
func (t *telnet) offerEcho(out []byte) []byte {
	switch t.echo {
	case echoNo:
		t.echo = echoOffered
		return append(out, telnetIAC, telnetWILL, telnetEcho)
	case echoRegretted:
		t.echo = echoOffered
	case echoWithdrawn:
		t.echo = echoMissed
	}
	return out
}

// withdrawEcho appends what is to be sent so that the client echoes again. One that
// has not answered the offer yet is told when it does.
func (t *telnet) withdrawEcho(out []byte) []byte {
	switch t.echo {
	case echoYes:
		t.echo = echoWithdrawn
		return append(out, telnetIAC, telnetWONT, telnetEcho)
	case echoOffered:
		t.echo = echoRegretted
	case echoMissed:
		t.echo = echoWithdrawn
	}
	return out
}

// echoAnswered takes the client's DO or DONT while the state is not NO. What it
// sends in turn changes the state, and is as long as what came.
func (t *telnet) echoAnswered(replies []byte) []byte {
	agreed, before := t.verb == telnetDO, t.echo
	t.echo = echoNo
	switch {
	case agreed && (before == echoOffered || before == echoYes):
		t.echo = echoYes
	case agreed && before == echoRegretted:
		t.echo = echoWithdrawn
		return append(replies, telnetIAC, telnetWONT, telnetEcho)
	case before == echoMissed:
		t.echo = echoOffered
		return append(replies, telnetIAC, telnetWILL, telnetEcho)
	case !agreed && before == echoYes:
		return append(replies, telnetIAC, telnetWONT, telnetEcho)
	}
	return replies
}

// hideTyping returns what is to be sent before a question whose answer is a secret;
// showTyping, what is to be sent once there are no more. A client that is no telnet
// shows the first as some odd characters, which the question then overwrites: CR NUL
// is a bare carriage return (RFC 854).
func (r *lineReader) hideTyping() []byte {
	offer := r.lines.telnet.offerEcho(nil)
	if len(offer) > 0 {
		offer = append(offer, "\r\x00"...)
	}
	return offer
}

func (r *lineReader) showTyping() []byte { return r.lines.telnet.withdrawEcho(nil) }

// typingHidden reports whether the client has agreed not to show what is typed, and
// so not the end of the line either.
func (r *lineReader) typingHidden() bool { return r.lines.telnet.echo == echoYes }
