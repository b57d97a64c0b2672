package rawtcp

import (
	"bytes"
	"strings"
	"testing"
)

// hear feeds in to a fresh filter and gives the text, the signals other than
// text, one letter each, and the answers.
func hear(in string) (text, signals, replies string) {
	var filter telnet
	var said, answers []byte
	for _, b := range []byte(in) {
		var sig signal
		sig, answers = filter.step(b, answers)
		switch sig {
		case signalData:
			said = append(said, b)
		case signalBareFF:
			said = append(said, 0xff, b)
		case signalNone:
		default:
			signals += letters[sig]
		}
	}
	return string(said), signals, string(answers)
}

var letters = map[signal]string{
	signalInterrupt: "I", signalEnd: "E", signalEraseChar: "c", signalEraseLine: "l", signalAreYouThere: "?",
}

func TestTelnet(t *testing.T) {
	for _, test := range []struct{ name, in, text, signals, replies string }{
		{"netcat", "salut\n", "salut\n", "", ""},
		{"doubled FF", "a\xff\xffb", "a\xffb", "", ""},
		{"Ctrl-C of a telnet client", "\xff\xf4\xff\xfd\x06", "", "I", "\xff\xfc\x06"},
		{"Ctrl-Z of a telnet client", "\xff\xed\xff\xfd\x06", "", "", "\xff\xfc\x06"},
		{`Ctrl-\ of a telnet client`, "\xff\xf3\xff\xfd\x06", "", "I", "\xff\xfc\x06"},
		{"abort", "\xff\xee", "", "I", ""},
		{"end of file", "\xff\xec", "", "E", ""},
		{"erase", "a\xff\xf7b\xff\xf8", "ab", "cl", ""},
		{"are you there", "\xff\xf6", "", "?", ""},
		{"NOP, DM, AO, GA, SUSP, EOR, stray SE", "a\xff\xf1\xff\xf2\xff\xf5\xff\xf9\xff\xed\xff\xef\xff\xf0b", "ab", "", ""},
		{"FF before no command", "L'Ha\xff-les-Roses\n\xff\n", "L'Ha\xff-les-Roses\n\xff\n", "", ""},

		{"DO refused", "\xff\xfd\x01", "", "", "\xff\xfc\x01"},
		{"WILL refused", "\xff\xfb\x18", "", "", "\xff\xfe\x18"},
		{"DO and WILL are two questions", "\xff\xfd\x01\xff\xfb\x01", "", "", "\xff\xfc\x01\xff\xfe\x01"},
		{"WONT and DONT unanswered", "\xff\xfc\x01\xff\xfe\x03", "", "", ""},
		{"no loop", strings.Repeat("\xff\xfd\x01\xff\xfe\x01\xff\xfb\x1f\xff\xfc\x1f", 50), "", "", "\xff\xfc\x01\xff\xfe\x1f"},
		{"each mark answered", strings.Repeat("\xff\xfd\x06", 3), "", "", strings.Repeat("\xff\xfc\x06", 3)},
		{"WILL mark refused once", strings.Repeat("\xff\xfb\x06", 3), "", "", "\xff\xfe\x06"},
		{"option 255", "\xff\xfd\xff\xff\xfd\xff\xff\xffa", "\xffa", "", "\xff\xfc\xff"},

		{"subnegotiation", "a\xff\xfa\x1f\x00\x50\x00\x18\xff\xf0b", "ab", "", ""},
		{"FF FF inside one", "a\xff\xfa\x18\xff\xff\xf0\xff\xf4\xff\xf0b", "ab", "I", ""},
		{"doubled FF then SE", "a\xff\xfa\x18\xff\xff\xff\xf0b", "ab", "", ""},
		{"SE forgotten before Ctrl-C", "\xff\xfa\x18abc\xff\xf4\xff\xfd\x06", "", "I", "\xff\xfc\x06"},
		{"another SB instead of SE", "\xff\xfa\x18abc\xff\xfa\x18def\xff\xf0g", "g", "", ""},
		{"no command inside one", "a\xff\xfa\x18\xff\x05x\xff\xf0b", "ab", "", ""},
		{"the bound is for each", strings.Repeat("\xff\xfa"+strings.Repeat("x", 400)+"\xff\xf0", 3), "", "", ""},
		{"512 bytes with an end", "\xff\xfa" + strings.Repeat("x", 511) + "\xff\xf0ok", "ok", "", ""},
		{"512 bytes without an end", "\xff\xfa" + strings.Repeat("x", 512) + "ok\xff\xf0", "ok", "", ""},
		{"512 doubled FF", "\xff\xfa" + strings.Repeat("\xff\xff", 256) + "ok", "ok", "", ""},
		{"FF FF across the bound", "\xff\xfax" + strings.Repeat("\xff\xff", 256) + "ok", "ok", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			text, signals, replies := hear(test.in)
			if text != test.text || signals != test.signals || replies != test.replies {
				t.Errorf("received %q %q, answered % x; want %q %q % x",
					text, signals, replies, test.text, test.signals, test.replies)
			}
		})
	}
}

