package keys_test

import (
	"slices"
	"strings"
	"testing"
	"unsafe"

	"salon/internal/line/keys"
)

// endless are sequences that never end, by what begins them, and what ends them
// after all.
var endless = map[string]struct{ begin, more, end string }{
	"CSI parameters":    {"\x1b[", "1;", "m"},
	"CSI intermediates": {"\x1b[1", "!", "p"},
	"SS3":               {"\x1bO", "1", "A"},
	"OSC":               {"\x1b]11;rgb:", "ffff/", "\a"},
	"OSC, ST":           {"\x1b]52;c;", "é", "\x1b\\"},
	"DCS":               {"\x1bP1+r", "00", "\x1b\\"},
	"APC":               {"\x1b_G", "A", "\x1b\\"},
	"PM":                {"\x1b^", "\x9c", "\x1b\\"},
	"SOS":               {"\x1bX", "x", "\x1b\\"},
}

func TestSequencesWithoutEnd(t *testing.T) {
	for what, seq := range endless {
		for _, end := range []string{seq.end, "\x18", "\x1a"} {
			var d keys.Decoder
			chunk := strings.Repeat(seq.more, 5000)
			var got []keys.Event
			got = append(got, feedTo(&d, seq.begin)...)
			for range 20 {
				got = append(got, feedTo(&d, chunk)...)
				if d.Held() > keys.MaxSequence {
					t.Fatalf("%s: %d bytes are held", what, d.Held())
				}
			}
			got = append(got, feedTo(&d, end+"a")...)
			if !slices.Equal(got, all(text("a"))) || d.Held() > keys.KeptBuffer {
				t.Errorf("%s ended by %q gives %.200v and holds %d bytes", what, end, got, d.Held())
			}
		}
	}
}

// TestLongSequences has those be decoded whole or not at all.
func TestLongSequences(t *testing.T) {
	zeros := strings.Repeat("0", keys.MaxSequence)
	for sent, want := range map[string][]keys.Event{
		"\x1b[" + zeros[:100] + "1~":              all(name("home")),
		"\x1b[" + zeros[4:] + "1~":                nil,
		"\x1b[" + zeros + "1~":                    nil,
		"\x1b]11;rgb:0/0/" + zeros[:100] + "\a":   all(keys.Background{Dark: true}),
		"\x1b]11;rgb:f/f/" + zeros + "\a":         nil,
		"\x1b\x1b[" + zeros + "1~":                all(name("esc")),
		"\x1b[1" + strings.Repeat(";1", 40) + "A": nil,
	} {
		if got := feed(sent); !slices.Equal(got, want) {
			t.Errorf("%q gives %+v, not %+v", sent, got, want)
		}
	}
}

// TestEscAbortsAnySequence has a key follow at once.
func TestEscAbortsAnySequence(t *testing.T) {
	for what, seq := range endless {
		if got := feed(seq.begin+strings.Repeat(seq.more, 5000), "\x1b[A\x1b[200~b\x1b[201~"); !slices.Equal(got, all(name("up"), keys.Paste{Text: "b"})) {
			t.Errorf("%s: got %.200v", what, got)
		}
	}
}

// TestIdleSize holds the bound on what each of many sessions costs.
func TestIdleSize(t *testing.T) {
	var d keys.Decoder
	most := 0
	for _, sent := range append(corpus, "\x1b[200~"+strings.Repeat("x", keys.MaxPaste)+"\x1b[201~") {
		feedTo(&d, bytewise(sent+"\x18\x1b[201~")...) // whatever was begun has ended
		most = max(most, int(unsafe.Sizeof(d))+d.Held())
	}
	if t.Logf("%d bytes, up to %d with what it keeps", unsafe.Sizeof(d), most); most > 128 {
		t.Errorf("an idle decoder takes %d bytes", most)
	}
}

// TestAllocations has a key cost no more than itself and what the library makes
// of its sequence.
func TestAllocations(t *testing.T) {
	for sent, most := range map[string]float64{
		"a":                         1, // the event
		"bonjour":                   2, // and its text
		"\r":                        1,
		"\x1bb":                     2,
		"\x1b[A":                    2, // the event, and that of the library
		"\x1b[1;5C":                 3,
		"\x1b_Gi=1;OK\x1b\\":        0,
		"\x1b]0;a long title\x1b\\": 1,
	} {
		var d keys.Decoder
		p := []byte(sent)
		emit := func(keys.Event) {}
		if n := testing.AllocsPerRun(100, func() { d.Feed(p, emit) }); n > most {
			t.Errorf("%q costs %v allocations", sent, n)
		}
	}
}
