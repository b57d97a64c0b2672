package rawtcp

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"unicode"
	"unicode/utf8"
	"unsafe"

	"salon/internal/front"
	"salon/room/text"

	"pgregory.net/rapid"
)

// listen reads everything in says and writes it down, one item per token, with
// the answers in their place among them.
func listen(t testing.TB, in io.Reader) []string {
	t.Helper()
	var received []string
	var answers []byte
	r := newLineReader(in, front.Pace{}, func(p []byte) { answers = append(answers, p...) })
	for {
		tok, err := r.next()
		if err != nil {
			t.Fatalf("next: %v", err)
		}
		if len(answers) > 0 {
			received = append(received, fmt.Sprintf("answer % x", answers))
			answers = nil
		}
		received = append(received, write(tok))
		if tok.kind == tokenEnd {
			return received
		}
	}
}

// write puts a token into words.
func write(tok token) string {
	switch tok.kind {
	case tokenLine:
		if tok.truncated {
			return fmt.Sprintf("cut at %d", len(tok.text))
		}
		return string(tok.text) + "|"
	case tokenForeign:
		return tok.protocol
	}
	return [...]string{tokenInterrupt: "interrupt", tokenEnd: "end", tokenAreYouThere: "ayt"}[tok.kind]
}

// compare fails the test unless what was received, without the last "end", is want.
func compare(t *testing.T, received []string, want ...string) {
	t.Helper()
	if got, want := strings.Join(received, " "), strings.Join(append(want, "end"), " "); got != want {
		t.Errorf("received %q\n want %q", got, want)
	}
}

