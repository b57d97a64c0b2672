package rows

import (
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"salon/room/state"
	"salon/room/text"
)

func TestDays(t *testing.T) {
	first := time.Date(2026, time.August, 31, 23, 30, 0, 0, time.UTC)
	for _, test := range []struct {
		width  int
		fr, en string
	}{
		{40, "─────── mardi 1er septembre 2026 ───────", "─────── Tuesday 1 September 2026 ───────"},
		{24, "── 1er septembre 2026 ──", "─── 1 September 2026 ───"},
		{20, "──── 01/09/2026 ────", "─ 1 September 2026 ─"},
		{10, "─ 01/09… ─", "─ 2026-… ─"},
		{3, "───", "───"},
	} {
		for l, want := range map[state.Lang]string{state.French: test.fr, state.English: test.en} {
			c := Class{Width: test.width, Lang: l, Zone: time.FixedZone("", 3600)}
			if got := ansi.Strip(c.Day(first)); want != "" && got != want {
				t.Errorf("at %d columns the day is %q, want %q", test.width, got, want)
			}
		}
	}
	if got := class(48).Day(at); got != Mono.Paint(Line, "──────────")+Mono.Paint(Quiet, " dimanche 22 novembre 2026 ")+Mono.Paint(Line, "───────────") {
		t.Errorf("the day is %q", got)
	}
}

func TestRule(t *testing.T) {
	for _, test := range []struct {
		width      int
		text, want string
	}{
		{20, "nouveaux", "───── nouveaux ─────"},
		{12, "nouveaux", "─ nouveaux ─"},
		{11, "nouveaux", "─ nouvea… ─"},
		{4, "nouveaux", "────"},
		{8, "", "────────"},
		{10, "東京東京", "─ 東京… ──"},
		{10, "שלום", "── \u2068שלום\u2069 ──"},
		{10, "a\x1b[2J\nb", "─ a[2J b ─"},
	} {
		if got := ansi.Strip(class(test.width).Rule(Plain, test.text)); got != test.want {
			t.Errorf("%q in %d columns is %q, want %q", test.text, test.width, got, test.want)
		}
	}
}

func TestFit(t *testing.T) {
	red := Basic.Paint(Wrong, "rouge")
	for _, test := range []struct {
		text    string
		columns int
		want    string
	}{
		{"ann", 5, "ann  "},
		{"ann", 3, "ann"},
		{"anne", 3, "an…"},
		{"ann", 0, ""},
		{"ann", -1, ""},
		{"", 2, "  "},
		{"東京都", 4, "東… "},
		{red, 3, "\x1b[31mro…\x1b[m"},
		{red, 7, red + "  "},
		{"\x1b]8;id=1;http://a.fr\x1b\\lien\x1b]8;;\x1b\\", 3, "\x1b]8;id=1;http://a.fr\x1b\\li…\x1b]8;;\x1b\\"},
		{text.Isolate("שלום"), 3, "\u2068של…\u2069"},
	} {
		if got := Fit(test.text, test.columns); got != test.want {
			t.Errorf("%q in %d columns is %q, want %q", test.text, test.columns, got, test.want)
		}
	}
}
