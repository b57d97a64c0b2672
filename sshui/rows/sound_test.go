package rows

import (
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"salon/room/state"
	"salon/room/text"
)

// hostile are the pieces that texts are made of here, besides any. None has been
// through text.Clean.
var hostile = []string{
	"\x1b[31m", "\x1b]0;title\a", "\x1b]8;;http://x\x1b\\", "\x9b2J", "\u009b2J", "\r", "\n", "\r\n", "\b\b\b", "\x00", "\x7f", "\u0085", "\u2028", "\t",
	"\u202e", "\u2067", "\u2068", "\u2069", "\u200d", "\ufe0f", "\ufeff", "\u00ad", "\xff\xfe", "\u0301", "e\u0301\u0301", "\u0600", "ൎ", "ᄀᄀᄀᄀᄀᄀᄀᄀ", "🇫", "🇫🇷",
	"שלום", "مرحبا", "👩‍👩‍👧‍👦", "👍🏽", "❤️", "1️⃣", "東京", "。", "「", "é", "bonjour", "averyveryverylongword", "    ", " ", " ?", "« ",
	"`", "``", "**", "**a b**", "`c d`", "\n```\n", "@ann", "ann", "@bob.", "http://exemple.org/a_(b)?c=é;d", "https://", " https://x.y/" + strings.Repeat("z", 60), "│", "14:05",
}

func hostileText(t *rapid.T, name string) string {
	pieces := rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(hostile), rapid.StringN(0, 8, 20)), 0, 20).Draw(t, name)
	return strings.Join(pieces, "")
}

func anyClass(t *rapid.T) Class {
	return Class{
		Width:   rapid.OneOf(rapid.IntRange(1, 60), rapid.IntRange(1, 500)).Draw(t, "width"),
		Lang:    state.Lang(rapid.IntRange(0, 1).Draw(t, "lang")),
		Zone:    time.UTC,
		Hour12:  rapid.Bool().Draw(t, "hour12"),
		Palette: Palette(rapid.IntRange(0, int(Dark)).Draw(t, "palette")),
		Links:   rapid.Bool().Draw(t, "links"),
		ASCII:   rapid.Bool().Draw(t, "ascii"),
	}
}

func TestWhateverIsSaidIsShownSoundAndWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := Head(rapid.IntRange(0, heads-1).Draw(t, "head"))
		c, words, who := anyClass(t), hostileText(t, "text"), text.Pseudo(hostileText(t, "who"))
		for _, b := range []state.Body{
			state.Said{From: "bob", Text: words}, state.Said{From: "bob", Text: words, Action: true}, state.Said{From: who, Text: words},
			state.Whispered{From: "bob", To: []text.Pseudo{"ann"}, Text: words}, state.Whispered{From: who, To: []text.Pseudo{"bob", who}, Text: words},
			state.Walled{Text: words}, state.Walled{By: who, Text: words}, state.TopicSet{By: "bob", Text: words}, state.Left{Pseudo: who, Text: words},
		} {
			f := c.Event(minute(5, b), me("ann"), h)
			wantSound(t, c, f)
			if said, ok := b.(state.Said); ok && said.From == "bob" && c.Width > 10 {
				wantWhole(t, f, words)
			}
		}
	})
}

// wantWhole holds a fragment to show all of a text, in its order.
func wantWhole(t tester, f *Fragment, text string) {
	t.Helper()
	got, want := letters(shown(f)), ""
	for line := range strings.SplitSeq(text, "\n") {
		want += letters(cleanText(line))
	}
	if !strings.HasSuffix(got, want) {
		t.Errorf("of %q (%q) is shown %q", text, want, got)
	}
}

// letters is a text without what rows add between its words.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) && r < 0x80 || strings.ContainsRune("│┃|`*", r) || r == fsi || r == pdi { // gutters; signs around code and what is bold are not shown
			return -1
		}
		return r
	}, s)
}

func TestEveryRuleIsAsWideAsItShould(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, s, text := anyClass(t), Style(rapid.IntRange(0, int(styleCount)-1).Draw(t, "style")), hostileText(t, "text")
		for _, row := range []string{c.Rule(s, text), c.Day(at)} {
			if w := ansi.StringWidth(row); w != c.Width {
				t.Errorf("a rule of %d columns, not %d: %q", w, c.Width, row)
			}
			wantClosed(t, row)
		}
	})
}

func TestFitIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Palette(rapid.IntRange(0, int(Dark)).Draw(t, "palette"))
		text := p.Paint(Wrong, text.Isolate(cleanText(hostileText(t, "text")))) + p.Name(3, cleanText(hostileText(t, "name")))
		columns := rapid.IntRange(0, 60).Draw(t, "columns")
		got := Fit(text, columns)
		if w := ansi.StringWidth(got); w != columns {
			t.Errorf("%q is %d columns wide, not %d: %q", text, w, columns, got)
		}
		wantClosed(t, got)
	})
}

func FuzzEvent(f *testing.F) {
	for _, s := range hostile {
		f.Add(s+" "+s, "bob", 20)
	}
	f.Fuzz(func(t *testing.T, words, who string, width int) {
		c := Class{Width: 1 + (width%200+200)%200, Zone: time.UTC, Palette: Auto, Links: true}
		said := c.Event(minute(5, state.Said{From: "bob", Text: words}), me("ann"), 0)
		wantSound(t, c, said)
		if c.Width > 10 {
			wantWhole(t, said, words)
		}
		wantSound(t, c, c.Event(minute(5, state.Said{From: text.Pseudo(who), Text: words, Action: true}), me(text.Pseudo(who)), 0))
		wantSound(t, c, c.Event(minute(5, state.Left{Pseudo: text.Pseudo(who), Text: words}), me("ann"), 0))
		for _, row := range []string{c.Rule(Marker, words), Fit(c.Palette.Paint(Strong, cleanText(words)), c.Width)} {
			if w := ansi.StringWidth(row); w != c.Width {
				t.Errorf("%d columns, not %d: %q", w, c.Width, row)
			}
			wantClosed(t, row)
		}
	})
}