func TestLines(t *testing.T) {
	long := strings.Repeat("x", maxLine)
	for _, test := range []struct {
		name, in string
		want     []string
	}{
		{"nothing", "", nil},
		{"every newline", "a\r\nb\r\x00c\nd\re\n", []string{"a|", "b|", "c|", "d|", "e|"}},
		{"empty lines", "\n\r\n\r\x00\r\r", []string{"|", "|", "|", "|", "|"}},
		{"CR NUL LF is two", "a\r\x00\nb\n", []string{"a|", "|", "b|"}},
		{"commands inside CR LF", "a\r\xff\xf1\xff\xfd\x01\nb\n", []string{"a|", "answer ff fc 01", "b|"}},
		{"half-close without newline", "un\ndeux", []string{"un|", "deux|"}},
		{"Ctrl-D after text", "un\ndeux\x04trois\n", []string{"un|", "deux|"}},
		{"Ctrl-D alone", "\x04", nil},
		{"telnet EOF after text", "un\xff\xec", []string{"un|"}},
		{"raw Ctrl-C", "un\x03deux\n", []string{"interrupt", "deux|"}},
		{"telnet Ctrl-C", "un\xff\xf4\xff\xfd\x06deux\n", []string{"interrupt", "answer ff fc 06", "deux|"}},
		{"are you there", "u\xff\xf6n\n", []string{"ayt", "un|"}},
		{"NUL dropped", "\x00u\x00n\n", []string{"un|"}},
		{"control bytes kept", "a\tb\x1b[31m\x07\x15\n", []string{"a\tb\x1b[31m\x07\x15|"}},
		{"erase", "salutt\x7f ann\x08\x08\x08bob\n", []string{"salut bob|"}},
		{"erase a rune", "n\u00e9\x7f\u20ac\x08\U0001f600\xff\xf7o\n", []string{"no|"}},
		{"erase a Latin-1 byte", "\xe9t\xe9\x7f\n", []string{"\xe9t|"}},
		{"erase nothing", "\x7f\x08\xff\xf7a\n", []string{"a|"}},
		{"erase the line", "abc\xff\xf8d\n", []string{"d|"}},
		{"FF doubled", "ha\xff\xff\n", []string{"ha\xff|"}},
		{"FF alone before a newline", "ha\xff\r\n", []string{"ha\xff|"}},
		{"longest line", long + "\r\n", []string{long + "|"}},
		{"longer line", long + "y\r\nb\n", []string{"cut at 4096", "b|"}},
		{"longer line at the end", long + "y", []string{"cut at 4096"}},
		{"cut between runes", long[1:] + "\u20ac\nb\n", []string{"cut at 4095", "b|"}},
		{"cut after a whole rune", long[3:] + "\u20ac\u20ac\n", []string{"cut at 4096"}},
		{"no erase past the cut", long + "yz\x7f\x7f\x7f\n", []string{"cut at 4096"}},
		{"interrupt a line too long", long + "y\x03b\n", []string{"interrupt", "b|"}},
		{"erase a line too long", long + "y\xff\xf8b\n", []string{"b|"}},

		{"HTTP", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", []string{"HTTP"}},
		{"HTTP after an empty line", "\r\nPOST /x HTTP/1.0\r\n\r\n@tous hi\n", []string{"|", "HTTP"}},
		{"HTTP half-closed", "GET / HTTP/1.0", []string{"HTTP"}},
		{"HTTP too long", "POST /" + long + " HTTP/1.1\r\n\r\nann\n@tous hi\n", []string{"HTTP"}},
		{"HTTP as chat", "ann\nGET / HTTP/1.1\n", []string{"ann|", "GET / HTTP/1.1|"}},
		{"SSH", "SSH-2.0-OpenSSH_9.9\r\n", []string{"SSH"}},
		{"TLS", "\x16\x03\x01\x02\x00\x01", []string{"TLS"}},
		{"almost TLS", "\x16\x03", []string{"interrupt"}},
		{"no TLS", "\x16a\n", []string{"\x16a|"}},
		{"SMB", "\x00\x00\x00\x2f\xffSMBr", []string{"SMB"}},
		{"SMB 2", "\x00\x00\x0a\x0a\xfeSMB@\x00\n@tous hi\n", []string{"SMB"}},
		{"almost SMB", "\x00\x00\x0a", []string{"|"}},
		{"no SMB", "\x00\x00ann\n", []string{"ann|"}},
		{"RDP", "\x03\x00\x00\x13\x0e\xe0", []string{"interrupt", "\x13\x0e\xe0|"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			compare(t, listen(t, strings.NewReader(test.in)), test.want...)
			compare(t, listen(t, iotest.OneByteReader(strings.NewReader(test.in))), test.want...)
			compare(t, listen(t, iotest.DataErrReader(strings.NewReader(test.in))), test.want...)
		})
	}
}

func TestInterruptThenDrainAnswersTheMark(t *testing.T) {
	const in = "salut\xff\xf4\xff\xfd\x06encore\n"
	for _, src := range []io.Reader{strings.NewReader(in), iotest.OneByteReader(strings.NewReader(in))} {
		var answers []byte
		r := newLineReader(src, front.Pace{}, func(p []byte) { answers = append(answers, p...) })
		if tok, err := r.next(); tok.kind != tokenInterrupt || err != nil {
			t.Fatalf("next: %v, %v", write(tok), err)
		}
		if err := r.drain(); err != nil || string(answers) != "\xff\xfc\x06" {
			t.Errorf("drain: %v, answered % x", err, answers)
		}
	}
}

func TestDrainWaitsForNoMarkAfterARawInterrupt(t *testing.T) {
	src := io.MultiReader(strings.NewReader("\x03\xff\xfd\x01"), iotest.ErrReader(errors.New("read again")))
	var answers []byte
	r := newLineReader(src, front.Pace{}, func(p []byte) { answers = append(answers, p...) })
	if tok, err := r.next(); tok.kind != tokenInterrupt || err != nil {
		t.Fatalf("next: %v, %v", write(tok), err)
	}
	if err := r.drain(); err != nil || string(answers) != "\xff\xfc\x01" {
		t.Errorf("drain: %v, answered % x", err, answers)
	}
}

func TestDrainGivesUpWithTheReader(t *testing.T) {
	r := newLineReader(iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("\xff\xf4"))), front.Pace{}, func([]byte) {})
	for range 2 { // the first read that fails is retried
		if tok, err := r.next(); err == nil && tok.kind != tokenInterrupt {
			t.Fatalf("next: %v", write(tok))
		}
	}
	if err := r.drain(); !errors.Is(err, io.EOF) {
		t.Errorf("drain: %v, want EOF", err)
	}
}

func TestDeadlineLosesNothing(t *testing.T) {
	src := io.MultiReader(strings.NewReader("sal"), &failOnce{err: os.ErrDeadlineExceeded}, strings.NewReader("ut\n"))
	r := newLineReader(src, front.Pace{}, func([]byte) {})
	if tok, err := r.next(); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("next: %v, %v; want the deadline", write(tok), err)
	}
	if tok, err := r.next(); err != nil || write(tok) != "salut|" {
		t.Errorf("next: %v, %v", write(tok), err)
	}
}

// failOnce returns its error once, then EOF.
type failOnce struct{ err error }

func (f *failOnce) Read([]byte) (int, error) {
	err := f.err
	f.err = io.EOF
	return 0, err
}

func TestEndComesAgain(t *testing.T) {
	r := newLineReader(strings.NewReader("a\x04"), front.Pace{}, func([]byte) {})
	for _, want := range []string{"a|", "end", "end"} {
		if tok, err := r.next(); err != nil || write(tok) != want {
			t.Errorf("next: %v, %v; want %v", write(tok), err, want)
		}
	}
}

