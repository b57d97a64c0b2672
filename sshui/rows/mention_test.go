package rows

import (
	"strings"
	"testing"

	"salon/room/state"
	"salon/room/text"
)

func TestMentions(t *testing.T) {
	for _, test := range []struct{ text, me, mine string }{ // mine: what of the text mentions me, if anything
		{"bonjour ann", "ann", "ann"},
		{"bonjour Ann, bonjour", "ann", "Ann"},
		{"qu'ann dort", "ann", "ann"},
		{"anne et joann", "ann", ""},
		{"@ann tu es là ?", "ann", "@ann"},
		{"oui, @Ann !", "ann", "@Ann"},
		{"(@ann, @bob) et ann", "ann", "@ann ann"},
		{"merci @ann.", "ann", "@ann"},
		{"merci ann.", "ann.", "ann."},
		{"@ann...", "ann", "@ann"},
		{"@ann: et @bob; @cléo!", "ann", "@ann"},
		{"et cléo?", "cléo", "cléo"},
		{"CLÉO", "cléo", "CLÉO"},
		{"«@ann»", "ann", "@ann"},
		{"*@ann*", "ann", "@ann"},
		{"@ann's", "ann", "@ann"},
		{"deux\n@ann\nlignes @bob", "ann", "@ann"},
		{"moi@ann.fr", "ann", ""},
		{"moi.@ann ann/x x/ann", "ann", "ann"},
		{"npm/@ann @@ann \\@ann", "ann", ""},
		{"@jean-paul", "paul", ""},
		{"jean-paul et jean", "jean", "jean"},
		{"jean-paul, jean", "jean-paul", "jean-paul"},
		{"`ann` et `@ann`", "ann", ""},
		{"@" + strings.Repeat("a", 4000), "ann", ""},
		{"@דוד שלום", "דוד", "@דוד"},
		{"李雷你好", "李雷", "李雷"},
		{"你好李雷", "李雷", "李雷"},
		{"@李雷 你好", "李雷", "@李雷"},
	} {
		e := minute(5, state.Said{From: "bob", Text: test.text})
		f := class(80).Event(e, me(text.Pseudo(test.me)), 0)
		wantSound(t, class(80), f)
		var mine []string
		for piece := range strings.SplitSeq(string(f.Bytes), boldReverse) {
			if text, _, ok := strings.Cut(piece, unstyled); ok && text != mentionMark && !strings.Contains(text, eol) {
				mine = append(mine, strings.Trim(text, "\u2068\u2069"))
			}
		}
		if got := strings.Join(mine, " "); got != test.mine {
			t.Errorf("%q mentions %s by %q, want %q", test.text, test.me, got, test.mine)
		}
		if marked := strings.Contains(shown(f), " 14:05 !"); marked != (test.mine != "") || f.Mentioned != marked {
			t.Errorf("%q is shown as %q", test.text, shown(f))
		}
		if got := Mentions(test.text, text.Pseudo(test.me).Key()); got != f.Mentioned {
			t.Errorf("%q mentions %s: %v", test.text, test.me, got)
		}
		plain := class(80).Event(e, me(""), 0)
		if strings.Contains(string(plain.Bytes), boldReverse) || strings.Contains(shown(plain), "!    bob") || plain.Mentioned {
			t.Errorf("%q is shown to everybody as %q", test.text, plain.Bytes)
		}
		if f.Mentioned && !new(Cache).MayMention(1, e, WordOf(text.Pseudo(test.me).Key())) {
			t.Errorf("%q mentions %s, and its words do not say that it may", test.text, test.me)
		}
	}
}

func TestNobodyCallsThemselves(t *testing.T) {
	f := class(80).Event(minute(5, state.Said{From: "Ann", Text: "@ann"}), me("ann"), 0)
	if got := shown(f); got != " 14:05      Ann │ @ann\n" || strings.Contains(string(f.Bytes), boldReverse) {
		t.Errorf("ann calls herself: %q", f.Bytes)
	}
}

func TestOnlyMessagesToAllMention(t *testing.T) {
	for _, b := range []state.Body{state.Walled{Text: "@ann"}, state.Whispered{From: "bob", To: []text.Pseudo{"ann"}, Text: "@ann"}, state.TopicSet{Text: "@ann"}} {
		if f := class(80).Event(minute(5, b), me("ann"), 0); f.Mentioned || strings.Contains(shown(f), " 14:05 !") {
			t.Errorf("%#v mentions:\n%s", b, shown(f))
		}
	}
}

func TestMentionsAreBounded(t *testing.T) {
	f := class(80).Event(minute(5, state.Said{From: "bob", Text: strings.Repeat("ann ", 100)}), me("ann"), 0)
	if n := strings.Count(string(f.Bytes), boldReverse+"ann"); n != maxMentions {
		t.Errorf("%d mentions", n)
	}
	m := mention{word: WordOf("ann"), key: "ann"}
	m.find(strings.Repeat("ann-b ", 1000), nil, "")
	if m.tries > maxTries {
		t.Errorf("%d names were read", m.tries)
	}
}

// TestTheWordsOfAMessageAreItsOwn, whatever the places that share a slot with its were asked
// for before.
func TestTheWordsOfAMessageAreItsOwn(t *testing.T) {
	k, ann, bob := &Cache{}, WordOf("ann"), WordOf("bob")
	late, early, moved := saying("bob ?"), saying("ann ?"), saying("ann !")
	for range 2 {
		for place, e := range map[uint64]*state.Event{7 + maxWords: late, 7: early, 8: moved} {
			if k.MayMention(place, e, ann) != (e != late) || k.MayMention(place, e, bob) != (e == late) {
				t.Errorf("the words of place %d are others", place)
			}
		}
	}
	if got := k.words.slots[7].Load().event; got != late {
		t.Errorf("an older message took the place of a later one")
	}
}
