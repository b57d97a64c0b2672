package keys_test

import (
	"slices"
	"testing"

	"salon/internal/line/keys"
)

// terminals are what the keys that the room uses send, by terminal, with the
// settings that each comes with.
var terminals = map[string]map[string]string{
	"every": {
		"\x00": "ctrl+space", "\x01": "ctrl+a", "\x02": "ctrl+b", "\x03": "ctrl+c", "\x04": "ctrl+d", "\x05": "ctrl+e",
		"\x06": "ctrl+f", "\a": "ctrl+g", "\b": "backspace", "\t": "tab", "\n": "enter", "\x0b": "ctrl+k", "\x0c": "ctrl+l",
		"\r": "enter", "\x0e": "ctrl+n", "\x0f": "ctrl+o", "\x10": "ctrl+p", "\x11": "ctrl+q", "\x12": "ctrl+r",
		"\x13": "ctrl+s", "\x14": "ctrl+t", "\x15": "ctrl+u", "\x16": "ctrl+v", "\x17": "ctrl+w", "\x18": "ctrl+x",
		"\x19": "ctrl+y", "\x1a": "ctrl+z", "\x1b": "esc", "\x1c": "ctrl+\\", "\x1d": "ctrl+]", "\x1e": "ctrl+^",
		"\x1f": "ctrl+_", "\x7f": "backspace",
		"\x1bb": "alt+b", "\x1bf": "alt+f", "\x1bd": "alt+d", "\x1bu": "alt+u", "\x1bp": "alt+p", "\x1bn": "alt+n",
		"\x1bl": "alt+l", "\x1bB": "alt+shift+b", "\x1b.": "alt+.", "\x1b ": "alt+space", "\x1bé": "alt+é", "\x1bÉ": "alt+shift+é",
		"\x1b\r": "alt+enter", "\x1b\n": "alt+enter", "\x1b\x7f": "alt+backspace", "\x1b\x01": "ctrl+alt+a", "\x1b\x00": "ctrl+alt+space",
	},
	"xterm": {
		"\x1b[A": "up", "\x1b[B": "down", "\x1b[C": "right", "\x1b[D": "left", "\x1b[H": "home", "\x1b[F": "end",
		"\x1bOA": "up", "\x1bOB": "down", "\x1bOC": "right", "\x1bOD": "left", "\x1bOH": "home", "\x1bOF": "end",
		"\x1b[2~": "insert", "\x1b[3~": "delete", "\x1b[5~": "pgup", "\x1b[6~": "pgdn", "\x1b[Z": "shift+tab",
		"\x1bOP": "f1", "\x1bOQ": "f2", "\x1bOR": "f3", "\x1bOS": "f4", "\x1b[15~": "f5", "\x1b[17~": "f6", "\x1b[18~": "f7",
		"\x1b[19~": "f8", "\x1b[20~": "f9", "\x1b[21~": "f10", "\x1b[23~": "f11", "\x1b[24~": "f12",
		"\x1b[1;3H": "alt+home", "\x1b[1;3F": "alt+end", "\x1b[1;5C": "ctrl+right", "\x1b[1;5D": "ctrl+left",
		"\x1b[1;3A": "alt+up", "\x1b[1;2A": "shift+up", "\x1b[1;4A": "alt+shift+up", "\x1b[1;6A": "ctrl+shift+up",
		"\x1b[1;7A": "ctrl+alt+up", "\x1b[1;8A": "ctrl+alt+shift+up", "\x1b[1;9A": "up",
		"\x1b[5;2~": "shift+pgup", "\x1b[3;5~": "ctrl+delete", "\x1b[1;2P": "shift+f1", "\x1b[1;5Q": "ctrl+f2", "\x1b[15;3~": "alt+f5",
		"\x1b[R": "f3", "\x1bOM": "enter", "\x1b[1;0A": "up",
		// modifyOtherKeys, and its formatOtherKeys=1
		"\x1b[27;2;13~": "shift+enter", "\x1b[27;3;13~": "alt+enter", "\x1b[27;5;13~": "ctrl+enter", "\x1b[27;5;9~": "ctrl+tab",
		"\x1b[27;6;65~": "ctrl+shift+a", "\x1b[27;5;44~": "ctrl+,", "\x1b[27;5;32~": "ctrl+space", "\x1b[27;3;98~": "alt+b",
		"\x1b[13;2u": "shift+enter", "\x1b[27;5;8~": "ctrl+backspace",
		// of before modifiers were a second parameter of a control sequence
		"\x1bO5A": "ctrl+up", "\x1bO2P": "shift+f1", "\x1bO1;5P": "ctrl+f1",
	},
	"kitty": {
		"\x1b[27u": "esc", "\x1b[98;3u": "alt+b", "\x1b[97;5u": "ctrl+a", "\x1b[99;5u": "ctrl+c", "\x1b[97;6u": "ctrl+shift+a",
		"\x1b[13;2u": "shift+enter", "\x1b[13;3u": "alt+enter", "\x1b[13;5u": "ctrl+enter", "\x1b[9;2u": "shift+tab",
		"\x1b[127;5u": "ctrl+backspace", "\x1b[32;5u": "ctrl+space", "\x1b[98;67u": "alt+b", "\x1b[98;131u": "alt+b",
		"\x1b[98;11u": "alt+b", "\x1b[97;5:1u": "ctrl+a", "\x1b[97;5:2u": "ctrl+a", "\x1b[1;1:2A": "up", "\x1b[1;3H": "alt+home",
		"\x1b[13~": "f3", "\x1b[13;2~": "shift+f3", "\x1b[57414u": "enter", "\x1b[57417u": "left", "\x1b[57423;3u": "alt+home",
		"\x1b[57421u": "pgup", "\x1b[57422u": "pgdn", "\x1b[1092::97;5u": "ctrl+a", "\x1b[1092;5u": "ctrl+ф", "\x1b[97:65;4u": "alt+shift+a",
		"\x1b[104;5u": "backspace", "\x1b[105;5u": "tab", "\x1b[106;5u": "enter", "\x1b[109;5u": "enter", "\x1b[91;5u": "esc",
		"\x1b[109;7u": "alt+enter", "\x1b[109;6u": "ctrl+shift+m", "\x1b[P": "f1", "\x1b[Q": "f2", "\x1b[S": "f4", "\x1b[27;3u": "alt+esc",
	},
	"rxvt": {
		"\x1b[7~": "home", "\x1b[8~": "end", "\x1b[7^": "ctrl+home", "\x1b[8$": "shift+end", "\x1b[5$": "shift+pgup", "\x1b[7@": "ctrl+shift+home",
		"\x1b[3$": "shift+delete", "\x1b[a": "shift+up", "\x1b[d": "shift+left", "\x1bOa": "ctrl+up", "\x1bOd": "ctrl+left", "\x1bOc": "ctrl+right",
		"\x1b[11~": "f1", "\x1b[12~": "f2", "\x1b[13~": "f3", "\x1b[14~": "f4", "\x1b\x1b[A": "alt+up", "\x1b\x1b[7~": "alt+home",
		"\x1b\x1b[8~": "alt+end", "\x1b\x1bOa": "ctrl+alt+up", "\x1b\x1b[5~": "alt+pgup", "\x1b\x1b[7$": "alt+shift+home",
	},
	"linux": {
		"\x1b[[A": "f1", "\x1b[[B": "f2", "\x1b[[C": "f3", "\x1b[[D": "f4", "\x1b[[E": "f5", "\x1b[17~": "f6", "\x1b[1~": "home", "\x1b[4~": "end",
		"\x1b\x1b[1~": "alt+home", "\x1b\t": "shift+tab",
	},
	"tmux": {
		"\x1b[1~": "home", "\x1b[4~": "end", "\x1bOP": "f1", "\x1b[Z": "shift+tab", "\x1b[1;3H": "alt+home", "\x1b\x1bOA": "alt+up", "\x1b\x1b[1~": "alt+home",
	},
	"PuTTY": {
		"\x1b[1~": "home", "\x1b[4~": "end", "\x1b[11~": "f1", "\x1b[15~": "f5", "\x1b\x1b[1~": "alt+home", "\x1b\x1b[4~": "alt+end",
		"\x1b\x1b[A": "alt+up", "\x1bOD": "left", "\x1b[1;5D": "ctrl+left", "\x1b[Z": "shift+tab",
	},
}

