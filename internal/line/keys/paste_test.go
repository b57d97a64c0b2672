package keys_test

import (
	"slices"
	"strings"
	"testing"

	"salon/internal/line/keys"
)

func TestPaste(t *testing.T) {
	full := strings.Repeat("x", keys.MaxPaste)
	for what, test := range map[string]struct {
		sent string
		want keys.Paste
	}{
		"empty":                    {"", keys.Paste{}},
		"ends of line":             {"un\r\ndeux\rtrois\nquatre\r\r\n", keys.Paste{Text: "un\ndeux\ntrois\nquatre\n\n"}},
		"keys":                     {"\x03\x1b[A\x1bb\tfin", keys.Paste{Text: "\x03\x1b[A\x1bb\tfin"}},
		"a paste":                  {"\x1b[200~a", keys.Paste{Text: "\x1b[200~a"}},
		"beginnings of the end":    {"\x1b[201\x1b[20\x1b\x1b", keys.Paste{Text: "\x1b[201\x1b[20\x1b\x1b"}},
		"invalid":                  {"a\xff\xe2\x82b", keys.Paste{Text: "a\uFFFDb"}},
		"all that fits":            {full, keys.Paste{Text: full}},
		"a byte too long":          {full + "y", keys.Paste{Text: full, Cut: true}},
		"cut in a rune":            {full[1:] + "éa", keys.Paste{Text: full[1:], Cut: true}},
		"cut in a rune, shortened": {"\r\n\r\n" + full[5:] + "éa", keys.Paste{Text: "\n\n" + full[5:], Cut: true}},
		"cut in an end of line":    {full[1:] + "\r\n", keys.Paste{Text: full[1:] + "\n", Cut: true}},
		"longer when repaired":     {full[2:] + "a\xff", keys.Paste{Text: full[2:] + "a", Cut: true}},
		"cut in half an end of it": {full[1:] + "\x1b[201", keys.Paste{Text: full[1:] + "\x1b", Cut: true}},
	} {
		sent := "a\x1b[200~" + test.sent + "\x1b[201~b"
		want := all(text("a"), test.want, text("b"))
		if got := feed(sent); !slices.Equal(got, want) {
			t.Errorf("%s: got %.200v", what, got)
		}
		if got := feed(bytewise(sent)...); !slices.Equal(got[len(got)-2:], want[1:]) {
			t.Errorf("%s, byte by byte: got %.200v", what, got)
		}
	}
}

// bytewise cuts s into single bytes; strings.Split would keep runes whole.
func bytewise(s string) []string {
	var parts []string
	for i := range len(s) {
		parts = append(parts, s[i:i+1])
	}
	return parts
}

// TestPasteWithoutEnd has a paste go on for ever: what is held stays within
// bounds, no key gets out, and the end that comes late gives the paste and the
// memory back.
func TestPasteWithoutEnd(t *testing.T) {
	var d keys.Decoder
	var events []keys.Event
	emit := func(e keys.Event) { events = append(events, e) }
	d.Feed([]byte("\x1b[200~"+strings.Repeat("x", 700)), emit)
	chunk := []byte(strings.Repeat("\x03\x1b[A\x1b[201", 1000))
	for range 500 {
		d.Feed(chunk, emit)
		if d.Held() > keys.MaxPaste {
			t.Fatalf("%d bytes are held", d.Held())
		}
	}
	if len(events) > 0 {
		t.Fatalf("a paste without end gives %.200v", events)
	}
	d.Feed([]byte("\x1b[201~\x03"), emit)
	if d.Held() > keys.KeptBuffer {
		t.Errorf("after the paste %d bytes are held", d.Held())
	}
	if len(events) != 2 || events[1] != name("ctrl+c") {
		t.Fatalf("got %.200v", events)
	}
	if p, ok := events[0].(keys.Paste); !ok || !p.Cut || len(p.Text) != keys.MaxPaste {
		t.Errorf("got a paste of %d bytes", len(p.Text))
	}
	if got := feedTo(&d, "\x1b[200~a\x1b[201~"); !slices.Equal(got, all(keys.Paste{Text: "a"})) {
		t.Errorf("the next paste gives %+v", got)
	}
}