// endless gives the same bytes over and over, up to a number of them.
func endless(pattern string, size int64) io.Reader {
	return io.LimitReader(repeater(strings.Repeat(pattern, readSize)), size)
}

type repeater string

func (s repeater) Read(p []byte) (n int, err error) {
	for n < len(p) {
		n += copy(p[n:], s)
	}
	return n, nil
}

func TestMemoryStaysFlat(t *testing.T) {
	const size = 4 << 20
	for name, pattern := range map[string]string{
		"no newline":           "x",
		"no runes ended":       "\xe2",
		"endless SB":           "\xff\xfa",
		"nothing but FF":       "\xff",
		"erased as it comes":   "\u00e9\x7f",
		"short lines":          "salut\r\n",
		"unanswered negotiate": "\xff\xfe\x01\xff\xfc\x01\xff\xfd\x01",
	} {
		t.Run(name, func(t *testing.T) {
			r := newLineReader(endless(pattern, size), front.Pace{}, func([]byte) {})
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for tok := (token{}); tok.kind != tokenEnd; {
				tok, _ = r.next()
			}
			runtime.ReadMemStats(&after)
			if used := after.TotalAlloc - before.TotalAlloc; used > 64<<10 {
				t.Errorf("%d bytes allocated for %d read", used, size)
			}
		})
	}
}

func TestIdleConnectionIsSmall(t *testing.T) {
	r := newLineReader(strings.NewReader(strings.Repeat("x", maxLine)+"\nsalut\n"+strings.Repeat("y", keptLine)+"\n"), front.Pace{}, func([]byte) {})
	for range 3 {
		if _, err := r.next(); err != nil {
			t.Fatal(err)
		}
		if size := int(unsafe.Sizeof(*r)) + cap(r.lines.line); size > 1<<10 {
			t.Errorf("%d bytes held between two lines", size)
		}
	}
}

func TestDecodeLine(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{"ASCII", "salut", "salut"},
		{"UTF-8", "déjà €", "déjà €"},
		{"Latin-1", "d\xe9j\xe0 vu, L'Ha\xff", "déjà vu, L'Haÿ"},
		{"Windows-1252", "\x93c\x9cur\x94 5\x80", "“cœur” 5€"},
		{"undefined there", "\x81\x8d\x8f\x90\x9d", strings.Repeat("\ufffd", 5)},
		{"both", "é\xe9\xff", "é\ufffd\ufffd"},
		{"truncated rune beside one", "é\xe2\x82", "é\ufffd\ufffd"},
		{"overlong beside one", "é\xc0\xaf", "é\ufffd\ufffd"},
		{"surrogate beside one", "é\xed\xa0\x80", "é\ufffd\ufffd\ufffd"},
		{"control characters stay", "\x1b[2J\xe9", "\x1b[2Jé"},
	} {
		if got := decodeLine([]byte(test.in)); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestLooksForeign(t *testing.T) {
	for first, want := range map[string]string{
		"GET / HTTP/1.1":                         "HTTP",
		"OPTIONS * HTTP/1.0":                     "HTTP",
		"PRI * HTTP/2.0":                         "HTTP",
		"CONNECT h:443 HTTP/1.1":                 "HTTP",
		"get /a b HTTP/1.1":                      "HTTP",
		"GET /" + strings.Repeat("a", maxLine-5): "HTTP",
		"SSH-2.0-Go":                             "SSH",
		"SSH-1.99-x":                             "SSH",
		"\x16\x03\x00\x00":                       "TLS",
		"\x16\x03\x04":                           "TLS",
		"":                                       "",
		"ann":                                    "",
		"SSH-fan":                                "",
		"GET":                                    "",
		"vive HTTP/1.1":                          "",
		" / HTTP/1.1":                            "",
		"on parle de HTTP/1.1 ici":               "",
		"\x16\x03":                               "",
		"\x16\x04\x01":                           "",
		"\x16\x03\x20":                           "",
		strings.Repeat("a", maxLine):             "",
		"a " + strings.Repeat("mot ", (maxLine-2)/4): "",
	} {
		if got := otherProtocol([]byte(first)); got != want {
			t.Errorf("%q is taken for %q, want %q", first, got, want)
		}
	}
}

// TestNegotiationIsInvisible says the same lines with any newlines, and with any
// negotiation anywhere, in reads of any size.
func TestNegotiationIsInvisible(t *testing.T) {
	noise := rapid.SampledFrom([]string{"", "", "", "\xff\xf1", "\xff\xfd\x03", "\xff\xfb\x18", "\xff\xfd\x06",
		"\xff\xfc\x01", "\xff\xfa\x1f\x00\x50\xff\xff\x0a\xff\xf0", "\xff\xfa\x18\x0d\x03\x04", "a\xff\xf7", "\u00e9\x7f"})
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOf(rapid.StringOfN(rapid.RuneFrom([]rune("aé€😀 ÿ")), 1, 40, -1)).Draw(t, "lines")
		var in strings.Builder
		for _, line := range lines {
			for _, r := range line {
				// A subnegotiation without SE must be ended by a command.
				in.WriteString(noise.Draw(t, "noise") + "\xff\xf1" + string(r))
			}
			in.WriteString(rapid.SampledFrom([]string{"\r\n", "\r\x00", "\n", "\r", "\r\xff\xf1\n"}).Draw(t, "newline"))
		}
		size := rapid.IntRange(1, readSize).Draw(t, "size")
		r := newLineReader(splitReader(in.String(), []byte{byte(size), byte(size >> 8)}), front.Pace{}, func([]byte) {})
		for _, line := range lines {
			if tok, err := r.next(); err != nil || write(tok) != line+"|" {
				t.Fatalf("received %q, %v; want %q", write(tok), err, line)
			}
		}
		if tok, _ := r.next(); tok.kind != tokenEnd {
			t.Fatalf("then %q", write(tok))
		}
	})
}