func TestTelnetAnswersAnOptionStormOncePerOption(t *testing.T) {
	var storm []byte
	for range 20 {
		for option := range 256 {
			storm = append(storm, 0xff, 0xfd, byte(option), 0xff, 0xfb, byte(option))
		}
	}
	_, _, replies := hear(string(storm))
	const once, marks = 3 * 2 * 256, 3 * 19 // the first mark is among once
	if len(replies) != once+marks {
		t.Errorf("answered %d bytes, want %d", len(replies), once+marks)
	}
}

func FuzzTelnet(f *testing.F) {
	f.Add([]byte("salut\r\n\xff\xf4\xff\xfd\x06"))
	f.Add([]byte("\xff\xfb\x18\xff\xfb\x18\xff\xfa\x18\x00xterm\xff\xf0\xff\xff"))
	f.Add(append([]byte("\xff\xfa"), bytes.Repeat([]byte("\xff\xff"), 300)...))
	f.Fuzz(func(t *testing.T, in []byte) {
		checkAnswers(t, in)
		checkTransparent(t, in)
	})
}

// checkAnswers holds what a peer may rely on: at no time more bytes out than in,
// whole refusals only, each given once unless it is about the timing mark.
func checkAnswers(t *testing.T, in []byte) {
	var filter telnet
	var replies []byte
	for i, b := range in {
		if _, replies = filter.step(b, replies); len(replies) > i+1 {
			t.Fatalf("%d bytes in, %d out", i+1, len(replies))
		}
	}
	given := map[[3]byte]bool{}
	for ; len(replies) > 0; replies = replies[3:] {
		if len(replies) < 3 {
			t.Fatalf("part of an answer: % x", replies)
		}
		answer := [3]byte(replies)
		if answer[0] != 0xff || answer[1] != 0xfc && answer[1] != 0xfe {
			t.Fatalf("no refusal: % x", answer)
		}
		if given[answer] && answer != [3]byte{0xff, 0xfc, 6} {
			t.Fatalf("given twice: % x", answer)
		}
		given[answer] = true
	}
}

// checkTransparent holds that any text goes through if each FF is doubled, also
// after whatever the same client said before, once that has settled.
func checkTransparent(t *testing.T, in []byte) {
	doubled := strings.ReplaceAll(string(in), "\xff", "\xff\xff")
	if text, signals, replies := hear(doubled); text != string(in) || signals+replies != "" {
		t.Fatalf("%q became %q, signals %q, answers % x", in, text, signals, replies)
	}
	settled := string(in) + strings.Repeat("x", maxSubnegotiation+2)
	before, _, _ := hear(settled)
	if after, _, _ := hear(settled + doubled); after != before+string(in) {
		t.Fatalf("after %q, %q was received as %q", in, in, strings.TrimPrefix(after, before))
	}
}