func TestKeysOfTheTerminals(t *testing.T) {
	for terminal, table := range terminals {
		for sent, want := range table {
			if got := feed(sent); !slices.Equal(got, all(name(want))) {
				t.Errorf("%s: %q gives %+v, not %q", terminal, sent, got, want)
			}
		}
	}
}

func TestTyping(t *testing.T) {
	for sent, want := range map[string][]keys.Event{
		"bonjour à tous":       all(text("bonjour à tous")),
		"e\u0301te\u0301\r":    all(text("e\u0301te\u0301"), name("enter")),
		"👩‍👩‍👧 ok":             all(text("👩‍👩‍👧 ok")),
		"a\tb":                 all(text("a"), name("tab"), text("b")),
		"a\x1bbc":              all(text("a"), name("alt+b"), text("c")),
		"a\x1b[Ab":             all(text("a"), name("up"), text("b")),
		"a\xffb\xc3(":          all(text("a\uFFFDb\uFFFD(")),
		"\x9b2J\x90q":          all(text("\uFFFD2J\uFFFDq")),
		"a\u0085b\u009b2Jc":    all(text("a"), text("b"), text("2Jc")),
		"\xe0\x80\xed\xa0\x80": all(text("\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD")),
		"\x1b\xff":             all(text("\uFFFD")),
		"\x1b\u0085a":          all(text("a")),
		"\x1b\u200da":          all(text("a")),
		// kitty and modifyOtherKeys, with text
		"\x1b[97;2u":                     all(text("A")),
		"\x1b[97u":                       all(text("a")),
		"\x1b[97;65u":                    all(text("A")),
		"\x1b[32;2u":                     all(text(" ")),
		"\x1b[97;1;233u":                 all(text("é")),
		"\x1b[233;2u":                    all(text("É")),
		"\x1b[27;2;65~":                  all(text("A")),
		"\x1b[57400u\x1b[57413u":         all(text("1"), text("+")),
		"\x1b[97;1;27u\x1b[27;1;7~":      nil,
		"\x1b[97;9u":                     nil, // super
		"\x1bOp\x1bOk\x1bOn\x1bOX\x1bOj": all(text("0"), text("+"), text("."), text("="), text("*")),
		"\x1b\x1bOp":                     all(name("alt+0")),
	} {
		if got := feed(sent); !slices.Equal(got, want) {
			t.Errorf("%q gives %+v, not %+v", sent, got, want)
		}
	}
}

