package rows

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"salon/room/state"
	"salon/room/text"
)

func TestThePictureOfTheScreen(t *testing.T) {
	c := class(80)
	var b strings.Builder
	for _, e := range []*state.Event{
		minute(2, state.Said{From: "ann", Text: "bonjour à tous"}),
		minute(2, state.Said{From: "bob", Text: "salut ann, le lien est là :\nhttps://exemple.org/doc"}),
		minute(3, state.TopicSet{By: "cléo", Text: "vacances"}),
		minute(5, state.Said{From: "bob", Text: "@léa tu as vu ?"}),
		minute(6, state.Whispered{From: "ann", To: []text.Pseudo{"léa"}, Text: "à tout de suite"}),
	} {
		b.WriteString(shown(c.Event(e, me("léa"), 0)))
	}
	want := ` 14:02      ann │ bonjour à tous
 14:02      bob │ salut ann, le lien est là :
                │ https://exemple.org/doc
              ·   Nouveau sujet, par cléo : vacances
 14:05 !    bob ┃ @léa tu as vu ?
 14:06 @    ann ┃ à tout de suite
`
	if got := b.String(); got != want {
		t.Errorf("the screen shows\n%s\nwant\n%s", got, want)
	}
}

// talk is a little of everything.
var talk = []*state.Event{
	minute(2, state.Said{From: "ann", Text: "bonjour à tous"}),
	minute(2, state.Said{From: "bob", Text: "salut ann, le lien est là :\nhttps://exemple.org/doc"}),
	minute(3, state.Said{From: "maximilienne", Text: "une très longue phrase, de celles qui prennent plusieurs rangées ; y compris à cent vingt colonnes, n'est-ce pas ?"}),
	minute(3, state.Said{From: "bob", Text: "sourit à @ann", Action: true}),
	minute(4, state.Said{From: "cléo", Text: "rit", Action: true}),
	minute(4, state.TopicSet{By: "cléo", Text: "vacances"}),
	minute(5, state.Said{From: "charles", Text: "@ann, tu as vu ?"}),
	minute(5, state.Said{From: "ann", Text: "@ann c'est moi"}),
	minute(6, state.Whispered{From: "bob", To: []text.Pseudo{"ann"}, Text: "à tout de suite"}),
	minute(6, state.Whispered{From: "bob", To: []text.Pseudo{"ann", "cléo"}, Text: "rendez-vous\nà midi"}),
	minute(6, state.Whispered{From: "ann", To: []text.Pseudo{"bob"}, Text: "d'accord"}),
	minute(7, state.Walled{Text: "sauvegarde\ndans une heure"}),
	minute(7, state.Walled{By: "op", Text: "voir http://exemple.org"}),
	minute(8, state.Said{From: "田中", Text: "東京は今日も雨です。明日は晴れるといいですね。hello 皆さん"}),
	minute(8, state.Said{From: "דוד", Text: "שלום לכולם, איך אתם היום?\nfine"}),
	minute(9, state.Said{From: "bob", Text: "    if x {\n\n        return 👩‍👩‍👧‍👦"}),
	minute(9, state.Kicked{Pseudo: "bob", By: "op", Reason: "trop de bruit"}),
	minute(9, state.ShutdownPlanned{In: time.Minute}),
}

func TestTalkAtEveryWidthInBothLanguages(t *testing.T) {
	for _, width := range []int{20, 30, 40, 80, 120} {
		for name, l := range map[string]state.Lang{"fr": state.French, "en": state.English} {
			c := class(width)
			c.Lang, c.Hour12 = l, l == state.English
			var b strings.Builder
			for _, e := range talk {
				f := c.Event(e, me("ann"), 0)
				wantSound(t, c, f)
				b.WriteString(shown(f))
			}
			golden(t, fmt.Sprintf("%d-%s.txt", width, name), b.String())
		}
	}
}