// splitReader gives in in reads of the sizes cuts says, over and over.
func splitReader(in string, cuts []byte) io.Reader {
	var parts []io.Reader
	for i := 0; len(in) > 0; i++ {
		n := len(in)
		if len(cuts) > 0 {
			n = min(n, 1+int(cuts[i%len(cuts)]))
		}
		parts = append(parts, strings.NewReader(in[:n]))
		in = in[n:]
	}
	return io.MultiReader(parts...)
}

func FuzzLines(f *testing.F) {
	f.Add([]byte("un\r\ndeux\rtrois\x00\n"), []byte{0})
	f.Add([]byte("n\xc3\xa9\x7f\xff\xf4\xff\xfd\x06\xff\xec"), []byte{2, 0})
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"), []byte{4})
	f.Add([]byte("\x16\x03\x01\x02"), []byte{1})
	f.Add([]byte("\x00\x00\x00\x2f\xfeSMB@"), []byte{3})
	f.Add(bytes.Repeat([]byte("\xe2\x82\xac"), maxLine/3+2), []byte{200})
	f.Fuzz(func(t *testing.T, in, cuts []byte) {
		received := listen(t, bytes.NewReader(in))
		again := listen(t, splitReader(string(in), cuts))
		if strings.Join(received, "\n") != strings.Join(again, "\n") {
			t.Fatalf("received whole %q, in parts %q", received, again)
		}
		checkLines(t, in)
	})
}

// checkLines holds what the room relies on.
func checkLines(t *testing.T, in []byte) {
	answered := 0
	r := newLineReader(bytes.NewReader(in), front.Pace{}, func(p []byte) { answered += len(p) })
	for tok := (token{}); tok.kind != tokenEnd; {
		tok, _ = r.next()
		switch {
		case tok.kind == tokenNone:
			t.Fatal("nothing was returned")
		case len(tok.text) > maxLine || tok.truncated && len(tok.text) <= maxLine-utf8.UTFMax:
			t.Fatalf("a line of %d bytes, truncated: %v", len(tok.text), tok.truncated)
		case bytes.ContainsAny(tok.text, "\r\n\x00\x03\x04\x08\x7f"):
			t.Fatalf("a control byte that was to be obeyed: %q", tok.text)
		case !utf8.ValidString(decodeLine(tok.text)):
			t.Fatalf("not UTF-8: %q", decodeLine(tok.text))
		case strings.ContainsFunc(text.Clean(decodeLine(tok.text), false), unicode.IsControl):
			t.Fatalf("a control character escapes: %q", text.Clean(decodeLine(tok.text), false))
		case cap(r.lines.line) > keptLine:
			t.Fatalf("a buffer of %d bytes was kept", cap(r.lines.line))
		}
	}
	if answered > len(in) {
		t.Fatalf("%d bytes in, %d out", len(in), answered)
	}
}

func BenchmarkLine(b *testing.B) {
	const line = "salut à tous\r\n"
	r := newLineReader(repeater(line), front.Pace{}, func([]byte) {})
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		_, _ = r.next()
	}
}

func BenchmarkMebibyteWithoutNewline(b *testing.B) {
	b.SetBytes(1 << 20)
	for b.Loop() {
		_, _ = newLineReader(endless("x", 1<<20), front.Pace{}, func([]byte) {}).next()
	}
}