func TestNothing(t *testing.T) {
	for _, sent := range []string{
		"\x1b[97;5:3u", "\x1b[1;1:3A", "\x1b[3;1:3~", // releases
		"\x1b[57441u", "\x1b[57358u", "\x1b[57428u", "\x1b[57376u", "\x1b[25~", "\x1b[57363u", "\x1b[E", "\x1bOE", // keys without a name
		"\x1b[57454;5u", "\x1b[57999;5u",
		"\x1b[1;1R", "\x1b[1;2R", "\x1b[24;80R", "\x1b[?1;1R", // cursor positions
		"\x1b[?62;1;4c", "\x1b[>1;4000;0c", "\x1bP!|00000000\x1b\\", "\x1bP>|XTerm(390)\x1b\\", "\x1bP1+r544e=787465726d\x1b\\",
		"\x1b[<0;3;4M", "\x1b[<0;3;4m", "\x1b[<35;3;4M", "\x1b[<66;1;1M", "\x1b[M !!", "\x1b[M`!\xff", "\x1b[0;3;4M",
		"\x1b[8;24;80t", "\x1b[48;24;80;480;800t", "\x1b[?997;1n", "\x1b[?1;2$y", "\x1b[4;1$y", "\x1b[2026;1$y",
		"\x1b]10;rgb:0/0/0\x1b\\", "\x1b]52;c;aGk=\a", "\x1b]11;?\a", "\x1b]11;rgb:zz/0/0\a", "\x1b]11;rgb:0/0\a", "\x1b]11;#12\a", "\x1b]11;\a",
		"\x1b_Gi=1;OK\x1b\\", "\x1b^private\x1b\\", "\x1bXé✜\x1b\\", "\x1b[999~", "\x1b[1 q", "\x1b[!5p", "\x1b[[Z", "\x1bOz",
		"\x1b[65;30;97;1;0;65535_", "\x1b[5;2$5~", "\x1b[12\x18", "\x1b]0;a\x1a", "\x1b[18446744073709551700~",
	} {
		if got := feed(sent + "."); len(got) == 0 || !slices.Equal(got, all(text("."))) {
			t.Errorf("%q gives %+v", sent, got)
		}
	}
}

