package line_test

import (
	"bytes"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"salon/internal/line"
)

var printable = &unicode.RangeTable{R16: []unicode.Range16{{Lo: ' ', Hi: '~', Stride: 1}}, LatinOffset: 1}

func TestKeysOfRealTerminals(t *testing.T) {
	for name, test := range map[string]struct{ keys, want string }{
		"accents":                     {"café œuvre €\r", "café œuvre €"},
		"emoji":                       {"👩‍🚀\r", "👩‍🚀"},
		"LF":                          {"a\n", "a"},
		"CRLF is one Enter":           {"a\r\nb\r\n", "a|b"},
		"CR NUL, as telnet sends":     {"a\r\x00b\r\x00", "a|b"},
		"two Enters":                  {"a\n\nb\r\r", "a||b|"},
		"Esc, then Enter":             {"a\x1b\rb\r", "a|b"},
		"Alt-B, Alt-F":                {"one two\x1bbX\x1bb\x1bb\x1bfY\r", "oneY Xtwo"},
		"Ctrl-Left":                   {"one two\x1b[1;5DX\r", "one Xtwo"},
		"Alt-Backspace":               {"one two\x1b\x7fX\r", "one X"},
		"Home and End of VT220":       {"b\x1b[1~a\x1b[4~c\r", "abc"},
		"Home and End of rxvt":        {"b\x1b[7~a\x1b[8~c\r", "abc"},
		"application mode":            {"b\x1bOHa\x1bOFc\x1bOD\x1b[3~d\r", "abd"},
		"F1 of xterm and of Linux":    {"a\x1bOPb\x1b[[Ac\x1b[15~d\r", "abcd"},
		"focus, cursor report":        {"a\x1b[Ib\x1b[24;80Rc\x1b[Od\r", "abcd"},
		"endless sequence":            {"a\x1b[" + strings.Repeat("1;", 2000) + "mz\r", "az"},
		"bracketed paste":             {"\x1b[200~x\ty\x03\x01\x1b[Dz\x1bb\nsecond\x1b[201~!\r", "x y[Dzb|second!"},
		"typing after a paste":        {"\x1b[200~x\x1b[201~a\x1b[Db\r", "xba"},
		"invalid UTF-8":               {"caf\xe9 \xff\xc3\xc3\xa9\xe2\x82a\r", "caf\uFFFD \uFFFD\uFFFDé\uFFFD\uFFFDa"},
		"a line separator":            {"a\u2028b\x1b[200~\u2028c\x1b[201~\r", "a b c"},
		"C1 controls":                 {"a\u009bb\u0085c\r", "abc"},
		"controls without meaning":    {"a\x00\x07\x1c\x1d\x1e\x1fb\r", "ab"},
		"transpose, kill, word, line": {"ba\x14 xx\x17cc\x01\x06\x06\x06d\x0b\r", "ab d"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, perRead := range []int{0, 1, 7} {
				s := start(t, 80, 40, line.Options{})
				s.tty.perRead = perRead
				s.press(test.keys)
				s.wantEntered(t, strings.Split(test.want, "|")...)
			}
		})
	}
}

func TestALoneEscLosesNothing(t *testing.T) {
	s := start(t, 80, 40, line.Options{})
	s.tty.perRead = 1
	s.press("\x1bOui\x1b\x1b \x1bhello\r")
	s.wantEntered(t, "Oui hello")
}

// FuzzKeys types anything: the lines are clean, and nothing reaches the terminal but text and the sequences that a
// Prompt draws with. How the bytes are split changes nothing, but for Esc.
func FuzzKeys(f *testing.F) {
	for _, seed := range []string{"hé\r", "\x1b[A\x1b[200~\x03\x1b[201~\x04\r", "\x1b[\x1b\x03\x03x\t\t\r\n", "\xc3\r\xa9\x15\x0b\x0c\x14"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, typed []byte) {
		whole, shown := play(strings.NewReader(string(typed)))
		if !bytes.Contains(typed, []byte("\x1b")) {
			wantSame(t, string(typed), whole)
		}
		for _, line := range whole {
			if !utf8.ValidString(line) || strings.ContainsFunc(line, unicode.IsControl) {
				t.Errorf("entered %q", line)
			}
		}
		if rest := drawing.ReplaceAllString(shown, ""); strings.ContainsFunc(rest, unicode.IsControl) {
			t.Errorf("the terminal got %q", rest)
		}
	})
}

var drawing = regexp.MustCompile(`\x1b\[\d*[ABCDJKH]|\r\n?`)

// play types all that keys holds and returns the lines entered, ReadLine's errors among them, and what was drawn.
func play(keys io.Reader) (lines []string, shown string) {
	var out strings.Builder
	p := line.New(&out, line.Options{Keys: io.MultiReader(keys, iotest.ErrReader(errBroken)), Complete: names("alpha", "beta")})
	for {
		line, err := p.ReadLine()
		switch err {
		case errBroken:
			return lines, out.String()
		case nil:
			lines = append(lines, line)
		default:
			lines = append(lines, "("+err.Error()+")")
		}
	}
}

func TestAnyKeysAtAnyPace(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		pieces := rapid.SliceOf(rapid.SampledFrom([]string{"a", "é", "👍", "A", "3~", "\r", "\n", "\x03", "\x04", "\t", "\x7f", "\x01", "\xc3",
			"\x1b[A", "\x1b[D", "\x1b[200~", "\x1b[201~"})).Draw(rt, "keys")
		whole, _ := play(strings.NewReader(strings.Join(pieces, "")))
		wantSame(rt, strings.Join(pieces, ""), whole)
	})
}

// wantSame checks that keys that come byte by byte enter the same lines.
func wantSame(t fataler, keys string, whole []string) {
	t.Helper()
	if split, _ := play(iotest.OneByteReader(strings.NewReader(keys))); !slices.Equal(whole, split) {
		t.Fatalf("%q enters %q at once, %q byte by byte", keys, whole, split)
	}
}
