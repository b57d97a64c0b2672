package keys_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"salon/internal/line/keys"
)

// corpus is what terminals send, and what they do not.
var corpus = func() []string {
	sent := []string{
		"a", "bonjour ", "é", "e\u0301", "👩‍👩‍👧", "日本語", "\u0085", "\xff", "\xc3", "\xe2\x82", "\xf0\x9f\x98", "\x9b", "\x80", "\xe0\x80",
		"\x1b[?1u", "\x1b[?2026;2$y", "\x1b[I", "\x1b[O", "\x1b[<64;10;5M", "\x1b[<0;10;5M", "\x1b[M !!", "\x1b[M \xff\xff", "\x1b[24;80R",
		"\x1b]11;rgb:0000/0000/0000\x1b\\", "\x1b]11;rgb:ffff/ffff/ffff\a", "\x1b]0;titre é\x1b\\", "\x1bP>|XTerm(390)\x1b\\",
		"\x1b_Gi=1;OK\x1b\\", "\x1bXsos\x18", "\x1b[1;2", "\x1b]0;cut", "\x1bPcut", "\x1b[", "\x1bO", "\x1b]", "\x1bP", "\x1b[[",
		"\x1b[200~un\r\ndeux\rtrois\n\x1b[201~", "\x1b[200~\xff\x1b[A\x1b[20é\x1b\x1b[201~", "\x1b[200~\x1b[201\x1b[201~", "\x1b[201~",
		"\x1b[" + strings.Repeat("1;", 200) + "m", "\x1b]11;" + strings.Repeat("x", 300) + "\a", "\x1b[97;2u", "\x1b\x1b", "\x1b\x1b]11;#000\a",
	}
	for _, table := range terminals {
		for s := range table {
			sent = append(sent, s)
		}
	}
	slices.Sort(sent) // the same corpus each time, for rapid to replay
	return sent
}()

// joined makes one Text of those that follow each other: where they part is up
// to the split.
func joined(events []keys.Event) []keys.Event {
	var out []keys.Event
	for _, e := range events {
		k, ok := e.(keys.Key)
		if ok && k.Text != "" && !k.AfterEsc && len(out) > 0 {
			if before, ok := out[len(out)-1].(keys.Key); ok && before.Text != "" {
				before.Text += k.Text
				out[len(out)-1] = before
				continue
			}
		}
		out = append(out, e)
	}
	return out
}

// TestAnySplit feeds the same bytes whole and in pieces. Only an ESC that ends a
// piece may change what comes of them, unless it is in a paste.
func TestAnySplit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sent := strings.Join(rapid.SliceOfN(rapid.SampledFrom(corpus), 1, 12).Draw(t, "sent"), "")
		whole := feed(sent)
		parts := split(t, sent)
		if got := feed(parts...); !slices.Equal(joined(got), joined(whole)) {
			t.Fatalf("%q\ngives %+v\nbut in one piece\n%+v", parts, joined(got), joined(whole))
		}
	})
}

// split cuts s anywhere but after an ESC.
func split(t *rapid.T, s string) []string {
	most := rapid.IntRange(1, 8).Draw(t, "most")
	var parts []string
	for s != "" {
		n := min(rapid.IntRange(1, most).Draw(t, "n"), len(s))
		for n < len(s) && s[n-1] == '\x1b' {
			n++
		}
		parts = append(parts, s[:n])
		s = s[n:]
	}
	return parts
}

// TestByteByByte has a line so slow that each byte of a key comes alone: the key
// is decoded, after an Esc given in vain, but for the few that may be letters
// typed after Esc.
func TestByteByByte(t *testing.T) {
	for terminal, table := range terminals {
		for sent, want := range table {
			if len(sent) < 3 || sent[1] != '[' && sent[1] != 'O' || len(sent) == 3 && sent[2] >= 'a' || sent[1] == 'O' && strings.ContainsAny(sent, "M125") {
				continue
			}
			if got := feed(bytewise(sent)...); !slices.Equal(got, all(name("esc"), name(want))) {
				t.Errorf("%s: %q byte by byte gives %+v, not %q", terminal, sent, got, want)
			}
		}
	}
}

func TestRuneInTwoFeeds(t *testing.T) {
	for _, s := range []string{"é", "€", "😀"} {
		for n := 1; n < len(s); n++ {
			if got := feed("a"+s[:n], s[n:]+"b"); !slices.Equal(joined(got), all(text("a"+s+"b"))) {
				t.Errorf("%q cut at %d gives %+v", s, n, got)
			}
			if got := feed("\x1b"+s[:n], s[n:]); len(got) != 1 || got[0].(keys.Key).Text == s {
				t.Errorf("Alt with %q cut at %d gives %+v", s, n, got)
			}
		}
	}
}

// TestFeedKeepsNothing reuses the buffer that was fed.
func TestFeedKeepsNothing(t *testing.T) {
	var d keys.Decoder
	var events []keys.Event
	buf := make([]byte, 64)
	for _, sent := range []string{"bonjour", "\x1b[200~collé\x1b[201~", "\x1b[97;1;233u", "\xe2\x82", "\xac", "\x1b[200~autre!\x1b[201~"} {
		d.Feed(buf[:copy(buf, sent)], func(e keys.Event) { events = append(events, e) })
	}
	d.Feed(buf[:copy(buf, strings.Repeat("z", 64))], func(keys.Event) {})
	want := all(text("bonjour"), keys.Paste{Text: "collé"}, text("é"), text("€"), keys.Paste{Text: "autre!"})
	if !slices.Equal(events, want) {
		t.Errorf("got %+v", events)
	}
}

// FuzzDecoder checks what holds for any bytes, in any pieces: no panic, no
// control character in a key, no paste beyond its bound or with its end in it.
func FuzzDecoder(f *testing.F) {
	for _, s := range corpus {
		f.Add([]byte(s), uint8(3))
	}
	f.Fuzz(func(t *testing.T, sent []byte, most uint8) {
		var d keys.Decoder
		for len(sent) > 0 {
			n := min(int(most)+1, len(sent))
			d.Feed(sent[:n], func(e keys.Event) { checkEvent(t, e) })
			if held := d.Held(); held > keys.MaxPaste {
				t.Fatalf("%d bytes are held", held)
			}
			sent = sent[n:]
		}
	})
}

func checkEvent(t *testing.T, e keys.Event) {
	switch e := e.(type) {
	case nil:
		t.Fatal("nil was emitted")
	case keys.Key:
		s := e.Name + e.Text + e.Alt()
		if (e.Name == "") == (e.Text == "") || !utf8.ValidString(s) || strings.ContainsFunc(s, control) {
			t.Fatalf("key %+v", e)
		}
	case keys.Paste:
		if len(e.Text) > keys.MaxPaste || !utf8.ValidString(e.Text) || strings.Contains(e.Text, "\x1b[201~") || strings.Contains(e.Text, "\r") {
			t.Fatalf("paste %q", e.Text)
		}
	}
}

func control(r rune) bool { return r < ' ' || '\x7f' <= r && r <= '\u009f' }