func TestReports(t *testing.T) {
	for sent, want := range map[string]keys.Event{
		"\x1b[?2026;0$y": keys.Synchronized{}, "\x1b[?2026;1$y": keys.Synchronized{Supported: true},
		"\x1b[?2026;2$y": keys.Synchronized{Supported: true}, "\x1b[?2026;3$y": keys.Synchronized{Supported: true},
		"\x1b[?2026;4$y": keys.Synchronized{}, "\x1b[?2026;5$y": keys.Synchronized{},
		"\x1b[?0u": keys.Kitty{}, "\x1b[?1u": keys.Kitty{}, "\x1b[?31u": keys.Kitty{},
		"\x1b[I": keys.Focus{In: true}, "\x1b[O": keys.Focus{},
		"\x1b[<64;10;5M": keys.Wheel{Up: true}, "\x1b[<65;10;5M": keys.Wheel{}, "\x1b[<68;10;5M": keys.Wheel{Up: true},
		"\x1b]11;rgb:0000/0000/0000\x1b\\":   keys.Background{Dark: true},
		"\x1b]11;rgb:ffff/ffff/ffff\a":       keys.Background{},
		"\x1b]11;rgb:00ff/00ff/00ff\a":       keys.Background{Dark: true},
		"\x1b]11;rgb:f/f/f\a":                keys.Background{},
		"\x1b]11;rgb:fd/f6/e3\x1b\\":         keys.Background{},
		"\x1b]11;rgb:00/2b/36\x1b\\":         keys.Background{Dark: true},
		"\x1b]11;rgb:0000/0000/ffff\a":       keys.Background{Dark: true},
		"\x1b]11;rgb:0000/ffff/0000\a":       keys.Background{},
		"\x1b]11;rgba:ffff/ffff/ffff/8000\a": keys.Background{},
		"\x1b]11;#1e1e1e\a":                  keys.Background{Dark: true},
		"\x1b]11;#ffffff\a":                  keys.Background{},
	} {
		if got := feed(sent + "."); !slices.Equal(got, all(want, text("."))) {
			t.Errorf("%q gives %+v, not %+v", sent, got, want)
		}
	}
}

// TestReportsAmongKeys has somebody press Esc while a report comes.
func TestReportsAmongKeys(t *testing.T) {
	for sent, want := range map[string][]keys.Event{
		"\x1b\x1b[?1u":             all(name("esc"), keys.Kitty{}),
		"\x1b\x1b]11;rgb:0/0/0\ab": all(name("esc"), keys.Background{Dark: true}, afterEsc(text("b"))),
		"\x1b\x1b[Ob":              all(name("esc"), keys.Focus{}, text("b")),
		"\x1b\x1b[24;80Rb":         all(name("esc"), afterEsc(text("b"))),
		"\x1b[201~b":               all(keys.Paste{}, text("b")), // which never began
		"\x1b\x1b[200~a\x1b[201~b": all(name("esc"), keys.Paste{Text: "a"}, text("b")),
	} {
		if got := feed(sent); !slices.Equal(got, want) {
			t.Errorf("%q gives %+v, not %+v", sent, got, want)
		}
	}
}

// TestBrokenSequences has no key lost after what is no sequence in the end: Alt
// with a key that begins one, a line cut in the middle.
func TestBrokenSequences(t *testing.T) {
	for sent, want := range map[string][]keys.Event{
		"\x1bP\x03":            all(name("alt+shift+p"), name("ctrl+c")),
		"\x1bPbonjour\r":       all(name("enter")),
		"\x1bP\x1bP\x1b[A":     all(name("alt+shift+p"), name("alt+shift+p"), name("up")),
		"\x1b]\x7f":            all(name("alt+]"), name("backspace")),
		"\x1bO b":              all(name("alt+shift+o"), text(" b")),
		"\x1bO\x1bOA":          all(name("alt+shift+o"), name("up")),
		"\x1b[\r":              all(name("alt+["), name("enter")),
		"\x1b[é":               all(name("alt+["), text("é")),
		"\x1b[1;\r":            all(name("enter")),
		"\x1b[1;\x1b[A":        all(name("up")),
		"\x1b]0;title\x1b[A":   all(name("up")),
		"\x1b]0;title\x1bb":    all(name("alt+b")),
		"\x1b]0;title\x03":     all(name("ctrl+c")),
		"\x1b[M !\x1b[A":       all(name("up")),
		"\x1b\x1b[\r":          all(name("esc"), afterEsc(name("alt+[")), name("enter")),
		"\x1b\x1bb":            all(name("esc"), afterEsc(name("alt+b"))),
		"\x1b\x1b\x1b[A":       all(name("esc"), afterEsc(name("alt+up"))),
		"\x1b\x1b":             all(name("esc"), afterEsc(name("esc"))),
		"\x1b[12\x1a\x1b[200~": nil,
	} {
		if got := feed(sent); !slices.Equal(got, want) {
			t.Errorf("%q gives %+v, not %+v", sent, got, want)
		}
	}
}