func TestTalkInEveryPalette(t *testing.T) {
	for p, name := range []string{"mono", "basic", "auto", "light", "dark"} {
		c := class(80)
		c.Palette, c.Links = Palette(p), true
		var b strings.Builder
		for _, e := range talk {
			f := c.Event(e, me("ann"), 0)
			wantSound(t, c, f)
			b.WriteString(visible(f))
		}
		golden(t, name+".txt", b.String())
		if colours := strings.Count(b.String(), "␛[3") + strings.Count(b.String(), ";38;"); p == int(Mono) && colours > 0 {
			t.Errorf("without colours there are %d", colours)
		}
	}
}

// TestNobodyForgesARow holds what people can write to looks that events and others
// do not have, without any colour.
func TestNobodyForgesARow(t *testing.T) {
	event := minute(5, state.Left{Pseudo: "bob", Cause: state.Quit})
	for _, width := range []int{20, 80} {
		c := class(width)
		left := shown(c.Event(event, me("ann"), 0))
		sentence := strings.TrimLeft(strings.TrimPrefix(left, "              ←   "), "← ")
		for _, forged := range []state.Said{
			{From: "bob", Text: strings.TrimPrefix(strings.TrimSuffix(sentence, "\n"), "bob "), Action: true},
			{From: "eve", Text: "x\n" + strings.TrimSuffix(left, "\n")},
			{From: "eve", Text: "x\nbob: y"},
			{From: "eve", Text: strings.Repeat("x", 18) + " bob: y"},
		} {
			rows := strings.Split(strings.TrimSuffix(shown(c.Event(minute(5, forged), me("ann"), 0)), "\n"), "\n")
			for i, row := range rows {
				if row+"\n" == left || i > 0 && !strings.HasPrefix(row, "  ") {
					t.Errorf("at %d columns %q is shown as\n%s", width, forged.Text, strings.Join(rows, "\n"))
				}
			}
		}
	}
}

func TestALongNameIsNeverCut(t *testing.T) {
	for _, test := range []struct {
		width int
		name  text.Pseudo
		want  string
	}{
		{80, "charles", " 14:05  charles │ bonjour\n"},
		{80, "maximilienne", " 14:05 maximilienne │ bonjour\n"},
		{100, "maximilienne", " 14:05  maximilienne │ bonjour\n"},
		{40, "abcdefghijklmnopqrst", " 14:05 abcdefghijklmnopqrst │ bonjour\n"},
		{40, text.Pseudo(strings.Repeat("田", 17)), " 14:05   " + strings.Repeat("田", 14) + " │\n         田田田 │\n                │ bonjour\n"},
		{20, "abcdefghijklmnopqrst", "abcdefghijklmnopqrst\n  : bonjour\n"},
	} {
		if got := shown(class(test.width).Event(minute(5, state.Said{From: test.name, Text: "bonjour"}), me(""), 0)); got != test.want {
			t.Errorf("%s at %d columns:\n%s\nwant\n%s", test.name, test.width, got, test.want)
		}
	}
}

func TestAMarkNeverTouchesAName(t *testing.T) {
	got := shown(class(80).Event(minute(5, state.Said{From: "charles", Text: "@ann ?"}), me("ann"), 0))
	if want := " 14:05 ! charles ┃ @ann ?\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWhatNobodyIsShownHasNoRows(t *testing.T) {
	if f := class(80).Event(minute(5, state.WentAway{}), me("ann"), 0); f.Rows != 0 || len(f.Bytes) != 0 {
		t.Errorf("an absence is shown as %q", f.Bytes)
	}
}

func TestClocks(t *testing.T) {
	c := Class{Width: 80, Lang: state.English, Zone: time.FixedZone("", 3600), Hour12: true}
	got := shown(c.Event(minute(2, state.Said{From: "ann", Text: "hi"}), me(""), 0))
	if want := "  3:02 PM      ann │ hi\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
