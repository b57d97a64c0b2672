package rawtcp

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// hider is a client that does what RFC 857 says, late: what it sends is on the way
// until it is delivered.
type hider struct {
	t      *rapid.T
	server telnet
	hides  bool
	toward []byte // the client
	back   []byte // from it
}

func (h *hider) receive() {
	if len(h.toward) == 0 {
		return
	}
	verb := h.toward[1]
	h.toward = h.toward[3:]
	if wanted := verb == telnetWILL; wanted != h.hides {
		h.hides = wanted
		h.back = append(h.back, telnetIAC, map[bool]byte{true: telnetDO, false: telnetDONT}[wanted], telnetEcho)
	}
}

func (h *hider) deliver() {
	if len(h.back) == 0 {
		return
	}
	b := h.back[0]
	h.back = h.back[1:]
	_, h.toward = h.server.step(b, h.toward)
}

func TestTheEchoIsAsLastAskedForHoweverLateTheClientAnswers(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		h := &hider{t: rt, server: telnet{spoken: true}}
		wanted := false
		for _, act := range rapid.SliceOf(rapid.IntRange(0, 5)).Draw(rt, "acts") {
			switch act {
			case 0:
				h.toward, wanted = h.server.setEcho(true, h.toward), true
			case 1:
				h.toward, wanted = h.server.setEcho(false, h.toward), false
			case 2, 3:
				h.receive()
			default:
				h.deliver()
			}
		}
		for len(h.toward)+len(h.back) > 0 {
			h.receive()
			h.deliver()
		}
		if h.hides != wanted || (h.server.echoHidden()) != wanted {
			rt.Fatalf("hidden: %v for the client, state %+v for the server, want %v", h.hides, h.server.echo, wanted)
		}
	})
}

func TestAnswersAboutTheEchoNeverOutgrowWhatAsksForThem(t *testing.T) {
	for _, answers := range []string{"\xff\xfd\x01", "\xff\xfe\x01", "\xff\xfd\x01\xff\xfe\x01", "\xff\xfe\x01\xff\xfd\x01"} {
		for _, asked := range []string{"o", "ow", "owo"} {
			server := telnet{spoken: true}
			var sent, replies []byte
			for _, act := range asked {
				sent = server.setEcho(act == 'o', sent)
			}
			storm := strings.Repeat(answers, 100)
			for i, b := range []byte(storm) {
				if _, replies = server.step(b, replies); len(replies) > i+1 {
					t.Fatalf("%s, %q: %d bytes in, % x out", asked, answers, i+1, replies)
				}
			}
			if string(sent) != "\xff\xfb\x01" || len(replies) > 3*3 {
				t.Errorf("%s, %q: offered % x, answered % x", asked, answers, sent, replies)
			}
		}
	}
}
