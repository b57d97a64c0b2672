package rawtcp

// Telnet command bytes (RFC 854, "TELNET COMMAND STRUCTURE", and RFC 1184 §2.1
// for the three below SE that it adds). Those that mean nothing here are absent.
const (
	telnetEOF   = 0xec // end of input
	telnetABORT = 0xee
	telnetSE    = 0xf0 // end of a subnegotiation
	telnetBRK   = 0xf3 // what Ctrl-\ sends
	telnetIP    = 0xf4 // interrupt process, what Ctrl-C sends
	telnetAYT   = 0xf6
	telnetEC    = 0xf7
	telnetEL    = 0xf8
	telnetSB    = 0xfa // begin a subnegotiation
	telnetWILL  = 0xfb
	telnetWONT  = 0xfc
	telnetDO    = 0xfd
	telnetDONT  = 0xfe
	telnetIAC   = 0xff
)

// telnetEcho is the option of RFC 857: the side that WILL ECHO has the other one not show
// what it sends.
const telnetEcho = 1

// telnetLogout is the option of RFC 727: the side that WILL LOGOUT ends the session of the
// other one, who has not asked for it.
const telnetLogout = 18

// telnetTimingMark is the option of RFC 860: DO asks for a mark in the stream
// rather than for a state, so each request is answered.
const telnetTimingMark = 6

// maxSubnegotiation is how many bytes after IAC SB are dropped while its IAC SE
// is awaited. No option that has any is ever enabled, so no well-behaved client sends a
// subnegotiation at all; past the bound what follows is text again, so that stray bytes
// cannot silence a member for ever.
const maxSubnegotiation = 512

// signal is what one byte meant to the telnet layer.
type signal uint8

const (
	signalNone   signal = iota // part of a command, or one that is ignored
	signalData                 // the byte is text
	signalBareFF               // an FF that began no command: FF, then the byte, are text
	signalInterrupt
	signalEnd
	signalEraseChar
	signalEraseLine
	signalAreYouThere
)

// telnetState says what the next byte is part of.
type telnetState uint8

const (
	inText       telnetState = iota
	inCommand                // after IAC
	inOption                 // after IAC and a verb
	inSub                    // inside a subnegotiation
	inSubCommand             // after IAC inside a subnegotiation
)

// telnet takes the protocol out of a client's bytes and refuses every option it
// proposes. Its zero value is ready. It takes one byte at a time and keeps no
// text, so how the network split the bytes cannot change what they mean, and its
// size is fixed. All it says is answer, but for the one option that its owner may
// offer: see setEcho.
type telnet struct {
	state telnetState
	verb  byte   // DO, DONT, WILL or WONT, while inOption
	sub   uint16 // bytes dropped so far, while inSub; at most maxSubnegotiation+1

	echo echo

	// spoken is true once the client has sent a command. To one that never sends any, such
	// as a netcat or somebody's program, commands are garbage, and nothing is offered.
	spoken bool
	shows  bool // the client has refused our echo

	// refusedDo and refusedWill hold the options already answered. In the terms
	// of RFC 1143 §7 every option they hold is in state NO on both sides: the first
	// request is refused, as it must be, and a repeated one is no change of
	// state, so it gets nothing. A peer thus draws at most 512 answers from a
	// connection, timing marks apart, however fast it asks.
	refusedDo, refusedWill optionSet

	// markDue is true from an interrupt until the peer asks for a timing mark.
	// Clients send DO TIMING-MARK right after IP, BRK or ABORT and throw away
	// all they receive until it is answered.
	markDue bool
}

// step takes the peer's next byte and says what it meant; what must be answered
// is appended to replies. An answer is three bytes long and is only given to
// the last byte of a three-byte command, so that replies never outgrow the input.
func (t *telnet) step(b byte, replies []byte) (signal, []byte) {
	switch t.state {
	case inCommand:
		return t.command(b), replies
	case inOption:
		t.state = inText
		return signalNone, t.negotiate(b, replies)
	case inSub:
		t.skip(b)
		return signalNone, replies
	case inSubCommand:
		return t.subCommand(b), replies
	}
	if b == telnetIAC {
		t.state = inCommand
		return signalNone, replies
	}
	return signalData, replies
}

