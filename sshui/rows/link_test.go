package rows

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"salon/room/state"
	"salon/room/text"
)

func linked(width int, text string) *Fragment {
	c := class(width)
	c.Links = true
	return c.Event(minute(5, state.Said{From: "bob", Text: text}), me(""), 0)
}

var opened = regexp.MustCompile("\x1b\\]8;id=([0-9]+);([!-~]+?)\x1b\\\\(?:\x1b\\[[0-9;]*m)*([^\x1b]*)")

// links are the pieces of links on the rows of a text: id, target, what is seen.
func links(f *Fragment) [][3]string {
	var found [][3]string
	for _, m := range opened.FindAllStringSubmatch(string(f.Bytes), -1) {
		found = append(found, [3]string(m[1:4]))
	}
	return found
}

func TestLinks(t *testing.T) {
	for _, test := range []struct{ text, seen, target string }{
		{"http://a.fr", "http://a.fr", ""},
		{"voir https://a.fr/b, puis", "https://a.fr/b", ""},
		{"(https://a.fr/b).", "https://a.fr/b", ""},
		{"https://a.fr/b_(c)", "https://a.fr/b_(c)", ""},
		{"(https://a.fr/b_(c))", "https://a.fr/b_(c)", ""},
		{"https://a.fr/?b=c&d=e#f!", "https://a.fr/?b=c&d=e#f", ""},
		{"« https://a.fr/é »", "https://a.fr/é", "https://a.fr/%C3%A9"},
		{"«https://a.fr»", "https://a.fr", ""},
		{"<https://a.fr>", "https://a.fr", ""},
		{"見て：https://a.fr/b。", "https://a.fr/b", ""},
		{"https://exämple.org/x", "https://exämple.org/x", "https://ex%C3%A4mple.org/x"},
		{"HTTPS://A.FR/b", "HTTPS://A.FR/b", ""},
		{"https://a.fr/{b}|c", "https://a.fr/{b}|c", "https://a.fr/%7Bb%7D%7Cc"},
		{"https://[::1]:80/x", "https://[::1]:80/x", ""},
		{"https://a.fr/a;b", "https://a.fr/a;b", ""},
		{"https://", "", ""},
		{"http:///chemin", "", ""},
		{"http://:80/", "", ""},
		{"https://a.fr/%zz", "", ""},
		{"xhttps://a.fr", "", ""},
		{"ftp://a.fr", "", ""},
		{"javascript://a.fr/%0aalert(1)", "", ""},
		{"a.fr ://", "", ""},
		{"https://a.fr/" + strings.Repeat("x", maxURL), "", ""},
	} {
		if test.target == "" {
			test.target = test.seen
		}
		f := linked(500, test.text)
		wantSound(t, class(500), f)
		got := links(f)
		if test.seen == "" && len(got) == 0 {
			continue
		}
		if len(got) != 1 || got[0][1] != test.target || got[0][2] != test.seen {
			t.Errorf("%q links %q, want %q to %q", test.text, got, test.seen, test.target)
		}
		if !strings.Contains(ansi.Strip(string(f.Bytes)), test.text) && len(test.text) < 400 {
			t.Errorf("%q is shown as %q", test.text, f.Bytes)
		}
	}
}

func TestALinkOverTwoRowsIsOne(t *testing.T) {
	f := linked(40, "https://exemple.org/une/page/assez/longue http://b.fr")
	got := links(f)
	var ids []string
	for _, l := range got {
		ids = append(ids, l[0])
	}
	if !slices.Equal(ids, []string{"1", "1", "2"}) || got[0][1] != got[1][1] || got[0][2]+got[1][2] != got[0][1] {
		t.Errorf("the links are %q", got)
	}
}

func TestNoLinksWhereThereAreNone(t *testing.T) {
	f := class(80).Event(minute(5, state.Said{From: "bob", Text: "https://a.fr"}), me(""), 0)
	if strings.Contains(string(f.Bytes), "]8;") || strings.Contains(string(f.Bytes), underline) {
		t.Errorf("a link all the same: %q", f.Bytes)
	}
}

func TestAMentionInAnAddressIsNone(t *testing.T) {
	for _, links := range []bool{false, true} {
		c := class(80)
		c.Links = links
		for said, want := range map[string]bool{"https://a.fr/(@ann) https://a.fr": false, "https://a.fr/(@ann) @ann": true} {
			f := c.Event(minute(5, state.Said{From: "bob", Text: said}), me("ann"), 0)
			if f.Mentioned != want {
				t.Errorf("%q: %v", said, f.Mentioned)
			}
		}
	}
}

// TestTheLargestMessagesAreShared holds what any message may weigh to what a Cache
// keeps, so that nobody makes every session work for itself.
func TestTheLargestMessagesAreShared(t *testing.T) {
	fill := func(s string) string { return strings.Repeat(s, text.MaxText/len(s)) }
	lines := strings.Repeat("x\n", 39)
	for _, text := range []string{
		fill("x"), fill("x "), fill("é "), fill("東"), fill("שלום "), fill("👍🏽"), fill("http://a.fr "), fill("@ann @b "), fill("a\u0301\u0301\u0301"),
		"https://a.fr/" + strings.Repeat("x", 2000), "https://a.fr/" + strings.Repeat("é", 600), strings.Repeat("https://a.fr/"+strings.Repeat("x", 300)+" ", 13),
		lines + fill("x")[len(lines):],
	} {
		for width := 20; width <= 500; width++ {
			f := linked(width, text)
			if n := size(f); n > maxKept {
				t.Errorf("%.20q... at %d columns weighs %d bytes", text, width, n)
			}
		}
	}
}
