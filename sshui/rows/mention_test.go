package rows

import (
	"fmt"
	"strings"
	"testing"

	"salon/room/state"
	"salon/room/text"
)

func TestMentions(t *testing.T) {
	for _, test := range []struct {
		text string
		want string // the keys
		mine string // what of the text calls ann, if anything
	}{
		{"bonjour ann", "", ""},
		{"@ann tu es là ?", "ann", "@ann"},
		{"oui, @Ann !", "ann", "@Ann"},
		{"(@ann, @bob) et @ann", "ann bob", "@ann @ann"},
		{"merci @ann.", "ann. ann", "@ann"},
		{"@ann...", "ann... ann.. ann. ann", "@ann"},
		{"@ann: et @bob; @cléo!", "ann bob cléo", "@ann"},
		{"«@ann»", "ann", "@ann"},
		{"*@ann*", "ann", "@ann"},
		{"@ann's", "ann", "@ann"},
		{"deux\n@ann\nlignes @bob", "ann bob", "@ann"},
		{"moi@ann.fr", "", ""},
		{"moi.@ann", "", ""},
		{"npm/@ann @@ann \\@ann", "", ""},
		{"@anne @tous @_ann @", "anne", ""},
		{"@" + strings.Repeat("a", 21), "", ""},
		{"@" + strings.Repeat("a", 4000), "", ""},
		{"@דוד שלום @ann", "דוד ann", "@ann"},
	} {
		e := minute(5, state.Said{From: "bob", Text: test.text})
		f := class(80).Event(e, me("ann"))
		wantSound(t, class(80), f)
		if got := strings.Trim(fmt.Sprint(f.Mentions), "[]"); got != test.want {
			t.Errorf("%q calls %q, want %q", test.text, got, test.want)
		}
		var mine []string
		for piece := range strings.SplitSeq(string(f.Bytes), calling) {
			if text, _, ok := strings.Cut(piece, unstyled); ok && strings.HasPrefix(text, "@") {
				mine = append(mine, text)
			}
		}
		if got := strings.Join(mine, " "); got != test.mine {
			t.Errorf("%q calls ann by %q, want %q", test.text, got, test.mine)
		}
		if marked := strings.Contains(shown(f), " 14:05 !"); marked != (test.mine != "") {
			t.Errorf("%q is shown as %q", test.text, shown(f))
		}
		plain := class(80).Event(e, me(""))
		if strings.Contains(string(plain.Bytes), calling) || strings.Contains(shown(plain), "!    bob") || fmt.Sprint(plain.Mentions) != fmt.Sprint(f.Mentions) {
			t.Errorf("%q is shown to everybody as %q, calling %q", test.text, plain.Bytes, plain.Mentions)
		}
	}
}

func TestNobodyCallsThemselves(t *testing.T) {
	f := class(80).Event(minute(5, state.Said{From: "Ann", Text: "@ann"}), me("ann"))
	if got := shown(f); got != " 14:05      Ann │ @ann\n" || strings.Contains(string(f.Bytes), calling) {
		t.Errorf("ann calls herself: %q", f.Bytes)
	}
}

func TestOnlyMessagesToAllMention(t *testing.T) {
	for _, b := range []state.Body{state.Walled{Text: "@ann"}, state.Whispered{From: "bob", To: []text.Pseudo{"ann"}, Text: "@ann"}, state.TopicSet{Text: "@ann"}} {
		if f := class(80).Event(minute(5, b), me("ann")); len(f.Mentions) > 0 || strings.Contains(shown(f), " 14:05 !") {
			t.Errorf("%#v calls %q:\n%s", b, f.Mentions, shown(f))
		}
	}
}

func TestMentionsAreBounded(t *testing.T) {
	var text strings.Builder
	for i := range 100 {
		fmt.Fprintf(&text, "@membre%d ", i)
	}
	f := class(80).Event(minute(5, state.Said{From: "bob", Text: text.String() + "@ann"}), me("ann"))
	if len(f.Mentions) != maxMentions || f.Mentions[0] != "membre0" || strings.Contains(string(f.Bytes), calling) {
		t.Errorf("%d mentions: %q", len(f.Mentions), f.Mentions)
	}
	var c mentionFinder
	c.find(strings.Repeat("@_ ", 1000), nil)
	if c.tries > maxTries {
		t.Errorf("%d names were read", c.tries)
	}
}