// command takes the byte after IAC. A byte that RFC 854 gives no command to
// shows that FF was not IAC but text, "ÿ" from a Latin-1 netcat: both are kept,
// so that it cannot swallow the end of its line.
func (t *telnet) command(b byte) signal {
	t.state = inText
	t.spoken = t.spoken || b >= telnetEOF && b != telnetIAC
	switch b {
	case telnetIAC:
		return signalData
	case telnetWILL, telnetWONT, telnetDO, telnetDONT:
		t.state, t.verb = inOption, b
	case telnetSB:
		t.state, t.sub = inSub, 0
	case telnetIP, telnetBRK, telnetABORT:
		t.markDue = true
		return signalInterrupt
	case telnetEOF:
		return signalEnd
	case telnetEC:
		return signalEraseChar
	case telnetEL:
		return signalEraseLine
	case telnetAYT:
		return signalAreYouThere
	}
	if b < telnetEOF {
		return signalBareFF
	}
	return signalNone
}

// negotiate answers a request about one option. WONT and DONT confirm what
// already is, and RFC 854 forbids to answer that.
func (t *telnet) negotiate(option byte, replies []byte) []byte {
	switch {
	case option == telnetEcho && (t.echo.offered || t.echo.pending) && (t.verb == telnetDO || t.verb == telnetDONT):
		return t.echoAnswered(replies)
	case t.verb == telnetDO && option == telnetTimingMark:
		t.markDue = false
		return append(replies, telnetIAC, telnetWONT, option)
	case t.verb == telnetDO && t.refusedDo.add(option):
		return append(replies, telnetIAC, telnetWONT, option)
	case t.verb == telnetWILL && t.refusedWill.add(option):
		return append(replies, telnetIAC, telnetDONT, option)
	}
	return replies
}

// skip drops a byte of a subnegotiation, and gives the whole up at the bound. An
// IAC that falls on the bound still takes its second byte along.
func (t *telnet) skip(b byte) {
	t.sub++
	switch {
	case b == telnetIAC:
		t.state = inSubCommand
	case t.sub >= maxSubnegotiation:
		t.state = inText
	}
}

// subCommand takes the byte after an IAC inside a subnegotiation: SE ends it and
// a second IAC is a dropped data byte (RFC 855). Any other command means that
// the SE is missing; the command is done, as BSD's telnetd does, so that Ctrl-C works
// even then.
func (t *telnet) subCommand(b byte) signal {
	switch {
	case b == telnetSE:
		t.state = inText
		return signalNone
	case b != telnetIAC && b >= telnetEOF:
		return t.command(b)
	}
	t.state = inSub
	t.skip(0)
	return signalNone
}

// optionSet is a set of telnet options, one bit for each of the 256.
type optionSet [4]uint64

// add puts an option into the set and reports whether it was missing.
func (s *optionSet) add(option byte) bool {
	word, bit := &s[option/64], uint64(1)<<(option%64)
	missing := *word&bit == 0
	*word |= bit
	return missing
}

// echo is our own offer to echo, in the terms of RFC 1143 §7. It stands while a secret
// is asked for, and nothing is echoed then, so that the secret is not to be seen. The
// zero value offers nothing.
type echo struct {
	wanted  bool // by the owner
	offered bool // WILL was sent last, not WONT
	pending bool // and is not answered yet; a client that is no telnet never answers
}

// setEcho appends what is to be sent so that the client stops echoing, or echoes again:
// nothing where that is so or has been asked already, nor where the client is none that
// may hide anything. A client that has not answered
// yet is told when it does. An offer is no answer: the owner makes it for each secret at
// most, however much the client asks.
func (t *telnet) setEcho(on bool, out []byte) []byte {
	t.echo.wanted = on && t.mayHide()
	if t.echo.pending || t.echo.offered == t.echo.wanted {
		return out
	}
	return t.announceEcho(out)
}

func (t *telnet) announceEcho(out []byte) []byte {
	t.echo.offered, t.echo.pending = t.echo.wanted, true
	if t.echo.wanted {
		return append(out, telnetIAC, telnetWILL, telnetEcho)
	}
	return append(out, telnetIAC, telnetWONT, telnetEcho)
}

// echoAnswered takes the client's DO or DONT while the offer stands or an answer is
// pending. What it sends in turn changes the state, and is as long as what came.
func (t *telnet) echoAnswered(replies []byte) []byte {
	e := &t.echo
	answered, refused := e.pending, e.offered && t.verb == telnetDONT
	e.pending = false
	switch {
	case refused:
		*e, t.shows = echo{}, true
		if !answered { // the client changed its mind
			return append(replies, telnetIAC, telnetWONT, telnetEcho)
		}
	case e.offered != e.wanted:
		return t.announceEcho(replies)
	}
	return replies
}

// mayHide reports whether the client understands what our echo is, and has not refused it.
func (t *telnet) mayHide() bool { return t.spoken && !t.shows }

// echoHidden reports whether the client has agreed not to show what is typed.
func (t *telnet) echoHidden() bool { return t.echo.offered && !t.echo.pending }
