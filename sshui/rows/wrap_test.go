package rows

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"salon/room/text"
)

func wrapped(text string, first, rest int) []string {
	var rows []string
	w := wrap(text, first, rest)
	for from, to, ok := w.row(); ok; from, to, ok = w.row() {
		rows = append(rows, text[from:to])
	}
	return rows
}

func TestWrap(t *testing.T) {
	for _, test := range []struct {
		text        string
		first, rest int
		want        string // rows separated by bars
	}{
		{"", 10, 10, ""},
		{"bonjour", 10, 10, "bonjour"},
		{"bonjour à tous", 10, 10, "bonjour à|tous"},
		{"bonjour à tous", 9, 4, "bonjour à|tous"},
		{"bonjour    tous", 8, 8, "bonjour|tous"},
		{"bonjour tous   ", 12, 12, "bonjour tous"},
		{"    if x", 10, 10, "    if x"},
		{"    if (cond) {", 10, 10, "    if|(cond) {"},
		{"        return", 10, 10, "        re|turn"},
		{"            x", 10, 10, "|x"},
		{"abcdefghijklmnopqrstuvwxyz", 10, 8, "abcdefghij|klmnopqr|stuvwxyz"},
		{"le abcdefghijklmnop", 10, 10, "le|abcdefghij|klmnop"},
		{"rm -rf /tmp/some-dir/x", 10, 10, "rm -rf|/tmp/some-|dir/x"},
		{"tu as vu ?", 8, 8, "tu as|vu ?"},
		{"il dit « oui » hier", 12, 12, "il dit|« oui » hier"},
		{"deuxmots ?", 8, 8, "deuxmots|?"},
		{"a ?b", 3, 3, "a|?b"},
		{"東京は雨", 6, 6, "東京は|雨"},
		{"東京は雨", 7, 7, "東京は|雨"},
		{"東京は、雨", 6, 6, "東京|は、雨"},
		{"ok 東京は雨", 6, 6, "ok 東|京は雨"},
		{"안녕하세요 여러분", 10, 10, "안녕하세요|여러분"},
		{"e\u0301e\u0301e\u0301", 2, 2, "e\u0301e\u0301|e\u0301"},
		{"🇫🇷🇫🇷", 4, 4, "🇫🇷|🇫🇷"},
		{"👍🏽👍🏽", 4, 4, "👍🏽|👍🏽"},
		{"a👩‍👩‍👧‍👦b", 8, 8, "a|👩‍👩‍👧‍👦|b"},
		{"👩‍👩‍👧‍👦", 4, 4, "👩‍👩‍|👧‍👦"},
		{"ᄀᄀᄀᄀᄀ", 4, 4, "ᄀᄀ|ᄀ|ᄀᄀ"},
		{"a\u00a0b c", 4, 4, "a\u00a0b|c"},
	} {
		if got := strings.Join(wrapped(test.text, test.first, test.rest), "|"); got != test.want {
			t.Errorf("%q in %d and %d columns is %q, want %q", test.text, test.first, test.rest, got, test.want)
		}
	}
}

func TestRowsBreakBetweenCharacters(t *testing.T) {
	const text = "le é 東京 👩‍👩‍👧‍👦 🇫🇷 e\u0301 mot"
	var marks []int
	for rest, at := text, 0; rest != ""; {
		cluster, _ := ansi.FirstGraphemeCluster(rest, ansi.GraphemeWidth)
		marks = append(marks, at)
		at, rest = at+len(cluster), rest[len(cluster):]
	}
	marks = append(marks, len(text))
	for width := maxStep; width < 40; width++ {
		w := wrap(text, width, width)
		for from, to, ok := w.row(); ok; from, to, ok = w.row() {
			if !slices.Contains(marks, from) || !slices.Contains(marks, to) || !utf8.ValidString(text[from:to]) {
				t.Errorf("at %d columns a character is broken: %q", width, text[from:to])
			}
		}
	}
}

func TestNoTextTakesMoreRowsThanItShould(t *testing.T) {
	for _, text := range []string{strings.Repeat("ᄀ", 4096/3), strings.Repeat("👩\u200d", 600), "e" + strings.Repeat("\u0301", 2000), strings.Repeat("東", 4096/3), strings.Repeat(" ", 4096)} {
		if rows := wrapped(text, 20, 20); len(rows) > 4096/18 {
			t.Errorf("%q... has %d rows", text[:12], len(rows))
		}
	}
}

func TestIsolatesCrossRowsWhole(t *testing.T) {
	p := class(30).page()
	l := line{}
	l.sentence("x " + text.Isolate("שלום לכולם") + " est là, bien là depuis " + text.Isolate("אתמול"))
	p.flow(blanks(0), blanks(0), []line{l})
	want := []string{"x ⟨שלום לכולם⟩ est là, bien là", "depuis ⟨אתמול⟩"}
	got := strings.Split(strings.TrimSpace(visible(p.finish(&Fragment{}))), "\n")
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	p = class(8).page()
	l = line{}
	l.sentence(text.Isolate("שלום abcd efgh שלום") + " z")
	p.flow(blanks(0), blanks(0), []line{l})
	want = []string{"⟨שלום⟩", "abcd", "efgh", "⟨שלום⟩ z"}
	if got := strings.Split(strings.TrimSpace(visible(p.finish(&Fragment{}))), "\n"); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