func TestEscThenKey(t *testing.T) {
	for _, test := range []struct {
		parts []string
		want  []keys.Event
	}{
		{[]string{"\x1b", "b"}, all(name("esc"), afterEsc(text("b")))},
		{[]string{"\x1b", "bonjour"}, all(name("esc"), afterEsc(text("b")), text("onjour"))},
		{[]string{"\x1b", "e\u0301t"}, all(name("esc"), afterEsc(text("e\u0301")), text("t"))},
		{[]string{"\x1b", "\r"}, all(name("esc"), afterEsc(name("enter")))},
		{[]string{"\x1b", "\x1b[1~", "a"}, all(name("esc"), afterEsc(name("home")), text("a"))},
		{[]string{"\x1b", "\x1b", "b"}, all(name("esc"), afterEsc(name("esc")), afterEsc(text("b")))},
		{[]string{"\x1b", "\x1b[A"}, all(name("esc"), afterEsc(name("up")))},
		{[]string{"\x1b[27u", "b"}, all(name("esc"), afterEsc(text("b")))},
		{[]string{"\x1b", "\x1b[200~x\x1b[201~", "b"}, all(name("esc"), keys.Paste{Text: "x"}, text("b"))},
		// a slow line
		{[]string{"\x1b", "[A"}, all(name("esc"), name("up"))},
		{[]string{"\x1b", "[", "1", "~"}, all(name("esc"), name("home"))},
		{[]string{"\x1b", "O", "P"}, all(name("esc"), name("f1"))},
		{[]string{"\x1b", "[?1u", "b"}, all(name("esc"), keys.Kitty{}, text("b"))},
		{[]string{"\x1b", "[200~a\x1b", "[201~"}, all(name("esc"), keys.Paste{Text: "a"})},
		{[]string{"\x1b]11;rgb:0/0/0\x1b", "\\"}, all(keys.Background{Dark: true})},
		{[]string{"\x1b]11;rgb:0/0/0\x1b", "b"}, all(name("alt+b"))},
		// what was typed after Esc
		{[]string{"\x1b", "O", "u", "i"}, all(name("esc"), afterEsc(text("O")), text("u"), text("i"))},
		{[]string{"\x1b", "Oui"}, all(name("esc"), afterEsc(text("O")), text("u"), text("i"))},
		{[]string{"\x1b", "O", "\r"}, all(name("esc"), afterEsc(text("O")), name("enter"))},
		{[]string{"\x1b", "O2", " "}, all(name("esc"), afterEsc(text("O")), text("2"), text(" "))},
		{[]string{"\x1b", "Où"}, all(name("esc"), afterEsc(text("O")), text("ù"))},
		{[]string{"\x1b", "O", "1", "x"}, all(name("esc"), afterEsc(text("O")), text("1x"))},
		{[]string{"\x1b", "[ok]"}, all(name("esc"), afterEsc(text("[")), text("o"), text("k]"))},
		{[]string{"\x1b", "[", "1", "]"}, all(name("esc"), afterEsc(text("[")), text("1]"))},
		{[]string{"\x1b", "[Moi"}, all(name("esc"), afterEsc(text("[")), text("M"), text("oi"))},
		{[]string{"\x1b", "[", "12\r"}, all(name("esc"), afterEsc(text("[")), text("12"), name("enter"))},
	} {
		if got := feed(test.parts...); !slices.Equal(got, test.want) {
			t.Errorf("%q gives\n%+v, not\n%+v", test.parts, got, test.want)
		}
	}
}

func TestAlt(t *testing.T) {
	for want, k := range map[string]keys.Key{
		"alt+b": text("b"), "alt+shift+b": text("B"), "alt+é": text("é"), "alt+.": text("."), "alt+space": text(" "),
		"alt+enter": name("enter"), "alt+home": name("home"), "ctrl+alt+a": name("ctrl+a"), "alt+shift+tab": name("shift+tab"),
		"alt+up": name("alt+up"), "": text("e\u0301"),
	} {
		if got := afterEsc(k).Alt(); got != want {
			t.Errorf("%+v has the name %q with Alt, not %q", k, got, want)
		}
		if got := k.Alt(); got != "" {
			t.Errorf("%+v comes after no Esc and has the name %q", k, got)
		}
	}
	if got := afterEsc(text("\uFFFD")).Alt(); got != "" {
		t.Errorf("an invalid byte has the name %q with Alt", got)
	}
}
